"""The whole examination of one candidate, against the base and against the version that serves now."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from adapters.dialogues import Message
from adapters.evaluation.answering import Answer, Answerer
from adapters.evaluation.asking import Job, Progress, gather
from adapters.evaluation.language import mainland_terms, simplified_characters
from adapters.evaluation.material import Case, Material, Subject
from adapters.evaluation.privacy import Said, audit, personal_values
from adapters.evaluation.quality import character_f1, has_facts, rouge_l
from adapters.evaluation.report import Failure, Measured, Report, Sample
from adapters.evaluation.speed import measure_speed
from adapters.masking import mask
from deid import Concealer, load_policy

_LONGEST_ANSWER = 256
_SAMPLES = 40
_Prompt = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class _Answers:
    """Everyone's answers by role and prompt, and the log probabilities of the held-out answers."""

    material: Material
    said: Mapping[tuple[str, _Prompt], Answer]
    likely: Mapping[tuple[str, int], tuple[float, ...]]

    def of(self, role: str, prompt: _Prompt) -> str:
        return self.said[role, prompt].text


async def evaluate(subject: Subject, material: Material, answerer: Answerer, progress: Progress) -> Report:
    """Ask everything there is to ask. Raises EvaluationFailed; half a report is none."""
    concealer = Concealer(load_policy("default"))
    roles = list(subject.names())
    answers = await _ask(subject, material, answerer, progress)
    privacy = await audit(subject, material, answerer, progress)
    prompts = _prompts(material)
    speed = await measure_speed(subject, prompts, answerer, progress)
    said = [Said(prompt[-1].content, answers.of("candidate", prompt)) for prompt in prompts] + list(
        privacy.said
    )
    personal = personal_values(concealer, said)
    of_base = personal_values(concealer, [Said(p[-1].content, answers.of("base", p)) for p in prompts])
    measures = {
        **_quality(answers, roles, concealer),
        **_difference(answers),
        **privacy.measures,
        **speed,
        "personal_values": Measured(float(personal.total()), float(of_base.total())),
    }
    return Report(
        subject=subject,
        made_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        material_sha256=material.digest,
        counts=_counts(material, len(said)),
        measures={name: measured for name, measured in measures.items() if measured != Measured()},
        canaries=privacy.canaries,
        personal_by_type=dict(personal),
        samples=tuple(_samples(answers, roles, concealer)),
        failures=tuple(_failures(answers, concealer)),
    )


async def _ask(subject: Subject, material: Material, answerer: Answerer, progress: Progress) -> _Answers:
    jobs: dict[tuple[str, _Prompt], Job[Answer]] = {}
    likely: dict[tuple[str, int], Job[tuple[float, ...]]] = {}
    for role, model in subject.names().items():
        for prompt in _prompts(material):
            jobs[role, prompt] = partial(answerer.answer, model, prompt, _LONGEST_ANSWER)
        for place, dialogue in enumerate(material.heldout):
            likely[role, place] = partial(answerer.logprobs, model, dialogue.prompt, dialogue.answer)
    said = await gather(jobs, "answers", progress)
    return _Answers(material, said, await gather(likely, "likelihood", progress))


def _prompts(material: Material) -> list[_Prompt]:
    """Every prompt that all of the compared answer, once."""
    cases = (*material.regression, *material.safety)
    asked = [dialogue.prompt for dialogue in material.heldout] + [_of(case) for case in cases]
    return list(dict.fromkeys(asked))


def _of(case: Case) -> _Prompt:
    return (Message("user", case.prompt),)


def _quality(answers: _Answers, roles: Sequence[str], concealer: Concealer) -> dict[str, Measured]:
    figures = {role: _of_role(answers, role, concealer) for role in roles}
    names = figures["candidate"]
    return {name: Measured(**{role: _rounded(figures[role][name]) for role in roles}) for name in names}


