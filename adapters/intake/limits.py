"""How large anything in a submission may be. The defaults fit rank 32 on a model of 70 billion parameters."""

from __future__ import annotations

from dataclasses import dataclass

from adapters import cards
from adapters.cardfields import CARD_BYTES

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """Every one is a most; `ratio` is unpacked bytes to archive bytes, once more than a mebibyte came out."""

    archive_bytes: int = 2 << 30
    unpacked_bytes: int = 2 << 30
    files: int = 32
    ratio: int = 100
    config_bytes: int = 256 << 10
    json_bytes: int = 4 << 20
    lines_bytes: int = 64 << 20
    header_bytes: int = 2 << 20
    largest_value: float = 1_000.0

    def of_file(self, name: str) -> int:
        """The most bytes that the file of this name may have."""
        if name == WEIGHTS_FILE:
            return self.unpacked_bytes
        if name == CONFIG_FILE:
            return self.config_bytes
        if name == cards.CARD_FILE:
            return CARD_BYTES
        return self.lines_bytes if name.endswith(".jsonl") else self.json_bytes
