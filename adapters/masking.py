"""Blotting out personal data for good, where nobody needs it back: in what is shown, and in what is kept of others."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from adapters.canaries import CANARY_FILE
from adapters.cards import EXTRA_FILES
from deid import Concealer
from deid.json_values import JSON, JsonConcealer, cue_prefix

BLOT = "■■■"
# Their secrets look like personal data on purpose and belong to nobody; the audit needs them as they are.
_PLANTED = "canaries"


def mask(concealer: Concealer, text: str, key: str = "") -> str:
    """The text, read as the value of a JSON key, with what `deid` finds blotted out. Raises deid.ConcealmentError."""
    cue = cue_prefix(key)
    whole, shown, end = cue + text, "", len(cue)
    for finding in concealer.detect(whole):
        if finding.end > end:
            shown += whole[end : finding.start] + BLOT
            end = finding.end
    return shown + whole[end:]


def mask_extras(folder: Path, concealer: Concealer) -> None:
    """Blot out personal data in the files beside an adapter, in place: a submitter need not have used our training.

    The files must have passed `adapters.intake.inspect`. Raises deid.ConcealmentError (KeyHoldsPersonalData when a key
    holds it), OSError.
    """
    walker = JsonConcealer(partial(mask, concealer), lambda key: bool(concealer.detect(key)))
    for path in (folder / name for name in EXTRA_FILES):
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            lines = [json.loads(line) for line in text.split("\n") if line.strip()]
            masked = "".join(f"{_written(walker.conceal_tree(line))}\n" for line in lines)
        elif path.name == CANARY_FILE:
            masked = _written(_masked_plants(json.loads(text), walker))
        else:
            masked = _written(walker.conceal_tree(json.loads(text)))
        path.write_text(masked, encoding="utf-8")


def _masked_plants(plants: JSON, walker: JsonConcealer) -> JSON:
    if not isinstance(plants, dict) or _PLANTED not in plants:
        return walker.conceal_tree(plants)
    rest = {key: value for key, value in plants.items() if key != _PLANTED}
    masked = walker.conceal_tree(rest)
    assert isinstance(masked, dict)
    return {_PLANTED: plants[_PLANTED], **masked}


def _written(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)
