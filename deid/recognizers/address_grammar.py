"""The parts of a Taiwanese address, as patterns on the folded view, and where a place's name begins.

    road [section] [lane] [alley] number [floor] [room]     village [neighbourhood] [settlement] number ...

Numbers stand in digits or Chinese numerals, with spaces inside, as ranges and lists. Every pattern is bounded.
"""

from __future__ import annotations

import re

from deid.patterns import Pattern, late
from deid.tw_districts import CITIES, DISTRICTS

HAN = "[㐀-䶿一-鿿\ue000-\uf8ff]"
DAMAGED = "[?\ufffd□○◯〇*_]"
NUMERALS = "一二三四五六七八九十百千零〇○廿卅兩壹貳參叁肆伍陸柒捌玖拾佰么幺洞拐勾"
NUM = f"(?:[0-9]{{1,5}}|[{NUMERALS}]{{1,8}})"
SUB = f"(?: ?[之~-] ?{NUM})"
_UNIT = f"{NUM}{SUB}{{0,2}}"
_JOIN = "[ ]?(?:[、,~/-]|跟|和|及|與|或|至|到)[ ]?"
_FLOOR = (
    rf"(?:(?:地下 ?|第)?{NUM}(?:[~、至到-]{NUM})? ?(?:樓(?:頂(?:樓(?:加蓋)?)?)?|層|FL?\.?(?![A-Z])){SUB}?"
    rf"(?: ?[A-Z](?: ?[室戶棟座])?(?![A-Z0-9])|[A-Z][0-9]{{1,3}}(?: ?[室戶棟座]|(?=[ ,。;、!?)\n]|$)))?"
    rf"|B[0-9]{{1,2}}F?(?![0-9A-Z室棟座]){SUB}?|頂樓(?:加蓋)?|樓頂|頂加|地下室|騎樓|閣樓|夾層|貨櫃屋(?: ?[0-9]{{1,2}})?"
    rf"|(?:[A-Z][0-9]?|[0-9甲乙丙丁前後左右中]) ?[棟座幢])"
)
_ROOM = (
    rf"(?:(?:{NUM}|[A-Z][0-9]{{0,4}}){SUB}? ?(?:室|寢室?|房(?!屋)|(?<![一二兩三四五六七八九十])戶(?![政籍長]))"
    r"|(?:[前後左右][側面邊]?|[0-9]{1,3}號)?[套雅]房(?:[A-Z0-9]{1,3}(?![A-Z0-9]))?)"
)
_THEN = "[ ,、(⋯]{0,3}(?:然後[是,]?)?"
_TAIL = rf"(?:(?:{_THEN}|的|宿舍(?=[A-Z0-9]{{1,2}} ?棟|{NUM} ?樓)){_FLOOR}){{0,3}}(?:[ ,、(⋯]{{0,3}}{_ROOM})?"
_FIRST = f"(?:(?<![0-9])[0-9]{{1,5}}|(?<![{NUMERALS}])[{NUMERALS}]{{1,8}}|(?<=[0-9段巷路街弄衖])[{NUMERALS}]{{1,8}})"
HOUSE = Pattern(
    rf"{_FIRST}{SUB}{{0,2}}(?:{_JOIN}{_UNIT}){{0,6}} ?號(?: ?[之-] ?{NUM}(?! ?[號樓F]))?"
    rf"(?:{_JOIN}{_UNIT} ?號(?: ?之 ?{NUM}(?! ?[號樓F]))?){{0,6}}{_TAIL}"
)
# 「忠孝東路四段100之2 5樓」: a number without 號, told by the floor or the sub-number behind it.
UNMARKED = Pattern(
    rf"(?<=[段路街道巷弄]) ?(?:NOMOR|NO\.?|SỐ) ?[0-9]{{1,4}}(?![0-9])"
    rf"|(?<=[段路街道巷弄 ])(?!0){NUM}(?:{SUB}(?:[ ,]{{1,2}}{_FLOOR}|(?![0-9號段樓巷弄 ]))|[ ,]{{1,2}}{_FLOOR})"
)
# 「長安華廈A棟3樓」: a building with a name of its own.
BUILDING = Pattern(
    rf"(?P<name>{HAN}{{2,5}})(?:大廈|社宅|華廈|國宅|新[城村]|眷村|花園|山莊|社區|大樓)(?:[A-Z0-9] ?區)?"
    rf"第?(?:[A-Z][0-9]?|{NUM}|[甲乙丙丁]) ?[棟座]{NUM} ?樓{SUB}?"
)
_LIVES = "住(?:[在於佇]|(?![在於佇處址所戶院宿民宅]))"
# 「我家在中山路391巷20弄裡面」: where somebody lives, without a number.
HOME_LANE = late(
    rf"(?:{_LIVES}|家在|家住|租在)(?:{HAN}{{1,3}}[縣市])?(?:{HAN}{{1,3}}[區鄉鎮市])?"
    rf"(?P<place>{HAN}{{1,4}}(?:路|街|大道)(?:{NUM} ?段)?{NUM}{SUB}? ?巷(?:{NUM} ?弄)?)"
)
# 「我住一四零號」, 「本人住13樓之2」: a door without its road.
HOME_DOOR = Pattern(
    rf"(?:住在?|我們?家就?在|(?:我們|我家)是(?! ?{NUM} ?號(?! ?{NUM} ?樓))) ?"
    rf"(?P<place>(?<![0-9])(?:{NUM}{SUB}? ?(?:號(?: ?{NUM} ?樓{SUB}?)?|樓{SUB})|[A-Z][0-9]? ?[棟座] ?{NUM} ?樓{SUB}?))"
    rf"(?=[ ,。!?;\n]|$|的|這|那|樓下|樓上)"
)
# 「鄰居 27號那間」, 「隔鄰8號」; 「八樓之二那位先生」: somebody else's door.
NEXT_DOOR = Pattern(
    rf"(?:鄰居|鄰家|鄰戶|隔鄰|隔壁)的?[ ,是]{{0,2}}"
    rf"(?P<place>(?<![0-9]){NUM}{SUB}? ?號(?:{NUM} ?樓{SUB}?)?)(?![出誌線月])"
    rf"|(?P<floor>(?<![0-9]){NUM} ?樓{SUB})(?=的?那[個位戶家間])"
    rf"|(?P<same>同號 ?{NUM} ?樓{SUB}?)(?! ?[樓F層])"
    rf"|(?:誤植|誤載|整編|編釘|改編|更正)為 ?(?P<again>(?<![0-9]){NUM}{SUB}? ?號(?: ?之 ?{NUM})?)(?!{NUM} ?樓)"
    rf"|我家(?P<own>(?<![0-9]){NUM}{SUB}? ?號)(?=[前後旁對門])"
    rf"|對面的?[ 是]?(?P<opposite>(?<![0-9]){NUM}{SUB}? ?號(?:{NUM} ?樓{SUB}?)?)"
    r"(?=的?那(?:[位戶]|個[人男女老阿養先太小鄰]))"
    rf"|(?:樓[上下]|對門|我家?|我們)的?[ 是]?(?P<side>(?<![0-9]){NUM} ?(?:F|樓)[之-]{NUM})(?! ?[0-9樓F層])"
)
# Where the address is told, too: 「不是35，53號7樓之1」, 「樓上，8樓之1」.
DOOR_AGAIN = Pattern(
    rf"(?<![0-9{NUMERALS}路街巷弄段])(?P<door>{NUM}{SUB}? ?號 ?(?={NUM} ?樓){_FLOOR}(?: ?{_ROOM})?)"
    rf"|(?:樓[上下]|隔壁|對面)[,: ]{{0,2}}(?P<floor>{NUM} ?樓{SUB})"
)
# 「住在養生文化村C棟」, 「宿舍 仁齋 B312」: a building or a room where somebody lives.
HOME_BUILDING = Pattern(
    rf"{_LIVES}"
    rf"(?:{HAN}{{1,3}}[縣市])?(?:{HAN}{{1,3}}[區鄉鎮市])?"
    rf"(?P<place>(?:(?![有的這那同個]){HAN}){{2,7}}?(?:社區|大樓|大廈|華廈|[文新眷國社化]村|新城|山莊|國宅|社宅|花園|家園)"
    rf"(?:[A-Z0-9] ?區)? ?(?:[A-Z][0-9]?|[0-9]{{1,2}}) ?棟)(?! ?(?:房|大樓|公寓|建))"
    rf"|(?P<room>(?:宿舍|[男女][0-9]?舍) ?(?:{HAN}{{1,3}}[齋舍樓館軒苑] ?)?"
    rf"(?:[A-Z][0-9]{{3,4}}(?:室|房|寢)?|[0-9]{{3,4}}(?:室|房|寢))(?![0-9])"
    rf"|[男女][0-9一二三四五六七八九十]舍 ?(?:[A-Z] ?棟 ?)?(?:[0-9]{{3,4}}(?:-[A-Z0-9])?|"
    rf"[零〇一二三四五六七八九]{{3,4}}[室房寢])"
    rf"(?![0-9/.]| ?[年學級屆位人元名床間度]))"
)
# 「住尖山腳七鄰十四號」, 「戶籍在崁頭厝22號」: a settlement has no roads; 「門牌四十七號之一」.
SETTLED = "[厝寮崁埔坑潭腳跤仔庄莊湖坪湳圳崙洲窩墘溝底份股田圍社落山灣坡]"
_HOUSE_NO = rf"{NUM}{SUB}? ?號(?: ?[之附] ?{NUM})?"
SETTLEMENT = Pattern(
    rf"(?:(?P<dated>{_LIVES}|寄[到給]|送到|[厝家]在)|住址|戶籍[在地]?|地址|蹛佇|門牌[掛寫]?)"
    rf"(?:[是為: ]|仍在){{0,2}}"
    rf"(?P<place>(?P<settled>(?:(?!門牌){HAN}){{1,4}}?{SETTLED})(?: ?{NUM} ?鄰)? ?{_HOUSE_NO})(?![出誌線月])"
    rf"|(?P<temporary>臨字第? ?{_HOUSE_NO})"
    rf"|門牌[掛寫]?[是為在: ]{{0,2}}(?P<door>(?<![0-9]){_HOUSE_NO})(?![0-9出誌線月至到]|以[上下]|[^。\n]{{0,20}}整編)"
)

