"""One tiny base for all tests, a fresh valid adapter for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.intake import BaseSpec
from tests.adapters import hostile


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseSpec:
    return BaseSpec.from_folder(hostile.write_base(tmp_path_factory.mktemp("base") / "tiny"), max_rank=8)


@pytest.fixture
def adapter(base: BaseSpec, tmp_path: Path) -> Path:
    return hostile.write_valid(base, tmp_path / "adapter")
