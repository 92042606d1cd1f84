"""The words by which ``date_of_birth`` tells a date of birth from another date: before it, behind it, between two.

All are on the folded view.
"""

from __future__ import annotations

import re

from deid.patterns import Pattern, late
from deid.recognizers.name_context import SURNAME_START

_AGE = "(?:[0-9]+|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|ELEVEN|TWELVE)"
LUNAR = "(?:農曆|國曆|陽曆|陰曆|舊曆|新曆|古曆|閏)"
BIRTH = Pattern(
    "生|八字|寶寶|年次|出世|肖|D\\.? ?O\\.? ?B|BIRTH|BORN|B-?DAY|SINH|LAHIR|KAARAWAN|座|屬|N[éE]E? LE|GEBOREN|NACID|"
    "年級生|跑出來|出來[的了]|剖腹|"
    "(?<![A-Z])B\\. |BABY (?:BOY|GIRL)|TURN(?:ING|S|ED) [0-9A-Z]|RA đờI|ULANG TAHUN|"
    "IPINANGANAK|생|เกิด|NASC|URODZ"
)
CUE_BEFORE = Pattern(
    r"(?:生日|八字|出生(?:年月日?|日期|日|於|年)?|(?<![先醫學衛產發])生於|年次|誕生(?:於)?|生年月日|生辰|出世|"
    r"D\.? ?O\.? ?B\.?|(?:DATE ?OF ?)?BIRTH[_ \-]?(?:DAY|DATE)?|(?<![A-Z\-])B-?DAY(?: NI?YA)?|"
    r"G[IA]VEN? BIRTH(?: TO)?(?: (?:MY|OUR|A|HIS|HER))?(?: (?:SON|DAUGHTER|BABY|BOY|GIRL|CHILD)){0,2}|"
    r"BORN(?: (?:AT|IN) [^.,!?\n0-9]{2,28}| ON)?|SINH|LAHIR(?: DI [A-Z]{2,12}(?: [A-Z]{3,12}){0,2},?)?|"
    rf"KAARAWAN|(?<![A-Z])(?<![A-Z] )B\.|TURN(?:ING|S|ED) {_AGE}(?: SOON)?(?: ON)?|RA đờI|"
    r"ULANG TAHUN(?: ?(?:SAYA|NYA|DIA|ANAK SAYA))?|"
    r"(?<![A-Z])N[éE]E? LE|GEBOREN AM|NACID[OA] EL|"
    r"IPINANGANAK(?: (?:AKO|SIYA|PO|NA|ANG ANAK KO))*(?: NOONG)?|생년월일[은는]?|생일[은이]?|"
    r"(?:วัน ?)?(?<!เหตุ)(?<!เหตุ )เกิด(?: ?วันที่| ?เมื่อ| ?คือ)*|"
    r"(?:DATA D[IE] )?NASC(?:ITA|IMENTO)(?: é)?|NASCID[OA] EM|URODZON[YA])"
    r"(?:[ :=→\"'「『(\[{,、\t/|_?的是為在於はON]|"
    r"(?:[A-D]|ANS|ANSWER|CALLER|答|民眾|市民|家長|來電者|對方) ?:|[呢咧呀?]|DATE|TIME|IN |"
    r"年月日|"
    r"(?:PRINTED|WRONG|SHOWN|SHOWS|LISTED|WRITTEN|ENTERED|RECORDED|SAYS)(?: AS)? |"
    rf"\([DMY/\-. ]{{5,12}}\)|日期|格式|[後末][四4]碼|"
    rf"{LUNAR}|填|寫|我?[打輸印]入?|就|應該|應|正確|[打寫登印記填][錯成]|被|誤植|有誤|不對|不是|"
    r"[把將我他她卻答]|結果|了|TANGGAL|TGL\.?|NG[àA]Y|NăM|GHI |NHầM |Là |改成?|"
    r"分別|都|的話|幾號|月日|就好|也要|可以|[\n]){0,8}"
    r"(?:LAST (?:MONTH|WEEK|YEAR) |(?:LAST |THIS )?(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY,? )?"
    r"(?:IS |WAS |AS |ON )?(?:THE )?$"
)
# Farther away, where no other number and no end of a sentence stands between.
CUE_FAR_BEFORE = Pattern(
    "(?:(?:生日|出生(?!登記|證明|率|地|別|後|前|通報|之)(?:年月日|日期)?|誕生)"
    "(?:(?!申請|受理|到期|截止|[結離]婚|過世|死亡|收件|投保|[發換補核][照證發]|效期)[^。!?\n0-9一二三四五六七八九十]){0,24}"
    "(?:是|為|寫成?|記載|登記|報|印成|改[成為]|輸入)|"
    "(?<![A-Z])(?:BORN|BIRTH|LAHIR)(?:[^.!?\n0-9]{0,28}|[^.!?\n0-9,]{0,44}) "
    "(?:ON|IS|WAS|TANGGAL|SHOULD BE|MUST BE)(?: THE)?) ?$"
)
_BIRTHDAY = "生日(?!快樂|[蛋禮派])"
CUE_AFTER = late(
    "생|就?生了|就?跑出來了|才出來的|[那當]天(?:剖腹|自然產|催生)產?(?:生?的|$|[ ,。])|"
    "在(?:(?!照顧|[我你他她])[一-鿿]){2,8}生(?:雙胞胎|小孩|寶寶|[下的了])|"
    "在[一-鿿]{0,3}(?:奇美|長庚|馬偕|榮總|[台臺成]大|慈濟|秀傳|彰基|高醫|北醫|亞東|醫院|診所|婦產科|家裡|車上)生"
    "(?=[ ,。!\n]|$)|"
    "[\"」]?[ -]{0,3}(?:(?:(?:THAT |THIS |WHICH )?IS |AS )?(?:MY |HIS |HER |THE )?"
    "(?:BIRTHDAY|DATE OF BIRTH|DOB)(?![A-Z])|"
    f"(?:[一-鿿]{{2,3}}節)?(?:那天|[昨今明]天|前天)?{_BIRTHDAY}|"
    "[ ,]?[一-鿿]{2,6}[那當]天出?生(?:的|下)|"
    f"[)( ,]{{0,2}}(?:出生(?!登記|率|證明|[之者、])|出世|誕生|{_BIRTHDAY}|BORN)|"
    "(?:[凌清]晨|[早晚]上|[上中下]午|半夜)(?:出生(?![登之者、])|生的)|(?:[一-鿿]{2}節)?寶寶|"
    "(?:牡羊|白羊|金牛|雙子|巨蟹|獅子|處女|天秤|天蠍|射手|摩羯|水瓶|雙魚)座|[屬肖][鼠牛虎兔龍蛇馬羊猴雞狗豬]|"
    "(?:的)?生(?![效活產態命物意病死育氣前成肖日長鮮理涯動])|"
    f"(?:是|為)?(?:我|他|她|小孩|兒子|女兒|爸|媽|先生|太太|本人)?(?:爸|媽)?的?(?:{_BIRTHDAY}|出生))"
)
# What may stand between one date of birth and the next: 「印成」, 「不是」, 「、老二」.
CORRECTED = late(
    r"(?![^0-9\n]{0,12}[劑次針班])[^。!\n0-9]{0,10}(?:[打寫登印記填變弄]成|[打寫登印記填講說唸報]錯|誤[植登載寫打]|應該?[是為]|應改|不是|不符|不一[樣致]|才對|更正|改成|"
    r"還是|正確|CORRECT|INSTEAD OF|SHOULD BE|, NOT|(?<=, )NOT|AND|[證照戶籍口本]上?[面頭]?[卻則又]?[寫是登]|"
    r"健保卡|護照|居留證|戶口名簿|學生證)[^。!\n0-9]{0,6}"
)
NEXT_OF_KIN = late(
    r"(?: ?出?生)?(?: ?[、和跟與及/→] ?|[, ]{1,2}(?:[而就也]?是|就)|"
    r"的?[ ,]{0,2}(?:是?屬|肖)[鼠牛虎兔龍蛇馬羊猴雞狗豬]的?[啦喔]?[ ,、]{1,2}|"
    r"[ ,、;和跟與及/]{1,3}(?:老[大二三四么]|[姊姐]姊?姐?|妹妹?|哥哥?|弟弟?|[大小]的|[大二三小]?(?:兒子|女兒)|"
    r"先生|太太|寶寶|小孩|孩子|"
    r"爸爸?|媽媽?|公公|婆婆|阿[公嬤]|我|另一[個位])的?[是: ]{0,2}|另?一[個位]是?)"
)
# 「我打450618，它說格式錯誤，我打0450618」: the same date typed once more.
RETYPED = re.compile(r"[^。!\n0-9]{0,18}(?:打|輸入?|換成?|填)(?:西元|民國)?")
GENERIC_YEAR = late(
    " ?(?:的?[汽機轎]?車(?![主禍])|的?房(?!東)|"
    "\\)?以[上下前後]|以前|以後|之前|之後|[前後至起者~-]|[( ]?含|\\(|的?役男|男子|、|,? ?[0-9]{2}年次)"
)
COHORT_BEFORE = re.compile(r"[0-9] ?(?:年次)?[~-]$|歲 ?\($|例[:如]$|\(例:?$")
# 「101年9月2日至102年9月1日出生」: whoever was born then; 「今天是11/26」.
ANY_BEFORE = Pattern(
    "[0-9日] ?(?:至|到|~|起至)(?:民國)? ?$|[今明昨][天日]是? ?$|"
    r"[日號時分][^0-9,;。\n]{0,3}[於在][^0-9,。\n]{1,10}出生[,。 ]$|"
    r"(?:(?<!屬)(?:狗狗?|貓咪?)|犬隻|毛小?孩|寵物)[是在於]?$|"
    "(?:正神|媽祖|王爺|帝君|佛祖|菩薩|娘娘|千歲|土地公)的?(?:生日|誕辰|聖誕)[是在: ]{0,2}$"
)
# A child that came early: 「預產期是…,結果7月5日就出來了」.
DUE, CAME_AFTER = re.compile("預產期|早產|保溫箱|陣痛|羊水"), re.compile(" ?就?(?:跑)?出來了")
EXAMPLE_BEFORE = re.compile(r"(?:例[如:]|\([例如]|範例|格式)[: ]?$|VER(?:SION)?[\"': =.]{1,4}$")
# 「…六月卅日出生,115年8月29日過世」: the birth is told, another event follows.
BORN_THEN = re.compile("出?生[,、]")
# 「兒童出生於115年1月1日以後」: whoever was born since then.
SINCE_AFTER = re.compile(
    "[ 」]?(?:\\(含\\))?[以之][前後]|」?起|"
    "[至到~](?:民國)?[0-9]{2,4}年[0-9]{1,2}月[0-9]{1,2}日(?:之|間|期間|出?生)"
)
PERSONAL_BEFORE = re.compile(
    "(?:我|本人|爸|媽|先生|太太|老[公婆]|兒子|女兒|小孩|公|嬤|[他她]|弟|妹|哥|姊|姐)[^,。!?\n]{0,8}$"
)
ID = "[A-Z][0-9A-D][0-9]{8}"
MOBILE = "09[0-9]{2}[- ]?[0-9]{3}[- ]?[0-9]{3}"
ROW = "[ ,、/\t|;\\n]{1,3}"
ID_BEFORE, ID_AFTER = re.compile(rf"{ID}{ROW}$"), re.compile(rf"{ROW}{ID}(?![0-9])")
PAPER_NO_AFTER = re.compile("[ ,、|]{1,2}(?:健保)?(?:卡號|身[分份]證字?號?|證號|病歷號?碼?)")
MOBILE_BEFORE, MOBILE_AFTER = (
    re.compile(rf"{MOBILE}{ROW}$"),
    re.compile(rf"(?:{ROW}|(?<= ))(?:(?:電話|手機)[是: ]{{0,2}})?{MOBILE}(?![0-9])"),
)
NAME_BEFORE = Pattern(
    rf"(?:^|[ \n\t,、:(。;/|]|"
    rf"[爸媽公嬤父母弟妹哥姊姐夫妻婆太伯叔姨姑兒女生人孩子是叫]){SURNAME_START.pattern}[一-鿿·]{{1,3}}{ROW}$"
)
# 「小孩：施語桐 110.3.29、」: a child's name; 「黎氏秋月(1992/06/18,」: brackets behind a name; the next of a list.
CHILD_NAMED_BEFORE = late(
    rf"(?:小孩|孩子|成員|子女|[長次三四么][子女]|兒子|女兒|學生|幼[兒童]|寶寶|孫[子女]|嬰兒)[: 是]{{0,2}}"
    rf"{SURNAME_START.pattern}[一-鿿·]{{1,3}}{ROW}$"
)
_LATIN_NAME = (
    "(?!(?:[A-Z]+ ){0,3}(?:TYPHOON|STORM|FLOOD|ACT|LAW|ARTICLE|RULING)(?![A-Z]))"
    "[A-ZÀ-ɏ][A-ZÀ-ɏ'.-]{1,20}(?: [A-ZÀ-ɏ][A-ZÀ-ɏ'.-]{1,20}){1,3}"
)
NAME_OPENED = Pattern(
    rf"(?:^|[ \n\t,、:。;「『]|[偶子女夫妻母父親兄弟姊姐妹孫爸媽公嬤])"
    rf"(?P<name>{SURNAME_START.pattern}[一-鿿·]{{1,4}}(?<![橋庫縣震災風案險運軌場法站路館])) ?\((?:[一-鿿]{{1,4}},)?$"
    rf"|(?:^|[ \n:,;/(]|(?<=[一-鿿]))(?P<latin>{_LATIN_NAME}) ?\($"
)
CLOSED_BY_WORDS = late(r"\)[一-鿿]")
IN_BRACKETS = late("[,)](?!颱風|豪雨|風災|[一-鿿]{0,2}案)")
NEXT_NAMED = late(
    rf"\)?[ 、,;\n]{{1,3}}(?P<name>{SURNAME_START.pattern}[一-鿿·]{{1,3}}(?<![日期間址話號]))[ ,:(]{{1,2}}"
    rf"|\)?[ ,;\n]{{1,3}}(?:AND )?(?P<latin>{_LATIN_NAME})[ ,:(]{{1,2}}"
)
BABY_BEFORE_ENGLISH, TOLD_ALONE = re.compile("BABY (?:BOY|GIRL)[,:(]? ?$"), re.compile("[,.)\n]|$")
GOES_ON = late(" ?[一-鿿]")
_KIN = "[大小]的|老[大二三四么]|哥哥|弟弟|[姊姐]{2}|妹妹|我|[上前]一胎"
# What may follow a date that is all that is said of somebody: the end, the next child, where he was born.
NOTHING_MORE = late(
    f"[ ,、]{{0,2}}(?:$|[。!?;\n]|{_KIN}|另?一[個位]|生|也是|在(?:[^0-9,。\n]{{1,8}}出?生|[一-鿿]{{2}}(?:$|[ ,。])))"
)
# 「身分證上寫的是36.2.5」, 「我屬龍的啦,六十五年…」, 「農曆是民國三十四年的七月半」: nothing but a birth is told so.
PAPER_BEFORE = re.compile(
    "(?:身[分份]證|戶籍|戶口(?:名簿)?|健保卡|證件)[上裡]?面?"
    "(?:寫的是|記載的?[是為]?|登記的?[是為]?|是寫|寫的?|是|為) ?"
    f"{LUNAR}?$"
)
ISSUED_AFTER = late(
    " ?[一-鿿]{0,4}?(?:發|到期|領|辦|申請|遷|補|換|改|設|做|掛|除|掉|遺|過期|被|丟|鎖|壞|簽|結|離|移)"
)
ZODIAC_BEFORE = late(
    "(?:屬[鼠牛虎兔龍蛇馬羊猴雞狗豬]|[四五六七八]年級生)(?:的|啦|喔|年){0,3}[ ,]{0,2}$|農曆(?:生日)?是 ?$|國曆生日是 ?$"
)
YEAR_SAID = late("(?:民國)?[一-鿿0-9]{2,4}年的")
_FEAST = (
    "(?:(?:七夕|中秋|端午|五月節|雙十|國慶|冬至|元旦|小年夜|除夕|元宵|清明|聖誕|耶誕|愚人|重陽|中元|尾牙)節?日?|平安夜|"
    "國父誕辰(?:紀念日)?|"
    "(?:兒童|婦女|青年|勞動|教師|父親|母親|情人|光復|軍人|護士|記者|植樹)節)"
)
FESTIVAL = re.compile(f"的?{_FEAST}(?:那天|當天|前一天)?")
# 「73年8月,嗯,9號」: the day, told later.
DAY_LATER = late(
    "(?<=月)[ ,、]{0,2}(?:[呃嗯欸啊喔]|那個|好像是?|等1?一?下|我想1?一?下|幾號喔){1,3}[ ,、]{1,2}"
    "(?P<day>(?:初[1-9一二三四五六七八九十]|[0-9一二三四五六七八九十廿]{1,3}[號日]))(?=[ ,。!?啦喔吧]|$)"
)
# 「六十年一月一號,就是元旦」: the day once more, by its name.
FEAST_TOO = late(
    "(?:日?出?生)?(?:[ ,。(]|對|就是|也就是|[剛正]好是?|是|那天|當天){1,5}"
    f"(?P<day>{_FEAST}(?:那天|當天)?)"
    "(?=[ ,。!?)出生我他她名]|$)"
)
# 「戶籍登載為昭和九年四月三日」
JAPANESE_ERA = re.compile("明治|大正|昭和")
RECORDED_BEFORE = re.compile("(?:資料|戶籍|戶口|謄本|登記|登載|記載|簿|冊)上?[是為作寫載: ]{0,3}$")
THIS_YEAR = re.compile("^[今去前]年")
SELF_BEFORE, SAID_OF = re.compile("[我他她](?P<said>是)?$"), re.compile("的(?![一-鿿])")
SELF_ALONE_BEFORE = late(
    "(?:(?:^|[ ,。;!?\n])(?P<self>[我他她])|"
    "(?:^|[^一-鿿]|我)(?:配偶|先生|太太|老公|老婆|丈夫|妻子|父親|母親|爸爸?|媽媽?|阿[公嬤]|公公|婆婆|外[公婆]))[ :]?$"
)
ENDED_BEFORE = re.compile("[離結]婚|登記|死亡|過世|往生|除戶|[通致]")
SAID_LAST = re.compile(f"[。\n]|$|[ ,]{{1,2}}(?:寶寶|小孩|孩子|{_KIN})")
SAID_OF_KIN = re.compile(" ?(?:\\((?!歿|第|離|結|卒|亡)|[、;。\n]|$)")
# 「民國三十六年三月初四，農曆的」: the calendar belongs to the date.
CALENDAR_AFTER = re.compile("[ ,、(]{0,2}[農國陰陽舊]曆的?(?=[ ,。、)\n]|$)")
# 「民國64年國曆10月31日」: hardly anything but a birth is told by which calendar.
CALENDAR, CLAUSE_ENDS = re.compile(f"年 ?{LUNAR}"), re.compile(" ?(?:[,。、;)\n]|$)")
OPENED, CLOSED = re.compile(rf" ?\((?:也?就?是)?{LUNAR}?"), re.compile(r" ?\)")
AGED_BEFORE = re.compile(r"(?:歲|YEARS? OLD) ?\($")
CHILD = "(?:小孩|孩子|兒子|女兒|寶寶|孫子|孫女)"
CHILD_BEFORE = re.compile(f"{CHILD} ?$")
ELDER_BEFORE = re.compile(
    "(?:[我他她][爸媽]|爸爸|媽媽|阿[公嬤]|[我他她](?:先生|太太)|老[公婆])[欸啊啦喔]? ?$"
)
SEX_BEFORE = re.compile("(?:^|[ ,、|/\n(:])[男女]性?[ ,、|/]{1,2}$")
# 「大的九十八年四月一號 小的…」, 「他是九十年…」: a whole date and nothing else that it could be of.
KIN_BEFORE = Pattern(
    "(?:[大小]的|老[大二三四么]|[上前]一胎|(?:小孩|孩子|兒子|女兒|雙胞胎|[姊兄][妹弟])[,: ]?一[個位]|"
    "(?:(?<=^)|(?<=[ ,。;!?\n]))[他她]是|[大二三]寶|"
    "(?:哥哥|弟弟|[姊姐]{2}|妹妹)(?=是))是? ?$"
)
# 「寶寶是去年二月三號在醫院出生的」.
BABY_BEFORE = re.compile(f"(?:{CHILD}|第[一二三四]胎|頭胎)是?[ ,]?$")
BORN_AFTER = re.compile("在[^0-9,。\n]{1,8}出生(?![登證率])")
# 「寶寶林小寶於115年11月9日上午7時41分於某醫院出生」.
CHILD_AT_BEFORE = Pattern(f"(?:{CHILD}|嬰兒|長[子女]|次[子女]|[之本]子|[之本]女)[一-鿿]{{0,4}}[於在] ?$")
BORN_AT_AFTER = re.compile(
    "(?:[上下中]午|[凌清]晨|[早晚]上|半夜)?(?:[0-9]{1,2}[時點:](?:[0-9]{1,2}分?)?)?[於在][^0-9,。\n]{1,10}出生(?![登證率])"
)
SAID = re.compile("[ ,。;\n]|$|老[二三四么]")
LUNAR_BEFORE = re.compile(f"{LUNAR}$")
HEADER = re.compile("生日|出生(?!地)|BIRTH|DOB")
