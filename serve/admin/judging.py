"""From a posted evaluation report to a judgement: the gates are looked at here, not where the report was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from jinja2 import TemplateError

from adapters.evaluation.page import render_page
from adapters.evaluation.report import Report
from adapters.gates import (
    GatePolicy,
    GatePolicyError,
    decide,
    default_policy,
    loosenings,
    parse_policy,
    tighten,
)
from serve.controller.desired import Wanted
from serve.errors import InvalidRequest
from serve.records.naming import SLUG
from serve.records.reports import Judgement
from serve.records.versions import AdapterSpec
from serve.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Judge:
    """The shipped gates, and each ministry's own, which are at least as strict."""

    shipped: GatePolicy
    own: Mapping[str, GatePolicy]

    def judge(self, spec: AdapterSpec, text: bytes) -> Judgement:
        """Raises InvalidRequest when it is no report, or one of another version."""
        prefix = Wanted(spec.public, spec.version, spec.digest).name_prefix
        try:
            report = Report.from_json(text.decode())
            if not report.subject.candidate.startswith(prefix):
                raise InvalidRequest("The report is about another version.", param="report")
            decision = decide(report, self.own.get(spec.public, self.shipped))
            page = render_page(report, decision)
            content = orjson.loads(report.to_json())
        except (ValueError, TypeError, AttributeError, LookupError, TemplateError):
            raise InvalidRequest("This is no evaluation report of ours.", param="report") from None
        return Judgement(decision.passed, content, [asdict(reason) for reason in decision.reasons], page)


def load_judge(folder: Path | None) -> Judge:
    """The gates, with the ministries' own out of `<folder>/<ministry>.toml`.

    Raises SettingsError for a file that can't be used, and for one that would loosen a gate.
    """
    shipped = default_policy()
    own = {}
    for file in sorted(folder.glob("*.toml")) if folder else []:
        try:
            policy = parse_policy(file.read_text(encoding="utf-8"))
        except (GatePolicyError, OSError, UnicodeDecodeError) as exc:
            raise SettingsError(f"The gate policy {file.name} can't be used ({exc}).") from None
        if not re.fullmatch(SLUG, file.stem, re.ASCII):
            raise SettingsError("A gate policy's file is called like its ministry.")
        if loose := loosenings(shipped, policy):
            raise SettingsError(f"The gate policy {file.name} would loosen {', '.join(loose)}.")
        own[file.stem] = tighten(shipped, policy)
    return Judge(shipped, own)
