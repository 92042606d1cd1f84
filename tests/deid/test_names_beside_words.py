"""Where a name and a word look alike: what of a name counts elsewhere in a text, and what is nobody's."""

from __future__ import annotations

import pytest

from deid import Concealer, load_policy
from deid.recognizers.person import end_of_name

FOUND = (
    ("名單有Lê Thị Hoa、Võ Văn Bình、樸恩菲、達妮亞。都要印", ["Lê Thị Hoa", "Võ Văn Bình", "樸恩菲", "達妮亞"]),
    ("您好，我是陆配冯晓燕，想问居留", ["冯晓燕"]),
    ("我想問續約，謝謝。Suwanti", ["Suwanti"]),
    ("Em ở cùng Đặng Thị Khuyên. Khuyên bị mất thẻ.", ["Đặng Thị Khuyên", "Khuyên"]),
    ("房租一直是佐佐木健太在付，公告卻說健太欠費。", ["佐佐木健太", "健太"]),
    ("車票是用魏立春的名字訂的，立春自己沒有去。", ["魏立春", "立春"]),
    ("Tôi là Linh. linh ở Đài Bắc, gọi linh nhé", ["Linh", "linh", "linh"]),
    ("My name is Grace Okoye. The grace period ended in May, Grace was not told.", ["Grace Okoye", "Grace"]),
    ("申請人是高雄先生，住臺北", ["高雄"]),
    ("值班：1 林秀枝 2 吳金葉 3 江湖 4 黃昏 5 許美珠", ["林秀枝", "吳金葉", "江湖", "黃昏", "許美珠"]),
    ("Ako po si Maria Santos, tawag nila sa akin Tintin", ["Maria Santos", "Tintin"]),
    ("The tenant Chinedu Eze moved out in May. Eze left no address.", ["Chinedu Eze", "Eze"]),
    ("嵐今天沒來上班，電話也不接", ["嵐"]),
    ("我舅舅叫板橋，住屏東", ["板橋"]),
    ("以上是我想問的。許媽求 親筆", ["許媽求"]),
    ("母の名は高遠トキ江、私は高遠航平と申します。", ["高遠トキ江", "高遠航平"]),
    ("Mẹ chồng không cho em gặp con gái Thiên Hà, 5 tuổi.", ["Thiên Hà"]),
    ("Bạn Lấn (Phùng Minh Lấn) vẫn chưa đi lại được, gọi Lấn sau 6 giờ.", ["Lấn", "Phùng Minh Lấn", "Lấn"]),
    ("Saya Dwi Rahayu Wulandari. Boleh telpon minta bicara dengan Wulandari", ["Dwi Rahayu Wulandari", "Wulandari"]),
    ("我叫平安啦 李平安 大家都叫我平安伯", ["平安", "李平安", "平安"]),
    ("我是應許的媽媽盛若蘭", ["應許", "盛若蘭"]),
    ("我兒子宇翔國小三年級", ["宇翔"]),
    ("女兒怡君高中畢業了", ["怡君"]),
    ("家長王則明，0989-552-137，四點前可接", ["王則明"]),
    ("大阪在住の井上健と申します。", ["井上健"]),
    ("收件人幸福（姓幸名福），上次印錯", ["幸福", "姓幸名福"]),
    ("我叫平安，姓平單名一個安", ["平安", "姓平單名一個安"]),
    ("老闆國豪實業倒了，他欠薪，女兒雅婷生技系", ["國豪", "雅婷"]),
    ("謝謝。高恩伯", ["高恩伯"]),
    ("Yesterday Lennart and Guillaume moved out, and Anouk keeps the deposit", ["Lennart", "Guillaume", "Anouk"]),
    ("昨天Siobhan把鑰匙弄丟了，管委會不補發", ["Siobhan"]),
    ("被保人是我老公萬里行 保險公司說", ["萬里行"]),
    ("Kaitoです、中国語がまだ下手です。", ["Kaito"]),
    ("志工少一個，歐陽真，複姓歐陽單名真，不是歐小姐", ["歐陽真", "複姓歐陽單名真"]),
    ("民眾：范姜育彤，複姓喔，范仲淹的范，教育的育。", ["范姜育彤", "複姓喔，范仲淹的范，教育的育"]),
    ("妹妹高潔、先生溫和都可以作證", ["高潔", "溫和"]),
    ("請給我電話。布袋蔡塭城 05-347-6092", ["蔡塭城"]),
    ("我叫張惠妹，地址請寄回，手機沒有", ["張惠妹"]),
    ("作家是我的夢想。我是江蕙，住戶代表", ["江蕙"]),
    ("姓名：周杰倫，我要改電話", ["周杰倫"]),
    ("轉貼群組\nAmy Lo：B1又漏水了", ["Amy Lo"]),
)
STAYS = (
    "讀卡機是新買的，電腦是Win11，一直讀不到",
    "護照快過期了 後天飛 來得及嗎",
    "兆豐跟土銀的提款機都壞了",
    "請到二樓5號櫃台領取",
    "我是永和的租屋族，房東漲租",
    "他是板橋的屋主，想換管線",
    "member.nick= member.alias= status=on",
    "我讀勤益，宿舍停水",
    "春節後那個禮拜二，繳費的卡末四碼1029",
    "お世話になっております。よろしくお願いします",
    "履歷寄至學府路21號人事室收",
    "步驟：1 申請 2 繳費 3 江湖 4 黃昏",
    "司機說萬壽橋在修所以不走指南路",
    "私は台湾人です。名前は後で書きます。",
    "我是學生的家長，我是他的媽媽，在桃園",
    "我要檢舉宏碩精密跟大同科技加班費沒給",
    "私は日本人の妻です。",
    "請填姓名字號，貴姓大名都要，姓氏名冊另附",
    "百姓匿名檢舉有用嗎，老百姓聯名要求，改姓換名",
    "皆様のご支援に心より御礼と申し上げます。",
    "Thank you and Merry Christmas in advance",
    "張惠妹演唱會那天捷運會延駛嗎",
    "隔壁每天放江蕙的家後，唱到半夜",
    "講師請到作家吳念真，便當訂四十五個",
    "衛生所那個皮蛇的疫苗有補助嗎",
    "我家狗狗要登記，叫雪納瑞的那隻",
    "巷口的鹽酥雞攤油煙很大，隔壁愛玉冰也是",
    "垃圾車這禮拜改放給愛麗絲",
    "臉書廣告說是謝金河的投資群",
    "一台黑色的Toyota Sienna停在門口",
    "My employment Gold Card expires next month",
    "跑去彰基掛急診，又轉去屏基",
    "她夜班白天在睡，領班叫大家簽同意書",
    "She comes from Zambia and cooks Ramen during Ramadan",
)
PARTS = (
    ("做辦桌的阿宏師、煮飯的阿滿姨都在場", ["阿宏", "阿滿"]),
    ("旺來伯、罔市嬸兩位都說沒收到通知", ["旺來", "罔市"]),
    ("saya Sri Handayani, PMI di Yilan", ["Sri Handayani"]),
    ("請打給我。孫女靖，0933-804-271。", ["靖"]),
    ("先父林茂土之土地，請查", ["林茂土"]),
)


