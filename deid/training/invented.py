"""Texts that nobody wrote: strings of ordinary words, so that the tagger learns which characters words are made of."""

from __future__ import annotations

import random
from functools import cache

from deid.training.data import Choices, ordinary_words
from deid.training.kinds import Piece, fill
from deid.training.names import Person
from deid.training.samples import Sample
from deid.training.spelled import spelled

_PARTICLES = tuple("的了在是有我你他就也都很不要會嗎呢啊吧，，，。、 和跟把被給到去來說")
_CUES = (
    "我叫",
    "我是",
    "姓名：",
    "姓名:",
    "我先生",
    "我太太",
    "找",
    "請",
    "，",
    "\n",
    "：",
    "和",
    "、",
    "的",
    "叫做",
    "給",
    "與",
    "申請人",
)
_PUBLIC = ("road", "school", "company", "agency", "bus", "doc", "amount", "date")
_KEYS = {
    "name": ("name", "姓名", "申請人", "聯絡人", "user_name", "applicant", "收件人"),
    "latin_given": ("given_name", "first_name", "firstName", "givenName", "nickname"),
    "mobile": ("mobile", "phone", "電話", "手機", "tel", "聯絡電話"),
    "id": ("idno", "id", "身分證", "身分證字號"),
    "address": ("address", "地址", "通訊地址", "addr"),
    "dob": ("birthday", "出生日期", "生日", "birth"),
    "email": ("email", "信箱", "電子郵件"),
    "plate": ("plate", "車牌", "車號"),
    "date": ("date", "日期", "建檔日"),
    "agency": ("dept", "機關", "單位"),
    "case": ("case_no", "案號", "案件編號"),
}


@cache
def _words() -> Choices:
    words = ordinary_words()
    total, cumulative = 0.0, []
    for word in words:
        total += 2.0**word.frequency
        cumulative.append(total)
    return Choices(tuple(word.text for word in words), tuple(cumulative))


def word_string(rng: random.Random) -> Sample:
    """Ordinary words in a row, now and then with a name among them; a cue announces names, and words too."""
    sample = Sample()
    for _ in range(rng.randrange(4, 24)):
        public = rng.random() < 0.04
        kind = rng.choice(_PUBLIC)
        sample.add(fill(kind, "", Person(rng))[0] if public else Piece(_words().draw(rng)))
        if rng.random() < 0.4:
            sample.add(Piece(rng.choice(_PARTICLES)))
        if rng.random() < 0.08:
            sample.add(Piece(rng.choice(_CUES)))
            if rng.random() < 0.4:
                continue
            _add_name(sample, rng)
            sample.add(Piece(rng.choice(("，", "。", "", "", "的", "先生", " "))))
    return sample


def _add_name(sample: Sample, rng: random.Random) -> None:
    person = Person(rng)
    if rng.random() < 0.2:
        before = rng.random() < 0.6
        if before:
            sample.add(Piece(person.full, "PERSON"))
            sample.add(Piece(rng.choice(("，", " ", "、", "", "，就是", "，"))))
        sample.add(Piece(spelled(person.full, rng, not before or rng.random() < 0.3), "PERSON"))
        return
    kind = rng.choice(
        ("name", "name", "name", "name2", "rare", "indigenous", "resident", "married", "foreign_zh")
    )
    for piece in fill(kind, "", person):
        sample.add(piece)


def record(rng: random.Random) -> Sample:
    """Keys and values, as forms and programs send them."""
    keys = rng.sample(sorted(_KEYS), rng.randrange(1, 5))
    style = rng.choice(('{{"{k}": "', '"{k}":"', "{k}：", "{k}: ", "{k}=", "{k}\t"))
    end = {'{{"{k}": "': '"}', '"{k}":"': '",'}.get(style) or rng.choice(("\n", " ", "，", "; "))
    sample = Sample()
    for key in keys:
        sample.add(Piece(style.format(k=rng.choice(_KEYS[key]))))
        kind = (
            rng.choice(("name", "name", "name2", "romanised", "latin", "indigenous", "rare"))
            if key == "name"
            else key
        )
        for piece in fill(kind, "", Person(rng)):
            sample.add(piece)
        sample.add(Piece(end))
    return sample


def invented(rng: random.Random, count: int) -> list[Sample]:
    return [word_string(rng) if rng.random() < 0.85 else record(rng) for _ in range(count)]
