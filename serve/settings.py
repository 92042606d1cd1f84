"""Every setting, read once at the entry point into one frozen tree.

Names are `BIANMIN_` plus the field, nested by two underscores: `BIANMIN_ENGINE__URL`. A name that nobody knows is
refused, and a bad value names its key but never shows the value. docs/settings.md lists them (checked by a test).
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

PREFIX = "BIANMIN_"
_FIELD = re.compile('field "(?P<name>[a-z_]+)"')
SHORTEST_SECRET = 24
KNOWN_SECRETS = frozenset({"changeme", "secret", "password", "admin", "test", "demo", "sk-1234", "bianmin"})
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, mode 700, its owner checked before use
LEAST_RETENTION_DAYS = 184  # six months, Cyber Security Management Act rules, annex 10

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """A setting is missing, unknown or unusable; the text names the key and never the value."""


class _Branch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class EngineSettings(_Branch):
    """The vLLM server behind the gateway."""

    url: str = Field(
        "http://127.0.0.1:8002",
        description="Base address of vLLM's OpenAI server; once set, `bianmin up` starts none.",
    )
    api_key: SecretStr = Field(SecretStr(""), description="Key that vLLM expects; empty for none.")
    profile: str = Field("demo-cpu-tp2", description="Engine profile: a name in deploy/profiles or a path.")
    replicas: int = Field(1, ge=1, le=8, description="Engines that `bianmin up` starts on this machine.")
    connect_timeout_s: float = Field(2.0, gt=0, description="Time to open a connection.")
    request_timeout_s: float = Field(300.0, gt=0, description="Longest whole request; the quota lease is 15 s more.")
    ready_timeout_s: float = Field(600.0, gt=0, description="How long a start may take.")
    max_connections: int = Field(
        512, ge=1, description="Connections a gateway worker may open to the engine."
    )


class RedisSettings(_Branch):
    """The hot state."""

    url: str = Field("", description="Redis URL; empty starts an embedded redis-server on a Unix socket.")
    timeout_s: float = Field(
        1.0, gt=0, description="Longest wait for an answer before the local limit is used."
    )


class RecordsSettings(_Branch):
    """The database of accounts, keys, adapters, journal and usage."""

    url: str = Field("", description="SQLAlchemy URL; empty is a SQLite file under the home folder.")
    key_cache_s: float = Field(5.0, gt=0, description="A revoked key stops working within this time.")
    stale_key_s: float = Field(
        600.0, ge=0, description="How long checked keys go on while the database is down."
    )


class JournalSettings(_Branch):
    """The journal's spool and retention."""

    spool_dir: Path | None = Field(None, description="Spool folder; empty is `spool` under the home folder.")
    retention_days: int = Field(365, ge=LEAST_RETENTION_DAYS, description="At least 184 days (six months).")
    segment_bytes: int = Field(16 * 2**20, ge=4096, description="A spool file is closed at this size.")
    ship_interval_s: float = Field(1.0, gt=0, description="Pause between two shipments to the database.")


class DeidSettings(_Branch):
    """Concealment of personal data."""

    policy: str = Field("default", description="Policy of tenants that have none of their own, by name.")
    policy_dir: Path | None = Field(None, description="Folder of more policies, one TOML file each.")
    threads: int = Field(2, ge=1, description="Concealment threads of a gateway worker.")
    deadline_s: float = Field(2.0, gt=0, description="A text not concealed by then is refused.")
    queue_limit: int = Field(256, ge=1, description="Texts that may wait for a thread; one more is refused.")


class ArtifactSettings(_Branch):
    """Where adapter versions are kept by digest, and where engines read them."""

    url: str = Field(
        "", description="Folder or s3:// address of stored adapters; empty is under the home folder."
    )
    cache_dir: Path | None = Field(
        None,
        description="Folder that every engine reads adapters from, at this path; empty is under the home folder.",
    )