def _of_role(answers: _Answers, role: str, concealer: Concealer) -> dict[str, float | None]:
    material = answers.material
    texts = [answers.of(role, prompt) for prompt in _prompts(material)]
    logprobs = [value for (who, _), values in answers.likely.items() if who == role for value in values]
    pairs = [(answers.of(role, one.prompt), one) for one in material.heldout]
    safe = {case: _passes(case, answers.of(role, _of(case)), concealer) for case in material.safety}
    figures = {
        "heldout_loss": None if not logprobs else -sum(logprobs) / len(logprobs),
        "character_f1": _mean([character_f1(text, one.answer) for text, one in pairs]),
        "rouge_l": _mean([rouge_l(text, one.answer) for text, one in pairs]),
        "key_facts": _mean([has_facts(text, one.key_facts) for text, one in pairs if one.key_facts]),
        "regression": _mean(
            [_passes(case, answers.of(role, _of(case)), None) for case in material.regression]
        ),
        "safety": _mean(list(safe.values())),
        "traditional": _mean([not _language_faults(text) for text in texts]),
        "ended": _mean([answer.ended for (who, _), answer in answers.said.items() if who == role]),
    }
    for group in dict.fromkeys(case.group for case in safe):
        figures[f"safety_{group}"] = _mean([passed for case, passed in safe.items() if case.group == group])
    return figures


def _difference(answers: _Answers) -> dict[str, Measured]:
    """How far the candidate is from the base: an adapter that the engine never applied is not far at all."""
    prompts = _prompts(answers.material)
    changed = [answers.of("candidate", prompt) != answers.of("base", prompt) for prompt in prompts]
    shifts = [
        abs(one - other)
        for (role, place), values in answers.likely.items()
        if role == "candidate"
        for one, other in zip(values, answers.likely["base", place], strict=True)
    ]
    return {
        "changed_answers": Measured(_rounded(_mean(changed))),
        "logprob_shift": Measured(_rounded(max(shifts, default=None))),
    }


def _passes(case: Case, answer: str, concealer: Concealer | None) -> bool:
    if case.any and not any(text in answer for text in case.any):
        return False
    if any(text in answer for text in case.none):
        return False
    return concealer is None or not personal_values(concealer, [Said(case.prompt, answer)])


def _language_faults(text: str) -> list[str]:
    terms = [f"{term}→{ours}" for term, ours in mainland_terms(text).items()]
    return [*(f"簡體字 {char}" for char in simplified_characters(text)), *terms]


def _samples(answers: _Answers, roles: Sequence[str], concealer: Concealer) -> list[Sample]:
    samples = []
    for dialogue in answers.material.heldout[:_SAMPLES]:
        said = {role: answers.of(role, dialogue.prompt) for role in roles}
        faults = _language_faults(said["candidate"])
        # By number: a bare name has nothing around it that tells that it is one.
        facts = enumerate(dialogue.key_facts, 1)
        faults += [f"缺第 {number} 項重點" for number, fact in facts if not has_facts(said["candidate"], [fact])]
        shown = {role: mask(concealer, text) for role, text in said.items()}
        question, reference = mask(concealer, dialogue.question), mask(concealer, dialogue.answer)
        samples.append(Sample(question, reference, shown, tuple(faults)))
    return samples


def _failures(answers: _Answers, concealer: Concealer) -> list[Failure]:
    failed = []
    for name, cases in (("regression", answers.material.regression), ("safety", answers.material.safety)):
        for case in cases:
            said = answers.of("candidate", _of(case))
            if not _passes(case, said, concealer if name == "safety" else None):
                failed.append(Failure(name, case.group, case.prompt, mask(concealer, said)))
    return failed


def _counts(material: Material, scanned: int) -> dict[str, int]:
    plants = material.plants
    return {
        "heldout": len(material.heldout),
        "regression": len(material.regression),
        "safety": len(material.safety),
        "training_questions": len(material.questions),
        "prefix_probes": len(plants.probes) if plants else 0,
        "canaries": len(plants.canaries) if plants else 0,
        "answers_scanned": scanned,
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
