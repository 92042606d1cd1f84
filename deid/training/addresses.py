"""Addresses, land parcels and their spellings, by the shares seen in Taiwan's published dispatch data."""

from __future__ import annotations

import random

from deid.training.data import choices, words_of
from deid.training.writing import wide

Pieces = list[tuple[str, bool]]

_HAN = "零一二三四五六七八九"
_FILE = "places.txt"


def han_number(value: int) -> str:
    """Return a number up to 999 as it is said: 一百零五, 二十三."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_HAN[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _HAN[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_HAN[ones] if ones or not value else "")


class _Writer:
    """Writes the numbers of one address in one way."""

    def __init__(self, rng: random.Random, spoken: bool) -> None:
        self.rng = rng
        self.spoken = spoken
        self.gap = " " if not spoken and rng.random() < 0.08 else ""

    def number(self, top: int) -> str:
        value = min(self.rng.randrange(1, top), self.rng.randrange(1, top))
        if not self.spoken:
            return f"{self.gap}{value}{self.gap}"
        if value > 99 and self.rng.random() < 0.25:
            return "".join(_HAN[int(digit)] for digit in str(value))
        return han_number(value)

    def sub(self) -> str:
        if self.spoken:
            return "之" + han_number(self.rng.randrange(1, 20))
        return self.rng.choice(("之", "之", "之", "-")) + str(self.rng.randrange(1, 20))

    def door(self) -> str:
        """Number, floor and room."""
        rng = self.rng
        number = self.number(rng.choice((60, 200, 500)))
        draw = rng.random()
        if draw < 0.07:
            number = f"{number}{self.sub()}號"
        else:
            number += "號" + (self.sub() if draw < 0.12 else "")
        if rng.random() < 0.32:
            number += self._floor()
        return number + (f"{self.number(900)}室" if rng.random() < 0.03 else "")

    def _floor(self) -> str:
        rng = self.rng
        level = rng.randrange(1, 24 if rng.random() < 0.4 else 7)
        if self.spoken or rng.random() < 0.4:
            floor = f"{han_number(level)}樓"
        elif rng.random() < 0.05:
            return rng.choice(("B1", "地下室", "頂樓", "地下一樓", "B2"))
        else:
            floor = f"{self.gap}{level}{rng.choice(('樓', '樓', 'F', 'f'))}"
        return floor + (self.sub() if rng.random() < 0.28 else "")

    def lanes(self) -> str:
        written = f"{self.number(600)}巷" if self.rng.random() < 0.45 else ""
        if written and self.rng.random() < 0.32:
            written += self.number(60) + self.rng.choice("弄弄弄衖")
        return written


def road(rng: random.Random) -> str:
    """A road's name, with its section."""
    if rng.random() < 0.4:
        name = rng.choice(words_of(_FILE, "road_one"))
        if name.endswith("六") or rng.random() < 0.2:
            return f"{name}路"
        return f"{name}路{rng.choice('一二三四五六')}段"
    name = rng.choice(words_of(_FILE, "road_names"))
    if rng.random() < 0.1:
        name = rng.choice(words_of("names.txt", "more_given")) + rng.choice(
            words_of("names.txt", "more_given")
        )
    kind = rng.choices(
        ("路", "街", "大道", "一路", "三路", "二街", "五街", "東路", "北街"), (60, 26, 3, 3, 2, 3, 1, 2, 1)
    )[0]
    return name + kind


def division(rng: random.Random) -> str:
    """City and district as people write them."""
    city, _, district = rng.choice(words_of(_FILE, "divisions")).partition(":")
    if not (district[-1] in "鄉鎮市" and len(district) > 2):
        district = f"{district}區"
    if rng.random() < 0.45:
        city = city.replace("臺", "台")
    draw = rng.random()
    if draw < 0.5:
        written = city + district
    elif draw < 0.75:
        written = district
    elif draw < 0.85:
        written = city
    elif draw < 0.93:
        written = city[:2] + district
    else:
        written = city + district + rng.choice(words_of(_FILE, "villages")) + "里"
    zip_code = f"{rng.randrange(100, 983)}{rng.choice(('', '', f'{rng.randrange(100):02}'))}"
    return f"{zip_code}{rng.choice(('', '', '台灣'))}{written}" if rng.random() < 0.07 else written


