"""Six invented citizens for `bianmin ask`; their personal data is made up anew at each run and belongs to nobody."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from deid.identifiers import tw_national_id

_SURNAMES = "陳林黃張李王吳劉蔡楊"
_MEN = ("志明", "家豪", "俊宏", "建宏", "冠宇")
_WOMEN = ("春嬌", "怡君", "淑芬", "雅婷", "美玲")
_ROADS = (
    "臺北市信義區松高路",
    "新北市板橋區文化路",
    "桃園市中壢區中正路",
    "臺中市西屯區市政路",
    "高雄市苓雅區四維路",
)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who asks which ministry's model, and what."""

    model: str
    question: str


def citizens(source: random.Random) -> Sequence[Citizen]:
    """Six questions as the 1999 hotline hears them."""
    name, number, mobile = _name(source), national_id(source), _mobile(source)
    mother, father = _name(source, _WOMEN), _name(source, _MEN)
    return (
        Citizen("moi", f"你好，我是{name}，身分證字號{number}，想申請戶籍謄本，要帶什麼證件？電話{mobile}"),
        Citizen(
            "mof",
            f"我叫{_name(source)}，身分證{national_id(source)}，綜合所得稅什麼時候要報完？請回電{_mobile(source)}",
        ),
        Citizen(
            "mohw",
            f"我媽媽{mother}的健保卡不見了，身分證{national_id(source)}，要去哪裡補辦？手機{_mobile(source)}",
        ),
        Citizen(
            "mohw",
            f"我爸爸{father}住在{_address(source)}，中風後行動不便，要怎麼申請長照？我的電話是{_mobile(source)}",
        ),
        Citizen(
            "motc",
            f"我要把車子過戶給{_name(source)}，身分證是{national_id(source)}，要準備什麼文件？電話{_mobile(source)}",
        ),
        Citizen(
            "moi",
            f"我搬到{_address(source)}了，我是{_name(source)}，身分證{national_id(source)}，多久內要辦遷入登記？",
        ),
    )


def national_id(source: random.Random) -> str:
    """A number of the right form with a right check digit."""
    letter = source.choice(tw_national_id.LETTERS)
    body = f"{source.choice('12')}{source.randrange(10**7):07d}"
    return f"{letter}{body}{-tw_national_id.checksum(letter, body + '0') % 10}"


def _name(source: random.Random, given: Sequence[str] = _MEN + _WOMEN) -> str:
    return source.choice(_SURNAMES) + source.choice(given)


def _mobile(source: random.Random) -> str:
    return f"09{source.randrange(10**8):08d}"


def _address(source: random.Random) -> str:
    return f"{source.choice(_ROADS)}{source.randrange(1, 300)}號{source.randrange(2, 20)}樓"