@pytest.fixture(scope="module")
def concealer() -> Concealer:
    return Concealer(load_policy("default"))


def names_in(concealer: Concealer, text: str) -> list[str]:
    return [text[one.start : one.end] for one in concealer.detect(text) if one.entity == "PERSON"]


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_part_of_a_name_counts_where_it_stands_alone(
    concealer: Concealer, text: str, names: list[str]
) -> None:
    assert names_in(concealer, text) == names


@pytest.mark.parametrize("text", STAYS)
def test_places_days_and_short_names_of_firms_stay(concealer: Concealer, text: str) -> None:
    assert concealer.detect(text) == ()


@pytest.mark.parametrize(("text", "names"), PARTS)
def test_titles_and_labels_are_no_part_of_a_name(concealer: Concealer, text: str, names: list[str]) -> None:
    assert names_in(concealer, text) == names


@pytest.mark.parametrize(
    ("folded", "end", "expected"),
    [("宋先生,您好", 2, 1), ("邱若谷律師", 2, 3), ("邱若和律師", 2, 2), ("林さん", 3, 1), ("WANG MING DOC", 13, 9)],
)
def test_a_name_ends_before_what_is_no_part_of_it(folded: str, end: int, expected: int) -> None:
    assert end_of_name(folded, 0, end) == expected
