"""Two real vLLM replicas (TP=2 and TP=1): adapters come and go, parts are killed, and the state heals by itself."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
import redis
from sqlalchemy import Engine

from adapters.dummies import write_dummy
from adapters.intake import BaseSpec
from adapters.stages import Stage
from adapters.store import Store
from serve import feed
from serve.records.database import open_database, writing
from serve.records.replicas import Phase, Resident, list_residents
from serve.records.routing import load_catalog, read_revision
from serve.records.versions import AdapterSpec, register_adapter, want
from tests.e2e.stack import Stack, free_port
from tests.waiting import until

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]
BIANMIN = str(Path(sys.executable).with_name("bianmin"))
MINISTRIES = ("moi", "mof", "mohw", "motc")
ANSWER_TOKENS = 8


@dataclass
class Second:
    """The second replica: `bianmin engine` with one rank, at an address that stays."""

    stack: Stack
    url: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What `bianmin` needs to find this home."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("BIANMIN_", "PROM"))
        }
        return kept | {
            "BIANMIN_HOME": str(self.stack.home),
            "BIANMIN_ENGINE__URL": self.url,
            "BIANMIN_ENGINE__API_KEY": self.stack.endpoints["engine"]["api_key"],
            "BIANMIN_ENGINE__PROFILE": "demo-cpu-tp1",
        }

    def start(self) -> None:
        """Start the engine; the controller finds it by itself."""
        with (self.stack.home / "second.log").open("ab") as log:
            self.process = subprocess.Popen(
                [BIANMIN, "engine"], env=self.environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )  # fmt: skip

    def kill(self) -> None:
        """kill -9 of the whole engine."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def command(self, *arguments: str) -> None:
        """One `bianmin` command."""
        subprocess.run([BIANMIN, *arguments], env=self.environ, check=True, capture_output=True)


@pytest.fixture(scope="module")
def db(stack: Stack) -> Iterator[Engine]:
    """The stack's database."""
    database = open_database(stack.endpoints["records"])
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def second(stack: Stack, db: Engine) -> Iterator[Second]:
    """Two replicas that hold everything."""
    engine = Second(stack, f"http://127.0.0.1:{free_port()}")
    engine.start()
    try:
        engine.command("replicas", "add", "two", engine.url)
        until(lambda: ready_on(db, "two") >= served(db), "the second replica holds every version", 300)
        yield engine
        engine.command("replicas", "remove", "two")
    finally:
        engine.kill()


def rows(db: Engine) -> dict[tuple[str, str], Resident]:
    """What the table says, by version and replica."""
    return {(row.version, row.replica): row for row, _ in list_residents(db)}


def ready_on(db: Engine, replica: str) -> set[str]:
    """Versions that are ready there."""
    return {row.version for row in rows(db).values() if row.replica == replica and row.phase is Phase.READY}


def served(db: Engine) -> set[str]:
    """Versions that answer citizens."""
    return {share.version for given in load_catalog(db).shares.values() for share in given}


def add_dummy(stack: Stack, db: Engine, number: int, wanted_s: float) -> str:
    """Store and register a version of its own content, and have it loaded."""
    version, folder = f"extra@{number}", stack.home / f"extra-{number}"
    card = write_dummy(
        BaseSpec.from_folder(ROOT / "deploy" / "demo" / "model", max_rank=8), folder, seed=number
    )
    Store(str(stack.home / "artifacts")).put(folder, card.digest)
    spec = AdapterSpec("extra", version, card.digest, card={"base_digest": card.base_digest})
    register_adapter(db, spec, "test", Stage.CHECKED)
    let_want(db, version, wanted_s)
    return version


def let_want(db: Engine, version: str, seconds: float) -> None:
    with writing(db) as connection:
        want(connection, version, seconds)


def questions() -> list[tuple[str, str]]:
    """(public name, question): what no adapter was trained on, and some for the base model among them."""
    asked = []
    for ministry in MINISTRIES:
        path = ROOT / "adapters" / "demo" / "dialogues" / f"{ministry}.toml"
        topics = tomllib.loads(path.read_text(encoding="utf-8"))["topic"]
        asked += [(ministry, question) for topic in topics[:3] for question in topic["heldout"][:1]]
    return asked + [("base", question) for _, question in asked[::4]]


def engine_answer(stack: Stack, url: str, name: str, question: str) -> str:
    """What one engine says itself, under a name of its own."""
    body = {"model": name, "messages": [{"role": "user", "content": question}], "temperature": 0}
    headers = {"authorization": f"Bearer {stack.endpoints['engine']['api_key']}"}
    response = httpx.post(
        f"{url}/v1/chat/completions", json={**body, "max_tokens": ANSWER_TOKENS}, headers=headers, timeout=120
    )
    return str(response.json()["choices"][0]["message"]["content"])


def answer_of(response: httpx.Response) -> str:
    if response.status_code != 200:
        return response.text
    return str(response.json()["choices"][0]["message"]["content"])


