"""What is concealed, how, under which words, and what stays visible. Policies are data: TOML files.

A policy may extend another (``extends = "default"``): its tables are laid over the other's entry by entry, and its
lists are added to the other's.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from deid.errors import PolicyError
from deid.generalise import GENERALISED
from deid.placeholders import LITERAL, is_word, normalise
from deid.published import line, mailbox, plain

_SHIPPED = Path(__file__).parent / "policies"
_TABLES = ("words", "actions", "min_scores", "strict")
_LISTS = {
    "public_lines": (line, "is no telephone number with its area code (short lines need no entry)"),
    "public_mailboxes": (mailbox, "is no mailbox"),
    "public_values": (plain, "is empty"),
}
_KEYS = frozenset({"name", "extends", "min_score", "officials", "areas", *_TABLES, *_LISTS})
_DEEPEST = 4
_TOML_PLACE = re.compile(r"\((at [a-z0-9, ]+)\)$")

MASK, GENERALISE, KEEP, BLOCK = "mask", "generalise", "keep", "block"
ACTIONS = frozenset({MASK, GENERALISE, KEEP, BLOCK})

ENTITIES = frozenset(
    {
        LITERAL, "PERSON", "TW_NATIONAL_ID", "TW_UI_NO", "TW_UBN", "PHONE", "EMAIL", "IP_ADDRESS",
        "CREDIT_CARD", "TW_ADDRESS", "TW_PASSPORT", "TW_NHI_CARD", "TW_CITIZEN_CERT", "TW_EINVOICE_CARRIER",
        "TW_HOUSEHOLD_NO", "TW_MEDICAL_RECORD", "TW_STUDENT_ID", "TW_BANK_ACCOUNT", "LINE_ID", "TW_PLATE",
        "TW_LAND_NO", "DATE_OF_BIRTH", "ACCOUNT", "TW_CASE_NO", "TW_INVOICE_NO",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """One reading of the law for one deployment or tenant; immutable.

    ``words`` names the placeholder word of every entity that may be concealed. ``actions`` tells what happens to a
    found value: ``mask`` (the default), ``generalise`` (a coarser form stays inside the placeholder), ``keep`` (it
    stays visible, unless another entity is found at the same place) or ``block`` (the whole text is refused).
    Findings under ``min_score``, or under the entity's own in ``min_scores``, are ignored.

    ``public_lines``, ``public_mailboxes`` and ``public_values`` are what the agency has published: telephone numbers
    (an extension may follow), mailboxes, and any other value that stays when it is found whole. ``keep_officials``
    leaves the name of a public official in its role, ``keep_areas`` the city and district before a masked address.

    ``strict_min_score`` holds from the first text of a request that touches a special category (Personal Data
    Protection Act, art. 6); nothing is kept or generalised then, except what the agency itself has published.
    """

    name: str
    words: Mapping[str, str]
    min_score: float = 0.4
    min_scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    actions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    strict_min_score: float = 0.25
    keep_officials: bool = True
    keep_areas: bool = True
    public_lines: frozenset[str] = frozenset()
    public_mailboxes: frozenset[str] = frozenset()
    public_values: frozenset[str] = frozenset()

    def action(self, entity: str, *, strict: bool = False) -> str:
        """Return what happens to a value of this entity."""
        action = self.actions.get(entity, MASK)
        return MASK if strict and action in (KEEP, GENERALISE) else action

    def threshold(self, entity: str, *, strict: bool = False) -> float:
        """Return the score under which a finding is ignored."""
        usual = self.min_scores.get(entity, self.min_score)
        return min(usual, self.strict_min_score) if strict else usual


def policy_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the policies of this package, and of a folder's ``*.toml`` files."""
    folders = [_SHIPPED] if folder is None else [_SHIPPED, folder]
    return tuple(sorted(path.stem for place in folders for path in place.glob("*.toml")))


def load_policies(folder: Path | None = None) -> Mapping[str, Policy]:
    """Load every shipped policy and every ``*.toml`` of a folder, by name.

    Raises PolicyError when one cannot be used, the folder is missing, or it has a policy named like a shipped one.
    """
    policies = {name: load_policy(name) for name in policy_names()}
    if folder is not None and not folder.is_dir():
        raise PolicyError("the folder of policies does not exist")
    for path in sorted(folder.glob("*.toml")) if folder is not None else ():
        if path.stem in policies:
            raise PolicyError(f"{path.name}: a shipped policy has this name")
        policies[path.stem] = load_policy(path.absolute())
    return MappingProxyType(policies)


def choose_policy(policies: Mapping[str, Policy], name: str) -> Policy:
    """Return the policy of this name. Raises PolicyError, which lists the names there are."""
    if name not in policies:
        raise _unknown(name, policies)
    return policies[name]


def load_policy(name_or_path: str | Path) -> Policy:
    """Load a shipped policy by its name (``default``) or any policy by its path.

    Raises PolicyError when a file is missing, unreadable, or holds an unknown key, entity or action. The message names
    the file, the key and the place in it.
    """
    path = _find(name_or_path, Path())
    table = _read(path, 0)
    with _named(path):
        return _parse(table, path.stem)


def _find(name_or_path: str | Path, folder: Path) -> Path:
    shipped = _SHIPPED / f"{name_or_path}.toml"
    if str(name_or_path).isidentifier() and shipped.is_file():
        return shipped
    path = folder / name_or_path
    if path.suffix != ".toml" and not os.path.exists(path):
        raise _unknown(str(name_or_path), policy_names())
    return path


