"""Identifiers with digits, synthetic, with their check digits computed."""

from __future__ import annotations

import random

from deid.training.data import choices

_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_TYPO_RATE = 0.06


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(_PLATE_LETTERS, k=count))


def _id_sum(letter: str, body: list[int]) -> int:
    number = _LETTERS.index(letter) + 10
    return number // 10 + number % 10 * 9 + sum(d * w for d, w in zip(body, range(8, 0, -1), strict=True))


def _typo(value: str, rng: random.Random) -> str:
    """Now and then the last digit is wrong, as citizens write it."""
    return value[:-1] + str((int(value[-1]) + 1) % 10) if rng.random() < _TYPO_RATE else value


def national_id(rng: random.Random) -> str:
    letter, body = rng.choice(_LETTERS), [rng.choice((1, 2)), *(rng.randrange(10) for _ in range(7))]
    return _typo(f"{letter}{''.join(map(str, body))}{-_id_sum(letter, body) % 10}", rng)


def ui_no(rng: random.Random) -> str:
    """An ARC number: the new form, or the old one with two letters."""
    letter, tail = rng.choice(_LETTERS), [rng.randrange(10) for _ in range(7)]
    if rng.random() < 0.25:
        second = rng.choice("ABCD")
        body, written = [_LETTERS.index(second) % 10, *tail], second
    else:
        body = [rng.choice((8, 9)), *tail]
        written = str(body[0])
    return _typo(f"{letter}{written}{''.join(map(str, tail))}{-_id_sum(letter, body) % 10}", rng)