def village(rng: random.Random, writer: _Writer) -> str:
    name = rng.choice(words_of(_FILE, "villages"))
    return f"{name}{rng.choice('里里里村')}{writer.number(30)}鄰"


def short_address(rng: random.Random, spoken: bool = False) -> str:
    writer = _Writer(rng, spoken)
    return f"{road(rng)}{writer.lanes()}{writer.door()}"


def rural_address(rng: random.Random, spoken: bool = False) -> str:
    writer = _Writer(rng, spoken)
    name = rng.choice(words_of(_FILE, "villages"))
    place = rng.choice(words_of(_FILE, "places_rural"))
    kind = rng.choice("村村村里")
    neighbourhood = f"{writer.number(25)}鄰" if rng.random() < 0.6 else ""
    hamlet = place if not neighbourhood or rng.random() < 0.6 else ""
    return f"{name}{kind}{neighbourhood}{hamlet}{writer.door()}"


def address(rng: random.Random, style: str = "") -> Pieces:
    """A whole address: what may stay visible, then what must be hidden."""
    spoken = style == "spoken"
    writer = _Writer(rng, spoken)
    front = "" if rng.random() < 0.12 else division(rng)
    if rng.random() < 0.12:
        body = rural_address(rng, spoken)
    else:
        before = village(rng, writer) if rng.random() < 0.18 else ""
        body = f"{before}{road(rng)}{writer.lanes()}{writer.door()}"
    if style == "wide" or (not spoken and rng.random() < 0.15):
        front, body = wide(front), wide(body)
    return [(front, False), (body, True)] if front else [(body, True)]


def english_address(rng: random.Random) -> Pieces:
    roads = ("Zhongshan", "Zhongzheng", "Minsheng", "Heping", "Xinyi", "Renai", "Zhongxiao", "Fuxing", "Roosevelt",
             "Jianguo", "Minzu", "Guangfu", "Wenxin", "Bo'ai", "Chenggong", "Dunhua", "Xinsheng")  # fmt: skip
    district = rng.choice(
        ("Da'an", "Xinyi", "Banqiao", "Zhongli", "Xitun", "Lingya", "East", "North", "Yonghe")
    )
    city = rng.choice(("Taipei City", "Taipei", "New Taipei City", "Taichung", "Kaohsiung City", "Tainan"))
    parts = (
        [f"{rng.randrange(2, 20)}F{rng.choice(('', f'-{rng.randrange(1, 9)}'))}"]
        if rng.random() < 0.45
        else []
    )
    parts.append(
        f"No. {rng.randrange(1, 500)}"
        if rng.random() < 0.8
        else f"No.{rng.randrange(1, 300)}-{rng.randrange(1, 9)}"
    )
    if rng.random() < 0.2:
        parts.append(f"Alley {rng.randrange(1, 60)}")
    if rng.random() < 0.4:
        parts.append(f"Lane {rng.randrange(1, 600)}")
    if rng.random() < 0.45:
        parts.append(f"{rng.choice(('Sec.', 'Section'))} {rng.randrange(1, 7)}")
    side = rng.choice(("", "", " E.", " S.", " N."))
    parts.append(f"{rng.choice(roads)}{side} {rng.choice(('Rd.', 'Road', 'St.', 'Rd', 'Street'))}")
    tail = f", {district} Dist., {city}" if rng.random() < 0.7 else ""
    return [(", ".join(parts), True), (tail, False)] if tail else [(", ".join(parts), True)]


def land(rng: random.Random) -> str:
    """A parcel or building number with its section."""
    section = f"{choices(_FILE, 'land_sections').draw(rng)}段"
    if rng.random() < 0.3:
        section += rng.choice(("", "一", "二", "三", "四", "溪洲", "頂厝", "公館", "下寮", "埔頂")) + "小段"
    number = str(rng.randrange(1, 1999))
    if rng.random() < 0.3:
        number = number.zfill(4)
    if rng.random() < 0.5:
        number += f"-{rng.randrange(1, 60)}"
    gap = rng.choice(("", "", "", " "))
    if rng.random() < 0.2:
        return f"{section}{gap}{rng.randrange(1, 9999):05}-000{gap}建號"
    return f"{section}{gap}{number}{gap}{rng.choice(('地號', '地號', '地號', '號'))}"
