"""Pure decisions: what counts as an effect, when a canary is bad, how a version stands."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.store.localcopy import full_disk_told
from serve.controller.artifacts import Artifacts
from serve.controller.engine import NextToken, read_usage
from serve.controller.faults import DISK_FULL, STORE_UNAVAILABLE, Fault
from serve.controller.phases import Standing, summarise
from serve.controller.probe import PROMPTS, distance, has_effect
from serve.controller.watchdog import ERRORS, SLOW, Bounds, Counts, judge
from serve.records.replicas import Phase, Resident

BOUNDS = Bounds(min_requests=50, error_rate=0.05, slow_share=0.2, margin=2.0)


@pytest.mark.parametrize(
    ("canary", "stable", "reason"),
    [
        (Counts(), Counts(), None),
        (Counts(49, 49, 0), Counts(1000), None),
        (Counts(50, 50, 0), Counts(), ERRORS),
        (Counts(100, 5, 0), Counts(1000), None),
        (Counts(100, 6, 0), Counts(1000), ERRORS),
        (Counts(100, 20, 0), Counts(1000, 100, 0), None),
        (Counts(100, 21, 0), Counts(1000, 100, 0), ERRORS),
        (Counts(100, 0, 20), Counts(1000), None),
        (Counts(100, 0, 21), Counts(1000), SLOW),
        (Counts(100, 0, 100), Counts(1000, 0, 500), None),
        (Counts(100, 6, 100), Counts(1000), ERRORS),
    ],
)
def test_a_canary_is_withdrawn_beyond_its_bounds_only(
    canary: Counts, stable: Counts, reason: str | None
) -> None:
    assert judge(canary, stable, BOUNDS) == reason


def rows(*phases: Phase, reason: str = "") -> list[Resident]:
    return [Resident(str(n), "moi@1", "x", phase, reason) for n, phase in enumerate(phases)]


@pytest.mark.parametrize(
    ("phases", "replicas", "told"),
    [
        ([Phase.READY, Phase.READY], 2, "ready on 2/2"),
        ([Phase.READY, Phase.LOADING], 2, "degraded on 1/2"),
        ([Phase.READY], 2, "degraded on 1/2"),
        ([Phase.READY, Phase.READY], 1, "ready on 1/1"),
        ([Phase.FAILED, Phase.LOADING], 2, "failed on 0/2"),
        ([Phase.LOADING, Phase.PENDING], 2, "loading on 0/2"),
        ([Phase.DRAINING, Phase.DRAINING], 2, "draining on 0/2"),
        ([], 2, "pending on 0/2"),
        ([], 0, "pending on 0/0"),
    ],
)
def test_a_versions_standing_in_a_word(phases: list[Phase], replicas: int, told: str) -> None:
    assert str(summarise(rows(*phases), map(str, range(replicas)))) == told


def test_a_standing_names_the_reasons() -> None:
    summary = summarise(rows(Phase.FAILED, reason="disk_full"), ["0"])
    assert (summary.standing, summary.reasons) == (Standing.FAILED, (("0", "disk_full"),))
    assert str(summary) == "failed on 0/1 (0: disk_full)"


BASE: NextToken = {"a": -0.1, "b": -2.0, "c": -3.0}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (BASE, 0.0),
        ({"a": -0.1, "b": -2.5, "c": -3.0}, 0.5),
        ({"a": -0.1, "b": -2.0, "d": -3.0}, 0.0),  # near the end of the list either may be left out
        ({"a": -0.1, "b": -2.0, "d": -2.5}, 0.5),
        ({"x": -0.1, "y": -2.0, "z": -3.0}, 2.9),
    ],
)
def test_only_proven_differences_count(other: NextToken, expected: float) -> None:
    for one, two in itertools.permutations([BASE, other]):
        assert distance([one, BASE], [two, BASE]) == pytest.approx(expected)
    assert distance([BASE], [BASE, other]) == float("inf")


class Asked:
    """Answers base and adapter as it is told; the base's second answer has its own noise."""

    def __init__(self, effect: float, noise: float) -> None:
        self._effect, self._noise = effect, iter((0.0, noise))

    async def next_tokens(self, name: str, prompts: Sequence[str]) -> Sequence[NextToken]:
        moved = self._effect if name == "moi" else next(self._noise)
        return [{token: value - moved for token, value in BASE.items()} for _ in prompts]


@pytest.mark.parametrize(
    ("effect", "noise", "expected"),
    [(0.0, 0.0, False), (0.009, 0.0, False), (0.011, 0.0, True), (0.2, 0.1, False), (0.4, 0.1, True)],
)
async def test_an_effect_stands_out_from_tolerance_and_noise(
    effect: float, noise: float, expected: bool
) -> None:
    assert await has_effect(Asked(effect, noise), "moi", "base-1", 0.01) is expected
    assert len(PROMPTS) > 1


def test_the_newest_series_says_who_is_busy() -> None:
    info = 'vllm:lora_requests_info{{max_lora="4",running_lora_adapters="{}",waiting_lora_adapters="{}"}} {}'
    lines = [
        "# TYPE vllm:num_requests_running gauge",
        'vllm:num_requests_running{engine="0"} 3.0',
        'vllm:num_requests_running{engine="1"} 4.0',
        "# TYPE vllm:num_requests_waiting gauge",
        'vllm:num_requests_waiting{engine="0"} 5.0',
        "# TYPE vllm:kv_cache_usage_perc gauge",
        'vllm:kv_cache_usage_perc{engine="0"} 0.25',
        'vllm:kv_cache_usage_perc{engine="1"} 0.75',
        "# TYPE vllm:num_requests_waiting_by_reason gauge",
        'vllm:num_requests_waiting_by_reason{engine="0"} 99.0',
        "# TYPE vllm:lora_requests_info gauge",
        info.format("old-1", "", 1764285317.25),
        info.format("moi-1,mof-1", "motc-1", 1764285317.5),
        "",
    ]
    usage = read_usage("\n".join(lines))
    assert (usage.running, usage.waiting, usage.cache_used) == (7, 5, 0.75)
    assert usage.adapters == {"moi-1", "mof-1", "motc-1"}
    idle = [line.replace(" 3.0", " 0.0").replace(" 4.0", " 0.0").replace(" 5.0", " 0.0") for line in lines]
    assert read_usage("\n".join(idle)).adapters == frozenset()


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, DISK_FULL), (errno.EDQUOT, DISK_FULL), (errno.EACCES, STORE_UNAVAILABLE)],
)
def test_a_full_disk_has_a_code_of_its_own(tmp_path: Path, number: int, code: str) -> None:
    digest = "sha256:" + hashlib.sha256(b"x").hexdigest()
    artifacts = Artifacts(str(tmp_path / "artifacts"), tmp_path / "cache")

    class FullStore:
        def fetch(self, *_: object, **__: object) -> Path:
            with full_disk_told():
                raise OSError(number, "no")

    artifacts._store = FullStore()  # type: ignore[assignment]
    with pytest.raises(Fault) as caught:
        asyncio.run(artifacts.fetch(digest, "sha256:base"))
    artifacts.close()
    assert caught.value.code == code
