"""`python -m tests.bench`: measure the gateway and its peers side by side, print a table, keep the JSON."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import peers
from tests.bench.client import Endpoint
from tests.bench.measure import FULL, QUICK, STANDARD, Bench, Plan
from tests.bench.processes import Processes, StartFailed, fetch, free_port, pin
from tests.bench.report import caution, goals, machine, table, to_json
from tests.bench.stack import start_bianmin
from tests.bench.targets import ENGINE_MODELS, Ground, Target, start_nginx, start_reference

HOME = Path(".bench").absolute()
PEERS: dict[str, Callable[[Ground, Path], Target]] = {
    "litellm": peers.start_litellm,
    "litellm-presidio": peers.start_litellm_presidio,
}
OWN: dict[str, Callable[[Ground], Target | None]] = {
    "bianmin": start_bianmin,
    "pass-through": start_reference,
    "nginx": start_nginx,
}


def main() -> int:
    """Run the benchmark; 1 when something could not be started."""
    arguments = _parse()
    plan = QUICK if arguments.quick else FULL if arguments.full else STANDARD
    wanted = arguments.only.split(",") if arguments.only else [*OWN, *PEERS]
    if unknown := set(wanted) - OWN.keys() - PEERS.keys():
        print(f"unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = HOME / f"run-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        with Processes(folder) as processes:
            _run(plan, wanted, processes, folder, arguments.json)
    except (StartFailed, peers.InstallFailed) as exc:
        print(exc, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="one short round, at most 90 s")
    length.add_argument("--full", action="store_true", help="five rounds and 100,000 requests for memory")
    parser.add_argument(
        "--only", help=f"comma list of {', '.join([*OWN, *PEERS])}; the first is compared with the rest"
    )
    parser.add_argument("--json", type=Path, default=HOME / "result.json", help="where the JSON goes")
    return parser.parse_args()


def _run(plan: Plan, wanted: list[str], processes: Processes, folder: Path, json: Path) -> None:
    stub_port = free_port()
    stub = [sys.executable, "-m", "tests.bench.stub", str(stub_port), *ENGINE_MODELS]
    processes.spawn("stub", stub).wait_until(lambda: fetch(stub_port, "/health") is not None)
    ground = Ground(processes, folder, stub_port)
    print(f"starting {', '.join(wanted)}", flush=True)
    targets = [target for name in wanted if (target := _start(name, ground)) is not None]
    for target in targets:
        target.wait()
    _share_cores(targets, processes)
    direct = Endpoint(stub_port, ENGINE_MODELS[-1])
    bench = Bench(plan, folder, direct, targets)
    bench.run()
    results = list(bench.results.values())
    context = {"machine": machine(), "fdatasync_ms": bench.sync_ms}
    json.parent.mkdir(parents=True, exist_ok=True)
    json.write_bytes(to_json(plan, context, [bench.direct, *results]))
    print(context["machine"])
    print(f"fdatasync of 2 KiB on this disk, ms, round by round: {bench.sync_ms}")
    print(table(bench.direct, results))
    print(goals(bench.results))
    print(caution(results))
    for result in results:
        if result.soak:
            print(f"{result.name}: {result.soak}")
        if result.proof:
            print(f"{result.name}: {result.proof}")


def _start(name: str, ground: Ground) -> Target | None:
    if name in OWN:
        return OWN[name](ground)
    return PEERS[name](ground, peers.install(HOME / "peers"))


def _share_cores(targets: list[Target], processes: Processes) -> None:
    """Targets on the first core; the stub, this process and what stands beside a target on the others."""
    first, *others = sorted(os.sched_getaffinity(0))
    pin([os.getpid(), *processes.pids()], set(others) or {first})
    for target in targets:
        for part in target.pinned:
            pin(part.pids(), {first})


if __name__ == "__main__":
    sys.exit(main())
