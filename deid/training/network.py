"""The tagger as torch trains it; ``deid.training.export`` writes it for ``deid.tagger.network``."""

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
_EMBEDDING = 80


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
        self.dropout = nn.Dropout(0.08)
        self.out = nn.Linear(WIDTH, COUNT)

    def forward(self, ids: Any, shown_ids: Any, features: Any) -> Any:
        """``ids`` with 0 between texts; ``shown_ids`` may hide rare characters, whose usage stays known."""
        inside = (ids > 0).unsqueeze(1).float()
        hidden = self.spread(self.characters(shown_ids)) + self.usage(self.known[ids]) + self.words(features)
        hidden = torch.relu(hidden).transpose(1, 2).contiguous() * inside
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = (hidden + torch.relu(norm(layer(self.dropout(hidden))))) * inside
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
            }
            for index, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
                scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
                found[f"kernel{index}"] = layer.weight * scale[:, None, None]
                found[f"bias{index}"] = norm.bias - norm.running_mean * scale
        return {name: value.detach().numpy() for name, value in found.items()}
