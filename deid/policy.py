"""What is concealed, under which words, and what stays visible. Policies are data: TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from deid.errors import PolicyError
from deid.placeholders import LITERAL, is_word

_SHIPPED = Path(__file__).parent / "policies"
_KEYS = frozenset({"name", "min_score", "words", "keep", "public_lines", "public_mailboxes"})

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
    """One reading of the law for one deployment; immutable.

    ``words`` names the placeholder word of every entity that may be concealed. Entities in ``keep`` stay visible
    unless another entity is found at the same place. Findings under ``min_score`` are ignored.
    ``public_lines`` and ``public_mailboxes`` are the agency's published numbers and addresses, never concealed.
    """

    name: str
    words: Mapping[str, str]
    min_score: float = 0.4
    keep: frozenset[str] = frozenset()
    public_lines: frozenset[str] = frozenset()
    public_mailboxes: frozenset[str] = frozenset()


def load_policy(name_or_path: str | Path) -> Policy:
    """Load a shipped policy by its name (``default``) or any policy by its path.

    Raises PolicyError when the file is missing, unreadable, or holds an unknown key or entity.
    """
    path = _SHIPPED / f"{name_or_path}.toml"
    if not str(name_or_path).isidentifier() or not path.is_file():
        path = Path(name_or_path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise PolicyError(f"policy file cannot be read: {type(exc).__name__}") from None
    return _parse(table, path.stem)


def _parse(table: dict[str, Any], stem: str) -> Policy:
    if unknown := table.keys() - _KEYS:
        raise PolicyError(f"unknown policy key: {sorted(unknown)[0]}")
    words = table.get("words", {})
    if not isinstance(words, dict):
        raise PolicyError("policy key words must be a table")
    _check_words(words)
    min_score = table.get("min_score", 0.4)
    if isinstance(min_score, bool) or not isinstance(min_score, int | float) or not 0 <= min_score <= 1:
        raise PolicyError("policy key min_score must be a number from 0 to 1")
    keep = _strings(table, "keep")
    if wordless := sorted(keep - words.keys()):
        raise PolicyError(f"policy key keep names an entity without a word: {wordless[0]}")
    if LITERAL in keep:
        raise PolicyError("LITERAL cannot be kept: look-alikes of placeholders are always concealed")
    return Policy(
        name=str(table.get("name", stem)),
        words=MappingProxyType(dict(words)),
        min_score=float(min_score),
        keep=keep,
        public_lines=_strings(table, "public_lines"),
        public_mailboxes=_strings(table, "public_mailboxes"),
    )


def _check_words(words: Mapping[str, object]) -> None:
    if unknown := words.keys() - ENTITIES:
        raise PolicyError(f"unknown entity in policy: {sorted(unknown)[0]}")
    if LITERAL not in words:
        raise PolicyError("policy has no word for LITERAL")
    for entity, word in words.items():
        if not isinstance(word, str) or not is_word(word):
            raise PolicyError(f"policy word of {entity} must be 1 to 12 letters without digits or brackets")
    if len(set(words.values())) != len(words):
        raise PolicyError("two entities share one policy word")


def _strings(table: Mapping[str, Any], key: str) -> frozenset[str]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise PolicyError(f"policy key {key} must be a list of strings")
    return frozenset(values)
