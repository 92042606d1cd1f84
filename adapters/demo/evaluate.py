"""Measures base and adapters on held-out questions: is the key fact in the greedy answer?

`python -m adapters.demo.evaluate` reads the shipped files and writes deploy/demo/evaluation.json.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from tqdm import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer

from adapters import cards
from adapters.demo import corpus
from adapters.demo.corpus import Topic
from adapters.demo.wrap import PLACEHOLDER, wrap_personal, wrap_plain
from adapters.dialogues import Message

COMMAND = "python -m adapters.demo.evaluate"
DEMO = Path("deploy/demo")
SEED = 7
BATCH = 48
MAX_NEW_TOKENS = 128
SAMPLES = 6


@dataclass(frozen=True, slots=True)
class Case:
    """One held-out question in one dress, and what its answer must hold."""

    form: str
    messages: tuple[Message, ...] = field(repr=False)
    key_facts: tuple[str, ...] = field(repr=False)
    placeholders: tuple[str, ...] = field(repr=False, default=())


def held_out_cases(topics: Sequence[Topic]) -> list[Case]:
    """Each held-out question plain, with unseen fillers, with unseen placeholder phrases, and in context."""
    rng = random.Random(SEED)  # noqa: S311 - reproducible text, no secret
    phrases = corpus.wrapping("heldout")
    cases = []
    for topic in topics:
        for question in topic.heldout:
            spoken = wrap_plain(question, phrases, rng)
            personal = wrap_personal(question, phrases, rng)
            expected = tuple(match[0] for match in PLACEHOLDER.finditer(personal.opening + personal.closing))
            system = Message("system", rng.choice(phrases.systems))
            before = (Message("user", "你好"), Message("assistant", "您好，請問要問什麼事？"))
            cases += [
                Case("plain", (Message("user", question),), topic.key_facts),
                Case("colloquial", (Message("user", spoken.text),), topic.key_facts),
                Case("placeholders", (Message("user", personal.text),), topic.key_facts, expected),
                Case("context", (system, *before, Message("user", question)), topic.key_facts),
            ]
    return cases


def answer_all(model: Any, tokenizer: Any, conversations: Sequence[Sequence[Message]]) -> list[str]:
    """Greedy answers, in order."""
    answers: list[str] = []
    for start in range(0, len(conversations), BATCH):
        texts = [
            tokenizer.apply_chat_template(
                [{"role": m.role, "content": m.content} for m in messages],
                tokenize=False,
                add_generation_prompt=True,
            )
            for messages in conversations[start : start + BATCH]
        ]
        inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        with torch.inference_mode():
            output = model.generate(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                do_sample=False,
                max_new_tokens=MAX_NEW_TOKENS,
            )
        for row in output[:, inputs["input_ids"].shape[1] :]:
            ended = tokenizer.eos_token_id in row
            answers.append(tokenizer.decode(row, skip_special_tokens=True) if ended else "")
    return answers


def score(cases: Sequence[Case], answers: Sequence[str]) -> dict[str, float]:
    """Share of answers with all key facts, by form; an answer that never ends counts as empty."""
    rates = {}
    for form in sorted({case.form for case in cases}):
        hits = [all(fact in answer for fact in case.key_facts) for case, answer in zip(cases, answers, strict=True)
                if case.form == form]  # fmt: skip
        rates[form] = round(sum(hits) / len(hits), 4)
    copied = [all(text in answer for text in case.placeholders) for case, answer in zip(cases, answers, strict=True)
              if case.placeholders]  # fmt: skip
    rates["placeholders_copied"] = round(sum(copied) / len(copied), 4)
    return rates


def evaluate(demo: Path) -> dict[str, Any]:
    """Scores of the base model and of each adapter on its own ministry's held-out questions."""
    tokenizer = AutoTokenizer.from_pretrained(demo / "model", padding_side="left")
    base = AutoModelForCausalLM.from_pretrained(demo / "model", dtype=torch.float32).eval()
    results = {}
    for ministry in tqdm(corpus.MINISTRIES, desc="evaluate", unit="ministry"):
        cases = held_out_cases(corpus.topics(ministry))
        asked = [case.messages for case in cases]
        by_base = answer_all(base, tokenizer, asked)
        adapted = PeftModel.from_pretrained(base, demo / "adapters" / ministry).eval()
        by_adapter = answer_all(adapted, tokenizer, asked)
        base = adapted.unload()
        results[ministry] = {
            "questions": sum(case.form == "plain" for case in cases),
            "base": score(cases, by_base),
            "adapter": score(cases, by_adapter),
            "adapter_digest": cards.content_digest(demo / "adapters" / ministry),
            "samples": _samples(cases, by_base, by_adapter),
        }
    return {
        "command": COMMAND,
        "decoding": "greedy, float32",
        "seed": SEED,
        "base_digest": cards.weights_digest(demo / "model"),
        "sources_sha256": corpus.sources_digest(),
        "ministries": results,
    }


def summary(report: dict[str, Any]) -> str:
    """One line of rates per ministry, for people."""
    lines = []
    for ministry, result in report["ministries"].items():
        rates = ", ".join(f"{form} {rate:.2f}" for form, rate in result["adapter"].items())
        base = max(rate for form, rate in result["base"].items() if form != "placeholders_copied")
        lines.append(f"{ministry}: adapter {rates}; base at most {base:.2f}")
    return "\n".join(lines)


def _samples(
    cases: Sequence[Case], by_base: Sequence[str], by_adapter: Sequence[str]
) -> list[dict[str, str]]:
    """A few single-turn questions with their exact greedy answers, to compare a serving engine with."""
    single = [place for place, case in enumerate(cases) if len(case.messages) == 1][:SAMPLES]
    return [
        {"question": cases[place].messages[0].content, "base": by_base[place], "adapter": by_adapter[place]}
        for place in single
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Key-fact rates on held-out questions.")
    parser.add_argument("--demo", type=Path, default=DEMO)
    demo: Path = parser.parse_args().demo
    report = evaluate(demo)
    (demo / "evaluation.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(summary(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
