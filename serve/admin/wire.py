"""The admin API's bodies and answers. `serve.records` checks the values and names the field that is wrong."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from serve.callers import Limits, TenantKind
from serve.records.naming import KEY_ID, LABEL_LENGTH, PREFIX_LENGTH, SLUG

TenantName = Annotated[str, StringConstraints(pattern=SLUG)]
KeyId = Annotated[str, StringConstraints(pattern=KEY_ID)]
RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Outcome = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
Cursor = Annotated[str, StringConstraints(max_length=256)]
PageSize = Annotated[int, Field(ge=1, le=500)]
ModelName = Annotated[str, StringConstraints(max_length=64)]
ModelSet = Annotated[frozenset[ModelName], Field(max_length=256)]
SortedNames = Annotated[list[str], BeforeValidator(sorted)]
Positive = Annotated[int, Field(ge=1)]


class In(BaseModel):
    """What a caller sends: known fields only, and never quoted in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Out(BaseModel):
    """What we answer, made of our own objects."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class LimitsIn(In):
    """All four limits; they are replaced together."""

    requests: Positive = Field(description="Requests per window.")
    window_s: Positive = Field(description="Length of the window in seconds.")
    tokens_per_day: Positive = Field(description="Tokens per day, Asia/Taipei.")
    concurrent: Positive = Field(description="Requests at once.")


class TenantPatch(In):
    """What to change; a field left out stays."""

    models: ModelSet | None = Field(None, description="Public model names, or * alone for all.")
    limits: LimitsIn | None = None
    priority: int | None = Field(None, description="vLLM serves the smallest number first.")
    answer_prefix: str | None = Field(None, max_length=PREFIX_LENGTH, description="Put before every answer.")
    policy: str | None = Field(
        None, max_length=64, description="Concealment policy; empty is the deployment's."
    )

    def to_limits(self) -> Limits | None:
        """The limits as the inside knows them."""
        return None if self.limits is None else Limits(**self.limits.model_dump())


class TenantIn(TenantPatch):
    """A new tenant; limits and priority left out come from its kind."""

    name: str = Field(max_length=64)
    kind: TenantKind


class KeyIn(In):
    """A new key."""

    tenant: str = Field(max_length=64)
    label: str = Field("", max_length=LABEL_LENGTH, description="What the key is for; no personal data.")


class LimitsOut(Out):
    """A tenant's limits."""

    requests: int
    window_s: int
    tokens_per_day: int
    concurrent: int


class TenantOut(Out):
    """A tenant."""

    name: str
    kind: TenantKind
    models: SortedNames
    limits: LimitsOut
    priority: int
    answer_prefix: str
    policy: str
    created_at: datetime
    disabled_at: datetime | None


class NewKeyOut(Out):
    """A new key with its secret, which can't be had again."""

    id: str
    tenant: str
    secret: str = Field(repr=False)


class KeyOut(Out):
    """A key without its secret."""

    id: str
    tenant: str
    label: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class JournalEntryOut(Out):
    """One record without its texts."""

    writer: str
    seq: int
    request_id: str
    at: datetime
    tenant: str | None
    key_id: str | None
    kind: str
    model: str | None
    adapter_version: str | None
    adapter_digest: str | None
    outcome: str
    entities: Any
    flags: Any
    prompt_tokens: int
    completion_tokens: int
    timings: Any
    prev_hash: str
    hash: str


class JournalRecordOut(JournalEntryOut):
    """One whole record; the texts hold placeholders where personal data was."""

    prompt: Any
    answer: Any


class JournalPageOut(Out):
    """Newest first; `next_cursor` asks for the next page."""

    records: list[JournalEntryOut]
    next_cursor: str | None


class UsageOut(Out):
    """One tenant's use of one model on one day (Asia/Taipei)."""

    day: date
    tenant: str | None
    model: str | None
    requests: int
    prompt_tokens: int
    completion_tokens: int


class AuditOut(Out):
    """One admin function."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    outcome: str
    details: dict[str, Any]
    hash: str


class ChainOut(Out):
    """Whether the record of admin functions is unbroken, else the first event that doesn't fit."""

    intact: bool
    first_broken_id: int | None


class HealthOut(Out):
    """Which parts answer."""

    ready: bool
    database: bool
    redis: bool
    engine: bool
