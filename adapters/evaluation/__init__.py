"""Examines an adapter through the engine that will serve it. See adapters/README.md. Imports no torch."""

from adapters.evaluation.answering import Answer, Answerer
from adapters.evaluation.engine import EngineAnswerer
from adapters.evaluation.errors import EvaluationFailed
from adapters.evaluation.examination import evaluate
from adapters.evaluation.material import Material, Subject, load_material
from adapters.evaluation.report import Measured, Report

__all__ = [
    "Answer",
    "Answerer",
    "EngineAnswerer",
    "EvaluationFailed",
    "Material",
    "Measured",
    "Report",
    "Subject",
    "evaluate",
    "load_material",
]
