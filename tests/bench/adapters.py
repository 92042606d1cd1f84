"""`python -m tests.bench.adapters`: what many adapters, loads and flips cost, with the real vLLM on this machine.

Starts a stack of its own, registers dummy adapters and prints a line or two for each figure. Nothing leaves loopback.
`--many 500` also registers so many adapters over the eight slots.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from adapters.stages import Stage
from tests.bench.adapter_stack import SLOTS, WORKERS, Bench, start

ADAPTERS, CONCURRENT, TOKENS, REQUESTS = 8, 16, 32, 160
QUESTION = "我要遷戶口，請問要帶什麼證件到哪裡辦理？"


async def burst(bench: Bench, names: Sequence[str], requests: int) -> tuple[float, list[float], list[str]]:
    """Greedy answers of a fixed length straight from the engine, so many at once, spread over the names: tokens a
    second, each one's seconds, the texts."""
    limit = asyncio.Semaphore(CONCURRENT)

    async def one(http: aiohttp.ClientSession, number: int) -> tuple[float, str]:
        body = {"model": names[number % len(names)], "prompt": f"{QUESTION}{number % 7}", "temperature": 0}
        async with limit:
            begun = time.perf_counter()
            more = {"max_tokens": TOKENS, "ignore_eos": True}
            async with http.post("/v1/completions", json=body | more) as response:
                answer = await response.json()
                assert response.status == 200, answer
            return time.perf_counter() - begun, answer["choices"][0]["text"]

    async with aiohttp.ClientSession(bench.engine_url, headers=bench.engine_headers) as http:
        begun = time.perf_counter()
        answers = await asyncio.gather(*(one(http, number) for number in range(requests)))
        taken = time.perf_counter() - begun
    return requests * TOKENS / taken, [seconds for seconds, _ in answers], [text for _, text in answers]


async def mixed_throughput(bench: Bench, names: Sequence[str], rounds: int) -> None:
    """Eight adapters mixed against one, in turns."""
    await burst(bench, names, 2 * CONCURRENT)
    single, mixed = [], []
    for _ in range(rounds):
        single.append((await burst(bench, names[:1], REQUESTS))[0])
        mixed.append((await burst(bench, names, REQUESTS))[0])
    ratios = sorted(two / one for one, two in zip(single, mixed, strict=True))
    print(
        f"one adapter {statistics.median(single):.0f} tokens/s, {ADAPTERS} mixed {statistics.median(mixed):.0f}"
    )
    print(f"mixed / one: {statistics.median(ratios):.2f} (goal 0.85; {ratios[0]:.2f} to {ratios[-1]:.2f})")


async def load_and_unload(bench: Bench, names: Sequence[str], folder: Path, rounds: int) -> None:
    """Requests while an adapter is loaded and unloaded again and again, and while nothing is."""
    reference = (await burst(bench, names, REQUESTS))[2]
    quiet: list[float] = []
    busy: list[float] = []
    different = cycles = 0
    for number in range(rounds):
        _, seconds, texts = await burst(bench, names, REQUESTS)
        quiet += seconds
        done: list[str] = []
        churning = asyncio.create_task(_churn(bench, folder, number, done))
        _, seconds, beside = await burst(bench, names, REQUESTS)
        churning.cancel()
        await asyncio.gather(churning, return_exceptions=True)
        busy += seconds
        cycles += len(done)
        different += sum(a != b for a, b in zip(texts + beside, reference * 2, strict=True))
    p99 = [statistics.quantiles(one, n=100)[98] * 1000 for one in (quiet, busy)]
    print(f"p99 of a request: quiet {p99[0]:.0f} ms, beside {cycles} loads and unloads {p99[1]:.0f} ms")
    print(
        f"added: {100 * (p99[1] / p99[0] - 1):+.0f} % (goal 20); {different} of {2 * rounds * REQUESTS} texts differ"
    )


async def _churn(bench: Bench, folder: Path, number: int, done: list[str]) -> None:
    async with aiohttp.ClientSession(bench.engine_url, headers=bench.engine_headers) as http:
        while True:
            name = f"churn-{number}-{len(done)}"
            load = {"lora_name": name, "lora_path": str(folder)}
            async with http.post("/v1/load_lora_adapter", json=load) as response:
                assert response.status == 200
            async with http.post("/v1/unload_lora_adapter", json={"lora_name": name}) as response:
                assert response.status == 200
            done.append(name)
            await asyncio.sleep(0.5)


async def submit_to_ready(bench: Bench, rounds: int) -> None:
    """From the upload to the engine's verified answer: check, store, table, fetch, load, list and probe."""
    taken = []
    async with aiohttp.ClientSession(bench.stack.endpoints["admin"], headers=bench.admin_headers) as http:
        for number in range(rounds):
            archive = bench.archive(9000 + number)
            begun = time.perf_counter()
            async with http.post("/admin/adapters?ministry=dummy", data=archive) as response:
                assert response.status == 201, await response.text()
                path = f"/admin/adapters/{(await response.json())['version']}"
            async with http.post(f"{path}/load", json={"seconds": 600}) as response:
                assert response.status == 200, await response.text()
            async with asyncio.timeout(120):
                while not await _is_ready(http, path):  # noqa: ASYNC110 - it happens in other processes
                    await asyncio.sleep(0.05)
            taken.append(time.perf_counter() - begun)
    size = len(archive) / 1e6
    print(
        f"submit to ready: {statistics.median(taken):.2f} s, at most {max(taken):.2f} s (goal 5; {size:.1f} MB)"
    )