_SECTION = f"(?: ?[東西南北]?{NUM} ?段|{HAN}{{1,3}}段)?"
_LANE = f"(?:{NUM}{SUB}? ?巷(?:內 ?)?[ ,]?)?(?:{NUM}{SUB}? ?[弄衖] ?)?(?:{NUM} ?[弄衖] ?)?"
# How one finds the door inside a lane: 「巷口進來第三間」.
_WAY = (
    rf"(?:[ ,⋯嗯呃]|巷?口|[巷弄]?[底內裡]面?|走?進[來去]|[往直]前?走|[左右](?:轉|手邊|邊)|過去|的|[那這]|倒數|"
    rf"第 ?{NUM} ?[間棟戶家排])"
)
# What one says while a number comes to mind.
_UNSURE = (
    f"(?:⋯{{1,4}} ?{NUM} ?段)?(?:{NUM}⋯{{1,4}} ?(?:不是|不對|錯了) ?)?"
    "(?:[ ,]?(?:⋯{1,4}|那個|什麼|呃|嗯|好像|應該|大概|我想一下)(?:是)?[ ,]?){0,4}"
)
_ROAD_END = "(?:路|街|大道|巷)"
LEADING = Pattern(
    rf"(?:(?P<road>(?:{HAN} ?){{1,7}}|(?:{HAN}){{0,6}}{DAMAGED}{{1,2}}{HAN}?){_ROAD_END}{_SECTION}(?: "
    rf"?{HAN}{{1,3}}巷)?"
    rf"|(?P<village>{HAN}{{1,4}}[里村](?![鎮區鄉])|{HAN}{{2,3}}莊(?={NUM} ?巷))(?:[ ⋯]{{0,3}}{NUM} ?鄰)?{HAN}{{0,5}})"
    rf" ?(?:,?(?:沒有巷[子弄]?|巷子?沒有)[ ,]?)?(?:門牌)?{_UNSURE}{_LANE}(?:(?<=[巷弄]){HAN}{{1,4}}村 ?)?"
    rf"(?:(?<=[巷弄])(?![ ,]){_WAY}{{1,6}})?(?:附|臨|{NUM} ?樓 ?)?$"
)
# 「光復路三百」 before 巷: the lane's number was read as a part of the road's name.
LANE_IN_ROAD = late(rf"(?:路|街|大道) ?(?:[東西南北]?[{NUMERALS}] ?段 ?)?(?=[{NUMERALS}]{{1,8}}$)")
LANE_ONLY = Pattern(
    rf"(?:{NUM}{SUB}? ?巷 ?(?:{NUM}{SUB}? ?[弄衖] ?)?|{NUM} ?[弄衖] ?|同巷 ?{NUM}{SUB}? ?[弄衖] ?|同[巷弄棟] ?)$"
)
# 「慶東里石角溪邊12鄰」: what stands between a village and its neighbourhood is a settlement or a road.
NEIGHBOURHOOD = Pattern(
    rf"(?:(?P<village>{HAN}{{1,4}}[里村])(?![鎮區鄉]){HAN}{{1,6}} ?)?{NUM} ?鄰{HAN}{{0,4}} ?$"
)
VILLAGE_BEFORE = late(rf"({HAN}{{1,4}}[里村](?![鎮區鄉]))? ?(?:{NUM} ?鄰[ ,]?)?$")
_DISTRICT = late("|".join(sorted(DISTRICTS, key=len, reverse=True)))
DISTRICT_ONLY = late(rf"(?:{_DISTRICT.pattern}) ?(?P<place>{HAN}{{0,4}}) ?$")
NOT_A_ROAD = Pattern("(?:(?<!至)公路|鐵路|網路|(?<!鐵)道路|馬路|線路|電路|思路|通路|出路|迴路|國道)$")
# What goes on behind a number that is no house's: a gate, a counter, a bus; and behind one that is a day.
NOT_HOUSE_IN_DISTRICT = re.compile(
    " ?(?:公車|出口|月台|候車|登機|窗口|櫃|碼頭|診|水門|步道|登山|涼亭|古道|"
    "球場|公園|停車|車位|攤|線|道|機|井|倉|廳|教室|房|展|"
    "門(?!口)|池|館|場|站|"
    "[信函令案燈公園]|橋|隧道|幹線|投開票|投票)"
)
DAY_OR_PLACE_AFTER = (
    "早|晚|[上下]午|凌晨|半夜|開始|那天|以[前後]|之[前後]|的(?:公園|出口|公車|捷運|站)|診間|窗口|搬|走"
)
NOT_DOOR = re.compile(f" ?(?:{DAY_OR_PLACE_AFTER}|要|就|才|會)")
NOT_A_PLACE = re.compile(
    "[所局處科課室院校館站場園店廟宮區樓梯的在是有線廳櫃台會團隊戲段第字約共]$|中心$|公司$"
)

