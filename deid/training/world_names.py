"""Given and family names of the world in Latin letters, as the locales of Faker (MIT) list them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from faker.providers import person

_WORDS = re.compile("[A-ZÀ-ÖØ-ÞĀ-ɏḀ-ỿ][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ'’]{2,}")


@cache
def given_names() -> tuple[str, ...]:
    return _names("first_")


@cache
def family_names() -> tuple[str, ...]:
    return _names("last_")


def _names(kind: str) -> tuple[str, ...]:
    """Return the names of one word and at least three letters, sorted."""
    found = {name for module in iter_modules(person.__path__) for name in _listed(module.name, kind)}
    return tuple(sorted(name for name in found if _WORDS.fullmatch(name)))


def _listed(locale: str, kind: str) -> Iterator[str]:
    """Yield what a locale lists; a list may hold names, their weights by name, or pairs that end in a name."""
    provider = import_module(f"{person.__name__}.{locale}").Provider
    for attribute in dir(provider):
        listed = getattr(provider, attribute) if attribute.startswith(kind) else None
        if isinstance(listed, (tuple, list, dict, set)):
            for item in listed:
                name = item[-1] if isinstance(item, tuple) else item
                if isinstance(name, str):
                    yield name
