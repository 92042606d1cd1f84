"""One table per identifier: what is concealed is marked with ⟦ ⟧, everything else must stay visible.

``{id}``, ``{ui}``, ``{old_ui}`` and ``{mobile}`` are made at test time.
"""

from __future__ import annotations

import json
import re

import pytest

from deid import Concealer

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

NATIONAL_ID = [
    "我的身分證字號是⟦A123456789⟧請查",
    "⟦A123456789⟧",
    "id是⟦a123456789⟧喔",
    "身分證⟦A123456788⟧打錯一碼也要遮",
    "身分證 ⟦A 123 456 789⟧ 謝謝",
    "證號⟦A-123-456-789⟧",
    "⟦Ａ１２３４５６７８９⟧全形",
    "⟦Ａ一二三四五六七八九⟧國字",
    "⟦A1234\u200b56789⟧零寬",
    '{{"idno":"⟦A123456789⟧"}}',
    "身分證⟦A12345678⟧少一碼",
    "料件A12345678與A1234567890及A323456789",
    "訂單編號A123456788已出貨",
    "XA123456789",
    "我念身分證 ⟦B22471⟧ 就斷線了",
    "身分證字號前面是⟦F1234⟧ 後面我忘了",
    "身分證後面四個數字是⟦2291⟧",
    "填寫範例：A123456789，請勿照抄",
    "身分證 ⟦A 一二三 四五六 七八九⟧",
    "身分證⟦A123456789⟧⟦F220102932⟧這兩個",
]
UI_NO = [
    "居留證⟦{ui}⟧到期",
    "居留證號⟦{old_ui}⟧到期",
    "我的⟦{ui}⟧",
    "統一證號⟦A800000015⟧錯一碼",
    "居留證⟦AC01234568⟧舊式錯一碼",
    "居留證號是⟦A80000001⟧少一碼",
    "ARC: ⟦A8000000145⟧ one too many",
    "統一證號⟦AC0123456⟧也少一碼",
    "移工A8型宿舍A80000001樓",
    "居留證⟦Ｅ８３８１４５７９0２⟧六月到期",
]
UBN = [
    "統編⟦16480894⟧的公司",
    "統一編號：⟦04595257⟧",
    "統編⟦12345678⟧打錯",
    "統編是⟦１６４８０８９４⟧",
    "日期20260412與16480894",
]
CARD = [
    "卡號⟦4111111111111111⟧被盜刷",
    "⟦4111 1111 1111 1111⟧",
    "⟦四一一一 一一一一 一一一一 一一一一⟧ 九月到期",
    "Mastercard ⟦2221 0000 0000 0009⟧",
    "刷⟦5500-0055-5555-5559⟧這張",
    "信用卡⟦4111111111111112⟧錯一碼",
    "信用卡⟦四一一一 一一一一 一一一一 一一一一⟧",
    "流水號1234567812345670",
]
PHONE = [
    "我打⟦02-27361188⟧都沒人接，我兒子可能出門了",
    "個案電話 ⟦07-3216789⟧ 沒人接",
    "房東⟦05-2345678⟧他說押金不退，租約是今年三月簽的",
    "我家電話⟦02-27361188⟧，外送員打⟦02-27361188⟧都沒人接",
    "我爺爺在東勢農會 ⟦04-25778899⟧",
    "我媽住院，病房在長庚 ⟦03-3281200轉5566⟧",
    "我打欣欣瓦斯的02-2921-7811都沒人接，你先派人來好不好",
    "請問一下社會局的電話是不是05-2254321轉分機 我要找承辦身障的那位小姐",
    "打⟦0912345678⟧找我",
    "⟦0912-345-678⟧",
    "⟦0912345678⟧一直打不通",
    "⟦零二 二零四四 七二三一⟧ 三樓",
    "⟦0912 345 678⟧",
    "⟦0965-171818⟧",
    "⟦0912.345.678⟧",
    "⟦+886912345678⟧和⟦+886-912-345-679⟧",
    "⟦０９１２－３４５－６７８⟧",
    "⟦零九一二三四五六七八⟧",
    "⟦零九一二 三四五 六七八⟧ 五月再打",
    "⟦0 9 1 2 3 4 5 6 7 8⟧",
    "⟦0912\u200b345\u200b678⟧",
    "手機⟦912345678⟧少了零",
    "電話⟦02-2665-2189轉36⟧",
    "⟦(02)2665-2189#36⟧",
    "⟦02-26652189 分機 1234⟧",
    "（⟦02-2361-5295轉6706⟧",
    "家裡⟦037 396 674⟧",
    "⟦0836-22381⟧",
    "TEL⟦0912345678⟧",
    "電話⟦2665-2189⟧",
    "手機後六碼是⟦九二四零五四⟧",
    '{{"mobile":"⟦{mobile}⟧"}}',
    "⟦0912345678⟧、⟦0912345679⟧ ⟦0912345670⟧",
    "請撥1999或110、119、165、1922、113、1966",
    "撥0800-000-123或0809-090-123",
    "市府總機02-2720-8889轉7258",
    "總機(02)27208889",
    "府水業字第 09572670800號函",
    "台財稅字第09804750690號函",
    "法律字第0910005634號",
    "日院授人綜字第1060034202號",
    "091234567與09123456789",
    "02-1234-5678",
    "聯絡時間20260412",
    "轉7015-7019",
]
EMAIL = [
    "信箱：⟦contact@lin-family.tw⟧",
    "⟦sales@mybiz.com.tw⟧",
    "我的e-mail：⟦sales88@ms37.hinet.net⟧、⟦order@seed.net.tw⟧是我太太的",
    "我個人信箱 ⟦hr@linhr.tw⟧",
    "my email is ⟦hr@163.com⟧ or ⟦booking@me.com⟧",
    "批號拍照寄客服 service@anjia.example，七日內寄回；私人信箱⟦info.lin@gmail.com⟧、⟦service@gmail.com⟧",
    "主旨：請求公開噪音檢測結果\n說明：施工單位打樁，請提供所有檢測紀錄。\n具名：一位家長\n信箱：⟦tw.hsu0812@gmail.com⟧",
    "信箱是⟦wang.ming@gmail.com⟧請回",
    "寄⟦a_b+c@mail.gov.tw⟧",
    "⟦x1@kcg.gov.tw⟧",
    "寄⟦hsinyu0615＠gmail.com⟧ thx",
    "我信箱，⟦peiling 點 lin 小老鼠 gmail 點 com⟧。",
    "信箱是⟦s 底線 hung 一六八八 小老鼠 msa 點 hinet 點 net⟧ 都沒收到",
    '{{"email": "⟦q@example.org⟧"}}',
    "市長信箱 mayor@mail.gov.tw",
    "wang.ming@ 或 @gmail.com 或 wang ming@gmail",
]
IP = [
    "報稅帳號異地登入，來源⟦一百一十四點三十四點八點二零五⟧，我查是中華電信",
    "停車場六點七點八點九點都有車位，請登入查詢",
    "我的IP從⟦118.163.5.9⟧到⟦1.164.3.2⟧都登入失敗",
    "路由器 ⟦118.163.5.9⟧/24 連不上",
    "主機 ⟦118.163.5.9⟧/32",
    "網段 118.163.5.0/24，118.163.6.1～118.163.6.9",
    "上面寫IP異常 ⟦一一四點三六點二零七點八十五⟧ 我哪知道",
    "IP是⟦203.74.118.56⟧",
    "來源⟦２０３．７４．１１８．５６⟧",
    "位址⟦2001:db8::ff00:42:8329⟧登入",
    "build 4.18.0.2",
    "999.1.1.1與1.2.3",
    "12:34:56開始",
    "C::D",
]
ADDRESS = [
    "本人每日推輪椅陪母親至衛生所復健，行經桃園區⟦中正路1127號⟧前，地磚翹起約三公分",
    "就是我隔壁⟦溪尾街二十三號⟧那間工廠，早上六點不到就在切鐵",
    "我租在⟦中正路120號⟧那間小吃店二樓，房東不讓我遷戶籍",
    "⟦永康街16號⟧那間透天厝旁邊的小吃店很吵",
    "⟦永康街16號5樓⟧那家行動不便的老人",
    "我是園區⟦復興路66號⟧住戶，停水三天了",
    "我家⟦88號⟧前水溝不通",
    "寄送地址：桃園市桃園區⟦同德六街88號14樓之2⟧\n備註：澳洲打工簽要用，請在21號前寄出，拜託",
    "郵件因山路坍方常延誤，請改寄觸口7-11或通知我",
    "受處分人台北市大安區⟦和平東路一段10號3樓⟧ 行政處分書已送達",
    "住大寮區⟦鳳林三路四百五十六巷二十八之一號⟧，",
    "隔壁⟦溪尾街二十三號⟧那間",
    "台北市信義區⟦市府路１號⟧",
    "中和區⟦景平路239巷12號之3五樓⟧",
    "內湖區⟦東湖路113巷95弄20號3F⟧",
    "在⟦和平東路三段五十七號⟧前面",
    "⟦復興里3鄰41-2號⟧後面",
    "泰安鄉⟦士林村7鄰馬那邦68號⟧",
    "仁武區⟦八德東路 366 之 8 號 11F⟧",
    "寄到⟦新生南路二段 86 巷 21 弄 9 號 2 樓⟧",
    "竹北市⟦光明六路東二段２５１號８樓之２⟧",
    "林森北路與中山北路口",
    "忠孝東路四段施工",
    "市民大道三段",
    "國道3號、7號櫃台、捷運2號出口、第5號",
    "中山分館3號窗口",
    "我住在 ⟦Section 3 Roosevelt Road number 88 十二樓⟧ 管理員說丟錯",
    "本社區（桃園市龜山區⟦文青二路187號⟧）停車場積水，管委會不理",
]
PERSON = [
    "Dear sir, I am ⟦Happy Right⟧, please help.",
    "I am ⟦Happy Wang⟧ from Kaohsiung",
    "My landlord ⟦Peter Small⟧ won't fix the leak.",
    "Tenant: ⟦Mary Small⟧, 3F",
    "My name is ⟦Rain Chou⟧ and I live in Taipei.",
    "Caller: Morning. Do I need a form?",
    "HOLDER: ⟦ROSARIO TIU⟧ HAS BEEN LIVING HERE",
    "Mr. ⟦Right⟧ from the guard post helped me",
    "我是獨居的⟦顏罔腰⟧，想講聲感謝",
    "Hello, I am ⟦Hope⟧ and I live in Taichung. Thank you, ⟦Hope⟧",
    "My landlord is Mr. ⟦Rich⟧ and he refuses",
    "Thanks, ⟦Happy⟧",
    "My name is ⟦J.P.Santos⟧ and I live here",
    "我是⟦陳有位⟧",
    "你是不是⟦王明⟧嗎",
    "can i check my kid's vaccine? ⟦Amelie⟧ born Feb at the hospital",
    "children who are Taiwan born, Nobody was born here",
    "看護 ⟦Hope⟧ 失聯，landlord: ⟦Rich Field⟧",
    "My neighbor ⟦Star Banks⟧ parks here",
    "people call him ⟦A-Hao⟧ Station staff",
    "「和平號」被稱為「台南之光」；把「幸福號」命名為「幸福巴士」",
    "Where do I pay? Familymart",
    "監察委員葉宜津調查某大廈公安，市府說明",
    "The street light is out, please fix it. thx ⟦Jonas⟧",
    "My colleague ⟦Babajide⟧ was asked to pay",
    "Please contact ⟦Thandiwe Mokoena⟧ at the desk",
    "我叫⟦陳怡君⟧",
    "我是⟦歐陽靖雯⟧，",
    "姓名：⟦林陳秀鳳⟧",
    "名字⟦丁一⟧",
    "我媽⟦何春桃⟧八十七歲",
    "⟦陳⟧先生與⟦林⟧小姐",
    "承辦⟦張惠婷⟧小姐",
    "是⟦阿珠⟧幫我登記的",
    "找⟦小玲⟧",
    "本人⟦比令·亞布⟧，",
    "我叫⟦Somchai Boonmee⟧，",
    "this is ⟦Priya⟧ again",
    "我是⟦王\u200b志明⟧",
    '{{"name":"⟦許雅婷⟧"}}',
    "高雄市、馬祖、林口、楊梅",
    "何首烏、杜仲、劉寄奴",
    "羅斯福路、吳興街、莊敬路",
    "我是高中生，程式很簡單，謝謝",
    "阿里山、阿姨、阿公、小孩、小姐",
    "請問方便嗎？何時開放？許多人連絡不到",
    "我是⟦林佩珊⟧，⟦佩服的佩⟧，想請問",
    "我叫⟦柯俊吉⟧ ⟦俊是英俊⟧",
    "姓名：⟦翁添丁⟧ ⟦添丁發財的添丁⟧ 之前打過",
    "si ⟦Jovelyn⟧ ay may sakit",
    "I sold the scooter to ⟦Jerome Baptiste⟧ in April. Thanks, ⟦Luca Ferrante⟧",
    "The elevator is broken.\n⟦Tereza Dvořáková⟧",
    "Where do I apply? ⟦W. Van der Berg⟧",
    "No answer yet. ⟦Zsófia Horváth⟧ and ⟦Tomáš Beneš⟧",
    "From: ⟦Sergio Almeida⟧\nTo: Labor Bureau",
    "The button is broken.\nTaipei City Government",
    "I am Japanese and saw the National Palace Museum.",
    "民眾⟦MacDonald, Fiona⟧以英語詢問",
    "It isn't fair. -⟦Declan⟧",
    "We found 41 bottles in the river.\nfrom ⟦Theo Van den Broeck⟧",
    "people call him ⟦A-Hao⟧. I live alone",
    "繳款書名字少一個字，應該是⟦孫陳玉葉⟧，他打⟦孫陳玉⟧，房子在台南",
    "สวัสดีค่ะ ชื่อ ⟦วิภาดา⟧ ค่ะ อยากถามเรื่อง",
    "안녕하세요 저는 타이중에 사는 ⟦박서연⟧이라고 합니다.",
    "제 친구 이름이 뭐예요",
    "Mein Schwager ⟦Jürgen⟧ wohnt in Tamsui",
    "ibu ⟦Sumarni⟧ mau tanya soal gaji",
    "Меня зовут ⟦Оксана Гриценко⟧, я живу здесь.",
    "on the island since Chiang Kai-shek was alive. 母語：Bahasa Indonesia",
    "I am ⟦Oluwaseun Adebayo⟧, Nigerian, studying at NCKU",
    "my husband (Taiwanese, ⟦Tseng Kuan-lin⟧) is in hospital",
    "I am South African, at Hospital Linkou Chang Gung.",
    "reply before Nov 30. ⟦Lucía Benavides⟧, Dual citizen",
    "the record of my father ⟦Abraham Tettey⟧ I need",
    "I look for ⟦Muhammad Irfan Maulana⟧, fisherman. He has no phone. ⟦Irfan⟧'s boat is here.",
    "他的名字⟦龍應山⟧ 我是他兒子",
    "小犬⟦李想⟧今年大學剛畢業",
    "對方 ⟦馮大為⟧ 計程車",
    "我⟦黃金花⟧，68歲",
    "粉絲專頁(https://www.facebook.com/taipei2017)查詢",
    "我高興，你也高興；我時間到，先走",
    "the Department of Labor Affairs, a Scottish band",
    "near Sun Yat-sen Memorial Hall, by a white Porsche, beside Tzu Chi Hospital",
    "My name is ⟦Grace Park⟧ and I live in Hsinchu.",
    "My name is ⟦Max Born⟧, I live in Hsinchu",
    "My name is ⟦Suzuki Haruto⟧ and I live in Hsinchu",
    "I am ⟦Honda Kenji⟧, please help",
    "This is ⟦Long Nguyen⟧ from Hanoi",
    "My name is ⟦Thai Nguyen⟧",
    "my colleague ⟦Safari Mugisha⟧ was hurt",
    "My name is ⟦Jeremy Lin⟧, not the player",
    "my caregiver ⟦Yuli⟧ went home",
    "聯絡人 ⟦AMY⟧ 謝謝",
    "I am ⟦Yamamoto Kenji⟧（⟦山本健司⟧）, work in Hsinchu Science Park",
    "I am ⟦Yamamoto Kenji⟧（本人）, work in Hsinchu Science Park",
    "大直婦女暨家庭服務中心，電話請查網站",
    "我叫⟦暨家瑜⟧",
    "My friend ⟦Judge⟧ said to call.",
    "Caller: Doctor ⟦Ho⟧",
    "this is Officer ⟦Su⟧'s number",
    "I am Nurse ⟦Nur⟧",
    "Caller: ⟦Nia⟧",
    "I was told by Officer ⟦Tung Wei-lun⟧ to come back",
    "My boss Madam ⟦Judy Kang⟧ keeps my papers",
    "Regards,\n⟦Vivian Kao⟧, HR",
    "管委會名單：主任委員⟦林志豪⟧、監察委員⟦何欣蓉⟧、財務委員⟦李志豪⟧",
    "我叫⟦仝少岩⟧，電腦印成「□⟦少岩⟧」",
    "my husband ⟦Louis Perrin⟧ and our kids ⟦Odile⟧ and ⟦Mathieu⟧ wait for their cards",
    "我是⟦鄭如意⟧，承辦問「⟦如意⟧」是什麼，祝大家吉祥如意",
    "戶籍謄本把我母親「⟦黃罔市⟧」登打成「⟦黃岡市⟧」",
    "Other worker ⟦Somchai⟧ and ⟦Prasit⟧ also same.",
    "My visa will expire this Friday!!! ⟦Dilshan⟧",
    "I will go back to the office on Friday. Taipei",
    "Board at the Jin-an Junior High stop or the Jin-an Bakery instead.",
    "綽號「⟦肉包⟧」的九年級生欺負我小孩，另一個綽號叫⟦大頭⟧，",
    "on behalf of ⟦Chiara⟧ and our roommates",
    "15日以内に届けないと罰金と聞きました",
    "申請人：⟦林·美⟧，我在森林美術館",
    "我是⟦莫娜·雷堡⟧ 學校寫錯 少一個點「⟦莫娜雷堡⟧」這樣會不會不能領",
    "貴所來文只見時祺不見結論，尚祈查明惠覆。順頌 勛祺",
    "栩悅號今天到底有沒有開 我人在碼頭",
    "你們那個鳳鳴派出所的電話我打三通沒人接",
    "我叫⟦陳怡君⟧號碼是多少",
    "My boss ⟦Kevin⟧ and Taiwan Labor Bureau don't answer",
]

