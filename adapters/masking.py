"""Blotting out personal data for good, where nobody needs it back: in what is shown, and in what is kept of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.cards import EXTRA_FILES
from deid import Concealer

BLOT = "■■■"
# Their secrets look like personal data on purpose and belong to nobody; the audit needs them as they are.
_PLANTED = "canaries"


def mask(concealer: Concealer, text: str) -> str:
    """The text with what `deid` finds in it blotted out. Raises deid.ConcealmentError."""
    shown, end = "", 0
    for finding in concealer.detect(text):
        shown += text[end : finding.start] + BLOT
        end = finding.end
    return shown + text[end:]


def mask_extras(folder: Path, concealer: Concealer) -> None:
    """Blot out personal data in the files beside an adapter, in place: a submitter need not have used our training.

    The files must have passed `adapters.intake.inspect`. Raises deid.ConcealmentError, OSError.
    """
    for path in (folder / name for name in EXTRA_FILES):
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            masked = "".join(f"{_masked(line, concealer)}\n" for line in text.split("\n") if line.strip())
        else:
            masked = _masked(text, concealer)
        path.write_text(masked, encoding="utf-8")


def _masked(source: str, concealer: Concealer) -> str:
    return json.dumps(_masked_value(json.loads(source), concealer), ensure_ascii=False)


def _masked_value(value: Any, concealer: Concealer) -> Any:
    if isinstance(value, str):
        return mask(concealer, value)
    if isinstance(value, list):
        return [_masked_value(item, concealer) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key == _PLANTED else _masked_value(item, concealer) for key, item in value.items()
        }
    return value
