"""What looks like personal data and is not: numbers of files, firms and lines, bodies, roads, amounts."""

from __future__ import annotations

import random

from deid.training.addresses import han_number, road
from deid.training.data import choices, words_of
from deid.training.numbers import digits

_FILE = "places.txt"


def case_number(rng: random.Random) -> str:
    return f"20{rng.randrange(15, 27)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}{digits(rng, 5)}"


def company_number(rng: random.Random) -> str:
    """A company's tax number with a right check sum."""
    while True:
        number = digits(rng, 8)
        products = [int(d) * w for d, w in zip(number, (1, 2, 1, 2, 1, 2, 4, 1), strict=True)]
        if sum(value // 10 + value % 10 for value in products) % 5 == 0 and number != "0" * 8:
            return number


def document(rng: random.Random) -> str:
    body = rng.choice(words_of(_FILE, "document_bodies"))
    year = rng.randrange(98, 116)
    return f"{body}字第{rng.choice(('', ' '))}{year:03}{digits(rng, rng.choice((5, 7, 7, 8)))}號"


def amount(rng: random.Random) -> str:
    value = rng.choice(
        (
            rng.randrange(1, 99) * 100,
            rng.randrange(1, 99) * 1000,
            rng.randrange(10, 9999),
            rng.randrange(1, 60) * 10000,
        )
    )
    thousands = max(1, value // 10000)
    return rng.choice(
        (
            f"{value}元", f"{value:,}元", f"新臺幣{value:,}元", f"NT${value:,}", f"{value}塊", f"{value}",
            f"{han_number(value % 900 + 20)}元", f"{thousands}萬元", f"{thousands}萬{rng.randrange(1, 9)}千",
        )
    )  # fmt: skip


def public_line(rng: random.Random) -> str:
    """A short line, or a free number with its digits."""
    line = choices(_FILE, "public_lines").draw(rng)
    if line in ("0800", "0809"):
        first, last = digits(rng, 3), digits(rng, 3)
        return f"{line}-{first}-{last}" if rng.random() < 0.5 else f"{line}{first}{last}"
    return f"{line}-{digits(rng, 4)}" if line == "412" else line


def agency(rng: random.Random) -> str:
    name = rng.choice(words_of(_FILE, "agencies"))
    if rng.random() < 0.4:
        city, _, district = rng.choice(words_of(_FILE, "divisions")).partition(":")
        place = rng.choice((city, city.replace("臺", "台"), district[:2] if len(district) > 1 else city[:2]))
        return f"{place}{rng.choice(('', '政府')) if place[-1] in '市縣' else ''}{name}"
    return name


def school(rng: random.Random) -> str:
    name = rng.choice(words_of(_FILE, "school_names"))
    if rng.random() < 0.15:
        name = rng.choice(words_of(_FILE, "road_names"))
    return name + rng.choice(
        ("國小", "國小", "國中", "高中", "高職", "幼兒園", "附幼", "大學", "科大", "家商", "高工")
    )


def company(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return rng.choice(words_of(_FILE, "companies"))
    chars = "".join(
        rng.choice("宏大富永興隆昌盛台新國泰華元和裕鼎豐聯三中佳信誠正吉祥安順達建利") for _ in range(2)
    )
    return chars + rng.choice(words_of(_FILE, "company_tails"))


def bus(rng: random.Random) -> str:
    return rng.choice(words_of(_FILE, "bus_routes"))


PUBLIC = {
    "case": case_number, "ubn": company_number, "doc": document, "amount": amount, "public_line": public_line,
    "agency": agency, "road": road, "school": school, "company": company, "bus": bus,
}  # fmt: skip
