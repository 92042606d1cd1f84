"""Tells an institution's address or telephone by the institution's name that leads straight to it.

A citizen names it (「岡山郵局 維新路96號」) in a text in which he speaks of himself, too. The name alone is no
proof (he may live in a nursing home): the tagger must doubt that the address is his, more so where words or a
space stand between.
"""

from __future__ import annotations

import re

from deid.patterns import Pattern, late
from deid.recognizers.public_words import is_reported
from deid.tagger.tagger import load_tagger
from deid.views import Views

_HAN = "[一-鿿]"
_INSTITUTION = (
    f"(?:(?<={_HAN})(?<![住居會處診寓])[署局所]|(?<={_HAN})(?<![住到各好何益壞])處|(?<={_HAN}{{2}})[站館校宮廟寺]|醫院|法院|學院|"
    "中心|大樓|百貨|飯店|酒店|旅館|銀行|分行|國小|國中|高中|高職|大學|幼兒園|三總|長庚|馬偕|台大|榮總|京站|(?<![桃林大])園區|中山堂|政府|"
    "戶政|地政|故居|巨蛋)"
)
_ALSO = "(?:農會|漁會|工地|科大|分院|[漁果魚]市場?|加油站|拖吊場|營業所)"
_AREA = f"(?:{_HAN}{{2}}[市縣])?(?:{_HAN}{{1,3}}[區鄉鎮市])?"
_GLUED = late(rf"{_INSTITUTION}」? ?\(?{_AREA}$")
_NEAR = Pattern(
    rf"(?:{_INSTITUTION}|{_ALSO})[嘛啦喔」]?[ ,]{{0,2}}(?:就?是|就在|的?地址(?:就?是)?|在|位[在於])?"
    rf"[ (:,]{{0,2}}{_AREA}$"
)
# 「店址為…」, 「店在…」, 「永康街16號那家火鍋店」: nobody lives there.
_SHOP_BEFORE = late(
    rf"(?:[店園會院校館廠]址|進口商(?:地址)?|(?<![我住到開])店[在於]|場地在?|學校在|服務台在?)[ :是為在]{{0,2}}{_AREA}$"
)
_SHOP_AFTER = late(
    "的(?:通訊行|餐廳|小吃店|超[商市]|藥局|南北貨|早餐店|飲料店|市場|百貨|電器行|眼鏡行|書局)(?=[買吃]|消費|訂[了購])|"
    "(?:人事|秘書|總務|文書|收發|行政|會計)[處室科課組]收|"
    "那[間家](?:(?![的旁樓邊])[一-鿿]){0,4}?(?:店(?![長員家])|餐廳|診所|藥局|超[商市]|小吃(?!店)|工廠|醫院|銀行)"
    "(?! ?[0-9一二三四五六七八九十樓])"
)
_SAID_AFTER = late(f"[ ,]?那是(?:{_HAN}{{0,4}}(?:政府|公所|醫院|分局|學校|車站))")
_RESIDENT = re.compile(" ?的?(?:住戶|家裡|樓上)")
_LIVING = re.compile("[住家租籍]|寄[到給]|隔壁|樓[上下]|對面|鄰居")
# 「欣欣瓦斯的02-…」, 「打給東港分局08-…」, 「廠商電話07-…」, but not 「我公司03-…」.
_FIRM = (
    f"(?:(?<={_HAN}{{2}})(?:瓦斯|人壽|產險|保險|物流|客運|航空|電信|電視台|山莊|建設|"
    "營造|工務段|食品|寬頻|超市|書局|診所|藥局)"
    f"|(?<={_HAN}{{2}})總公司|客服|總機|站務|原廠|廠商|船公司|[廟校園店院館]方|店家|業者|分店|門市|"
    f"(?<={_HAN})(?<![住我到])[股課科]|區公所|公所|基金會|協會)"
)
_LINE_NEAR = late(
    rf"(?:{_INSTITUTION}|{_FIRM}|[市縣]府|拖吊場)(?:{_HAN}{{0,2}}的|給我的)?"
    r"(?:客服|總機|電話|專線|代表號|號碼|傳真|市話|中心|叫我打|打來|說|[ (:是/]){0,4}$"
    r"|公共電話[ :是]{0,2}$"
    r"|(?:店家|收據上的?|會裡|招牌上的?)電話[ :是]{0,2}$|SHOP (?:PHONE|NUMBER)(?: IS|:)? $"
)
# 「打東港分局的08-… 都沒人接」: whom one has called, where an institution is named.
_CALLED_AFTER = re.compile(
    "[ ,]?(?:打[去過](?!來)|(?:都|根本|一直)?[沒無](?:有)?人(?:接|會接)|有人會接|是空號|對不對|對嗎)"
)
# 「環保署那支02-…打不通」, 「你們公文上附的02-…空號」: pointed at, and called.
_POINTED = re.compile(
    "(?:署|(?<![書郵])局|(?<![住我到])處|公所|政府|地政|戶政)(?:那[支個]|的) ?$"
    "|你們(?:信|公文|網站|網頁|官網|簡訊|單子|通知單?|回函)[裡上]?(?:寫|給|附|印)的(?:電話)?[ :是]{0,2}$"
)
_CALLED_OUT = re.compile(
    "[ ,]?(?:我?打[了過](?!來)|(?:都|根本|一直)?(?:[沒無]人接|打不[通進]|[佔忙]線|轉傳真|是?空號)|倒?是?有通)"
)
_NAMED = late(f"{_INSTITUTION}|{_FIRM}|{_ALSO}")
# Whoever acts in a case gives his own office's line.
_PARTY = re.compile("(?:代理|訴願|聲請|辯護|委任|訴訟關係)人")
# Whoever works there or lies there tells his own line.
_OWN = re.compile("家|爸|媽|爺|奶|老[公婆]|病房|自己|我們?(?:在|開|是|的)|小姐|先生|女士|任職|上班|個案|宿舍")
# Before a line: whose it may be; behind it: who answers, or that it was somebody's.
_KIN = "爸|媽|爺|奶|嬤|阿[公伯姨嬸姑]|[夫妻父母兄]|兒子|女兒|小孩|[姊姐哥弟妹]|老[公婆闆]"
_SOMEBODYS = late(
    f"(?<![大一這那幾])家|厝|宅|{_KIN}|鄰居|屋主|房[東客]|病房|宿舍|室友|朋友|同事|敝|本人|自己|私人|個人|姓名|"
    "(?<!給)我(?:的|這|們?(?:公司|辦公室|店|工廠|診所|事務所|管理室))|(?:公司|店裡?|工廠)的$|"
    "案主|個案|誤植|有誤|寫錯|打錯|填|原本|更正|核對|您|上班|[回撥]電|回[撥號]|聯[絡繫](?:我|人|方式)|留我|新號碼|登記(?![桌課處站])|[日夜]\\)|"
    "(?:請|檢舉|陳情|申請|申訴|報案|當事|代理|辯護|委任|收件|寄件)人|MY|HOME|HIS|HER|=$"
)
_SOMEBODY_ANSWERS = late(
    f"[^。!?\n」]{{0,12}}(?:(?<![大一這那幾])家|厝|宅|本人|{_KIN}|(?:[找給回]|聯絡|[跟是])我|座位|就是我|老太太|老先生|民眾|民宅|我那邊|[給找問]|和解)|"
    "[ ,]?(?:白天|晚上|[日夜]間|下班|收到|了解|對[嗎吧]|是嗎)"
)
# An office named right before, its paper or page, or that somebody of it said whom to call: so a line is another's.
_BODY = f"(?:{_INSTITUTION}|派出所|公所|分局|1999|(?<={_HAN})[署局處隊])"
_GIVEN = late(
    f"(?:(?:公文|公告欄?|[佈布]告欄|官網|網站|網頁|站牌|告示牌?|通知單|發票|收據|招牌)(?:影本)?{_HAN}{{0,5}}[,]?(?:上面)?(?:貼|印|附|登|寫|標示)的"
    f"(?:{_HAN}{{0,4}}(?:電話|號碼|專線|傳真))?(?:是|為)?|"
    f"(?:{_BODY}|客服|總機|話務員?|專員)(?:的(?:人|小姐|先生|同仁|承辦))?(?:叫|要)我(?:改|再)?(?:打|撥)(?:去)?|"
    f"「[^「」\n]{{0,8}}(?:電洽|請洽|請電)|{_BODY}(?:值班|現在的電話是)?:?)[ (]{{0,2}}$"
)
# Somebody asks to be called, or tells no more than 「電話…」: then it is his.
_ASKED_OR_BARE = re.compile(
    "請(?:致?電|撥打?|打)[ :]?$|(?:^|[,;:、\n) ])(?:[聯連]絡)?(?:電話|手機|市話|TEL)(?:是|為)?[ :]{0,2}$"
)
_SURELY_NOBODYS = 0.1
_SENTENCE_ENDS = re.compile("[。!?\n]")
_CLAUSE_ENDS = re.compile("[,。;!?\n]")
_DOUBTED, _HARDLY_DOUBTED, _WINDOW, _SPOKEN_OF = 0.7, 0.99, 24, 32
_SURELY_NAMED = 0.9