def luhn(rng: random.Random) -> str:
    """A card number, grouped or not."""
    body = rng.choice(("4", "4", "51", "52", "53", "54", "55", "2221", "35", "34", "37"))
    body += digits(rng, (14 if body in ("34", "37") else 15) - len(body))
    doubled = [int(d) * (2 - index % 2) for index, d in enumerate(reversed(body))]
    body = _typo(body + str(-sum(d // 10 + d % 10 for d in doubled) % 10), rng)
    if rng.random() < 0.5:
        separator = rng.choice(" -")
        body = separator.join(body[start : start + 4] for start in range(0, len(body), 4))
    return body


def passport(rng: random.Random) -> str:
    if rng.random() < 0.25:
        return rng.choice("ABCEKMNPTX") + digits(rng, rng.choice((7, 8)))
    return rng.choice(("3", "31", "35", "36")).ljust(2, rng.choice("0123456789")) + digits(rng, 7)


def nhi_card(rng: random.Random) -> str:
    return "0000" + digits(rng, 8) if rng.random() < 0.8 else digits(rng, 12)


def citizen_cert(rng: random.Random) -> str:
    return "".join(rng.choices(_CAPITALS, k=2)) + digits(rng, 14)


def carrier(rng: random.Random) -> str:
    return "/" + "".join(rng.choices(_CAPITALS * 2 + "0123456789" * 3 + "+-.", k=7))


def household(rng: random.Random) -> str:
    return rng.choice(_CAPITALS) + digits(rng, 7)


def medical(rng: random.Random) -> str:
    number = digits(rng, rng.choice((5, 6, 7, 7, 8, 8, 9, 10)))
    if len(number) > 6 and rng.random() < 0.2:
        number = f"{number[:-4]}-{number[-4:]}"
    return number if rng.random() < 0.8 else rng.choice(_CAPITALS) + number


def student(rng: random.Random) -> str:
    head = rng.choice(("B", "b", "S", "s", "D", "M", "F", "H", "U", "", "", "", "", "B1", "r", "N"))
    return head + rng.choice(("10", "11", "4", "09", "61", "1")) + digits(rng, rng.choice((4, 5, 6, 7)))


def bank(rng: random.Random) -> str:
    account = digits(rng, rng.choice((10, 11, 12, 12, 13, 14, 14, 16)))
    if rng.random() < 0.25:
        cut = rng.choice((3, 4, 5))
        account = f"{account[:cut]}-{account[cut:-3]}-{account[-3:]}"
    if rng.random() < 0.5:
        return account
    code = choices("places.txt", "bank_codes").draw(rng)
    return rng.choice(("{c}-{a}", "({c}){a}", "（{c}）{a}", "{c} {a}", "{c}{a}", "{c}  {a}")).format(
        c=code, a=account
    )


def mobile(rng: random.Random) -> str:
    number = "09" + digits(rng, 8)
    draw = rng.random()
    if draw < 0.42:
        return number
    if draw < 0.66:
        return f"{number[:4]}-{number[4:7]}-{number[7:]}"
    if draw < 0.76:
        return f"{number[:4]}-{number[4:]}"
    if draw < 0.84:
        return f"{number[:4]} {number[4:7]} {number[7:]}"
    if draw < 0.88:
        return f"{number[:4]}.{number[4:7]}.{number[7:]}"
    if draw < 0.96:
        return rng.choice(("+886{}", "+886-{}", "886{}", "+886 {}", "(+886){}")).format(number[1:])
    return f"{number[:4]}_{number[4:7]}_{number[7:]}"


_AREAS = (
    *((("02", 8),) * 6),
    *((("04", 8),) * 2),
    ("03", 7), ("03", 7), ("05", 7), ("06", 7), ("07", 7), ("07", 7), ("08", 7), ("04", 7),
    ("037", 6), ("049", 7), ("089", 6), ("082", 6),
)  # fmt: skip


def landline(rng: random.Random) -> str:
    area, length = rng.choice(_AREAS)
    number = rng.choice("2345678") + digits(rng, length - 1)
    half = len(number) - 4
    number = rng.choice((number, f"{number[:half]}-{number[half:]}", f"{number[:half]} {number[half:]}"))
    written = rng.choice(("{a}-{n}", "({a}){n}", "{a}{n}", "{a} {n}", "（{a}）{n}", "{n}")).format(
        a=area, n=number
    )
    if rng.random() < 0.15:
        written += rng.choice(("#", "轉", "分機", " 分機 ", "轉分機", " ext.")) + digits(
            rng, rng.choice((2, 3, 4))
        )
    return written


def phone_tail(rng: random.Random) -> str:
    return digits(rng, rng.choice((3, 3, 3, 4, 4, 4, 5, 6)))


def plate(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.6:
        parts = (letters(rng, 3), digits(rng, 4))
    elif draw < 0.7:
        parts = (letters(rng, 3), digits(rng, 3))
    elif draw < 0.78:
        parts = (digits(rng, 4), letters(rng, 2))
    elif draw < 0.86:
        parts = (letters(rng, 2), digits(rng, 4))
    elif draw < 0.92:
        parts = (digits(rng, 3), letters(rng, 3))
    else:
        parts = rng.choice(
            ((letters(rng, 1) + digits(rng, 1), digits(rng, 4)), (letters(rng, 2), digits(rng, 5)))
        )
    return rng.choice(("-", "-", "-", "-", "", "", " ")).join(parts)


def plate_tail(rng: random.Random) -> str:
    return (
        digits(rng, rng.choice((2, 3, 4, 4, 4))) if rng.random() < 0.8 else letters(rng, rng.choice((2, 3)))
    )


def meter(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.35:
        return f"{digits(rng, 2)}-{digits(rng, 2)}-{digits(rng, 4)}-{digits(rng, 2)}-{digits(rng, 1)}"
    if draw < 0.55:
        return f"{rng.choice('ABCDEFGHKNW')}-{digits(rng, 2)}-{digits(rng, 6)}-{digits(rng, 1)}"
    return digits(rng, rng.choice((7, 8, 9, 10, 11)))


def policy(rng: random.Random) -> str:
    head = rng.choice(("", letters(rng, 1), letters(rng, 2), f"{rng.randrange(95, 116):02}"))
    return head + digits(rng, rng.choice((8, 9, 10, 12)))


def contract(rng: random.Random) -> str:
    year = str(rng.randrange(105, 116))
    return rng.choice(
        (
            letters(rng, 2) + digits(rng, 8),
            f"{letters(rng, 2)}-{year}-{digits(rng, 4)}",
            digits(rng, 10),
            f"{letters(rng, 1)}{year}{digits(rng, 6)}",
            f"{year}-{letters(rng, 2)}-{digits(rng, 5)}",
        )
    )


def tax_file(rng: random.Random) -> str:
    return rng.choice(
        (
            letters(rng, 1) + digits(rng, 10),
            digits(rng, 11),
            f"{letters(rng, 1)}{digits(rng, 2)}-{digits(rng, 8)}",
            f"{letters(rng, 1)}{digits(rng, 12)}",
        )
    )


def ip_address(rng: random.Random) -> str:
    if rng.random() < 0.12:
        return ":".join(f"{rng.randrange(65536):x}" for _ in range(8))
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))
