"""The ten lines of docs/de-identification.md make a recogniser that works, and the lines after it a stock engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "de-identification.md"


def test_the_ten_lines_make_a_recogniser() -> None:
    page = PAGE.read_text(encoding="utf-8")
    block, _ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    body = block[block.index("class ") : block.index("policy =")].strip().splitlines()
    assert len([line for line in body if line]) <= 10
    made: dict[str, object] = {}
    exec(block, made)  # the reader runs it the same way
    given, wanted = re.findall(r'conceal\("(.+?)"\)` gives 「(.+?)」', page)[0]
    assert made["concealer"].session().conceal(given) == wanted  # type: ignore[attr-defined]


def test_the_lines_for_presidio_make_an_engine() -> None:
    _, block = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    made: dict[str, Any] = {}
    exec(block, made)
    assert {result.entity_type for result in made["engine"].analyze("我叫陳怡君", language="zh")} == {"PERSON"}
