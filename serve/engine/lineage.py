"""The deny-list of model families and vendor countries (Cyber Security Management Act; compliance CR-14)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from serve.engine.profile import PROFILES, EngineProfile, EngineRefused


@dataclass(frozen=True, slots=True)
class Family:
    """A family of models: what it is called, whose it is, and what its names look like."""

    name: str
    vendor: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class DenyList:
    """Refused vendor countries (ISO 3166) and model families."""

    countries: frozenset[str]
    families: tuple[Family, ...]


def load_deny_list() -> DenyList:
    """deploy/profiles/denylist.toml."""
    content = tomllib.loads((PROFILES / "denylist.toml").read_text(encoding="utf-8"))
    families = (
        Family(entry["name"], entry["vendor"], re.compile(entry["pattern"], re.IGNORECASE))
        for entry in content["family"]
    )
    return DenyList(frozenset(content["countries"]), tuple(families))


def check_lineage(profile: EngineProfile, config: dict[str, Any], deny_list: DenyList) -> None:
    """Refuse a denied model, ancestor or vendor, unless the profile records an approved deviation.

    config.json is looked at too: a profile can be silent about where its weights came from.
    """
    if profile.model.deviation is not None:
        return
    if profile.model.vendor_country in deny_list.countries:
        raise EngineRefused(
            f"The vendor's country {profile.model.vendor_country} is on the deny-list and "
            "the profile records no approved deviation."
        )
    told = [profile.model.hub_id, profile.model.vendor, profile.model_path.name, *profile.model.lineage]
    told += [str(config.get("model_type", "")), str(config.get("_name_or_path", ""))]
    told += [str(name) for name in config.get("architectures") or ()]
    for family in deny_list.families:
        for name in told:
            if family.pattern.search(name):
                raise EngineRefused(
                    f"{name} belongs to {family.name} ({family.vendor}), which is on the deny-list, and "
                    "the profile records no approved deviation."
                )
