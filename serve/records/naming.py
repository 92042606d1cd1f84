"""What a name may look like; the same patterns stand in the admin API's schema."""

from __future__ import annotations

import re
from pathlib import Path

from deid import policy_names
from serve.callers import EVERY_MODEL
from serve.errors import InvalidRequest

SLUG = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
MODEL = r"^(?:\*|[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?)$"
VERSION = r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?@[a-z0-9][a-z0-9._-]{0,31}$"
DIGEST = r"^[a-z0-9:]{1,128}$"
KEY_ID = r"^key_[0-9a-f]{16}$"
POLICY = r"^(?:[a-z0-9][a-z0-9_-]{0,63})?$"
LABEL_LENGTH = 128
PREFIX_LENGTH = 500


def check(pattern: str, value: str, param: str) -> str:
    """The value, if it fits. Raises InvalidRequest, which names the field and not the value."""
    if not re.fullmatch(pattern, value, re.ASCII):
        raise InvalidRequest(f"The field {param} does not have the form {pattern}.", param=param)
    return value


def check_text(value: str, longest: int, param: str) -> str:
    """The text, if it is short and printable. Raises InvalidRequest."""
    if len(value) > longest or not all(char.isprintable() or char == "\n" for char in value):
        raise InvalidRequest(f"The field {param} is too long or holds control characters.", param=param)
    return value


def check_policy(name: str | None, folder: Path | None) -> str | None:
    """The policy's name, if it is empty, shipped, or a file of the folder. Raises InvalidRequest."""
    if name and name not in policy_names(folder):
        raise InvalidRequest("There is no such policy.", param="policy")
    return name


def check_models(models: frozenset[str]) -> frozenset[str]:
    """Public model names, or `*` alone for all. Raises InvalidRequest."""
    for model in models:
        check(MODEL, model, "models")
    if EVERY_MODEL in models and len(models) > 1:
        raise InvalidRequest("The field models holds * beside names.", param="models")
    return models
