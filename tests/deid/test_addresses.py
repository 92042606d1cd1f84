"""Addresses: locations in every shape, and golden tables.

In the tables what is concealed is marked with ⟦ ⟧; everything else must stay visible.
"""

from __future__ import annotations

import re

import pytest

from deid import Concealer, load_policy
from deid.recognizers.tw_address import TwAddressRecognizer
from deid.recognizers.tw_land_no import TwLandNoRecognizer
from deid.views import Views
from tests.deid.places import Places

MARK = re.compile("⟦(.*?)⟧", re.DOTALL)


def test_house_numbered_locations_are_concealed() -> None:
    places, recognizer, missed, total = Places(20260412), TwAddressRecognizer(), 0, 4000
    for _ in range(total):
        before, value, after = places.draw()
        text = before + value + after
        shown = set(range(len(before), len(before) + len(value)))
        for found in recognizer.find(Views(text)):
            shown -= set(range(found.start, found.end))
        missed += any(text[at].isalnum() for at in shown)
    assert missed <= total * 0.02


WRITTEN = [
    "我家果園在東勢區⟦慶東里石角溪邊12鄰47之3號⟧後面那一片",
    "鐵皮屋在二崙鄉⟦港後村中正路 3 鄰 65 之 2 號⟧後面",
    "房屋　古坑鄉⟦樟湖村石廟 3 鄰 29 之 4 號⟧",
    "於中埔鄉⟦石硦村石硦 6 鄰 22 號⟧照顧長者",
    "我們在鹿谷鄉⟦初鄉村仁義路 2 鄰 33-1 號⟧集合",
    "地點：⟦長春街25巷11號5樓頂⟧。",
    "住在八德區⟦介壽路一段 929 號 2 樓閣樓⟧，沒有窗戶",
    "睡在⟦鳳林一路 38 號貨櫃屋 2⟧。",
    "我住⟦中山路 12 號 3 樓夾層⟧",
    "她說住在⟦榮安路二段那個什麼 三十一號⟧",
    "現居員工宿舍桃園市大園區⟦中正東路88號⟧",
    "住在松山區公所旁邊的⟦八德路四段 12號 3樓⟧",
    "寄到⟦新生南路二段 86 巷 21 弄 9 號 2 樓⟧就好",
    "約是⟦中正路234跟236跟238號⟧那一排",
    "⟦五甲二路449巷2號至38號⟧雙號側",
    "松山區⟦10號⟧一直有人抽菸",
    "⟦86巷21弄9號⟧的鐵門",
    "⟦公?路17號⟧前面有坑洞",
    "⟦忠孝東路四段100之2 5樓⟧漏水",
    "⟦中山路二段167 樓3號⟧",
    "⟦光明路12號3樓之2⟧和⟦光明路14號B1⟧都淹水",
    "我住⟦大湖村5鄰下寮12之3號⟧",
    "門牌⟦民權路一百零八號十二樓⟧",
    "⟦文化路12號C棟5樓⟧住戶",
    "戶籍在⟦中山里3鄰民生路5號⟧，電話再給",
    "台南市東區⟦大學路 1 號⟧旁邊有人擺攤",
    "斗六市⟦溪頭12號⟧那間透天",
    "⟦三俊街２１８巷１４號⟧隔壁",
    "爸爸住⟦自強路88號之1三樓⟧",
    "昨天晚上⟦中清路二段99號⟧前面打架",
    "板橋區⟦南雅南路二段144巷55號5樓⟧",
    "⟦中興路１２號１樓⟧，⟦中興路１４號１樓⟧，都是違建",
    '{"addr":"台中市西屯區⟦市政北七路186號9樓⟧"}',
    "地址\t⟦和平東路三段五十七號⟧\t備註",
    "我家外面⟦忠勇街7巷3弄1號⟧淹水",
    "⟦林森路７２號１樓⟧的工廠排黑煙",
    "我住⟦光復路三百巷二十弄口進來第二間十五號⟧ 都沒收",
    "⟦文化路10巷右轉直走第二間5號⟧",
    "⟦北新路二段5巷底3號⟧漏水",
    "寄⟦永康街31巷8號3樓後棟⟧",
    "⟦成功路三段88號前棟⟧的水塔",
    "⟦漢口街二段9號頂樓加蓋⟧出租",
    "罰單寄到我家⟦民享街5號⟧",
    "阿嬤家⟦民生路5號⟧",
    "公文寄戶籍地⟦和平西路一段5號2樓⟧",
    "戶籍地⟦竹圍里8鄰民權路35號⟧",
    "通訊地 ⟦瑞光路513巷26號7樓⟧",
    "表示其住處⟦忠孝東路六段278巷5號⟧遭潑漆",
    "在⟦家齊路3號⟧",
    "市民大道，5號水門",
    "原來⟦臨江街63巷9號⟧住的是他",
    "住在金湖鎮⟦東山村 １４ 鄰 ２ 號 １２樓之１８⟧",
    "我住址寫錯了要改成⟦中華路二段三百號之五⟧",
    "現居⟦復國一路12巷3弄6之1號⟧",
]
ENGLISH = [
    "I live at ⟦No. 88-6, Dapu, Neighborhood 14, Xinzhong Village⟧, Houbi District.",
    "As the state says: ⟦No. 17-40, Beishi, Nanshi Vil.⟧, Houbi District",
    "jatuh di kamar mandi ⟦Guoguang 2nd Rd. No. 88 lantai 6⟧, Daliao District",
    "ở tại ⟦số 17, ngõ 8, đường Dahu 2⟧. Mẹ chồng",
    "clean also house s ⟦Lane 72 Nanjing W Rd, no. 13 3rd floor⟧ every wed",
    "Địa chỉ: ⟦số 301, đường Zhongzheng, tầng 3, Sơn Hóa, Đài Nam⟧",
    "Dorm: ⟦No. 1001, Daxue Rd., Graduate Dorm 2, Rm. 315⟧.",
    "my building, ⟦No. 33-1, Zhongshan 2nd Road, Lingya District, Kaohsiung City 802, 11th floor⟧, has been",
    "visit the Puli Land Office, No. 12, Bei'an Rd., Puli",
    "the Legislative Yuan (No. 1, Zhongshan S. Rd.) is fully booked",
    "our service centre, 1F., No. 1291-8, Zhongzheng Rd., Miaoli",
    "I live at our home office, ⟦No. 12, Bei'an Rd., Puli⟧",
    "I live in Jade Court, ⟦No. 12, Bei'an Rd., 5F⟧",
    "I live on ⟦Sunny Lane 12⟧, Main Street is next to it",
    "he works near my office, ⟦No. 12, Bei'an Rd.⟧",
    "my husband's office, ⟦No. 12, Bei'an Rd., Puli⟧",
    "was taken from the hospital, ⟦No. 5, Minzu Rd.⟧, home",
    "at ⟦No. 12-3, 4F, Ren'ai St., Neighborhood 9, Fuhe Vil.⟧, ok",
    "I rent ⟦Flat C, 9th floor, 27 Linsen Road South⟧.",
    "at ⟦Chang'an W. Rd. 138 Lane, no. 5, 3F⟧",
    "⟦Shih-Pai Road 2nd Sec. Lane 114 No. 23⟧",
    "⟦Chengtai Rd 3rd Sec, Ln 206, 31 No., 5th fl⟧",
    "⟦Zhengda Rd 3 Sec, 228 hao 2F⟧",
    "⟦Jalan Zhongxing nomor 251, lantai 4, kamar 412⟧",
    "⟦Zhongyang N. Rd., Sec. 4, 576, twelfth floor⟧",
    "⟦Yongping St. 7 Ln. 10 Al. 3 4F⟧",
    "meet at ⟦Ln. 9 number 8⟧",
    "⟦Wunhua 1st St., No. 77, floors 3 to 5⟧",
    "⟦Xingnan Rd Sec 2 No 144 rooftop⟧ is illegal",
    "Zhongxiao E. Rd., Sec. 4 from 10 am, lane 2 of the road",
    "I live in Grace Hall, ⟦No. 12, Bei'an Rd.⟧",
    "come to our counter at No. 7, Minquan E. Rd.",
    "Wanhua District Office: No. 120, Heping W. Rd. Sec. 3",
    "the Taipei City Hospital is located at No. 145, Zhengzhou Rd.",
    "my flat at ⟦No. 3, Lane 18, Dexing E. Rd., Tianmu⟧ has mould",
    "from ⟦No. 9, Sec. 2, Zhongshan N. Rd.⟧, Zhongshan Dist.",
    "I live at ⟦No. 12, Ln. 5, Sec. 2, Zhongshan N. Rd., Taipei⟧",
    "my address is ⟦5F.-1, No. 33, Aly. 4, Ln. 12, Heping E. Rd.⟧, Daan Dist.",
    "send it to ⟦12 Zhongxiao Road⟧ please",
    "water leak at ⟦Hemei St 211⟧",
    "⟦3F, No.7, Wenhua Rd., Sec. 1⟧",
    "⟦Rm. 502, 5F., No. 88, Minquan W. Rd., Datong⟧",
    "accident on Zhongxiao E. Rd. & Fuxing S. Rd.",
    "Zhongxiao E. Rd. Sec. 4 is closed",
    "bus no. 12 at the first street",
    "ở ⟦số 45 ngõ 310 đường Zhongshan, Taiping, Đài Trung⟧",
    "nhà em ở ⟦số 8 đường Minsheng⟧ ạ",
    "tinggal di ⟦Jalan Zhongshan No. 45⟧",
    "đường Zhongshan bị hỏng",
    "My place: ⟦3F, 15 Alley 7, Lane 120, Yongkang Street, Da'an⟧",
    "my unit ⟦7F-1, 233 Gongyi Rd, Taichung⟧",
    "I rent ⟦3/F, 27 Shida Road⟧",
    "Alamat: ⟦No. 17, Gang 5, Jalan Minzu⟧, Tainan",
    "alamat saya ⟦Jl. Zhongzheng No. 88 lantai 3⟧",
    "em ở ⟦tầng 4, số 88 đường Zhonghua⟧",
    "The building is ⟦128 Zhongxiao East Road, Section 4⟧.",
    "I live at ⟦No. 210, Zhonghua 5th Road, Xitun, Taichung⟧ now",
    "at ⟦No. 8, Wuquan W. Rd.⟧, South Dist., Taichung City 402",
    "⟦12 Zhongshan Road, Banqiao, New Taipei⟧. Please come",
    "⟦No 5 Alley 3 Lane 45 Heping East Road section 1, 2nd floor⟧",
    "I live at ⟦No. 27, Neighborhood 5, Dacun Village⟧, Emei Township",
    "⟦Fl. 9, No. 200, Dunhua N. Rd.⟧",
    "on the ⟦5th floor of no. 210 Dongmen Road section 2⟧",
    "house ⟦no. 15 in Lane 77, Zhongyang Road⟧ keeps cats",
    "⟦和平東路一段162號, 5th Floor, Room 503⟧",
    "⟦景美街 95 號 3F-1⟧, contract from 2025/9/1",
    "⟦Guanxin Road 25, 14F-1⟧ last week",
    "⟦No. 128 Jalan Fuxing, lantai 2⟧",
    "⟦Jalan Heping Barat bagian 2 No. 30, lantai 4⟧",
    "I rent a room at ⟦4F., No. 17-2, Alley 6, Lane 308, Guangfu South Road⟧",
    "stray dogs at ⟦13 Zhinan Rd. Sec. 3 Lane 33⟧",
    "Dacun Village has no bus after 7 pm",
    "a shop on the 2nd floor of Dunhua N. Rd.",
]
KEPT = [
    "中山路與民權路口",
    "忠孝東路四段封路",
    "國道一號塞車",
    "9號公車",
    "信義區公所幾點開門",
    "7-11前面",
    "捷運B1出口",
    "抽到第3號",
    "二樓7號櫃台",
    "附表一",
    "台61線南下",
    "東區3號窗口",
    "中正紀念堂5號出口",
    "信義區公所2號櫃檯",
    "中和區5號公園",
    "市府轉運站12號月台",
    "府法字第1130012號函",
    "西屯區12號公車停車格",
    "中山區公所（地址：臺北市中山區松江路367號7樓）",
    "本局(110台北市信義區市府路1號2樓)受理",
    "臺北市立圖書館位於建國南路二段125號",
    "社會局地址：臺北市信義區市府路1號",
    "請寄到交通局（11008臺北市信義區市府路1號）",
    "警察局大安分局，地址：臺北市大安區仁愛路三段2號",
    "服務時間：週一至週五。洽詢地點：臺北市北投區新市街30號。請洽社會課。",
    "民眾可至下列地點洽詢：\n1.松山戶政事務所：松山區八德路四段692號2樓\n2.大安戶政事務所：大安區辛亥路一段33號",
    "（寄：100臺北市中正區重慶南路一段122號 總統府）",
    "桃園市中壢區環北路380號是不是中壢區公所？",
]
CITIZENS = [
    "民眾李金葉照片不符。民眾行動不便，請到府協助：三民區⟦大昌一路188巷3號5F⟧。",
    "租屋處中壢區⟦內定十街7巷2號3樓後側套房⟧，押金2個月",
    "租約地址東區⟦大學路8巷6弄3號B02室⟧",
    "聯絡處所：新北市永和區⟦保福路一段3巷12號⟧，電話",
    "檢舉人地址：臺北市中山區⟦松江路12號7樓⟧",
    "我要告環保局沒處理，地點⟦中山路5號⟧",
    "我在松山區公所附近，⟦八德路四段12號⟧",
    "隔壁⟦民生路12號⟧養雞，社會局來過",
    "請派出所到⟦中正路88號⟧看一下，謝謝",
    "姓名:陳小明 地址:台北市大安區⟦瑞安街3號⟧",
    "工務局你好，⟦復興路7號⟧前人孔蓋有聲音",
    "收件人：李大同，新北市板橋區⟦文化路一段8號⟧",
    "我媽住⟦中央路二段5號⟧，要申請長照中心的服務",
    "我是受刑人家屬，要社會局的證明？請告知。\n阮太太（本名略）　新莊區⟦中港路5巷3號⟧",
    "此致 勞動局\n具名人：謝小姐\n通訊處：⟦新生北路三段18巷2號⟧",
    "申請人王大明，設籍臺北市大安區⟦信義路四段1號5樓⟧，申請補助。承辦單位：社會局",
]
LAND = [
    "the flat (⟦中正區南海段一小段 建號 1206⟧) is ours",
    "a plot, ⟦Lot 45-7, Shuiwei Section, Xinying⟧, from our father",
    "遺有土地⟦新化區那拔林段310地號⟧",
    "就是那個⟦番子田段12地號⟧啦",
    "⟦中山段一小段123-4地號⟧是誰的",
    "⟦中山段123、124及125-1地號⟧三筆",
    "我家地號是⟦永吉段三小段五六八地號⟧",
    "⟦大安區仁愛段二小段 318-4 地號⟧的持分",
    "建號：⟦00123-000⟧",
    "地號 ⟦中正段五小段0568-0001⟧",
    "地號是⟦五六八之一⟧",
    "⟦信義段45-6地號⟧和⟦信義段46地號⟧",
    "⟦三重區光明段12建號⟧",
    "坐落⟦文山區木柵段五小段 88-3 地號⟧，面積",
    "地號是⟦瑞芳區龍潭段內寮小段21-7⟧",
    "地號在⟦員林市大饒段七百八十之二⟧",
    "他的園在⟦魚池鄉中明段307之2號⟧那塊",
    "地政說是⟦辛亥段四小段二一八號⟧國有財產署的",
    "土地在⟦苗栗縣後龍鎮大山段一一二號⟧ 我要鑑界",
    "繼承的 ⟦高雄市美濃區中正湖段2201-3號⟧ 還沒登記",
    "我家的田 ⟦芬園鄉舊社段茄荖小段三五六號⟧",
    "⟦新竹縣竹北市白地段 三小段 12-1⟧",
    "⟦桃園市龍潭區三坑子段 88 地號⟧、⟦89地號⟧",
    "我住忠孝東路四段123號 土地謄本要去哪裡辦",
    "光明六路東二段25號 土地",
    "這個階段3號窗口 土地登記",
    "前段5號 地價稅",
    "二段35號的土地公廟",
    "忠孝東路四段123號",
    "請問地號幾號",
    "地號要去哪裡查",
    "land number ⟦Xinyi Section 2, No. 123-4⟧",
    "Is land number ⟦0512-0003, Xinxing section⟧ inside the plan?",
    "the parcel ⟦Lot 55, Wenshan Section⟧ was sold",
    "I live at Roosevelt Road Section 2, near the parking lot 5",
]
ROWS = [(TwAddressRecognizer, row) for row in WRITTEN + ENGLISH + KEPT + CITIZENS] + [
    (TwLandNoRecognizer, row) for row in LAND
]


@pytest.mark.parametrize(("recognizer", "row"), ROWS)
def test_golden(recognizer, row: str) -> None:
    text = MARK.sub(r"\1", row)
    found = Concealer(load_policy("default"), recognizers=[recognizer()]).detect(text)
    assert [text[f.start : f.end] for f in found] == MARK.findall(row)
