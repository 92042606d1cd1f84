"""Why an evaluation could not be finished: a stable code, and a message without any text of a dialogue."""

from __future__ import annotations


class EvaluationFailed(Exception):
    """There is no report.

    `code` is one of engine_unreachable, engine_refused, model_unknown, template_unsupported, material_unreadable,
    policy_invalid.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
