"""A profile: one TOML file that says which model runs on which machines, and how.

A path is relative to the profile's own folder; `{home}` stands for BIANMIN_HOME.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serve.catalog import BASE_MODEL

PROFILES = Path(__file__).parents[2] / "deploy" / "profiles"
CARD = "card"

Count = Annotated[int, Field(ge=1)]
Gibibytes = Annotated[float, Field(gt=0)]


class EngineRefused(Exception):
    """The engine may not or can't start as described; the text is one sentence for a person."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shape(_Table):
    """The architecture's facts, as config.json gives them."""

    layers: Count
    heads: Count
    kv_heads: Count
    head_dim: Count
    hidden: Count
    intermediate: Count
    parameters_billion: float = Field(gt=0)


class Deviation(_Table):
    """A recorded exception from the deny-list: who approved it, why, when."""

    approver: str = Field(min_length=1)
    supervising_authority: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class Model(_Table):
    """The base model, where it came from and where its weights are expected."""

    path: str
    version: str = Field("1", pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$")
    hub_id: str = ""
    revision: str = ""
    digest: str = Field("", pattern=rf"^(|{CARD}|sha256:[0-9a-f]{{64}})$")
    lineage: tuple[str, ...]
    vendor: str
    vendor_country: str = Field(pattern=r"^[A-Z]{2}$")
    licence: str
    dtype: Literal["float32", "bfloat16", "float16"]
    quantisation: Literal["", "fp8", "awq", "gptq"] = ""
    chat_template: str = ""
    shape: Shape | None = None
    deviation: Deviation | None = None


class Parallel(_Table):
    """How the model is cut: tensor parallel x pipeline parallel ranks over the nodes."""

    tensor: Count = 1
    pipeline: Count = 1
    nodes: Count = 1

    @property
    def world(self) -> int:
        """Ranks in all; one GPU, or one CPU worker, each."""
        return self.tensor * self.pipeline


class Lora(_Table):
    """Adapters that can be in one batch (0: none at all) and in host memory (0: as many), and the highest rank.

    More adapters than either can be registered: the least recently used one is read from the disk again.
    """

    slots: int = Field(0, ge=0)
    cpu_slots: int = Field(0, ge=0)
    max_rank: Count = 8
    fully_sharded: bool = False


class Memory(_Table):
    """What is planned per rank, and the GPU it is planned for."""

    context_tokens: Count
    kv_gib: Gibibytes
    gpu: str = ""
    gpu_gib: float = Field(0, ge=0)
    gpu_utilisation: float = Field(0.92, gt=0, le=1)


class Serving(_Table):
    """How vLLM schedules and what it offers."""

    priority: bool = True
    eager: bool = False
    tool_parser: str = ""


class StaticAdapter(_Table):
    """An adapter that serves from the first start on: public name, immutable version, folder."""

    public: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")
    version: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$")
    path: str


class EngineProfile(_Table):
    """Everything `bianmin engine` needs; `source` is the file it was read from, `home` is BIANMIN_HOME."""

    source: Path
    home: Path
    description: str
    device: Literal["cpu", "cuda"]
    model: Model
    parallel: Parallel = Parallel()
    lora: Lora = Lora()
    memory: Memory
    serving: Serving = Serving()
    adapters: tuple[StaticAdapter, ...] = ()

    @property
    def base_name(self) -> str:
        """The base model's immutable name inside vLLM."""
        return f"{BASE_MODEL}-{self.model.version}"

    @property
    def model_path(self) -> Path:
        """The folder with the weights."""
        return self.resolve(self.model.path)

    @property
    def gpus_per_node(self) -> int:
        """GPUs one machine must have."""
        return self.parallel.world // self.parallel.nodes

    def resolve(self, path: str) -> Path:
        """An absolute path for one written in the profile."""
        return (self.source.parent / path.replace("{home}", str(self.home))).resolve()


def load_profile(name: str, home: Path) -> EngineProfile:
    """The profile of that name in deploy/profiles, or at that path.

    Raises EngineRefused when there is none or it can't be used; the sentence names the fields, never values.
    """
    source = Path(name) if "/" in name or name.endswith(".toml") else PROFILES / f"{name}.toml"
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError:
        known = ", ".join(sorted(path.stem for path in PROFILES.glob("*.toml") if path.stem != "denylist"))
        raise EngineRefused(f"There is no engine profile {name!r}; the repository has {known}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise EngineRefused(f"The engine profile {source.name} is not valid TOML ({exc}).") from None
    try:
        return EngineProfile(source=source.resolve(), home=home.resolve(), **content)
    except (ValidationError, TypeError) as exc:
        errors = exc.errors() if isinstance(exc, ValidationError) else []
        fields = sorted({".".join(str(part) for part in error["loc"]) for error in errors})
        raise EngineRefused(
            f"The engine profile {source.name} has unusable fields: {', '.join(fields)}."
        ) from None
