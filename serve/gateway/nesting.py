"""How deep JSON may be nested, checked before anything walks it, so that depth is the client's error and not ours."""

from __future__ import annotations

import re
from typing import Any

MOST_NESTING = 64
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def check_tree(value: dict[str, Any]) -> dict[str, Any]:
    """The value. Raises ValueError when it is nested deeper than MOST_NESTING."""
    level: list[Any] = [value]
    for _ in range(MOST_NESTING):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise ValueError("nested too deep")


def check_json_text(text: str) -> str:
    """The text. Raises ValueError when it looks like JSON and is nested deeper than MOST_NESTING."""
    if text.count("{") + text.count("[") <= MOST_NESTING or not text.lstrip().startswith(("{", "[")):
        return text
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth > MOST_NESTING:
            raise ValueError("nested too deep")
    return text


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