TABLES = {
    "TW_NATIONAL_ID": NATIONAL_ID, "TW_UI_NO": UI_NO, "TW_UBN": UBN, "CREDIT_CARD": CARD, "PHONE": PHONE,
    "EMAIL": EMAIL, "IP_ADDRESS": IP, "TW_ADDRESS": ADDRESS, "PERSON": PERSON,
}  # fmt: skip
ROWS = [(entity, row) for entity, rows in TABLES.items() for row in rows]
MARK = re.compile("⟦(.*?)⟧")


@pytest.mark.parametrize(("entity", "row"), ROWS)
def test_golden(concealer: Concealer, numbers, entity: str, row: str) -> None:
    marked = row.format(ui=numbers.ui_no(), old_ui=numbers.old_ui_no(), mobile=numbers.mobile())
    text = MARK.sub(r"\1", marked)
    expected = MARK.findall(marked)
    found = concealer.detect(text)
    assert [text[f.start : f.end] for f in found] == expected
    assert {f.entity for f in found} <= {entity}


def test_how_a_name_is_read_goes_with_it(concealer: Concealer) -> None:
    assert concealer.session().conceal("丈夫 佐藤 健（さとう けん）要辦入籍").endswith("）要辦入籍")
    assert "さとう" not in concealer.session().conceal("丈夫 佐藤 健（さとう けん）要辦入籍")