def _unknown(name: str, known: Iterable[str]) -> PolicyError:
    return PolicyError(f"no policy is named {name}; there are {', '.join(sorted(known))}")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file in what is said about it."""
    try:
        yield
    except PolicyError as exc:
        raise PolicyError(f"{path.name}: {exc}") from None


def _read(path: Path, depth: int) -> dict[str, Any]:
    with _named(path):
        table = _load_toml(path)
        if unknown := table.keys() - _KEYS:
            raise PolicyError(f"unknown policy key: {sorted(unknown)[0]}")
        _check_file(table)
        base = table.pop("extends", None)
        if base is None:
            return table
        if not isinstance(base, str) or depth >= _DEEPEST:
            raise PolicyError("policy key extends must name a policy, at most four deep")
        beneath = _find(base, path.parent)
    return _lay_over(_read(beneath, depth + 1), table)


def _load_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as exc:
        place = _TOML_PLACE.search(str(exc))
        problem = f"not valid TOML{f' {place[1]}' if place else ''}"
    except UnicodeDecodeError:
        problem = "not UTF-8 text"
    except RecursionError:
        problem = "nested too deeply"
    except (OSError, ValueError) as exc:
        problem = f"the file cannot be read: {getattr(exc, 'strerror', None) or type(exc).__name__}"
    raise PolicyError(problem)


def _check_file(table: Mapping[str, Any]) -> None:
    """Check what can be said of one file without those beneath it."""
    name = table.get("name", "-")
    if not isinstance(name, str) or not name.strip():
        raise PolicyError("policy key name must be a string that is not empty")
    for key in _TABLES:
        if not isinstance(table.get(key, {}), dict):
            raise PolicyError(f"policy key {key} must be a table")
    for key in _LISTS:
        _check_list(key, table.get(key, []))
    _check_words(table.get("words", {}))
    _check_actions(table.get("actions", {}))
    _check_scores(table)
    _keeps(table, "officials")
    _keeps(table, "areas")


def _check_list(key: str, values: object) -> None:
    compared, problem = _LISTS[key]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise PolicyError(f"policy key {key} must be a list of strings")
    for place, value in enumerate(values, 1):
        if not compared(value):
            raise PolicyError(f"policy key {key}: entry {place} {problem}")


def _lay_over(beneath: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    merged = {**beneath, "name": None, **table}
    for key in _TABLES:
        merged[key] = {**beneath.get(key, {}), **table.get(key, {})}
    for key in _LISTS:
        merged[key] = [*beneath.get(key, []), *table.get(key, [])]
    return merged


def _parse(table: dict[str, Any], stem: str) -> Policy:
    words, actions, min_scores = (table.get(key, {}) for key in ("words", "actions", "min_scores"))
    _check_together(words)
    for key, entities in (("actions", actions), ("min_scores", min_scores)):
        if wordless := sorted(entities.keys() - words.keys()):
            raise PolicyError(f"policy key {key} names an entity without a word: {wordless[0]}")
    return Policy(
        name=table.get("name") or stem,
        words=MappingProxyType(dict(words)),
        min_score=float(table.get("min_score", 0.4)),
        min_scores=MappingProxyType({entity: float(score) for entity, score in min_scores.items()}),
        actions=MappingProxyType(dict(actions)),
        strict_min_score=float(table.get("strict", {}).get("min_score", 0.25)),
        keep_officials=_keeps(table, "officials"),
        keep_areas=_keeps(table, "areas"),
        **{key: frozenset(table.get(key, [])) for key in _LISTS},
    )


def _keeps(table: Mapping[str, Any], key: str) -> bool:
    choice = table.get(key, KEEP)
    if choice not in (KEEP, MASK):
        raise PolicyError(f"policy key {key} must be keep or mask")
    return bool(choice == KEEP)


def _check_words(words: Mapping[str, object]) -> None:
    if unknown := words.keys() - ENTITIES:
        raise PolicyError(f"policy key words names an unknown entity: {sorted(unknown)[0]}")
    for entity, word in words.items():
        if not isinstance(word, str) or not is_word(word):
            raise PolicyError(f"policy word of {entity} must be 1 to 12 letters without digits or brackets")


def _check_together(words: Mapping[str, str]) -> None:
    """Check what a file and those beneath it say together: restoring has to tell the words apart."""
    if not words:
        raise PolicyError('policy key extends is missing (extends = "default"), and so are words')
    if LITERAL not in words:
        raise PolicyError("policy key words has no word for LITERAL")
    taken: dict[str, str] = {}
    for entity, word in words.items():
        other = taken.setdefault(normalise(word), entity)
        if other != entity:
            raise PolicyError(f"policy key words: {other} and {entity} share one word (letter case does not count)")


def _check_actions(actions: Mapping[str, object]) -> None:
    for entity, action in sorted(actions.items()):
        if not isinstance(action, str) or action not in ACTIONS:
            raise PolicyError(f"policy action of {entity} must be one of: {', '.join(sorted(ACTIONS))}")
        if entity == LITERAL and action != MASK:
            raise PolicyError("policy action of LITERAL must be mask: look-alikes of placeholders must not be restored")
        if action == GENERALISE and entity not in GENERALISED:
            raise PolicyError(f"policy action of {entity} cannot be generalise: it has no coarser form")


def _check_scores(table: Mapping[str, Any]) -> None:
    strict, by_entity = table.get("strict", {}), table.get("min_scores", {})
    if unknown := strict.keys() - {"min_score"}:
        raise PolicyError(f"unknown policy key: strict.{sorted(unknown)[0]}")
    if LITERAL in by_entity:
        raise PolicyError("policy key min_scores.LITERAL has no effect: look-alikes of placeholders are always masked")
    scores = {"min_score": table.get("min_score", 0), "strict.min_score": strict.get("min_score", 0)}
    scores |= {f"min_scores.{entity}": score for entity, score in by_entity.items()}
    for key, score in scores.items():
        if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
            raise PolicyError(f"policy key {key} must be a number from 0 to 1")
