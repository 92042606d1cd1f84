"""A stack with dummy adapters for the adapters' benchmark: one CPU rank, eight slots, four gateway workers."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine as Database

from adapters.cards import content_digest
from adapters.dummies import write_dummy
from adapters.intake import BaseSpec
from adapters.stages import Stage
from adapters.store import Store
from serve.catalog import WHOLE
from serve.engine.profile import PROFILES
from serve.records.database import open_database, writing
from serve.records.replicas import list_replicas
from serve.records.routing import load_catalog, set_shares
from serve.records.versions import AdapterSpec, register_adapter
from tests.e2e.stack import Stack

SLOTS, WORKERS = 8, 4


@dataclass
class Bench:
    """A running stack, its records, and who answers at the engine."""

    stack: Stack
    database: Database
    store: Store
    base: BaseSpec
    engine_url: str
    engine_key: str = field(repr=False)

    def write(self, number: int) -> Path:
        """A dummy adapter's folder."""
        folder = self.stack.home / "dummies" / f"{number:05}"
        write_dummy(self.base, folder, seed=number)
        return folder

    def archive(self, number: int) -> bytes:
        """A dummy adapter as it is uploaded."""
        folder, content = self.write(number), io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz") as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, path.name)
        return content.getvalue()

    def register(self, version: str, folder: Path, stage: Stage) -> None:
        """Put a dummy into the store and the table as if it had been judged."""
        digest, public = content_digest(folder), version.partition("@")[0]
        self.store.put(folder, digest)
        register_adapter(self.database, AdapterSpec(public, version, digest), "bench", stage)
        if stage is Stage.SERVING:
            with writing(self.database) as connection:
                set_shares(connection, public, {version: WHOLE})

    async def held(self, versions: Sequence[str], within_s: float = 300) -> list[str]:
        """The versions' names inside the engine, once it holds all."""
        async with asyncio.timeout(within_s):
            while (names := self._names(versions)) is None:  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(0.02)
        return names

    def _names(self, versions: Sequence[str]) -> list[str] | None:
        routes = load_catalog(self.database).routes
        if any(version not in routes or not routes[version].targets for version in versions):
            return None
        return [routes[version].targets[0].engine_name for version in versions]

    @property
    def admin_headers(self) -> dict[str, str]:
        """The operator's credentials."""
        return {"authorization": f"Bearer {self.stack.endpoints['admin_token']}"}

    @property
    def citizen_headers(self) -> dict[str, str]:
        """A city's credentials."""
        return {"authorization": f"Bearer {self.stack.endpoints['keys']['city-1999']}"}

    @property
    def engine_headers(self) -> dict[str, str]:
        """The controller's credentials."""
        return {"authorization": f"Bearer {self.engine_key}"}

    def stop(self) -> None:
        """Stop everything."""
        self.stack.stop()
        self.database.dispose()


def start(folder: Path) -> Bench:
    """The stack, and nothing in it but the demonstration's adapters."""
    text = (PROFILES / "demo-cpu-tp1.toml").read_text(encoding="utf-8")
    text = text.replace('"../', f'"{PROFILES.parent}/').replace("slots = 4", f"slots = {SLOTS}", 1)
    profile, home = folder / "bench.toml", folder / "home"
    profile.write_text(text, encoding="utf-8")
    home.mkdir()
    stack = Stack(home, {"BIANMIN_ENGINE__PROFILE": str(profile), "BIANMIN_WORKERS": str(WORKERS)})
    try:
        stack.start()
    except BaseException:
        stack.stop()
        raise
    database = open_database(f"sqlite:///{home / 'records.sqlite3'}")
    key = json.loads((home / "secrets.json").read_text())["engine_key"]
    base = BaseSpec.from_folder(PROFILES.parent / "demo" / "model", max_rank=8)
    return Bench(stack, database, Store(str(home / "artifacts")), base, list_replicas(database)[0].url, key)
