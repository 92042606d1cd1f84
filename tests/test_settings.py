"""Settings: an unknown name or a bad value stops the start, named by its key, and no value is ever shown."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from serve.settings import KNOWN_SECRETS, SettingsError, load_settings

VALUE = "hunter2-hunter2-hunter2-hunter2"
GOOD = {
    "BIANMIN_STAGE": "production",
    "BIANMIN_ADMIN_TOKENS": '{"wang": "' + "w" * 32 + '"}',
    "BIANMIN_ENGINE__API_KEY": "e" * 32,
}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith("BIANMIN_"):
            monkeypatch.delenv(name)
    yield


def refusal(monkeypatch: pytest.MonkeyPatch, **environ: str) -> str:
    """Why these settings are refused; nothing of the error or its causes may hold a value."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert refused.value.__cause__ is None
    assert not any(value in str(refused.value) for value in environ.values())
    return str(refused.value)


@pytest.mark.parametrize("name", ["BIANMIN_PUBLIC_PROT", "BIANMIN_ENGIN__URL", "BIANMIN_ENGINE__ULR"])
def test_a_name_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert name in refusal(monkeypatch, **{name: VALUE})


@pytest.mark.parametrize("name", ["BIANMIN_PUBLIC_PORT", "BIANMIN_REDIS__TIMEOUT_S", "BIANMIN_STAGE"])
def test_a_bad_value_names_its_key(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert name in refusal(monkeypatch, **{name: VALUE})


def test_what_is_not_json_is_refused_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal(monkeypatch, BIANMIN_ADMIN_TOKENS="{" + VALUE)
    assert "JSON" in told and "BIANMIN_ADMIN_TOKENS" in told


def test_retention_under_six_months_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "RETENTION_DAYS" in refusal(monkeypatch, BIANMIN_JOURNAL__RETENTION_DAYS="183")


def test_production_starts_with_good_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.stage == "production"
    assert "w" * 32 not in repr(settings) and "e" * 32 not in repr(settings)


@pytest.mark.parametrize("secret", ["", *sorted(KNOWN_SECRETS), "short"])
@pytest.mark.parametrize("name", ["BIANMIN_ENGINE__API_KEY", "BIANMIN_ADMIN_TOKENS"])
def test_production_refuses_missing_and_weak_secrets(
    monkeypatch: pytest.MonkeyPatch, name: str, secret: str
) -> None:
    value = '{"wang": "' + secret + '"}' if name == "BIANMIN_ADMIN_TOKENS" else secret
    for other, good in (GOOD | {name: value}).items():
        monkeypatch.setenv(other, good)
    with pytest.raises(SettingsError, match=name):
        load_settings()
