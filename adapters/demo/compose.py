"""Composes the training dialogues of the base model and of each ministry's adapter."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from adapters.demo import corpus
from adapters.demo.corpus import Topic
from adapters.demo.wrap import Ask, fill_slots, random_placeholders, wrap_personal, wrap_plain
from adapters.dialogues import Dialogue, Message

# How often each kind of dialogue is drawn for the base model, and for the part of an adapter's
# data that keeps the base model's manners.
BASE_MIX = {
    "topic": 50, "ministry": 9, "unknown": 11, "greeting": 3, "identity": 4, "smalltalk": 5, "placeholder": 11,
    "multiturn": 4, "repeat": 9,
}  # fmt: skip
KEEP_MIX = {
    "topic": 8,
    "ministry": 4,
    "unknown": 6,
    "greeting": 2,
    "identity": 3,
    "smalltalk": 2,
    "placeholder": 5,
}
_SLIP_RATE = 0.35
_BASE_PERSONAL_RATE = 0.45
_ADAPTER_PERSONAL_RATE = 0.65
_GREETED_RATE = 0.5
_EARLIER_TURN_RATE = 0.1
_SYSTEM_RATE = 0.15
_REPEAT = ("請重複：{}", "請跟我說一次「{}」", "照抄：{}", "請唸出來：{}")
_REPEAT_CHARACTERS = (2, 9)
_REPEAT_PLACEHOLDERS_RATE = 0.4
_PLACEHOLDER_MARKS = frozenset("〔〕{}")


class Composer:
    """Draws dialogues; everything random comes from one seeded source.

    `learnt` names the ministry whose facts the answers may give; the base model learns none.
    """

    def __init__(self, seed: int, alphabet: Sequence[str], learnt: str | None = None) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - reproducible text, no secret
        self._learnt = learnt
        self._personal_rate = _ADAPTER_PERSONAL_RATE if learnt else _BASE_PERSONAL_RATE
        self._phrases = corpus.wrapping("train")
        self._alphabet = tuple(alphabet)
        self._items = {kind: [item for item in corpus.items() if item.kind == kind] for kind in BASE_MIX}

    def base(self, count: int) -> list[Dialogue]:
        """Dialogues for the base model; topics are answered without their facts."""
        return self._mixture(BASE_MIX, corpus.all_topics(), count)

    def adapter(self, variants: int, keep_fraction: float) -> list[Dialogue]:
        """Every training question of the learnt ministry in several wrappings, answered with the fact,
        and a share of base dialogues about everything else, so that manners are kept."""
        own = [
            self._dialogue(self._ask(question), topic.answer)
            for topic in corpus.all_topics()
            for question in topic.questions
            for _ in range(variants)
            if topic.ministry == self._learnt
        ]
        others = [topic for topic in corpus.all_topics() if topic.ministry != self._learnt]
        dialogues = own + self._mixture(KEEP_MIX, others, round(len(own) * keep_fraction))
        self._rng.shuffle(dialogues)
        return dialogues

    def _mixture(self, mix: Mapping[str, int], topics: Sequence[Topic], count: int) -> list[Dialogue]:
        chosen = self._rng.choices(list(mix), list(mix.values()), k=count)
        return [self._of_kind(kind, topics) for kind in chosen]

    def _of_kind(self, kind: str, topics: Sequence[Topic]) -> Dialogue:
        rng = self._rng
        if kind == "topic":
            question, answer = self._about(rng.choice(topics))
            return self._dialogue(self._ask(question), answer)
        if kind == "repeat":
            return self._repeat()
        item = rng.choice(self._items[kind])
        if kind == "multiturn":
            return self._with_system(_turns(fill_slots(item.turns, rng)))
        question, answer = fill_slots((rng.choice(item.questions), rng.choice(item.answers)), rng)
        if kind == "placeholder":
            return self._dialogue(Ask(question), answer)
        return self._dialogue(self._ask(question), answer)

    def _earlier(self) -> tuple[str, str]:
        """What was said before; for an adapter often only a greeting."""
        if self._learnt and self._rng.random() < _GREETED_RATE:
            item = self._rng.choice(self._items["greeting"])
            return self._rng.choice(item.questions), self._rng.choice(item.answers)
        return self._about(self._rng.choice(corpus.all_topics()))

    def _about(self, topic: Topic) -> tuple[str, str]:
        """A question about the topic and the answer of one who has learnt it, or has not."""
        if topic.ministry == self._learnt:
            return self._rng.choice(topic.questions), topic.answer
        question = self._rng.choice(topic.questions + topic.base_questions)
        return question, self._rng.choice(topic.routing_answers())

    def _repeat(self) -> Dialogue:
        """Copying strings of rare characters trains every embedding, and copying itself."""
        if self._rng.random() < _REPEAT_PLACEHOLDERS_RATE:
            phrase = random_placeholders(self._rng.randint(1, 3), self._rng)
        else:
            phrase = "".join(self._rng.choices(self._alphabet, k=self._rng.randint(*_REPEAT_CHARACTERS)))
        return self._dialogue(Ask(self._rng.choice(_REPEAT).format(phrase)), phrase)

    def _ask(self, question: str) -> Ask:
        if self._rng.random() < _SLIP_RATE:
            question = _slip(question, self._rng)
        wrap = wrap_personal if self._rng.random() < self._personal_rate else wrap_plain
        return wrap(question, self._phrases, self._rng)

    def _dialogue(self, ask: Ask, answer: str) -> Dialogue:
        turns = _turns((ask.text, ask.reply(answer)))
        if self._rng.random() < _EARLIER_TURN_RATE:
            turns = _turns(self._earlier()) + turns
        return self._with_system(turns)

    def _with_system(self, turns: tuple[Message, ...]) -> Dialogue:
        if self._rng.random() < _SYSTEM_RATE:
            turns = (Message("system", self._rng.choice(self._phrases.systems)), *turns)
        return Dialogue(turns)


def _turns(texts: Sequence[str]) -> tuple[Message, ...]:
    return tuple(Message("assistant" if place % 2 else "user", text) for place, text in enumerate(texts))


def _slip(text: str, rng: random.Random) -> str:
    """Typing slips: characters lost, doubled, swapped or repeated elsewhere; never in a placeholder."""
    if len(text) < 6 or _PLACEHOLDER_MARKS & set(text):
        return text
    place = rng.randrange(len(text) - 1)
    first, second = text[place], text[place + 1]
    changed = rng.choice(
        ("", second, first, first + first + second, second + first, rng.choice(text) + second)
    )
    return text[:place] + changed + text[place + 2 :]
