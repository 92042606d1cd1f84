"""What around a place in a text speaks for or against a personal name there."""

from __future__ import annotations

import re
from enum import IntEnum

from deid.recognizers.name_lexicon import COMPOUND_SURNAMES, RARE_SURNAMES, SURNAMES
from deid.views import Views

HAN = "[一-鿿]"

_LINKS = frozenset(" :=\t\n\"'「『([|,*是叫做為就喔")
_LONGEST_LINK = 4
_SURE_CUES = (
    "我叫|名叫|叫做|姓名|名字|大名|本名|全名|漢名|原名|改名|敝姓|署名|具名|戶名|本人|聯絡人|連絡人|聯繫人|申請人|申報人|代表人|"
    "代理人|負責人|委託人|受託人|收件人|寄件人|檢舉人|陳情人|投訴人|申訴人|反映人|當事人|被害人|相對人|繼承人|監護人|承租人|出租人|"
    "保證人|持卡人|買受人|立書人|連署人|飼主|戶長|車主|屋主|面寫|本來叫|改成|變成|NAME|OWNER|APPLICANT|"
    "CALLER|NAMA|NAMA NENEK"
)
_CUES = (
    "我是|是|叫|找|請|幫|給|由|通知|老公|老婆|先生|太太|我媽|我爸|媽媽|爸爸|阿公|阿嬤|公公|婆婆|岳父|岳母|兒子|女兒|小孩|孩子|弟弟|妹妹|"
    "哥哥|姊姊|姐姐|我弟|我妹|我哥|我姊|我姐|同學|朋友|前夫|前妻|室友|鄰居|家長|學生|員工|業務|會計|主委|工頭|工地主任|司機|保母|看護|"
    "居服員|導師|老闆|雇主|住戶|市民|民眾|同事|幼兒|小女|小兒|母親|父親|配偶|丈夫|妻子|房東|房客|姑姑|阿姨|叔叔|舅舅|隔壁|父|母|夫|妻|"
    "其子|其女|我們這邊沒有|有個|中文|跟|和|與|及|對|讓|被|帶|陪|聽|還有|1.|2.|3.|4.|5.|6.|7.|8.|9.|/|&"
)
_OPENING = frozenset(" \n\t,.;:!?、。;/|\"'「『([{〔*>-=")
_WORK = re.compile(
    "[《〈館路街廟故紀古舊祖宅橋巷段隧站獎盃]|國小|國中|大道|科技|文化|公園|紀念|醫院|大學|銀行"
)
_EDGE = re.compile(r"[^\w·・‧.]|_|\.(?!\w)|$")
_TITLE = re.compile(
    "先生|小姐|女士|太太|同學|老師|醫師|律師|教授|師傅|主任|里長|阿姨|伯|叔|嬸|婆婆|奶奶|爺爺|敬上|君|氏|"
    r"\s?(?:[A-Z][0-9]{9}|09[0-9]{8})(?![0-9])"
)
_FOLLOWS = re.compile(
    "的|是|在|住|說|講|跟|和|與|及|他|她|我|本人|電話|手機|身分證|生日|地址|啦|喔|耶|了|嗎|呢|已|因|這|那|於|就|有|要|想|把|被|將|收|遲|"
    "辦|代|帶|簽|人在|來|去|到|不|都|也|叫|名下|提供|等|欠|打|女|男|居留|護照|幫|又|常|每|一直|合|跌|[A-Z0-9]"
)
_STARTS = "".join(sorted(SURNAMES | RARE_SURNAMES | {name[0] for name in COMPOUND_SURNAMES}))
SURNAME_START = re.compile(f"[{_STARTS}](?={HAN})")


def is_han(text: str) -> bool:
    return all("一" <= char <= "鿿" for char in text)


def _by_last_char(cues: str) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for cue in cues.split("|"):
        grouped.setdefault(cue[-1], []).append(cue)
    return {char: tuple(group) for char, group in grouped.items()}


_SURE_BY_LAST_CHAR = _by_last_char(_SURE_CUES)
_CUES_BY_LAST_CHAR = _by_last_char(_CUES)


_TELLING = frozenset(char for char in f"{_WORK.pattern}{_TITLE.pattern}{_FOLLOWS.pattern}" if is_han(char))


class Left(IntEnum):
    """What speaks for a name before it."""

    NOTHING = 0
    EDGE = 1
    CUE = 2
    SURE_CUE = 3


class Right(IntEnum):
    """What speaks for the end of a name after it."""

    NOTHING = 0
    WORD = 1
    EDGE = 2
    TITLE = 3


class NameContext:
    """Judges places of one text, in offsets of the folded view."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.folded = views.folded

    def left(self, start: int) -> Left:
        """Judge what goes before: a cue, with at most four linking characters between, or an edge."""
        best = Left.EDGE if start == 0 or self.folded[start - 1] in _OPENING else Left.NOTHING
        for end in range(start, max(0, start - _LONGEST_LINK - 1), -1):
            last = self.folded[end - 1]
            if self.folded.endswith(_SURE_BY_LAST_CHAR.get(last, ()), 0, end):
                return Left.SURE_CUE
            if best < Left.CUE and self.folded.endswith(_CUES_BY_LAST_CHAR.get(last, ()), 0, end):
                best = Left.CUE
            if last not in _LINKS:
                break
        return best

    def right(self, end: int) -> Right:
        """Judge what comes after; most characters say nothing and are told by the first character alone."""
        following = self.folded[end : end + 1]
        if "一" <= following <= "鿿" and following not in _TELLING:
            return Right.NOTHING
        if _WORK.match(self.folded, end):
            return Right.NOTHING
        if _TITLE.match(self.folded, end):
            return Right.TITLE
        if _EDGE.match(self.folded, end):
            return Right.EDGE
        return Right.WORD if _FOLLOWS.match(self.folded, end) else Right.NOTHING
