"""What must hold before vLLM starts. Each check is pure and raises EngineRefused with one sentence."""

from __future__ import annotations

from serve.catalog import BASE_MODEL
from serve.engine.hardware import GIB, Machine
from serve.engine.memory import CPU_SERVER_GIB, MemoryPlan
from serve.engine.profile import EngineProfile, EngineRefused, Shape

# vLLM 0.32's MaxLoRARanks.
LORA_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)


def check_parallel(profile: EngineProfile, shape: Shape) -> None:
    """Tensor and pipeline sizes must fit the architecture and the nodes."""
    tensor, pipeline, nodes = profile.parallel.tensor, profile.parallel.pipeline, profile.parallel.nodes
    if shape.heads % tensor:
        raise EngineRefused(
            f"Tensor parallel size {tensor} does not divide the {shape.heads} attention heads."
        )
    if shape.kv_heads % tensor and tensor % shape.kv_heads:
        raise EngineRefused(
            f"Tensor parallel size {tensor} neither divides the {shape.kv_heads} key-value heads "
            "nor is a multiple of them."
        )
    if pipeline > shape.layers:
        raise EngineRefused(f"Pipeline parallel size {pipeline} is larger than the {shape.layers} layers.")
    if profile.parallel.world % nodes:
        raise EngineRefused(f"The {profile.parallel.world} ranks can't be shared evenly by {nodes} nodes.")


def check_lora(profile: EngineProfile) -> None:
    """Slots and rank must be vLLM's, and the adapters' names distinct and none the base model's."""
    if (profile.adapters or profile.lora.cpu_slots) and not profile.lora.slots:
        raise EngineRefused("The profile lists or keeps adapters and has no LoRA slots for them.")
    if profile.lora.slots and profile.lora.max_rank not in LORA_RANKS:
        allowed = ", ".join(str(rank) for rank in LORA_RANKS)
        raise EngineRefused(f"LoRA rank {profile.lora.max_rank} is not one that vLLM allows ({allowed}).")
    if 0 < profile.lora.cpu_slots < profile.lora.slots:
        raise EngineRefused(
            f"Host memory for {profile.lora.cpu_slots} adapters is less than the {profile.lora.slots} LoRA slots."
        )
    names = [(adapter.public, adapter.version) for adapter in profile.adapters]
    if len(set(names)) != len(names) or BASE_MODEL in dict(names):
        raise EngineRefused("Two models of the profile have the same name and version.")


def check_context(profile: EngineProfile, plan: MemoryPlan) -> None:
    """The KV cache must hold one whole context."""
    if plan.kv_tokens < profile.memory.context_tokens:
        raise EngineRefused(
            f"A KV cache of {plan.kv_gib:g} GiB holds {plan.kv_tokens:,} tokens, fewer than one context of "
            f"{profile.memory.context_tokens:,}."
        )


def check_planned_gpu(profile: EngineProfile, plan: MemoryPlan) -> None:
    """The plan must fit the GPU that the profile is written for."""
    if profile.device == "cuda":
        _check_gpu_memory(profile, plan, profile.memory.gpu or "GPU", profile.memory.gpu_gib)


def check_machine(profile: EngineProfile, plan: MemoryPlan, machine: Machine) -> None:
    """The plan must fit this machine."""
    if profile.device == "cpu":
        if not machine.has_lscpu:
            raise EngineRefused(
                "vLLM on the CPU asks lscpu for the cores, and there is no such command (util-linux)."
            )
        _check_ram(profile, plan, machine)
        return
    if len(machine.gpus) < profile.gpus_per_node:
        raise EngineRefused(
            f"The profile needs {profile.gpus_per_node} NVIDIA GPUs ({profile.memory.gpu}) on this machine, "
            f"and {len(machine.gpus) or 'none'} can be seen."
        )
    smallest = min(machine.gpus[: profile.gpus_per_node], key=lambda gpu: gpu.memory_bytes)
    _check_gpu_memory(profile, plan, smallest.name, smallest.memory_bytes / GIB)


def _check_gpu_memory(profile: EngineProfile, plan: MemoryPlan, name: str, memory_gib: float) -> None:
    usable_gib = memory_gib * profile.memory.gpu_utilisation
    if plan.total_gib > usable_gib:
        raise EngineRefused(
            f"One rank needs {plan.total_gib:.1f} GiB and {name} gives {usable_gib:.1f} GiB "
            f"({memory_gib:.1f} at {profile.memory.gpu_utilisation:.0%}): use a larger tensor parallel size "
            "or a larger GPU."
        )


def _check_ram(profile: EngineProfile, plan: MemoryPlan, machine: Machine) -> None:
    ranks = profile.gpus_per_node
    needed_gib = ranks * plan.total_gib + CPU_SERVER_GIB
    free_gib = machine.free_memory_bytes / GIB
    if needed_gib > free_gib:
        raise EngineRefused(
            f"The engine needs {needed_gib:.1f} GiB of memory for {ranks} CPU ranks and {free_gib:.1f} GiB are free."
        )
