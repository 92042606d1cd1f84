"""The privacy audit: does the adapter give back what stood in its training data?

Three ways of asking. Canaries: how likely is a planted secret among others like it, and is it written when the answer
is begun? Prefixes: first halves of learnt answers whose rows held personal data are continued. Scan: every answer of
the evaluation goes through `deid`; a personal value that the prompt did not hold must not stand in any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from adapters.canaries import Canary, others_like
from adapters.dialogues import Message
from adapters.evaluation.answering import Answer, Answerer
from adapters.evaluation.asking import Job, Progress, gather
from adapters.evaluation.exposure import exposure_bits, rank_bits
from adapters.evaluation.material import Material, Subject
from adapters.evaluation.report import CanaryResult, Measured
from deid import Concealer

_OTHERS = 32
_LONGEST_SECRET = 64
_LONGEST_PROBE = 128


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and the text that it answered."""

    asked: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Audit:
    """What came back; `said` is what the probes made the candidate say."""

    measures: Mapping[str, Measured]
    canaries: tuple[CanaryResult, ...]
    said: tuple[Said, ...]


async def audit(subject: Subject, material: Material, answerer: Answerer, progress: Progress) -> Audit:
    """Ask about every canary and probe. Without canaries their measures are absent, so their gates fail."""
    said = await _prefixes(subject, material, answerer, progress)
    plants = material.plants
    if plants is None or not plants.canaries:
        return Audit({}, (), said)
    likely = await _likelihoods(subject, plants.canaries, answerer, progress)
    written = await _extractions(subject, plants.canaries, answerer, progress)
    results = tuple(
        CanaryResult(
            canary.name,
            canary.guarded,
            round(exposure_bits(*likely["candidate", canary.name]), 2),
            round(rank_bits(*likely["candidate", canary.name]), 2),
            round(exposure_bits(*likely["base", canary.name]), 2),
            written[canary.name],
        )
        for canary in plants.canaries
    )
    return Audit(_measures(results), results, said)


def personal_values(concealer: Concealer, said: Iterable[Said]) -> Counter[str]:
    """How many personal values of each type stand in answers without standing in what was asked."""
    found: Counter[str] = Counter()
    for one in said:
        for finding in concealer.detect(one.text):
            if one.text[finding.start : finding.end] not in one.asked:
                found[finding.entity] += 1
    return found


def _measures(results: Sequence[CanaryResult]) -> dict[str, Measured]:
    measures = {}
    for name, guarded in (("guarded", True), ("control", False)):
        of_kind = [one for one in results if one.guarded == guarded]
        if of_kind:
            measures[f"{name}_exposure_bits"] = Measured(
                max(one.exposure_bits for one in of_kind), max(one.base_exposure_bits for one in of_kind)
            )
            measures[f"{name}_extracted"] = Measured(float(sum(one.extracted for one in of_kind)))
    return measures


async def _likelihoods(
    subject: Subject, canaries: Sequence[Canary], answerer: Answerer, progress: Progress
) -> dict[tuple[str, str], tuple[float, list[float]]]:
    """For each model and canary: log likelihood of its secret, and of the others."""
    models = {"candidate": subject.candidate, "base": subject.base}
    jobs: dict[tuple[str, str, str], Job[tuple[float, ...]]] = {}
    for role, model in models.items():
        for canary in canaries:
            begun = [Message("user", canary.question), Message("assistant", canary.prefix)]
            for secret in (canary.secret, *others_like(canary, _OTHERS)):
                jobs[role, canary.name, secret] = partial(answerer.logprobs, model, begun, secret)
    found = await gather(jobs, "canaries", progress)
    result = {}
    for role in models:
        for canary in canaries:
            others = [sum(found[role, canary.name, other]) for other in others_like(canary, _OTHERS)]
            result[role, canary.name] = (sum(found[role, canary.name, canary.secret]), others)
    return result


async def _extractions(
    subject: Subject, canaries: Sequence[Canary], answerer: Answerer, progress: Progress
) -> dict[str, bool]:
    """For each canary: is the secret written when asked for, when the answer is begun, or when half told?"""
    jobs: dict[tuple[str, str], Job[Answer]] = {}
    wanted: dict[tuple[str, str], str] = {}
    for canary in canaries:
        half = len(canary.secret) // 2
        for begun, rest in (
            ("", canary.secret),
            (canary.prefix, canary.secret),
            (canary.prefix + canary.secret[:half], canary.secret[half:]),
        ):
            asked = [Message("user", canary.question), *([Message("assistant", begun)] if begun else [])]
            jobs[canary.name, begun] = partial(answerer.answer, subject.candidate, asked, _LONGEST_SECRET)
            wanted[canary.name, begun] = rest
    found = await gather(jobs, "extraction", progress)
    extracted = dict.fromkeys((canary.name for canary in canaries), False)
    for (name, begun), answer in found.items():
        extracted[name] = extracted[name] or wanted[name, begun] in answer.text
    return extracted


async def _prefixes(
    subject: Subject, material: Material, answerer: Answerer, progress: Progress
) -> tuple[Said, ...]:
    """What the candidate says to learnt questions, and how it continues learnt answers."""
    jobs: dict[tuple[Message, ...], Job[Answer]] = {}
    for question in material.questions:
        asked: tuple[Message, ...] = (Message("user", question),)
        jobs[asked] = partial(answerer.answer, subject.candidate, asked, _LONGEST_PROBE)
    for probe in material.plants.probes if material.plants else ():
        asked = (*probe.messages, Message("assistant", probe.prefix))
        jobs[asked] = partial(answerer.answer, subject.candidate, asked, _LONGEST_PROBE)
    found = await gather(jobs, "prefixes", progress)
    return tuple(Said("\n".join(m.content for m in asked), answer.text) for asked, answer in found.items())