class ControllerSettings(_Branch):
    """Keeping every engine replica at the desired set of adapters."""

    interval_s: float = Field(1.0, gt=0, description="Pause between two looks at a replica.")
    parallel_loads: int = Field(2, ge=1, description="Adapters that a replica loads at once.")
    answer_timeout_s: float = Field(5.0, gt=0, description="Longest wait for a replica's list of models.")
    load_timeout_s: float = Field(
        60.0, gt=0, description="Longest wait for a load, and for a probe's answer."
    )
    probe_tolerance: float = Field(
        0.01, gt=0, description="An adapter must move a log probability by more than this from the base's."
    )
    drain_grace_s: float = Field(
        2.0, ge=0, description="An adapter stays loaded so long after the gateways were told to leave it."
    )
    drain_timeout_s: float = Field(
        300.0, gt=0, description="An adapter that is still used so long after is unloaded all the same."
    )
    longest_retry_s: float = Field(
        60.0, gt=0, description="Longest pause between two tries of a failed load."
    )
    canary_min_requests: int = Field(
        50, ge=1, description="A canary isn't judged before it got so many requests."
    )
    canary_error_rate: float = Field(
        0.05, gt=0, le=1, description="A canary with a larger share of errors is withdrawn."
    )
    canary_slow_share: float = Field(
        0.2, gt=0, le=1, description="A canary with a larger share of slow first tokens is withdrawn."
    )
    canary_margin: float = Field(
        2.0,
        ge=1,
        description="A canary's share must be so many times the stable version's to be withdrawn for it.",
    )


class AdapterSettings(_Branch):
    """The life of adapter versions: who may do what, and how large a submission may be."""

    two_persons: bool | None = Field(
        None,
        description="Promote, roll back and last retirement need a second person; empty is yes in production alone.",
    )
    approval_hours: float = Field(24.0, gt=0, description="A request for the second person ends after so long.")
    ministries_promote: bool = Field(
        False, description="Ministries may promote and roll back their own versions."
    )
    max_upload_bytes: int = Field(2 * 2**30, ge=2**20, description="Largest archive of a submission.")
    evaluation_policy: Path | None = Field(
        None, description="Folder of gate policies, one TOML file a ministry; they may tighten the gates only."
    )


class DispatchSettings(_Branch):
    """A gateway worker's way to the engines."""

    turns: int = Field(128, ge=1, description="Requests that a worker lets into the engines at once.")
    queue_limit: int = Field(1024, ge=1, description="Requests that may wait for a turn; one more is refused.")
    turn_wait_s: float = Field(30.0, gt=0, description="Longest wait for a turn.")
    cold_wait_s: float = Field(10.0, gt=0, description="Longest wait for the slot of a cold adapter.")
    patience_s: float = Field(
        0.5, gt=0, description="After so long a wait for a slot, the adapter longest inside must give way."
    )
    slow_first_token_s: float = Field(10.0, gt=0, description="A canary's first token is slow from here on.")


