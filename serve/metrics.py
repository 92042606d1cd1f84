"""Every metric of the gateway and the admin plane, declared once, with units and closed label sets.

Multiprocess-safe: PROMETHEUS_MULTIPROC_DIR must be set before this module is imported (the process entry points
do it); `/metrics` on the admin port gathers all workers. No label ever holds something a caller typed: model names
are the catalogue's, unknown ones are `none`.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from serve.errors import ServeError

_STEP_BUCKETS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5)
_ANSWER_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)

OUTCOMES = (
    "ok", "aborted", "broken", "invalid_request", "invalid_api_key", "model_not_found", "quota_exceeded",
    "concealment_failed", "engine_unavailable", "engine_busy", "adapter_loading", "journal_unavailable",
    "records_unavailable", "internal_error",
)  # fmt: skip
STEPS = ("auth", "reserve", "conceal", "route", "engine", "restore", "journal")

REQUESTS = Counter(
    "bianmin_requests_total", "Requests by tenant kind, model and outcome.", ["kind", "model", "outcome"]
)
STEP_SECONDS = Histogram(
    "bianmin_step_seconds", "Time in each step of the path.", ["step"], buckets=_STEP_BUCKETS
)
REQUEST_SECONDS = Histogram(
    "bianmin_request_seconds",
    "Whole requests, first byte in to last byte out.",
    ["kind"],
    buckets=_ANSWER_BUCKETS,
)
FIRST_TOKEN_SECONDS = Histogram(
    "bianmin_first_token_seconds", "Time to the first token of an answer.", ["model"], buckets=_ANSWER_BUCKETS
)
TOKENS = Counter("bianmin_tokens_total", "Tokens by model and direction.", ["model", "direction"])
ENTITIES = Counter(
    "bianmin_entities_concealed_total", "Distinct values concealed, by entity type.", ["entity"]
)
SPECIAL_CATEGORY = Counter(
    "bianmin_special_category_total", "Requests that touched a special category (PDPA art. 6)."
)
QUOTA_REFUSALS = Counter("bianmin_quota_refusals_total", "Refusals by limit.", ["limit"])
QUOTA_DEGRADED = Counter(
    "bianmin_quota_degraded_total", "Reservations decided by the local limit because Redis was away."
)
TURNS_WAITING = Gauge(
    "bianmin_turns_waiting", "Requests waiting for their turn at the engines.", multiprocess_mode="livesum"
)
COLD_WAIT_SECONDS = Histogram(
    "bianmin_adapter_cold_wait_seconds", "Waits for a cold adapter's slot.", buckets=_ANSWER_BUCKETS
)
COLD_REFUSALS = Counter(
    "bianmin_adapter_cold_refusals_total", "Requests refused because a slot would have taken too long."
)
SLOTS_UNMANAGED = Counter(
    "bianmin_adapter_slots_unmanaged_total", "Requests sent without a slot because Redis was away."
)
FAILOVERS = Counter("bianmin_engine_failovers_total", "Requests that went on to another replica.")
AUTO_CHOICES = Counter(
    "bianmin_auto_choices_total", "Public names chosen for `auto`, `base` included.", ["model"]
)
EMERGENCIES = Counter("bianmin_emergencies_total", "Emergencies told to `auto`, by kind.", ["kind"])
IN_FLIGHT = Gauge("bianmin_requests_in_flight", "Requests being served.", multiprocess_mode="livesum")
CONCEAL_WAITING = Gauge(
    "bianmin_conceal_waiting", "Texts waiting for a concealment thread.", multiprocess_mode="livesum"
)
JOURNAL_RECORDS = Counter("bianmin_journal_records_total", "Journal records made durable in the spool.")
JOURNAL_FAILURES = Counter(
    "bianmin_journal_failures_total", "Journal writes that failed; each refused an answer."
)
SPOOL_BACKLOG_BYTES = Gauge(
    "bianmin_journal_backlog_bytes", "Spool bytes not yet in the database.", multiprocess_mode="mostrecent"
)
SPOOL_BACKLOG_SECONDS = Gauge(
    "bianmin_journal_backlog_seconds",
    "Age of the oldest spool byte not yet shipped.",
    multiprocess_mode="mostrecent",
)
SHIP_FAILURES = Counter("bianmin_journal_ship_failures_total", "Shipments to the database that failed.")
ENGINE_UP = Gauge(
    "bianmin_engine_up",
    "1 when the replica answers and lists its base model.",
    ["replica"],
    multiprocess_mode="mostrecent",
)
ENGINE_RUNNING = Gauge(
    "bianmin_engine_running", "Requests running in vLLM.", ["replica"], multiprocess_mode="mostrecent"
)
ENGINE_WAITING = Gauge(
    "bianmin_engine_waiting", "Requests waiting in vLLM.", ["replica"], multiprocess_mode="mostrecent"
)
ENGINE_CACHE_USED = Gauge(
    "bianmin_engine_kv_cache_used_ratio",
    "Share of vLLM's KV cache in use.",
    ["replica"],
    multiprocess_mode="mostrecent",
)
ADAPTER_PHASE = Gauge(
    "bianmin_adapter_phase",
    "Versions on replicas by phase, each replica's counted.",
    ["phase"],
    multiprocess_mode="mostrecent",
)
ADAPTER_LOAD_SECONDS = Histogram(
    "bianmin_adapter_load_seconds",
    "Loads that ended ready: fetched, loaded, listed and probed.",
    buckets=_ANSWER_BUCKETS,
)
RECONCILE_FAILURES = Counter(
    "bianmin_reconcile_failures_total", "Failed loads and unloads by reason.", ["reason"]
)
CONTROLLER_LOOK = Gauge(
    "bianmin_controller_look_timestamp_seconds",
    "When the acting controller last read what replicas should hold (Unix time).",
    multiprocess_mode="mostrecent",
)
CANARIES_WITHDRAWN = Counter(
    "bianmin_canaries_withdrawn_total", "Canaries withdrawn by the controller, by reason.", ["reason"]
)
REDIS_UP = Gauge(
    "bianmin_redis_up", "1 when Redis answered the last reservation.", multiprocess_mode="livemin"
)


def outcome_label(error: ServeError) -> str:
    """The error's place in the closed set of outcomes."""
    if error.code in OUTCOMES:
        return error.code
    return "invalid_request" if error.status < 500 else "internal_error"
