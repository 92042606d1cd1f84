"""Dates of birth: what is concealed is marked with ⟦ ⟧; everything else must stay visible."""

from __future__ import annotations

import datetime
import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.identifiers import roc_date
from deid.recognizers.date_of_birth import DateOfBirthRecognizer

MARK = re.compile("⟦(.*?)⟧", re.DOTALL)

FORMS = [
    "民國78年5月3日",
    "78/05/03",
    "78.5.3",
    "0780503",
    "780503",
    "1989-05-03",
    "19890503",
    "七十八年五月三號",
    "1989年5月3日",
    "78年5月3日",
    "民國七十八年五月三日",
    "一九八九年五月三日",
    "78 年 5 月 3 日",
    "七八年五月三號",
    "3 May 1989",
    "May 3, 1989",
    "05/03/1989",
    "3rd May 1989",
    "1989/5/3",
    "1989. 5. 3",
    "民國78.5.3",
    "昭和十年五月三日",
    "78年5月",
    "７８／０５／０３",
    "七 八 年 五 月 三 號",
    "78-05-03",
    "民國 78 年 05 月 03 日",
    "5月3日",
    "五月三號",
    "3 Mei 1989",
]
FRAMES = [
    "生日{}",
    "生日是{}",
    "出生日期：{}",
    "出生年月日 {}，謝謝",
    "我生於{}，",
    "DOB: {}",
    "birth date: {}",
    '{{"birth": "{}"}}',
    "生日：\n{}",
    "ngày sinh: {}",
]
ROWS = [
    "年滿65歲（民國112年1月1日前）可申請",
    "出生⟦78.5.3⟧，施打流感：112.10.5，任職：110.3.1、應徵：110.5.1，施工: 112.5.1",
    "老二 110年3月2日 感染腸病毒，老三 112.3.2 施打流感疫苗，小的 108年5月3日 車禍",
    "她是105年6月2日 過世的，妹妹是105年6月2日 失蹤，我103年3月2日，父親過世",
    "我的身分證是105.3.2掉的，健保卡是109年3月2日遺失，健保卡是108年5月6日過期，戶籍登記80年5月6日結婚",
    "康芮(2018/10/1)颱風假，盧碧(2021/8/6)豪雨，陳文成(1981/7/3)命案",
    "抽籤結果第 37 號「史懷平（⟦109.10.30⟧）」應為小犬",
    "收養的小孩是表妹生的，⟦去年聖誕節⟧生的",
    "我爸梁曉平（⟦55.1.9⟧）三月打疫苗",
    "金門大橋(2022/10/30)、石門水庫(53年6月14日)完工、賀伯颱風(1996/7/31)、安坑輕軌(112/2/10)",
    "時代廣場(2001/5/1,新光三越)、金山(98/5/1)、萬里(99/5/1)開辦，方案(101年5月1日)公告後適用",
    "他是114年5月1日，在中山路被撞的",
    "他是101年5月1日 退休的，前一胎112年5月1日 領過生育津貼，小的114年5月1日 開始上幼兒園",
    "房子過戶給我 98年5月1日，稅單卻還是他的",
    "健保卡是98年5月1日補的，我的身分證是111年5月1日換的，戶籍是98年3月1日設在板橋的",
    "出生日期：⟦78/5/1⟧、應診日：114/8/1",
    "生日：⟦78/5/1⟧ 時間: 114/8/1",
    "成員：王小明 114/3/29 出席，寶寶：林小寶 114/6/1 打疫苗",
    "My baby boy 5/12 had a fever. My baby girl, 2025/5/12 got the vaccine",
    "國曆是101年5月1日結婚",
    "其配偶黎氏秋月（⟦1992/06/18⟧，居留證號另附）",
    "隊長:白文竣(⟦2008.05.19⟧)\n集合時間 2026.05.19",
    "其子張宏達（役男，⟦095.02.11⟧）已申請延期",
    "王小明（115/03/02更新），承辦人林大同（113.02.11，代理）",
    "小孩：施語桐 ⟦110.3.29⟧\n要申請獎學金",
    "成員：燕小北 ⟦2015-12-31⟧、燕小南 ⟦2018-01-01⟧\n減免期間：自20201115",
    "太太范氏碧芳，⟦五一 二 六⟧，我姓楊",
    "今年幾歲？身分證上是⟦36.2.5⟧，那要用哪個算重陽禮金",
    "她是農曆生的，身分證上面寫的是⟦三十二年八月十九⟧",
    "身分證上面是109年5月3日換發的，健保卡是112年5月3日補發",
    "農曆是⟦民國三十四年的七月半⟧，好兄弟那天",
    "我屬龍的啦，⟦六十五年國曆七月二十九⟧，免費篩檢可以嗎",
    "屬猴的，⟦民國五十七年中秋節那天⟧生的，自己算幾歲",
    "王可恩，⟦六十六年雙十節⟧，你再查一次",
    "我媽陳葉英可以申請了 她 ⟦47.10.03⟧",
    "Mr. Lindholm, born in ⟦1975-12-01⟧.",
    "He was born in Kayseri on the ⟦19th of Oct., '95⟧, resides in Taipei",
    "my date of birth on the ticket is wrong; it should be ⟦14 July 1990⟧, not ⟦7 April⟧. Thanks",
    "I was born on ⟦14 July⟧. My visa ends on 3 May, the office moved on 2 June.",
    "Birthday printed ⟦1990/12/06⟧, correct ⟦1990/06/12⟧",
    "my ARC is lost, birthday ⟦1999 may 20⟧. thanks",
    "dob ⟦12-Jun-1990⟧, DOB ⟦1987-Apr-30⟧",
    "he born ⟦ROC year 29.10.4⟧, and he cannot walk",
    "Baby boy, ⟦2025/09/30⟧, Chinese name pending",
    "turning 18 soon (⟦1 Feb 2009⟧). Will I get a card",
    "我113年中秋節那天去申請的，六十六年雙十節國慶",
    "她 115.3.2 來過，身分證上寫的是台北",
    "剛剛斷線 接續：我是陳添德，⟦78年 2月 28日⟧，問上個月10/15送的印鑑證明",
    "老大⟦103/6/5⟧老二⟦106/9/12⟧老三還在肚子裡 預產期116/2/8",
    "雙胞胎，哥哥是⟦一百一十四年十二月三十一號⟧，妹妹是⟦一百一十五年一月一號⟧，要不要同一年讀小學",
    "請問獎勵金 寶寶是⟦去年一月十九號⟧在馬偕出生的 爸爸設籍在外縣",
    "他是⟦一百一十年十一月三十號⟧。健保卡有帶",
    "大的⟦一百零五年二月二十九⟧ 小的⟦一百零八年十月五號⟧ 要遷到外婆家",
    "兩胎補助差多少 上一胎⟦112年7月8號⟧ 在湖口",
    "大的115年9月1日要入學",
    "他是78年5月3日進公司的",
    "詹子瑜 ⟦民國八九零一一七⟧ 租在西屯",
    "sinh năm ⟦1979, ngày 4 tháng 12⟧, mất ngày 2/10",
    "公公⟦三十六年九月六日⟧生、婆婆⟦三十九年農曆五月初五⟧，結婚是64年12月7日",
    "寶寶⟦11/4⟧凌晨出生 今天是11/26 出生登記",
    "生日⟦111.12.25⟧ 第四劑應該是113年6月29日在衛生所打的",
    "招收101年9月2日至102年9月1日出生之幼兒",
    "生日：⟦78/5/3⟧（115/03/02更新）",
    "請看Plan B. 2026/05/01 meeting",
    "我生日⟦六十八年⋯⋯七月一號⟧不要寫上去喔",
    "生日 ⟦民國八九零一一七⟧ 租在西屯區",
    "我要查育兒津貼 小孩⟦1120603⟧ 身分證在這",
    "我⟦2006/12/30⟧的 今年可以考機車駕照了嗎",
    "我2006/12/30的申請案",
    "寶寶⟦11/4⟧凌晨出生 要登記",
    "驗證生日後四碼 ⟦0923⟧ 還是不行啊",
    "家父生日⟦二十八年⟧（⟦1939.5.5⟧），輕度身障",
    "孩子今年二月滿六歲（⟦108.2.17⟧），跨區就讀",
    "我36，⟦78/8/8⟧獅子座，可以參加嗎",
    "我阿嬤⟦農曆八月十五⟧生的",
    "我是⟦兩千零三年四月十七⟧生",
    "Park Ji-won (Korean, b. ⟦Jan 22 2000⟧).",
    "他是二十一歲 ⟦一百零二 六 二十九⟧生的 我人在基隆",
    "我爸出生⟦民國二十九年的五月初七⟧ 農曆啦",
    "生日農曆是⟦民國三十四年的七月半⟧，好兄弟",
    "anak kami Aisyah lahir di RS Fu Jen tanggal ⟦12 Mei 2025⟧.",
    "bday niya ⟦june 3, 1997⟧",
    "line → wuxian942 / bday → ⟦09-14-1993⟧ complete na po",
    "Please write your date of birth and attach a photo, deadline: 23 October 2026.",
    "阮氏賢，生日⟦一九九六、十、二⟧",
    "更正生日 ⟦90/10/04⟧ → ⟦民29.2.8⟧",
    "生日\n⟦87\n6\n14⟧\n可以了嗎",
    "她⟦卅三年十一月初二⟧生，民國的",
    "生日\n我8月要出國",
    "序號\n12\n7\n⟦78年5月3日⟧生",
    "第十二、三、⟦七十八年五月三日⟧生",
    "生日在十一、十二、一月的市民可領禮券",
    "出生於十二、十三、十四日者可申請",
    "Club-Day 2026/05/01 at the park",
    "生日⟦78/5/3⟧ 受理日期 115/3/2",
    "was born in Taipei on the ⟦4th of May 2019⟧",
    "his date of birth is ⟦Minguo 75.3.12⟧",
    "a wrong birthday, ⟦1 February 1990⟧ instead of ⟦2 January 1990⟧",
    "阿嬤的生日是⟦民國廿九年十月初八⟧",
    "生日⟦農曆八月十五⟧",
    "他⟦四十五年農曆三月初二⟧生的",
    "生日⟦民國六十年閏四月初十⟧，身分證寫⟦60/6/3⟧",
    "出生⟦五十年十二月廿三日⟧",
    "證件的出生日期印錯，應為⟦1991-03-08⟧，印成⟦1991-08-03⟧",
    "生日把⟦78.5.3⟧打成⟦78.3.5⟧",
    "我的生日不是⟦76/01/02⟧，是⟦76/02/01⟧",
    "出生日期登成⟦66年5月6日⟧，正確⟦66年6月5日⟧",
    "戶籍上生日寫錯 應該是⟦七十年一月三號⟧ 不是⟦七十年三月一號⟧",
    "date of birth? A: ⟦7 June 1979⟧. Next?",
    "請問出生年月日？\n民眾：⟦68年9月9日⟧",
    "Birthday? ⟦03/12/1990⟧",
    "雙胞胎生日都是⟦110.3.5⟧，老三⟦112.7.1⟧",
    "兒子女兒生日分別是⟦108/5/3⟧和⟦110/6/7⟧",
    "生日⟦78.5.3⟧，申請日期115.2.3",
    "生日⟦78.5.3⟧ 115.2.3來電",
    "農曆八月十五中秋節放假",
    "農曆正月初五開工",
    "我⟦78年次⟧的",
    "⟦68年⟧生，屬羊",
    "幼兒陳小安（⟦113.06.21⟧生）",
    "⟦民國二十七年八月十六日⟧生 住嘉義",
    "⟦5/3⟧是我生日",
    "⟦1989-05-03⟧出生",
    "born ⟦3 May 1989⟧ in Cebu",
    "昭和十年的房子",
    "阿公生於⟦昭和十年⟧",
    "lahir ⟦3 Mei 1989⟧",
    "王小明 A123456789 ⟦78.5.3⟧ 0912345678",
    "A123456789，⟦七十八年五月三日⟧",
    "銘記的銘 ⟦民國六十六年七月三十一⟧ 電話0919787800",
    "爸爸林水土 ⟦36.4.12⟧ 失智",
    "林水土、⟦78/05/03⟧、0912345678",
    "姓名\t生日\t電話\n林小華\t⟦78/05/03⟧\t0912\n陳大文\t⟦1989-05-04⟧\t0913",
    "姓名,出生日期,班級\n林小華,⟦990503⟧,三甲\n陳大文,⟦1000504⟧,三乙",
    "| 姓名 | 生日 |\n| --- | --- |\n| 林小華 | ⟦78.5.3⟧ |",
    '{"birthday":"⟦0780503⟧","applyDate":"2026-01-05"}',
    "birth_date=⟦1989-05-03⟧&x=2026-01-05",
    "我先生⟦70年次⟧",
    "申請日期113年5月3日",
    "公告日期：78年5月3日",
    "72年畢業",
    "78年5月3日發生車禍",
    "截止日113.06.21",
    "83年次以前役男",
    "36-61年次女性",
    "生日禮金113年5月3日發放",
    "出生登記113年5月3日辦好了",
    "113年1月1日生效",
    "自113.06.21生效",
    "班次 2026/05/03 12:30",
    "林小華 115.3.3",
    "學生78年5月3日入學",
    "陳情日期\t內容\n78/05/03\t路燈",
    "本市106年9月2日以後出生的小孩",
    "我的生日快到了，113年5月3日要去辦證",
    "5月3日要開會",
    "衛生局113年5月3日公告",
    "今年1月1日0912345678來電",
    "⟦民國五十八年臘月初八⟧生",
    "⟦民國58年正月初五⟧出生",
    "生年月日は⟦1985年4月12日⟧です",
    "生日⟦七十八 五 三⟧",
    "正月初五要拜拜",
    "駕駛林先生於三月十九日傍晚停車",
    "他生於⟦六十年三月十九日⟧",
    "生日⟦0315⟧",
    "生日是⟦1130⟧，身分證忘了",
    "生日禮金1200元",
    "生日 2500",
    "出生年月日：⟦中華民國捌拾參年陸月拾伍日⟧",
    "她⟦民102年11月⟧生",
    "⟦0123⟧生，住茶山里",
    "my birthday is ⟦Aug 12⟧",
    "⟦ROC 76/08/12⟧ is my birthday",
    "date of birth as ⟦12.08.1987⟧",
    "on Aug 12 the bus was late",
    "DOB (dd/mm/yyyy): ⟦14/02/1992⟧",
    "my son was born at Mackay hospital on ⟦March 3, 2023⟧",
    "出生日期，系統裡寫⟦7/11/1980⟧是錯的",
    "我生日喔，身分證上面是⟦四十一年三月初八⟧",
    "出生登記請於113年5月3日前辦理",
    "請輸入出生年月日（如0750101）及卡號",
    "請輸入出生日期（例如 0750101）",
    "出生日期格式：0750101",
    "我是陳怡如 ⟦78年5月3日⟧生",
    "代填：王品如，⟦78/05/03⟧出生",
]


