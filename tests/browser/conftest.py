"""The admin page on a real port, and a real Chromium that knows nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from sqlalchemy import Engine

from adapters.stages import Stage
from serve.admin.app import create_admin_app
from serve.admin.judging import load_judge
from serve.records import lifecycle
from serve.records.database import open_database
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.records.reports import record_report
from serve.records.roles import OPERATOR
from serve.records.transitions import Act
from serve.records.versions import AdapterSpec, get_adapter, register_adapter
from serve.settings import AdapterSettings, Settings
from tests.adapter_rows import digest_of, engine_name, good_report, hold
from tests.admin.running import running
from tests.records.rows import empty_database

TOKENS = {name: f"{name}-token-0123456789abcdef" for name in ("wang", "lin", "guest")}
INJECTION = '<script>document.title="owned"</script><img src=x onerror=alert(1)>"\'>{{7*7}}'
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
    "--lang=zh-TW",
)
_CARD = {
    "author": "財政部賦稅署",
    "base_model": "bianmin-demo",
    "rank": 8,
    "licence": "Apache-2.0",
    "dtype": "BF16",
    "target_modules": ["q_proj", "v_proj"],
    "data_sha256": "cc711a08b08a03d0e59c40d5d1a644a52c90a56abd987f4499e1524193cc8b3d",
    "sources": [{"name": "營業稅常見問答", "licence": "OGDL-Taiwan-1.0", "as_of": "2026-11"}],
}


def chromium_paths() -> tuple[str, str] | None:
    """Chromium and its driver, where this machine has both."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A fresh Chromium; its console and its requests are recorded."""
    found = chromium_paths()
    if found is None:
        pytest.skip("chromium and chromedriver are not installed; .ci/run installs them")
    options = webdriver.ChromeOptions()
    options.binary_location = found[0]
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(found[1]))
    try:
        yield driver
    finally:
        driver.quit()


@dataclass(frozen=True, slots=True)
class Site:
    """A running admin plane and its database."""

    url: str
    db: Engine


@pytest.fixture(params=[False], ids=["one person"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """mof@1 stands by, mof@2 serves, mof@3 passed, mof@4 failed and came with a hostile card."""
    tokens = {name: SecretStr(token) for name, token in TOKENS.items()}
    settings = Settings(
        home=tmp_path,
        admin_tokens=tokens,
        admin_roles={"guest": "viewer"},
        adapters=AdapterSettings(two_persons=request.param),
    )
    (tmp_path / "records.sqlite3").write_bytes(empty_database())
    db = open_database(settings.records_url)
    fill(db)
    try:
        with running(create_admin_app(settings)) as url:
            yield Site(url, db)
    finally:
        db.dispose()


def fill(db: Engine) -> None:
    """A ministry with some history, on two replicas of which one has trouble."""
    act = Act("wang", OPERATOR, "新版稅率自十二月起適用")
    for number in range(1, 5):
        card = (
            _CARD
            if number != 4
            else _CARD
            | {
                "author": INJECTION,
                "sources": [{"name": INJECTION, "licence": INJECTION, "as_of": INJECTION}],
            }
        )
        spec = AdapterSpec("mof", f"mof@{number}", digest_of(f"mof@{number}"), "mof", "2026-11", card)
        register_adapter(db, spec, "wang", Stage.EVALUATED)
    register_adapter(
        db, AdapterSpec("moi", "moi@1", digest_of("moi@1"), "moi", "2026-10"), "lin", Stage.EVALUATED
    )
    hold(db, "mof@1", "mof@2", "mof@3", "moi@1")
    add_replica(db, Replica("engine-2", "http://127.0.0.1:10"), "test")
    publish_residents(
        db,
        "engine-2",
        [
            Resident("engine-2", "mof@2", engine_name(db, "mof@2"), Phase.READY),
            Resident("engine-2", "mof@3", engine_name(db, "mof@3"), Phase.FAILED, "load_refused", 3),
        ],
    )
    for version in ("mof@1", "mof@2", "moi@1"):
        lifecycle.promote(db, version, act)
    lifecycle.request_load(db, "mof@3", timedelta(minutes=30).total_seconds(), act)
    _report(db, "mof@3", act)


def _report(db: Engine, version: str, act: Act) -> None:
    spec = get_adapter(db, version).spec
    text = orjson.dumps(good_report(engine_name(db, version)))
    record_report(db, version, load_judge(None).judge(spec, text), act)
