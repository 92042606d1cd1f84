"""Everything a gateway worker holds open, built in one place and closed in reverse order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Engine as Database

from deid import Concealer, PolicyError, load_policies
from serve.catalog import Catalog
from serve.errors import EngineUnavailable, JournalUnavailable, ServeError
from serve.gateway.auth import KeyRing
from serve.gateway.concealment import Concealment
from serve.gateway.engine import Engine
from serve.gateway.path import Collaborators, Path
from serve.journal.spool import Spool
from serve.quota import Quota
from serve.quota.connection import open_redis
from serve.records.database import open_database
from serve.records.routing import load_catalog
from serve.records.tenants import policies_in_use
from serve.settings import DeidSettings, Settings

log = logging.getLogger("bianmin.services")
_CATALOG_INTERVAL_S = 2.0
_LEASE_MARGIN_S = 15.0


class CatalogWatch:
    """The newest catalogue from the database; the last good one while the database is away."""

    def __init__(self) -> None:
        self._catalog = Catalog()

    def current(self) -> Catalog:
        """The catalogue to route by."""
        return self._catalog

    async def follow(self, settings: Settings) -> None:
        """Read the catalogue again and again, until cancelled."""
        database = open_database(settings.records_url)
        away = False
        try:
            while True:
                try:
                    self._catalog = await asyncio.to_thread(load_catalog, database)
                    away = False
                except ServeError:
                    if not away:
                        log.warning("database away: the last catalogue stays in use")
                    away = True
                await asyncio.sleep(_CATALOG_INTERVAL_S)
        finally:
            database.dispose()


@dataclass(frozen=True, slots=True)
class Services:
    """What the endpoints use."""

    keys: KeyRing
    path: Path
    engine: Engine
    catalog: CatalogWatch
    spool: Spool
    concealment: Concealment

    async def readiness(self) -> dict[str, bool]:
        """Each part this worker needs to answer, and whether it can be used now."""
        parts = {"engine": False, "adapters": False, "journal": False, "concealment": False}
        catalog = self.catalog.current()
        parts["engine"] = await self._engine_answers(catalog)
        parts["adapters"] = catalog.answering
        try:
            self.spool.check()
            parts["journal"] = True
        except JournalUnavailable:
            pass
        try:
            session = self.concealment.session()
            await self.concealment.run(lambda live: live.conceal("A123456789"), session)
            parts["concealment"] = bool(session.counts)
        except ServeError:
            pass
        return parts


    async def _engine_answers(self, catalog: Catalog) -> bool:
        """Whether one of the replicas that hold something answers."""
        urls = {target.url for route in catalog.routes.values() for target in route.targets}
        for url in sorted(urls):
            try:
                await self.engine.models(url)
                return True
            except EngineUnavailable:
                continue
        return False


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything. Raises deid.PolicyError, JournalUnavailable or RecordsUnavailable: then nothing starts."""
    async with AsyncExitStack() as stack:
        database = open_database(settings.records_url)
        stack.callback(database.dispose)
        concealment = Concealment(_concealers(settings.deid, database), settings.deid)
        stack.callback(concealment.close)
        redis = open_redis(settings.redis_url, settings.redis.timeout_s)
        stack.push_async_callback(redis.aclose)
        quota = Quota(
            redis,
            lease_s=settings.engine.request_timeout_s + _LEASE_MARGIN_S,
            timeout_s=settings.redis.timeout_s,
            workers=settings.workers,
        )
        stack.push_async_callback(quota.close)
        spool = Spool(settings.spool_dir, None, settings.journal.segment_bytes)
        await spool.open()
        stack.push_async_callback(spool.close)
        engine = Engine(settings.engine)
        stack.push_async_callback(engine.close)
        catalog = CatalogWatch()
        following = asyncio.create_task(catalog.follow(settings))
        stack.callback(following.cancel)
        path = Path(Collaborators(quota, concealment, catalog.current, engine, spool))
        stack.push_async_callback(path.close)
        keys = KeyRing(database, settings.records)
        yield Services(keys, path, engine, catalog, spool, concealment)


def _concealers(settings: DeidSettings, database: Database) -> dict[str, Concealer]:
    """One concealer for each policy. Raises PolicyError when the settings' or a tenant's policy is missing."""
    policies = load_policies(settings.policy_dir)
    if settings.policy not in policies:
        raise PolicyError("the policy of the settings does not exist")
    concealers = {name: Concealer(policy) for name, policy in policies.items()}
    if missing := sorted(policies_in_use(database) - policies.keys()):
        raise PolicyError(f"a tenant has a policy that does not exist: {missing[0]}")
    return concealers