def test_a_name_behind_a_greeting_is_told_by_its_mailbox(concealer: Concealer) -> None:
    text = "Which lot is it in? Cheers, Declan (declan.murphy@example.ie)"
    found = [text[f.start : f.end] for f in concealer.detect(text)]
    assert found == ["Declan", "declan.murphy@example.ie"]


@pytest.mark.parametrize("build", ["national_id", "ui_no", "old_ui_no", "mobile"])
@pytest.mark.parametrize("frame", ["{}", "我的{}請查", "證號：{}。", "({})", "「{}」"])
def test_generated_numbers_in_every_writing(concealer: Concealer, numbers, build: str, frame: str) -> None:
    for _ in range(5):
        number = getattr(numbers, build)()
        spaced = f"{number[:4]} {number[4:7]} {number[7:]}"
        for written in (
            number,
            number.translate(WIDE),
            number.lower(),
            f"{number[:5]}\u200b{number[5:]}",
            spaced,
        ):
            text = frame.format(written)
            assert [text[f.start : f.end] for f in concealer.detect(text)] == [written]


def test_a_number_survives_neither_json_nor_escapes(concealer: Concealer) -> None:
    session = concealer.session()
    escaped = json.dumps({"備註": "我叫陳怡君，身分證A123456789"})
    assert "\\u" in escaped
    clean = session.conceal_json_text(escaped)
    assert "陳怡君" not in clean and "A123456789" not in clean and json.dumps("陳怡君")[1:-1] not in clean
    assert json.loads(session.restore(clean, json_escaped=True)) == json.loads(escaped)
