"""The manifest of a stored artifact: which files it has, how large each is, and what it hashes to."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from adapters import cards

_GENERATION = re.compile(r"[0-9a-f]{64}/[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestInvalid(Exception):
    """The bytes are no manifest of ours."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps a name to (bytes, SHA-256); they lie under the path `generation`."""

    digest: str
    generation: str
    files: Mapping[str, tuple[int, str]]

    def path(self, name: str) -> str:
        """Where the file lies, relative to the store's root."""
        return f"{self.generation}/{name}"

    def content_digest(self) -> str:
        """The digest that the files' hashes amount to."""
        return cards.combined_digest((name, self.files[name][1]) for name in cards.CONTENT_FILES)

    def only(self, names: Collection[str]) -> Manifest:
        """The same manifest without files of other names."""
        files = {name: facts for name, facts in self.files.items() if name in names}
        return Manifest(self.digest, self.generation, files)

    def to_bytes(self) -> bytes:
        """As it is stored."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """The manifest in `content`. Raises ManifestInvalid."""
        try:
            raw = json.loads(content)
            files = {name: (size, digest) for name, (size, digest) in raw["files"].items()}
            manifest = cls(raw["digest"], raw["generation"], files)
            sound = _GENERATION.fullmatch(manifest.generation) is not None and all(
                type(size) is int and size >= 0 and _SHA256.fullmatch(digest)
                for size, digest in files.values()
            )
            sound = sound and manifest.content_digest() == manifest.digest
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ManifestInvalid from None
        if not sound or not files.keys() <= set(cards.KNOWN_FILES):
            raise ManifestInvalid
        return manifest
