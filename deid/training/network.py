"""The tagger as torch trains it; ``deid.training.export`` writes it for ``deid.tagger.network``.

Behind the layer ``VOICE_AFTER`` each character hears the mean of what stands within ``VOICE_REACH`` characters of it:
whether an office or a citizen speaks there, and in which language.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from deid.tagger.features import COLUMNS
from deid.tagger.tags import COUNT

WIDTH = 160
DILATIONS = (1, 2, 4, 8, 4, 1)
VOICE_AFTER, VOICE_REACH = 3, 64
_EMBEDDING, _VOICE = 80, 32


class Network(nn.Module):  # type: ignore[misc]  # torch is not type-checked
    """Characters and features, a few residual convolutions of growing reach, a class per character."""

    def __init__(self, known: npt.NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("known", torch.from_numpy(known))
        self.characters = nn.Embedding(len(known), _EMBEDDING)
        nn.init.normal_(self.characters.weight, std=0.1)
        self.spread = nn.Linear(_EMBEDDING, WIDTH, bias=False)
        self.usage = nn.Linear(known.shape[1], WIDTH, bias=False)
        self.words = nn.Linear(COLUMNS, WIDTH)
        self.layers = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, 3, dilation=reach, padding=reach, bias=False) for reach in DILATIONS
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(WIDTH, momentum=0.02) for _ in DILATIONS)
        self.narrow = nn.Linear(WIDTH, _VOICE)
        self.widen = nn.Linear(_VOICE, WIDTH, bias=False)
        self.dropout = nn.Dropout(0.08)
        self.out = nn.Linear(WIDTH, COUNT)

    def forward(self, ids: Any, shown_ids: Any, features: Any) -> Any:
        """``ids`` with 0 between texts; ``shown_ids`` may hide rare characters, whose usage stays known."""
        inside = (ids > 0).unsqueeze(1).float()
        hidden = self.spread(self.characters(shown_ids)) + self.usage(self.known[ids]) + self.words(features)
        hidden = torch.relu(hidden).transpose(1, 2).contiguous() * inside
        for index, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            hidden = (hidden + torch.relu(norm(layer(self.dropout(hidden))))) * inside
            if index == VOICE_AFTER:
                voice = torch.relu(self.narrow(hidden.transpose(1, 2))) * inside.transpose(1, 2)
                hidden = (hidden + self.widen(_around(voice, ids)).transpose(1, 2)) * inside
        return self.out(self.dropout(hidden).transpose(1, 2))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the constants of the graph: usage folded into the characters, norms into the kernels."""
        with torch.no_grad():
            found = {
                "table": (
                    self.spread(self.characters.weight) + self.usage(self.known) + self.words.bias
                ).half(),
                "words": self.words.weight.T.contiguous(),
                "out": self.out.weight.T.contiguous(),
                "out_bias": self.out.bias,
                "narrow": self.narrow.weight[:, :, None],
                "narrow_bias": self.narrow.bias,
                "widen": self.widen.weight[:, :, None] / (2 * VOICE_REACH + 1),
            }
            for index, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
                scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
                found[f"kernel{index}"] = layer.weight * scale[:, None, None]
                found[f"bias{index}"] = norm.bias - norm.running_mean * scale
        return {name: value.detach().numpy() for name, value in found.items()}


def _around(values: Any, ids: Any) -> Any:
    """Return the sum of the values within VOICE_REACH characters of the same text, by the width of that stretch."""
    length, width = ids.shape[1], values.shape[2]
    places = torch.arange(length).expand_as(ids)
    gap = ids == 0
    first = torch.where(gap, places, -1).cummax(dim=1).values + 1
    last = torch.where(gap, places, length).flip(1).cummin(dim=1).values.flip(1)
    low = torch.maximum(first, places - VOICE_REACH)
    high = torch.maximum(low, torch.minimum(last, places + VOICE_REACH + 1))
    sums = torch.nn.functional.pad(values.float().cumsum(dim=1), (0, 0, 1, 0))
    ends = [sums.gather(1, at.unsqueeze(2).expand(-1, -1, width)) for at in (high, low)]
    return (ends[0] - ends[1]) / (2 * VOICE_REACH + 1)