def references(stack: Stack, db: Engine, second: Second) -> dict[tuple[str, str], set[str]]:
    """The right answers, asked of both engines before anything moves.

    A question in which the gateway conceals something reaches the engines otherwise than as it stands here: left out.
    """
    urls = {"one": stack.endpoints["replicas"]["one"], "two": second.url}
    held = rows(db)
    wanted = [
        (m, q, url, held[f"{m}@1", replica].engine_name)
        for m, q in questions()
        for replica, url in urls.items()
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: engine_answer(stack, one[2], one[3], one[1]), wanted))
    found: dict[tuple[str, str], set[str]] = {}
    for (ministry, question, _, _), answer in zip(wanted, answers, strict=True):
        found.setdefault((ministry, question), set()).add(answer)
    plain = {one: right for one, right in found.items() if ask(stack, one) in right}
    assert len(plain) >= 0.8 * len(found) and {public for public, _ in plain} == {*MINISTRIES, "base"}
    return plain


def ask(stack: Stack, one: tuple[str, str]) -> str:
    """The gateway's answer, or its error."""
    public, question = one
    return answer_of(stack.ask(question, public, max_tokens=ANSWER_TOKENS))


@contextmanager
def coming_and_going(stack: Stack, db: Engine, first_number: int) -> Iterator[list[str]]:
    """Adapters that are loaded and unloaded again and again; the list says which were seen ready."""
    stop, seen = threading.Event(), []

    def churn() -> None:
        for number in itertools.count(first_number):
            version = add_dummy(stack, db, number, 600)
            while not stop.is_set() and not all(
                version in ready_on(db, replica) for replica in ("one", "two")
            ):
                stop.wait(0.1)
            if stop.is_set():
                return
            seen.append(version)
            let_want(db, version, -1)
            stop.wait(0.5)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(30)


def test_the_second_replica_holds_what_the_first_holds(stack: Stack, db: Engine, second: Second) -> None:
    assert ready_on(db, "one") >= served(db) == {"base@1", *(f"{ministry}@1" for ministry in MINISTRIES)}
    names = [row.engine_name for row in rows(db).values() if row.version != "base@1"]
    assert len(set(names)) == len(names)
    assert {target.replica for target in load_catalog(db).routes["moi@1"].targets} == {"one", "two"}


def test_a_registered_adapter_becomes_ready_on_both_and_is_gone_when_unwanted(
    stack: Stack, db: Engine, second: Second
) -> None:
    version = add_dummy(stack, db, 100, 600)
    until(lambda: version in ready_on(db, "one") & ready_on(db, "two"), "it is ready on both")
    let_want(db, version, -1)
    until(lambda: not {key for key in rows(db) if key[0] == version}, "it is gone")


def test_every_answer_is_its_own_adapters_while_adapters_come_and_go(
    stack: Stack, db: Engine, second: Second
) -> None:
    right = references(stack, db, second)
    asked = [one for one, _ in zip(itertools.cycle(right), range(200), strict=False)]
    random.Random(7).shuffle(asked)
    with coming_and_going(stack, db, 200) as seen, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: ask(stack, one), asked))
        until(lambda: seen, "adapters were loaded meanwhile")
    wrong = [(one, answer) for one, answer in zip(asked, answers, strict=True) if answer not in right[one]]
    assert wrong == []
    for ministry, question in right:
        if ministry != "base":
            base = engine_answer(stack, second.url, "base-1", question)
            assert base not in right[ministry, question], "the base would have been taken for the adapter"


def killed(processes: list[psutil.Process]) -> None:
    assert processes
    for process in processes:
        process.kill()
    until(lambda: not any(process.is_running() for process in processes), "they are dead", 30)


def test_a_killed_controller_is_followed_and_nothing_is_loaded_again(
    stack: Stack, db: Engine, second: Second
) -> None:
    before = {key: row.engine_name for key, row in rows(db).items() if row.version in served(db)}
    killed(stack.part("controller"))
    assert stack.ask("你好", "moi", max_tokens=8).status_code == 200
    version = add_dummy(stack, db, 101, 600)
    until(lambda: version in ready_on(db, "one") & ready_on(db, "two"), "the next controller goes on", 120)
    assert before == {key: row.engine_name for key, row in rows(db).items() if row.version in served(db)}


def test_after_a_killed_redis_adapters_are_loaded_and_redis_is_told_again(
    stack: Stack, db: Engine, second: Second
) -> None:
    killed(stack.part("redis-server"))
    version = add_dummy(stack, db, 102, 600)
    until(lambda: version in ready_on(db, "one") & ready_on(db, "two"), "it is loaded", 120)

    def told() -> bool:
        try:
            with redis.Redis.from_url(stack.endpoints["redis"], socket_timeout=2) as client:
                return int(client.hget(feed.KEY, "revision") or -1) == read_revision(db)
        except redis.RedisError:
            return False

    until(told, "Redis has the newest table again")


def test_a_killed_engine_is_left_out_and_loaded_again_when_it_is_back(
    stack: Stack, db: Engine, second: Second
) -> None:
    before = rows(db)["moi@1", "two"].engine_name
    second.kill()
    until(lambda: not ready_on(db, "two"), "nothing is ready there")
    assert {target.replica for target in load_catalog(db).routes["moi@1"].targets} == {"one"}
    until(lambda: stack.ask("你好", "moi", max_tokens=8).status_code == 200, "the other one answers", 30)
    second.start()
    until(lambda: ready_on(db, "two") >= served(db), "it holds everything again", 300)
    assert rows(db)["moi@1", "two"].engine_name != before
