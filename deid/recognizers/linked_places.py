"""Tells an institution's address by the institution's name that leads straight to it.

A citizen names it (「岡山郵局 維新路96號」) in a text in which he speaks of himself, too. The name alone is no
proof (he may live in a nursing home): the tagger must doubt that the address is his, more so where words or a
space stand between.
"""

from __future__ import annotations

import re

from deid.tagger.tagger import load_tagger
from deid.views import Views

_HAN = "[一-鿿]"
_INSTITUTION = (
    f"(?:(?<={_HAN})(?<![住居會處診寓])[署局所]|(?<={_HAN})(?<![住到各好何益壞])處|(?<={_HAN}{{2}})[站館校宮廟寺]|醫院|法院|學院|"
    "中心|大樓|百貨|飯店|酒店|旅館|銀行|分行|國小|國中|高中|高職|大學|幼兒園|三總|長庚|馬偕|台大|榮總|京站|園區|中山堂|政府|戶政|地政|"
    "故居|巨蛋)"
)
_GLUED = re.compile(rf"{_INSTITUTION} ?\(?$")
_NEAR = re.compile(rf"{_INSTITUTION}[ ,]{{0,2}}(?:就是|就在|的?地址(?:就?是)?|在|位[在於])?[ (:,]{{0,2}}$")
_LIVING = re.compile("[住家租籍]|寄[到給]")
_DOUBTED, _HARDLY_DOUBTED, _WINDOW = 0.7, 0.99, 24


def belongs_to_institution(views: Views, start: int, end: int) -> bool:
    """Whether an institution's name leads straight to an address, and the tagger doubts that it is somebody's own."""
    before = views.before(start, _WINDOW)
    if _NEAR.search(before) is None:
        return False
    glued = _GLUED.search(before) is not None and _LIVING.search(before) is None
    return load_tagger().value_mean(views, start, end) < (_HARDLY_DOUBTED if glued else _DOUBTED)
