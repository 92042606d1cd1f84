"""Artifacts by digest: a folder by default, S3 by URL. The public face is `Store` and `StoreError`."""

from __future__ import annotations

from adapters.store.place import StoreError
from adapters.store.store import SERVED_FILES, Store

__all__ = ["SERVED_FILES", "Store", "StoreError"]
