"""Each tenant has the concealment policy it is given; a missing one refuses, at the start or at the request."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deid import Concealer, PolicyError
from serve.gateway.services import open_services
from serve.records.accounts import create_key
from serve.records.tenants import TenantChange, update_tenant
from serve.settings import DeidSettings, Settings
from tests.gateway.conftest import Gateway, running_gateway
from tests.gateway.upstream import ScriptedEngine

CARD = "4111111111111111"


@pytest.fixture
async def with_policies(settings: Settings, engine: ScriptedEngine, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway with a folder of policies of its own."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "no-cards.toml").write_text(
        "extends = 'default'\n[actions]\nCREDIT_CARD = 'block'", encoding="utf-8"
    )
    changed = settings.model_copy(update={"deid": DeidSettings(deadline_s=5, policy_dir=folder)})
    async with running_gateway(changed, engine) as running:
        yield running


def with_policy(gateway: Gateway, policy: str) -> str:
    """Give the tenant a policy; the key is fresh, so that nothing of it was remembered."""
    update_tenant(gateway.database, "city", TenantChange(policy=policy), "test")
    gateway.keys[policy] = create_key(gateway.database, "city", "", "test")[1]
    return policy


def seen_by_the_model(gateway: Gateway) -> str:
    content = gateway.engine.bodies[-1]["messages"][-1]["content"]
    assert isinstance(content, str)
    return content


async def test_tenants_have_their_own_policies(gateway: Gateway) -> None:
    text = "我叫陳怡君，住臺北市信義區松仁路12號"
    for policy, seen in (
        ("english", "我叫〔NAME1〕，住臺北市信義區〔ADDRESS1〕"),
        ("routing", "我叫〔姓名1〕，住〔地址1：臺北市信義區〕"),
    ):
        answer = await (await gateway.chat(text, tenant=with_policy(gateway, policy))).json()
        assert seen_by_the_model(gateway) == seen
        assert text in answer["choices"][0]["message"]["content"]
    await gateway.chat(text, tenant="moi")
    assert seen_by_the_model(gateway) == "我叫〔姓名1〕，住臺北市信義區〔地址1〕"


async def test_a_policy_that_was_not_there_at_the_start_refuses_every_text(gateway: Gateway) -> None:
    response = await gateway.chat("你好", tenant=with_policy(gateway, "added-later"))
    assert response.status == 503
    assert (await response.json())["error"]["code"] == "concealment_failed"
    assert gateway.engine.bodies == []


async def test_a_worker_does_not_start_without_a_tenants_policy(
    gateway: Gateway, settings: Settings, tmp_path: Path
) -> None:
    with_policy(gateway, "missing")
    with pytest.raises(PolicyError):
        async with open_services(settings):
            pass
    folder = tmp_path / "policies"
    folder.mkdir()
    found = settings.model_copy(update={"deid": DeidSettings(policy_dir=folder)})
    (folder / "missing.toml").write_text("extends = 'default'", encoding="utf-8")
    async with open_services(found.model_copy(update={"spool_dir": folder / "spool"})) as services:
        assert services.concealment.session("missing").conceal("A123456789") == "〔身分證號1〕"
    (folder / "default.toml").write_text("extends = 'strict'", encoding="utf-8")
    with pytest.raises(PolicyError):
        async with open_services(found):
            pass


async def test_a_worker_warms_up_before_its_first_request(
    gateway: Gateway, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed: list[Concealer] = []
    monkeypatch.setattr(Concealer, "warm_up", lambda concealer: warmed.append(concealer))
    async with open_services(settings.model_copy(update={"spool_dir": tmp_path / "spool"})):
        assert len(warmed) == 1


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("nope", "no policy is named nope; there are default, english, mine, routing, strict"),
        ("default", "mine.toml: policy key words names an unknown entity: NOBODY"),
    ],
)
def test_the_command_says_in_one_line_which_policy_it_cannot_use(tmp_path: Path, policy: str, told: str) -> None:
    broken = "[words]\nNOBODY = '某'" if policy == "default" else ""
    (tmp_path / "mine.toml").write_text(f"extends = 'default'\n{broken}", encoding="utf-8")
    environ = {"BIANMIN_HOME": str(tmp_path / "home"), "BIANMIN_DEID__POLICY": policy}
    started = subprocess.run(
        [sys.executable, "-c", "from serve.cli import main; main()", "gateway"],
        env={**os.environ, **environ, "BIANMIN_DEID__POLICY_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (started.returncode, started.stderr) == (1, f"Error: {told} (policy_refused)\n")


async def test_a_blocked_kind_is_refused_by_its_name_only(with_policies: Gateway) -> None:
    tenant = with_policy(with_policies, "no-cards")
    response = await with_policies.chat(f"卡號{CARD}", tenant=tenant)
    body = await response.text()
    assert response.status == 400 and '"personal_data_blocked"' in body and "CREDIT_CARD" in body
    assert CARD not in body and with_policies.engine.bodies == []
    assert (await with_policies.chat("你好", tenant=tenant)).status == 200


async def test_the_question_before_is_a_cue_for_its_answer(gateway: Gateway) -> None:
    turns = [
        {"role": "user", "content": "我要報修"},
        {"role": "assistant", "content": "請問您的聯絡電話是？"},
        {"role": "user", "content": "23456789"},
    ]
    await gateway.post({"model": "moi", "messages": turns})
    assert [turn["content"] for turn in gateway.engine.bodies[-1]["messages"]] == [
        "我要報修", "請問您的聯絡電話是？", "〔電話1〕"
    ]  # fmt: skip
