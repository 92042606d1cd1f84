"""Why something could not be done on a replica: stable codes, for rows, metrics and logs."""

from __future__ import annotations

ARTIFACT_MISSING = "artifact_missing"
ARTIFACT_DAMAGED = "artifact_damaged"
STORE_UNAVAILABLE = "store_unavailable"
DISK_FULL = "disk_full"
BASE_DIFFERS = "base_differs"
ENGINE_UNAVAILABLE = "engine_unavailable"
ENGINE_REFUSED = "engine_refused"
NOT_LISTED = "not_listed"
NO_EFFECT = "adapter_has_no_effect"
STILL_LISTED = "still_listed"
INTERNAL = "internal_error"

REASONS = (
    ARTIFACT_MISSING, ARTIFACT_DAMAGED, STORE_UNAVAILABLE, DISK_FULL, BASE_DIFFERS, ENGINE_UNAVAILABLE, ENGINE_REFUSED,
    NOT_LISTED, NO_EFFECT, STILL_LISTED, INTERNAL,
)  # fmt: skip


class Fault(Exception):
    """`code` is one of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Silent(Fault):
    """The engine took too long to answer; it may only be busy."""

    def __init__(self) -> None:
        super().__init__(ENGINE_UNAVAILABLE)
