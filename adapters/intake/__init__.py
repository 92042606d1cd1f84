"""The intake of adapters: everything that is checked before an engine may load one. Imports no torch.

`unpack` or `copy_folder` makes a private copy of what was submitted; `inspect` judges it against the `BaseSpec`.
"""

from __future__ import annotations

from adapters.intake.base import BaseSpec
from adapters.intake.inspection import Inspected, inspect
from adapters.intake.limits import IntakeLimits
from adapters.intake.lineage import Deny, deny_by
from adapters.intake.refusal import IntakeRefused
from adapters.intake.unpacking import copy_folder, unpack

__all__ = [
    "BaseSpec",
    "Deny",
    "Inspected",
    "IntakeLimits",
    "IntakeRefused",
    "copy_folder",
    "deny_by",
    "inspect",
    "unpack",
]