# What goes before a name without being part of it. The last of these that leaves a name of two characters counts.
_WORDS_BEFORE = late(
    "(?<![區鄉鎮市縣])[這那][個邊]?|我們[里村]|到|[路街巷](?!竹)口?|"
    "[之側]|至(?![善聖誠真平德公])|(?<!自)由|(?<=[路街號樓段巷口們0-9一二三四五六七八九十])[和與及]|"
    "(?<=[0-9一二三四五六七八九十])[日月點分時年度次台輛件]|[里村](?![東西南北])|縣(?![民府政])|市(?![民府政場])|"
    "(?:竹北|苗栗|頭份|彰化|員林|南投|斗六|太保|朴子|屏東|宜蘭|花蓮|[台臺]東|馬公)市|(?<![一-鿿])[東西南北中]區|"
    "(?<=[一-鿿]{2})[區鄉鎮]|"
    "[均都皆]屬於?|還有|原來|現居|改成|變成|檢舉|反映|反應|投訴|陳情|違停|昨天|今天|明天|昨晚|今早|早上|晚上|半夜|凌晨|[上下]午|目前|現在|一直|"
    "(?:戶籍|通訊|現居|居住|所在|租屋|工作|公司|聯絡|寄件|收件)(?:地[址點]?|處)(?!政)|住址|地址|"
    "門牌|地點|戶籍|[住居處]所|其?住處|"
    "位置|派人|過來|經過|接近|送至|遷至|搬至|搬去|寄至|(?:[我住老舊娘新店你妳他她們公嬤叔姨爸媽哥姐姊弟妹客東居]|朋友|親戚)家(?!齊)|"
    "宿舍|[坐座]落|本人|敝宅|大門|一樣|山上|設籍|老厝|租屋|雜貨店|房屋|原本|"
    "(?:(?:醫|法|書)院|書館|運動中心|文化中心|行政中心|藝術中心|監理站|保局|國稅局|稅務局|分局|郵局|公所|派出所|事務所|署|國小|國中|高中|"
    "大學|中山堂|車站|長庚|馬偕|榮總|政府|瀾宮|範圍)(?=[一-鿿]{2})|"
    "公司|收[件到]|旁邊|對面|[前後外裡]面|"
    "附近|門口|轉角|有個|淹水|正確|(?<=樓)[上下]|(?<=[我你妳他她])們|(?<![承出])租|"
    f"看到|發現|[台臺]灣(?!大道)|{'|'.join(CITIES)}|"
    "[在住蹛被是係於址的了往我你他您她寄找從號樓室弄段(:,;!。?鄰請跟靠就給叫壁查問修挖為寫佇填說詢把釘變去]|自(?![強由立治助])"
)
_SHORT_NAMES = frozenset("東西南北中新老大橫直")
_LONGEST_GLUED, _LONGEST_WORD = 7, 3


def name_start(text: str, start: int, end: int) -> int:
    """Return where a place's name begins in ``text[start:end]``, the run of characters before 路, 里, 段 ..."""
    best = start
    for match in _WORDS_BEFORE.finditer(text, max(0, start - _LONGEST_WORD), end):
        if match.end() <= start:
            continue
        left = end - match.end()
        if left >= 2 or (left == 1 and text[match.end()] in _SHORT_NAMES and _is_boundary(text, match.end())):
            best = match.end()
    spaced = text.rfind(" ", best, end)
    if spaced >= best and end - spaced > 2:
        best = spaced + 1
    if best == start and end - start >= _LONGEST_GLUED:
        best = end - 5
    return best


def _is_boundary(text: str, end: int) -> bool:
    """Whether a name of one character may follow: 「住南街」, 「三峽區中街」, but not 「鎮南街」."""
    before = text[end - 1]
    return before not in "?區鄉鎮市里村" or any(text[end - n : end] in DISTRICTS for n in (2, 3, 4))
