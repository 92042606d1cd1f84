"""Artifacts: adapter folders kept by the digest of their content, on any place fsspec can address.

A put writes the files under a path of its own and then, in one atomic step, the manifest that names that
path with the size and hash of each file. Without a manifest there is no artifact, so a killed upload leaves
nothing that could be read, and two uploads at once can't mix.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from adapters import cards
from adapters.store import localcopy
from adapters.store.manifest import Manifest, ManifestInvalid
from adapters.store.place import Place, StoreError

SERVED_FILES = (*cards.CONTENT_FILES, cards.CARD_FILE)
_MANIFEST = "manifest.json"
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_CHUNK_BYTES = 1 << 20


class Store:
    """Adapter folders by digest. Every method raises StoreError and nothing else; all of them block."""

    def __init__(self, url: str) -> None:
        """A folder's path, file:// or s3://bucket/prefix; S3 takes keys and endpoint from the AWS variables."""
        self._place = Place(url)

    def put(self, folder: Path, digest: str) -> None:
        """Keep the folder's known files under `digest`; no change when they are kept already.

        Raises artifact_damaged when the content is not what the digest says, store_unavailable.
        """
        if self.holds(digest):
            return
        _check_content(folder, digest)
        generation = f"{_hex(digest)}/{uuid.uuid4().hex}"
        try:
            names = [name for name in cards.KNOWN_FILES if (folder / name).is_file()]
            files = {name: self._upload(folder / name, f"{generation}/{name}") for name in names}
            manifest = Manifest(digest, generation, files)
            if manifest.content_digest() != digest:
                raise StoreError("artifact_damaged", f"{folder.name} changed while it was being stored")
            self._place.write_whole(f"{_hex(digest)}/{_MANIFEST}", manifest.to_bytes())
        except StoreError:
            self._place.forget(generation)
            raise

    def holds(self, digest: str) -> bool:
        """Whether the artifact is there with every file at its full size. Raises store_unavailable."""
        try:
            manifest = self._manifest(digest)
            sizes = {name: self._place.size(manifest.path(name)) for name in manifest.files}
        except StoreError as error:
            if error.code == "store_unavailable":
                raise
            return False
        return sizes == {name: size for name, (size, _) in manifest.files.items()}

    def fetch(self, digest: str, cache: Path, *, verify: bool = False) -> Path:
        """The folder cache/<hex> with content and card, fetched unless an intact one is there.

        `verify` reads every byte of one that is there. Raises artifact_missing, artifact_damaged,
        store_unavailable (also when the disk of `cache` is full).
        """
        kept = localcopy.LocalCopy(cache, _hex(digest))
        if kept.intact(verify):
            return kept.folder
        manifest = self._manifest(digest).only(SERVED_FILES)
        if kept.adopt(manifest):
            return kept.folder
        with kept.draft() as draft:
            for name in manifest.files:
                with localcopy.writing(draft / name) as stream:
                    self._stream(manifest, name, stream.write)
            kept.publish(draft, manifest)
        return kept.folder

    def read(self, digest: str, name: str) -> bytes:
        """One file of the artifact. Raises artifact_missing, artifact_damaged, store_unavailable."""
        manifest = self._manifest(digest)
        if name not in manifest.files:
            raise StoreError("artifact_missing", f"{digest[:19]} has no file of that name")
        parts: list[bytes] = []
        self._stream(manifest, name, parts.append)
        return b"".join(parts)

    def delete(self, digest: str) -> None:
        """Forget the artifact, its manifest first; nothing to do when it is not there."""
        self._place.remove(f"{_hex(digest)}/{_MANIFEST}")
        self._place.remove(_hex(digest))

    def _manifest(self, digest: str) -> Manifest:
        content = self._place.read_whole(f"{_hex(digest)}/{_MANIFEST}")
        try:
            manifest = Manifest.from_bytes(content)
        except ManifestInvalid:
            raise StoreError("artifact_damaged", f"the manifest of {digest[:19]} is unreadable") from None
        if manifest.digest != digest:
            raise StoreError("artifact_damaged", f"the manifest of {digest[:19]} describes something else")
        return manifest

    def _upload(self, source: Path, path: str) -> tuple[int, str]:
        total, size = hashlib.sha256(), 0
        with _reading(source) as stream, self._place.writing(path) as write:
            while chunk := stream.read(_CHUNK_BYTES):
                total.update(chunk)
                size += len(chunk)
                write(chunk)
        return size, total.hexdigest()

    def _stream(self, manifest: Manifest, name: str, take: Callable[[bytes], object]) -> None:
        """Pass the file's bytes to `take`; raises artifact_damaged after the last one if they are not the file's."""
        expected_size, expected_hash = manifest.files[name]
        total, size = hashlib.sha256(), 0
        for chunk in self._place.chunks(manifest.path(name)):
            size += len(chunk)
            if size > expected_size:
                break
            total.update(chunk)
            take(chunk)
        if size != expected_size or total.hexdigest() != expected_hash:
            raise StoreError("artifact_damaged", f"{name} of {manifest.digest[:19]} is not what was stored")


def _hex(digest: str) -> str:
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise StoreError("artifact_missing", "a digest has the form sha256:<64 hex digits>")
    return match.group(1)


def _check_content(folder: Path, digest: str) -> None:
    try:
        found = cards.content_digest(folder)
    except cards.CardError as error:
        raise StoreError("artifact_missing", str(error)) from None
    if found != digest:
        raise StoreError("artifact_damaged", f"{folder.name} is not what its digest says")


@contextmanager
def _reading(source: Path) -> Iterator[BinaryIO]:
    try:
        stream = source.open("rb")
    except OSError:
        raise StoreError("artifact_damaged", f"{source.name} can't be read") from None
    with stream:
        yield stream
