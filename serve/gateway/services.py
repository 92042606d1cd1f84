"""Everything a gateway worker holds open, built in one place and closed in reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine as Database

from deid import Concealer, PolicyError, choose_policy, load_policies
from serve.catalog import Catalog
from serve.dispatch import (
    SLOTS_SCRIPT,
    CanaryCounts,
    Conversations,
    Dispatch,
    DispatchLimits,
    FairQueue,
    SlotLimits,
    Slots,
)
from serve.dispatch.engine import Engine
from serve.engine.profile import load_profile
from serve.errors import EngineUnavailable, JournalUnavailable, ServeError
from serve.feed import CatalogWatch
from serve.gateway.auth import KeyRing
from serve.gateway.concealment import Concealment
from serve.gateway.one_door import OneDoor
from serve.gateway.path import Collaborators, Path
from serve.gateway.routing import Routing
from serve.hotstate import Breaker, Script, open_redis
from serve.journal.spool import Spool
from serve.quota import LEDGER, Quota
from serve.records.database import open_database
from serve.records.routing import load_catalog, read_revision, read_router
from serve.records.tenants import policies_in_use
from serve.settings import DeidSettings, Settings

_LEASE_MARGIN_S = 15.0


@dataclass(frozen=True, slots=True)
class Services:
    """What the endpoints use."""

    keys: KeyRing
    path: Path
    engine: Engine
    catalog: CatalogWatch
    spool: Spool
    concealment: Concealment
    one_door: OneDoor

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
        concealers = _concealers(settings.deid, database)
        next(iter(concealers.values())).warm_up()
        concealment = Concealment(concealers, settings.deid)
        stack.callback(concealment.close)
        redis = open_redis(settings.redis_url, settings.redis.timeout_s)
        stack.push_async_callback(redis.aclose)
        lease_s = settings.engine.request_timeout_s + _LEASE_MARGIN_S
        scripts = partial(Script, redis, timeout_s=settings.redis.timeout_s, breaker=Breaker())
        quota = Quota(scripts(LEDGER), lease_s=lease_s, workers=settings.workers)
        stack.push_async_callback(quota.close)
        spool = Spool(settings.spool_dir, None, settings.journal.segment_bytes)
        await spool.open()
        stack.push_async_callback(spool.close)
        engine = Engine(settings.engine)
        stack.push_async_callback(engine.close)
        catalog = CatalogWatch(redis, partial(read_revision, database), partial(load_catalog, database))
        await catalog.look()  # a worker that knows no model yet would say that there is none
        stack.callback(asyncio.create_task(catalog.follow()).cancel)
        slots = Slots(scripts(SLOTS_SCRIPT), slot_limits(settings, lease_s))
        stack.push_async_callback(slots.close)
        conversations = Conversations(redis, settings.engine.api_key.get_secret_value().encode())
        stack.push_async_callback(conversations.close)
        canaries = CanaryCounts(redis, settings.dispatch.slow_first_token_s)
        stack.push_async_callback(canaries.close)
        one_door = OneDoor(partial(read_router, database))
        stack.push_async_callback(one_door.close)
        routing = Routing(catalog.current, one_door, conversations, canaries)
        path = Path(Collaborators(quota, concealment, routing, new_dispatch(engine, slots, settings), spool))
        stack.push_async_callback(path.close)
        keys = KeyRing(database, settings.records)
        yield Services(keys, path, engine, catalog, spool, concealment, one_door)


def slot_limits(settings: Settings, lease_s: float) -> SlotLimits:
    """The slots that the engine profile gives each replica, and how long they are waited for."""
    wait = settings.dispatch
    profile = load_profile(settings.engine.profile, settings.home)
    return SlotLimits(profile.lora.slots, wait.cold_wait_s, wait.patience_s, lease_s)


def new_dispatch(engine: Engine, slots: Slots, settings: Settings) -> Dispatch:
    """This worker's way to the engines."""
    wait = settings.dispatch
    queue = FairQueue(wait.turns, wait.queue_limit)
    return Dispatch(engine, queue, slots, DispatchLimits(wait.turn_wait_s, slots.count))


def check_policies(settings: Settings) -> None:
    """Raise deid.PolicyError or RecordsUnavailable where `open_services` would, before there is a server."""
    database = open_database(settings.records_url)
    try:
        _concealers(settings.deid, database)
    finally:
        database.dispose()


def _concealers(settings: DeidSettings, database: Database) -> dict[str, Concealer]:
    """One concealer for each policy. Raises PolicyError when the settings' or a tenant's policy is missing."""
    policies = load_policies(settings.policy_dir)
    choose_policy(policies, settings.policy)
    concealers = {name: Concealer(policy) for name, policy in policies.items()}
    if missing := sorted(policies_in_use(database) - policies.keys()):
        raise PolicyError(f"a tenant has a policy that does not exist: {missing[0]}")
    return concealers
