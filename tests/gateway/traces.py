"""Everything that a request can leave behind, gathered so that it can be searched."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import redis
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import MetaData, select

from serve.journal.shipper import Shipper
from tests.gateway.conftest import Gateway
from tests.gateway.marks import Marks

_NOISY = (
    "asyncio",
    "aiohttp",
    "uvicorn",
    "sqlalchemy",
    "redis",
    "alembic",
    "presidio-analyzer",
    "concurrent",
    "bianmin",
    "serve",
)


def log_everything(caplog: object) -> None:
    """Let every logger tell all it knows."""
    for name in (
        "",
        *_NOISY,
        "sqlalchemy.engine",
        "sqlalchemy.pool",
        "aiohttp.client",
        "aiohttp.access",
        "uvicorn.error",
    ):
        caplog.set_level(logging.DEBUG, name or None)  # type: ignore[attr-defined]


def log_texts(records: list[logging.LogRecord]) -> Iterator[str]:
    """Each record as it is printed, with its arguments and traceback."""
    shown = logging.Formatter("%(name)s %(message)s")
    for record in records:
        yield f"{shown.format(record)} {record.args!r} {record.exc_info!r}"


def ship(gateway: Gateway) -> None:
    """Bring the spool into the database, as the journal's own task does."""
    assert Shipper(gateway.database, Path(gateway.settings.spool_dir), threading.Event()).ship()


def rows(gateway: Gateway) -> dict[str, str]:
    """Every row of every table."""
    metadata = MetaData()
    metadata.reflect(gateway.database)
    with gateway.database.connect() as connection:
        return {
            f"table {table.name}": repr([tuple(row) for row in connection.execute(select(table))])
            for table in metadata.sorted_tables
        }


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder: spool, database with its log, temporary files."""
    return {f"file {path.name}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def redis_content(url: str) -> dict[str, bytes]:
    """Every key of Redis in every form it can be read in."""
    client = redis.Redis.from_url(url)
    readers = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    found = {}
    for number, key in enumerate(client.scan_iter(count=1000)):
        read = readers.get(client.type(key), lambda key: b"")
        found[f"redis key {number}"] = b" ".join((key, client.dump(key), repr(read(key)).encode()))
    client.close()
    return found


def metrics() -> dict[str, bytes]:
    """What `/metrics` shows, and the files it is made of."""
    registry = CollectorRegistry()
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    MultiProcessCollector(registry)
    return {"metrics": generate_latest(registry), **files(Path(folder))}


def leaks(
    gateway: Gateway, marks: Marks, folder: Path, records: list[logging.LogRecord]
) -> dict[str, list[str]]:
    """Where marks are found, and which. Ships the journal first."""
    spooled = files(Path(gateway.settings.spool_dir))
    ship(gateway)
    places: dict[str, bytes | str] = {
        "engine bodies": b"\n".join(gateway.engine.raw),
        "engine headers": b"\n".join(gateway.engine.heads),
        **{f"spooled {name}": data for name, data in spooled.items()},
        **rows(gateway),
        **files(folder),
        **redis_content(gateway.settings.redis_url),
        **metrics(),
        "logs": "\n".join(log_texts(records)),
    }
    found = {place: marks.found_in(content) for place, content in places.items()}
    return {place: kinds for place, kinds in found.items() if kinds}
