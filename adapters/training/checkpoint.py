"""A training set down on disk, so that a killed process loses minutes only."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import torch

CHECKPOINT_FILE = "checkpoint.pt"
_SECONDS_BETWEEN = 15.0


class Checkpoint:
    """The newest state of the training with this identity; another identity's file is ignored and overwritten.

    `identity` covers everything that decides the weights: base, data and settings.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._path = folder / CHECKPOINT_FILE
        self._draft = self._path.with_suffix(".draft")
        self._identity = identity
        self._saved_at = float("-inf")

    def save(self, state: dict[str, Any]) -> None:
        """Write atomically: a kill at any moment leaves the old state or the new one.

        A state that comes soon after the last is passed over: it would cost more to write than to learn again.
        """
        if time.monotonic() - self._saved_at < _SECONDS_BETWEEN:
            return
        with self._draft.open("wb") as stream:
            torch.save({"identity": self._identity, "state": state}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(self._draft, self._path)
        self._saved_at = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The state to go on from, or None."""
        try:
            stored = torch.load(self._path, weights_only=True)
        except FileNotFoundError:
            return None
        if stored.get("identity") != self._identity:
            return None
        state: dict[str, Any] = stored["state"]
        return state

    def remove(self) -> None:
        """Leave nothing behind, also of a write that was killed."""
        self._path.unlink(missing_ok=True)
        self._draft.unlink(missing_ok=True)