@pytest.fixture(scope="module")
def births() -> Concealer:
    return Concealer(load_policy("default"), recognizers=[DateOfBirthRecognizer()])


@pytest.mark.parametrize("row", ROWS)
def test_golden(births: Concealer, row: str) -> None:
    text = MARK.sub(r"\1", row)
    assert [text[f.start : f.end] for f in births.detect(text)] == MARK.findall(row)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_after_every_announcement(births: Concealer, frame: str, form: str) -> None:
    text = frame.format(form)
    hidden = {at for f in births.detect(text) for at in range(f.start, f.end)}
    start = text.index(form)
    assert all(at in hidden for at in range(start, start + len(form)) if form[at - start].isalnum())
    assert all(start <= at < start + len(form) for at in hidden)


@pytest.mark.parametrize("form", FORMS)
def test_without_a_word_of_birth_a_date_stays(births: Concealer, form: str) -> None:
    assert births.detect(f"申請日期是{form}，還沒收到") == ()


def test_docstring_examples_run() -> None:
    results = doctest.testmod(roc_date)
    assert results.attempted and not results.failed


@given(st.dates(datetime.date(1000, 1, 1), datetime.date(2200, 1, 1)))
def test_spellings_of_one_date_compact_alike(day) -> None:
    written = [f"{day:%Y}-{day.month}-{day.day}", f"西元{day.year}年{day.month}月{day.day}日"]
    if day.year > 1911:
        roc = day.year - 1911
        written += [f"民國{roc}年{day.month}月{day.day}日", f"民國{roc}.{day.month}.{day.day}"]
        written.append(f"{roc:03}{day:%m%d}")
    assert {roc_date.compact(form) for form in written} == {day.isoformat()}


@pytest.mark.parametrize(
    "text", ["78/13/01", "民國78年2月30日", "78-5-3-1", "", "生日", "99999999", "78年0月3日"]
)
def test_not_a_date(text: str) -> None:
    assert not roc_date.is_valid(text)