async def _is_ready(http: aiohttp.ClientSession, path: str) -> bool:
    async with http.get(f"{path}/compared") as response:
        return response.status == 200


async def flip(bench: Bench, versions: tuple[str, str], rounds: int) -> None:
    """From the order to promote to the first answer of the new version, and to the last request the old one gets."""
    firsts, lasts = [], []
    public = versions[0].partition("@")[0]
    async with aiohttp.ClientSession(bench.stack.endpoints["admin"], headers=bench.admin_headers) as http:
        for number in range(rounds):
            wanted = versions[(number + 1) % 2]
            seen: list[tuple[float, str]] = []
            asking = [asyncio.create_task(_ask_on(bench, public, seen)) for _ in range(WORKERS)]
            await asyncio.sleep(0.5)
            begun = time.perf_counter()
            order = http.post(f"/admin/adapters/{wanted}/promote", json={"reason": "bench"})
            async with order as response:
                assert response.status == 200, await response.text()
            await asyncio.sleep(2)
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
            after = [(at - begun, version) for at, version in seen if at > begun]
            firsts.append(min(at for at, version in after if version == wanted))
            lasts.append(max((at for at, version in after if version != wanted), default=0.0))
    print(
        f"promotion to the first request on the new version, {WORKERS} workers: at most {max(firsts):.2f} s of {rounds}"
    )
    print(f"last request that still began on the old one: {max(lasts):.2f} s after the order (goal 1)")


async def _ask_on(bench: Bench, public: str, seen: list[tuple[float, str]]) -> None:
    """Ask again and again, each time over a new connection, so that every worker is met; when each was asked."""
    body: dict[str, Any] = {"model": public, "max_tokens": 1}
    number = 0
    while True:
        body["messages"] = [{"role": "user", "content": f"第{(number := number + 1)}個問題"}]
        at = time.perf_counter()
        session = aiohttp.ClientSession(bench.stack.public, headers=bench.citizen_headers)
        async with session as http, http.post("/v1/chat/completions", json=body) as response:
            if response.status == 200:
                seen.append((at, response.headers["x-bianmin-adapter"]))


async def many(bench: Bench, count: int) -> None:
    """So many adapters over the slots: time until all are held, then questions to cold ones."""
    for number in range(count):
        bench.register(f"many-{number}@1", bench.write(10_000 + number), Stage.SERVING)
    begun = time.perf_counter()
    await bench.held([f"many-{number}@1" for number in range(count)], 1800)
    print(f"{count} adapters over {SLOTS} slots: all held {time.perf_counter() - begun:.0f} s later")
    outcomes: Counter[str] = Counter()
    waits: list[float] = []
    limit = asyncio.Semaphore(CONCURRENT)

    async def ask(http: aiohttp.ClientSession, number: int) -> None:
        public = f"many-{number * 7919 % count}"
        body = {"model": public, "max_tokens": 8, "messages": [{"role": "user", "content": QUESTION}]}
        async with limit:
            at = time.perf_counter()
            async with http.post("/v1/chat/completions", json=body) as response:
                answer = await response.json()
                outcomes[answer["error"]["code"] if response.status != 200 else "ok"] += 1
            waits.append(time.perf_counter() - at)
            assert response.status != 200 or response.headers["x-bianmin-adapter"] == f"{public}@1"

    async with aiohttp.ClientSession(bench.stack.public, headers=bench.citizen_headers) as http:
        await asyncio.gather(*(ask(http, number) for number in range(300)))
    cuts = statistics.quantiles(waits, n=100)
    print(f"300 questions to cold ones: {dict(outcomes)}, median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s")


async def measure(bench: Bench, options: argparse.Namespace) -> None:
    """Everything, one figure after another."""
    versions = [f"bench-{number}@1" for number in range(ADAPTERS)]
    for number, version in enumerate(versions):
        bench.register(version, bench.write(number), Stage.SERVING)
    names = await bench.held(versions)
    await mixed_throughput(bench, names, options.rounds)
    await load_and_unload(bench, names[:4], bench.write(900), options.rounds)
    await submit_to_ready(bench, options.rounds)
    bench.register("bench-0@2", bench.write(902), Stage.STANDBY)
    await bench.held(["bench-0@2"])
    await flip(bench, ("bench-0@1", "bench-0@2"), 2 * options.rounds)
    if options.many:
        await many(bench, options.many)


def main() -> None:
    """Start, measure, stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.adapters", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--many", type=int, default=0, metavar="N", help="also N adapters over the slots")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = start(Path(folder))
        try:
            asyncio.run(measure(bench, options))
        finally:
            bench.stop()


if __name__ == "__main__":
    main()
