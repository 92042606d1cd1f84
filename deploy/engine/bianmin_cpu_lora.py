"""A plug-in for vLLM on the CPU: the base model in a mixed batch must not be served with somebody's adapter.

vLLM 0.32 marks tokens without an adapter by the index -1. Its GPU kernels skip them; its CPU code indexes a tensor with
it and so adds the adapter of the last slot to the base model's answers (vllm-project/vllm#48421, open). A LoRA delta
is what `shrink` makes and `expand` adds: made zero for those tokens, nothing is added to them.

`bianmin engine` puts this folder on the path of CPU engines; remove both when vLLM skips those tokens itself.
"""

from __future__ import annotations

from typing import Any


def register() -> None:
    """Called by vLLM in each of its processes."""
    from vllm.lora.ops import torch_ops
    from vllm.lora.ops.torch_ops import lora_ops
    from vllm.lora.punica_wrapper import punica_cpu

    unmasked = lora_ops.bgmv_shrink
    if getattr(unmasked, "skips_tokens_without_adapter", False):
        return

    def bgmv_shrink(inputs: Any, weights: Any, output: Any, indices: Any, scaling: float = 1.0) -> None:
        unmasked(inputs, weights, output, indices, scaling)
        output.masked_fill_((indices < 0).unsqueeze(1), 0)

    bgmv_shrink.skips_tokens_without_adapter = True  # type: ignore[attr-defined]
    for module in (lora_ops, torch_ops, punica_cpu):
        module.bgmv_shrink = bgmv_shrink
