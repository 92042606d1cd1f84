"""Writes a trained network as an ONNX graph with products of 8-bit integers, for ``deid.tagger.network``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from deid.tagger.features import Floats
from deid.training.network import VOICE_AFTER, VOICE_REACH

Inputs = tuple[npt.NDArray[np.uint16], Floats]

_OPSET, _IR = 17, 10
_WHOLE = "whole_"  # begins the names of what is computed in whole numbers


def graph_of(arrays: Mapping[str, Any], reaches: Sequence[int]) -> ModelProto:
    """Return the network that ``deid.training.network.Network.arrays`` describes, in single precision.

    Inputs: ``ids`` (uint16, one a character) and ``features`` (float32, a row a character); output: ``probabilities``
    (float32, a row a class, a column a character).
    """
    nodes = [
        helper.make_node("Cast", ["ids"], ["rows"], to=TensorProto.INT32),
        helper.make_node("Cast", ["table"], ["whole"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["whole", "rows"], ["characters"]),
        helper.make_node("MatMul", ["features", "words"], ["seen"]),
        helper.make_node("Add", ["characters", "seen"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["first"]),
        helper.make_node("Transpose", ["first"], ["upright"], perm=[1, 0]),
        helper.make_node("Unsqueeze", ["upright", "axis"], ["hidden0"]),
    ]
    for index, reach in enumerate(reaches):
        nodes += _layer(index, reach)
        nodes += _voice(index) if index == VOICE_AFTER else []
    nodes += [
        helper.make_node("Squeeze", [f"hidden{len(reaches)}", "axis"], ["level"]),
        helper.make_node("Transpose", ["level"], ["last"], perm=[1, 0]),
        helper.make_node("MatMul", ["last", "out"], ["judged"]),
        helper.make_node("Add", ["judged", "out_bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=-1),
        helper.make_node("Transpose", ["shares"], ["probabilities"], perm=[1, 0]),
    ]
    graph = helper.make_graph(nodes, "tagger", *_ends(arrays), list(_constants(arrays)))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)


def _layer(index: int, reach: int) -> list[Any]:
    hidden, step, positive = f"hidden{index}", f"step{index}", f"positive{index}"
    found = "mute" if index == VOICE_AFTER else f"hidden{index + 1}"
    return [
        helper.make_node(
            "Conv",
            [hidden, f"kernel{index}", f"bias{index}"],
            [step],
            f"{_WHOLE}{step}",
            dilations=[reach],
            pads=[reach, reach],
        ),
        helper.make_node("Relu", [step], [positive], f"{_WHOLE}{positive}"),
        helper.make_node("Add", [hidden, positive], [found], f"{_WHOLE}{found}"),
    ]


def _voice(index: int) -> list[Any]:
    """Return the nodes that add the mean of what stands around: a difference of running sums, a row a character."""
    return [
        helper.make_node("Conv", ["mute", "narrow", "narrow_bias"], ["narrowed"], f"{_WHOLE}narrowed"),
        helper.make_node("Relu", ["narrowed"], ["voice"], f"{_WHOLE}voice"),
        helper.make_node("Squeeze", ["voice", "axis"], ["level_voice"]),
        helper.make_node("Transpose", ["level_voice"], ["spoken"], perm=[1, 0]),
        helper.make_node("Pad", ["spoken", "before"], ["begun"]),
        helper.make_node("CumSum", ["begun", "axis"], ["sums"]),
        helper.make_node("Pad", ["sums", "behind"], ["ended"], mode="edge"),
        helper.make_node("Slice", ["ended", "span", "far", "axis"], ["high"]),
        helper.make_node("Slice", ["ended", "axis", "back", "axis"], ["low"]),
        helper.make_node("Sub", ["high", "low"], ["heard"]),
        helper.make_node("Transpose", ["heard"], ["upright_heard"], perm=[1, 0]),
        helper.make_node("Unsqueeze", ["upright_heard", "axis"], ["around"]),
        helper.make_node("Conv", ["around", "widen"], ["widened"], f"{_WHOLE}widened"),
        helper.make_node("Add", ["mute", "widened"], [f"hidden{index + 1}"], f"{_WHOLE}joined"),
    ]


def _ends(arrays: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    columns, classes = arrays["words"].shape[0], arrays["out"].shape[1]
    return [
        helper.make_tensor_value_info("ids", TensorProto.UINT16, ["length"]),
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["length", columns]),
    ], [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [classes, "length"])]


def _constants(arrays: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in arrays.items():
        yield numpy_helper.from_array(np.ascontiguousarray(value), name)
    span = 2 * VOICE_REACH + 1
    places = {"axis": [0], "span": [span], "back": [-span], "far": [np.iinfo(np.int64).max]}
    places |= {"before": [VOICE_REACH + 1, 0, 0, 0], "behind": [0, 0, VOICE_REACH, 0]}
    for name, values in places.items():
        yield numpy_helper.from_array(np.array(values, dtype=np.int64), name)


class _Texts(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is not type-checked
    def __init__(self, texts: Sequence[Inputs]) -> None:
        self._coming = iter(texts)

    def get_next(self) -> dict[str, Any] | None:
        text = next(self._coming, None)
        return None if text is None else {"ids": text[0], "features": text[1]}


def exported(arrays: Mapping[str, Any], reaches: Sequence[int], texts: Sequence[Inputs]) -> dict[str, Any]:
    """Return the arrays that ``deid.tagger.network.Network`` takes; ``texts`` tell how large values become."""
    graph = np.frombuffer(_quantised(graph_of(arrays, reaches), texts), dtype=np.uint8)
    return {"graph": graph, "reach": np.array([*reaches, VOICE_REACH])}


def _quantised(graph: ModelProto, texts: Sequence[Inputs]) -> bytes:
    """Return the graph with its layers in 8 bits, from their first convolution to their last sum.

    What is below zero behind a convolution takes none of the 256 steps. The kernels keep seven of their eight bits:
    processors without VNNI add two products in 16.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tagger.onnx"
        quantize_static(
            graph,
            path,
            _Texts(texts),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Relu", "Add"],
            nodes_to_quantize=[node.name for node in graph.graph.node if node.name.startswith(_WHOLE)],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return path.read_bytes()