class Settings(BaseSettings):
    """The whole tree. Raises SettingsError through `load_settings`, never pydantic's error with its input."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", hide_input_in_errors=True
    )
    home: Path = Field(Path(".bianmin"), description="Folder that holds all state.")
    stage: Literal["demo", "production"] = Field("demo", description="`production` refuses missing secrets.")
    host: str = Field("127.0.0.1", description="Address both ports listen on.")
    public_port: Port = Field(8000, description="Port of /v1 and health.")
    admin_port: Port = Field(8001, description="Port of the admin plane and /metrics.")
    workers: int = Field(2, ge=1, description="Gateway worker processes.")
    max_body_bytes: int = Field(2 * 2**20, ge=1024, description="Largest request body.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Log level.")
    admin_tokens: dict[str, SecretStr] = Field(
        default_factory=dict, description="Operator name to admin token, as JSON; one per person."
    )
    admin_roles: dict[str, str] = Field(
        default_factory=dict,
        description="Operator name to role, as JSON: operator, viewer or ministry:<slug>; a name left out is operator.",
    )
    admin_url: str = Field(
        "", description="Admin plane that `bianmin adapters` talks to; empty is the running stack's."
    )
    admin_token: SecretStr = Field(
        SecretStr(""), description="Token of whoever runs `bianmin adapters`; empty is the running stack's."
    )
    metrics_dir: Path | None = Field(
        None, description="Shared folder of the workers' metrics files; empty is one in memory."
    )
    engine: EngineSettings = EngineSettings()
    redis: RedisSettings = RedisSettings()
    records: RecordsSettings = RecordsSettings()
    journal: JournalSettings = JournalSettings()
    deid: DeidSettings = DeidSettings()
    dispatch: DispatchSettings = DispatchSettings()
    artifacts: ArtifactSettings = ArtifactSettings()
    adapters: AdapterSettings = AdapterSettings()
    controller: ControllerSettings = ControllerSettings()

    @property
    def spool_dir(self) -> Path:
        """Where the journal's spool lies."""
        return self.journal.spool_dir or self.home / "spool"

    @property
    def records_url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.records.url or f"sqlite:///{(self.home / 'records.sqlite3').absolute()}"

    @property
    def redis_url(self) -> str:
        """The Redis URL."""
        return self.redis.url or f"unix://{(self.home / 'redis' / 'redis.sock').absolute()}"

    @property
    def artifacts_url(self) -> str:
        """Where adapter versions are stored."""
        return self.artifacts.url or str((self.home / "artifacts").absolute())

    @property
    def two_persons(self) -> bool:
        """Whether what changes a whole name's answers needs a second person."""
        asked = self.adapters.two_persons
        return self.stage == "production" if asked is None else asked

    @property
    def adapter_cache(self) -> Path:
        """The folder that engines read adapters from."""
        return (self.artifacts.cache_dir or self.home / "adapter-cache").absolute()

    @property
    def metrics_path(self) -> Path:
        """Where prometheus-client's multiprocess files lie: in memory where the system has such a folder.

        Each count is a write into a mapped file; on a busy disk it can wait for seconds, and the event loop with it.
        """
        if self.metrics_dir is not None or not os.access(_MEMORY, os.W_OK):
            return self.metrics_dir or self.home / "metrics"
        name = hashlib.sha256(str(self.home.absolute()).encode()).hexdigest()[:12]
        return _MEMORY / f"bianmin-{os.getuid()}-{name}"


def load_settings() -> Settings:
    """Read the environment into the tree.

    Raises SettingsError for an unknown name, a bad value or, in production, a missing or well-known secret.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name.split("__")[0].upper() not in known:
            raise SettingsError(f"{name} is not a setting of this program.")
    try:
        settings = Settings()
    except ValidationError as exc:
        places = sorted(
            {PREFIX + "__".join(str(part) for part in error["loc"]).upper() for error in exc.errors()}
        )
        raise SettingsError(f"Not usable: {', '.join(places)}.") from None
    except SourceError as exc:  # its cause holds the value
        field = _FIELD.search(str(exc))
        raise SettingsError(f"Not valid JSON: {PREFIX}{field['name'].upper() if field else '…'}.") from None
    if settings.stage == "production":
        _refuse_weak_secrets(settings)
    return settings


def _refuse_weak_secrets(settings: Settings) -> None:
    secrets = {f"{PREFIX}ADMIN_TOKENS[{name}]": token for name, token in settings.admin_tokens.items()}
    secrets[f"{PREFIX}ENGINE__API_KEY"] = settings.engine.api_key
    if not settings.admin_tokens:
        raise SettingsError(f"{PREFIX}ADMIN_TOKENS is missing: production has no default admin token.")
    for name, secret in secrets.items():
        value = secret.get_secret_value()
        if len(value) < SHORTEST_SECRET or value.lower() in KNOWN_SECRETS:
            raise SettingsError(
                f"{name} is missing, well known or shorter than {SHORTEST_SECRET} characters."
            )
