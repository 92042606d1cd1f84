"""The tables in docs/ say what the code says: an undocumented setting, error or metric fails the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel

from serve import metrics  # noqa: F401 - registers every metric
from serve.cli import COMMANDS
from serve.errors import ServeError
from serve.gateway.wire import REFUSED
from serve.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def rows(page: str) -> dict[str, str]:
    """First cell (without code marks) to the whole row, for every table row of a page."""
    found = {}
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\|\s*`([^`]+)`\s*\|(.*)", line):
            found[match[1]] = match[2]
    return found


def settings_of(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from settings_of(annotation, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), field.description or ""


def all_errors(error: type[ServeError] = ServeError) -> Iterator[type[ServeError]]:
    if error.__module__.startswith("serve."):
        yield error
    for child in error.__subclasses__():
        yield from all_errors(child)


def test_every_setting_is_documented_with_its_own_words() -> None:
    documented = rows("settings.md")
    expected = dict(settings_of(Settings, PREFIX))
    assert documented.keys() == expected.keys()
    for name, description in expected.items():
        assert description and description in documented[name], name


def test_every_error_code_is_documented_with_its_status() -> None:
    documented = rows("errors.md")
    expected = {error.code: error.status for error in all_errors()}
    missing = expected.keys() - documented.keys()
    assert not missing
    for code, status in expected.items():
        assert str(status) in documented[code], code


def test_every_refused_parameter_is_documented() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    assert [name for name in REFUSED if f"`{name}`" not in page] == []


def test_every_metric_is_documented() -> None:
    documented = rows("metrics.md")
    names = set()
    for family in REGISTRY.collect():
        if family.name.startswith("bianmin_"):
            names.add(family.name + ("_total" if family.type == "counter" else ""))
    assert names <= documented.keys()


def test_every_command_is_documented() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"bianmin {name}" not in page] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-TW.md", "docs/architecture.md"])
def test_paths_named_in_the_pages_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:serve|deid|adapters|deploy|docs|tests)/[\w./-]*)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