def belongs_to_institution(views: Views, start: int, end: int) -> bool:
    """Whether an institution's name leads straight to an address, and the tagger doubts that it is somebody's own."""
    before = views.before(start, _WINDOW)
    if _RESIDENT.match(views.folded, end) or is_reported(views.folded, start, end):
        return False
    if _SHOP_BEFORE.search(before) or (_SHOP_AFTER.match(views.folded, end) and not _LIVING.search(before)):
        return load_tagger().value_mean(views, start, end) < _HARDLY_DOUBTED
    if _NEAR.search(before) is None and _SAID_AFTER.match(views.folded, end) is None:
        return False
    glued = _GLUED.search(before) is not None and _LIVING.search(before) is None
    return load_tagger().value_mean(views, start, end) < (_HARDLY_DOUBTED if glued else _DOUBTED)


def is_line_of_institution(views: Views, start: int, end: int) -> bool:
    """Whether an institution leads to a line, or one has called it there, and the tagger doubts that it is private."""
    before = views.before(start, _WINDOW)
    clause = _CLAUSE_ENDS.split(before)[-1]
    if _OWN.search(clause) or _PARTY.search(before):
        return False
    called = _NAMED.search(clause) is not None and _CALLED_AFTER.match(views.folded, end) is not None
    pointed = _POINTED.search(before) is not None and _CALLED_OUT.match(views.folded, end) is not None
    linked = called or pointed or _LINE_NEAR.search(before) is not None
    return linked and load_tagger().value_mean(views, start, end) < _DOUBTED and not _is_somebody(views, start)


def _is_somebody(views: Views, start: int) -> bool:
    """Whether somebody's name stands right before: 「蔡長庚 02-…」 is no hospital's line."""
    last = start
    while last and views.folded[last - 1] in " :(":
        last -= 1
    return last > 1 and load_tagger().name_mean(views, last - 2, last) >= _SURELY_NAMED


def is_nobodys_line(views: Views, start: int, end: int) -> bool:
    """Whether a line was given, printed or passed on, no word says whose it is, and the tagger sees nobody's."""
    if load_tagger().value_mean(views, start, end) >= _SURELY_NOBODYS or _is_somebody(views, start):
        return False
    before = _SENTENCE_ENDS.split(views.before(start, _SPOKEN_OF))[-1]
    if _GIVEN.search(before) is None or _ASKED_OR_BARE.search(before):
        return False
    return _SOMEBODYS.search(before) is None and _SOMEBODY_ANSWERS.match(views.folded, end) is None
