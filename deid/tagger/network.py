"""The tagger's network: a graph of 8-bit products that onnxruntime computes on the calling thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from deid.tagger.features import Floats

_ERRORS_ONLY = 3


class Network:
    """An immutable graph; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        """Take ``graph`` (ONNX, as bytes) and ``reach`` (of each layer, in characters) of ``arrays``."""
        self.context = int(arrays["reach"].sum())
        self._session = onnxruntime.InferenceSession(
            arrays["graph"].tobytes(), _one_thread(), providers=["CPUExecutionProvider"]
        )

    def probabilities(self, ids: npt.NDArray[np.uint16], features: Floats) -> Floats:
        """Return the probability of each class (row) at each character (column)."""
        found: Floats = self._session.run(None, {"ids": ids, "features": features})[0]
        return found


def _one_thread() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    return options
