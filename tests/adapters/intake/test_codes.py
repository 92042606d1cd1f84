"""Every code the intake refuses with is in the decision page and in a test beside this one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "adapters" / "intake").glob("*.py"))
TESTS = [*Path(__file__).parent.glob("test_[!c]*.py"), ROOT / "tests" / "adapters" / "hostile.py"]
CODES = {*re.findall(r'IntakeRefused\(\s*"(\w+)"', SOURCES), *re.findall(r'\("(file_\w+)", "a', SOURCES)}


def test_the_decision_page_lists_exactly_the_codes_there_are() -> None:
    page = (ROOT / "docs" / "decisions" / "0010-artifacts-and-intake.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "`" in line]
    assert len(CODES) > 40
    assert set(re.findall(r"`(\w+)`", " ".join(row.split("|")[2] for row in rows))) == CODES


def test_every_code_is_provoked_by_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in TESTS)
    assert {code for code in CODES if f'"{code}"' not in tests} == set()
