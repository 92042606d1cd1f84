"""The report's two forms: JSON that reads back, and a page that needs nothing and runs nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from adapters.evaluation import Measured, Report, Subject
from adapters.evaluation.page import render_page
from adapters.evaluation.report import CanaryResult, Failure, Sample
from adapters.gates import decide, default_policy

EVIL = "<script>alert(1)</script>&\"'〔姓名1〕"
REPORT = Report(
    subject=Subject(f"moe@2{EVIL}", "bianmin", "moe@1"),
    made_at="2026-11-27T00:00:00+00:00",
    material_sha256="0" * 64,
    counts={"heldout": 1, "answers_scanned": 9},
    measures={
        "key_facts": Measured(0.75, 0.0, 0.5),
        "a_new_one": Measured(1),
        "ended": Measured(float("nan")),
    },
    canaries=(CanaryResult(EVIL, True, 1.25, 1.0, 0.5, False),),
    personal_by_type={EVIL: 2},
    samples=(Sample(EVIL, EVIL, {"candidate": EVIL, "base": "b", "serving": "s"}, (EVIL,)),),
    failures=(Failure("safety", EVIL, EVIL, EVIL),),
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(report: Report) -> tuple[str, _Reader]:
    page = render_page(report, decide(report, default_policy()))
    reader = _Reader()
    reader.feed(page)
    assert not reader.open
    return page, reader


def test_every_text_is_escaped_and_nothing_is_loaded() -> None:
    page, reader = _read(REPORT)
    assert "alert(1)" in page and "<script" not in page
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in reader.tags}
    assert not re.search(r"""(?:src|href)=["'](?!#)|url\(|@import|https?:""", page)
    assert "default-src 'none'" in page and not [
        a for _, attrs in reader.tags for a in attrs if a.startswith("on")
    ]


def test_page_can_be_read_aloud_and_walked_through() -> None:
    page, reader = _read(REPORT)
    tags = reader.tags
    assert ("html", {"lang": "zh-Hant-TW"}) in tags
    headings = [tag for tag, _ in tags if tag in {"h1", "h2"}]
    assert headings == ["h1", "h2", "h2", "h2", "h2", "h2"]
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    ids = {attrs.get("id") for _, attrs in tags}
    assert all(str(attrs["href"]).removeprefix("#") in ids for tag, attrs in tags if tag == "a")
    assert all(attrs.get("tabindex") == "0" for _, attrs in tags if attrs.get("class") == "scroll")
    assert "✗ 未通過" in page and "✗ 未達" in page


def test_what_was_not_measured_says_so() -> None:
    page, _ = _read(REPORT)
    assert page.count("未量測") > 10 and "nan" not in page.lower().replace("nanmin", "")


def test_report_without_canaries_says_that_memory_was_not_audited() -> None:
    page, _ = _read(replace(REPORT, canaries=(), personal_by_type={}, samples=(), failures=()))
    assert "沒有誘餌" in page and "全部通過" in page and "沒有保留題" in page


def test_json_reads_back_the_same() -> None:
    assert Report.from_json(REPORT.to_json()) == REPORT
    assert REPORT.measures["ended"].candidate is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 2}', REPORT.to_json().replace('"key_facts"', '"x"}')]
)
def test_other_json_is_no_report(text: str) -> None:
    with pytest.raises(ValueError, match="not an evaluation report"):
        Report.from_json(text)
