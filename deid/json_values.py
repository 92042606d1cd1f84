"""Walks JSON so that every string, and every number that looks like an identifier, is concealed.

A value is read together with its key (``"mobile": 912345678``): the key is a cue like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, Union

from deid.errors import ConcealmentError, KeyHoldsPersonalData
from deid.placeholders import decode_escapes as decode_units

JSON: TypeAlias = Union[bool, int, float, str, list["JSON"], dict[str, "JSON"], None]  # noqa: UP007

MAX_DEPTH = 100
_LONGEST_CUE = 32
_LONGEST_NUMBER = 40
_PLAIN_KEY = re.compile(r"[A-Za-z_$\-.]{1,64}")
_DROPPED_ZERO = re.compile("9[0-9]{8}")


@dataclass(frozen=True, slots=True)
class JsonConcealer:
    """``conceal_value(text, cue)`` conceals a leaf; ``is_personal(key)`` judges an object key.

    ``is_topic(key)`` says whether a key names a topic of all that is told under it; ``tell_topic()`` is called before
    the first value there is concealed.
    """

    conceal_value: Callable[[str, str], str]
    is_personal: Callable[[str], bool]
    is_topic: Callable[[str], bool] = lambda key: False
    tell_topic: Callable[[], None] = lambda: None

    def conceal_tree(self, value: JSON, cue: str = "", depth: int = 0, topic: bool = False) -> JSON:
        """Return the value concealed. Raises KeyHoldsPersonalData, and ConcealmentError when nested too deep.

        ``topic``: the value stands under a key that names one.
        """
        if depth > MAX_DEPTH:
            raise ConcealmentError("JSON is nested too deep")
        if topic and _is_told(value):
            self.tell_topic()
        if isinstance(value, str):
            inner = (
                self.conceal_json_text(value, depth + 1) if value.lstrip().startswith(("{", "[")) else None
            )
            return self.conceal_value(value, cue) if inner is None else inner
        if isinstance(value, dict):
            return {
                self._check_key(key): self.conceal_tree(item, key, depth + 1, topic or self.is_topic(key))
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.conceal_tree(item, cue, depth + 1, topic) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._conceal_number(value, cue)
        return value

    def conceal_json_text(self, text: str, depth: int = 0) -> str | None:
        """Return JSON source concealed (JSON inside its strings too), or None when the text is not JSON."""
        repeated = False

        def pairs(items: list[tuple[str, JSON]]) -> dict[str, JSON]:
            nonlocal repeated
            result = dict(items)
            repeated = repeated or len(result) != len(items)
            return result

        try:
            value: JSON = json.loads(text, object_pairs_hook=pairs)
        except ValueError:
            return None
        except RecursionError:
            raise ConcealmentError("JSON is nested too deep") from None
        concealed = self.conceal_tree(value, depth=depth)
        if concealed == value and not repeated:
            return text
        return json.dumps(concealed, ensure_ascii=False)

    def _check_key(self, key: str) -> str:
        if not _PLAIN_KEY.fullmatch(key) and self.is_personal(key):
            raise KeyHoldsPersonalData("a JSON object key holds personal data")
        return key

    def _conceal_number(self, value: int | float, cue: str) -> JSON:
        if isinstance(value, float):
            if not value.is_integer() or abs(value) > 2**53:
                return value
            digits = str(int(value))
        elif abs(value) >= 10**_LONGEST_NUMBER:
            return value
        else:
            digits = str(value)
        if _DROPPED_ZERO.fullmatch(digits):
            cue = "PHONE"
        concealed = self.conceal_value(digits, cue)
        return value if concealed == digits else concealed


def _is_told(value: JSON) -> bool:
    """Whether a value tells something itself: a number, true or false, a text that isn't blank."""
    return bool(value.strip()) if isinstance(value, str) else value is not None and not isinstance(value, dict | list)


def cue_prefix(key: str) -> str:
    """Return what to read before a value so that its key counts as a cue."""
    return f"{key}：" if 0 < len(key) <= _LONGEST_CUE else ""


def as_read(text: str, key: str) -> str:
    """Return what is read of a string that is called ``key``."""
    return cue_prefix(key) + decode_escapes(text)


def decode_escapes(text: str) -> str:
    r"""Decode ``\uXXXX`` in text that is almost JSON (cut off, or with stray quotes); pairs become one character."""
    decoded = decode_units(text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if decoded != text else text
