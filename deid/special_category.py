"""Topics of special-category personal data (Personal Data Protection Act, art. 6).

Medical records, health checks, medical treatment, genetics, sex life and criminal records are topics, not strings:
nothing is concealed here. The flag makes the caller use its strict profile (no raw text in any log, shortest life).
The words are data: ``special_category.txt``. A topic is a word of its own, or two words shortly behind each other (an
organ and its complaint, an offence and its outcome).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import accumulate, chain, pairwise
from pathlib import Path

from deid.patterns import Pattern, late
from deid.views import Views

_WORDS = Path(__file__).with_name("special_category.txt")
_HEADER = re.compile(r"\[([a-z ]+)\]")
# A space stays between letters and figures only, where it tells one word from the next.
_GAP = re.compile(r" (?<![!-~] )| (?![!-~])")
_LINE_END = re.compile("[\t\n\r\v\f\x85\u2028\u2029]")
_IN_SENTENCE = "[^,。、;:!?]"
# Between an animal or a thing and what is done to it; who is bitten by a dog, or named between, is treated himself.
_OF_ANIMAL = "(?:(?!{persons})[^,。、;:!?咬抓撲撞追養賣害]|我(?=[帶抱送載])|抓(?=去)|被.?[咬抓撞]){{0,6}}?"
_OF_THING = f"{_IN_SENTENCE}{{0,4}}?"
# Between a part of the body and its complaint, an offence and its outcome.
_SHORTLY = f"{_IN_SENTENCE}{{0,5}}?"
# Before an organ that somebody opens or replaces.
_OPENED = f"(?:(?<=[換割開切])|(?<=[換割開切]{_IN_SENTENCE}))"
# The rest of a law's name behind a topic; who has broken that law is spoken of.
_LAW = f"(?:(?![我你您他她違犯適依後申]){_IN_SENTENCE}){{0,10}}?(?:防[治制]法|保障法|衛生法|條例|施行細則)"
_BROKEN = ("違反", "犯")
_LETTERS = re.compile("[A-Z]+")
_CACHED = "special category"
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
_ASKED = re.compile("[你您][^。]{0,60}[嗎呢?]")
_SELF = r"我(?![國縣市]|們[國縣市])|(?<![A-Z])(?:I|MY|ME|WE|OUR|HE|SHE|HIS|HER|PATIENT)(?![A-Z])"


class _Topics:
    """What the word list says, compiled; immutable."""

    def __init__(self, groups: dict[str, list[str]]) -> None:
        treatment, checks, doubted = groups["treatment"], groups["checks"], groups["of somebody"]
        organs, parts, offences = groups["organs"], groups["parts"], groups["offences"]
        persons = f"{_any(groups['somebody'])}|{_SELF}"
        of_body = f"{_any(organs + parts)}{_SHORTLY}{_any(groups['complaints'])}"
        of_animal = f"{_any(groups['animals'])}{_OF_ANIMAL.format(persons=persons)}"
        told = groups["topics"] + treatment + checks
        opened = f"{_OPENED}{_any(organ for organ in organs if len(organ) > 1)}"
        topics = f"{_any(told)}|{of_body}|{opened}|{_any(offences)}{_SHORTLY}{_any(groups['outcomes'])}"
        topics = f"(?P<told>{topics})(?P<law>{_LAW})?"
        self._told = late(topics)
        self._said = late(
            f"(?P<others>{of_animal}(?:{_any(treatment + checks + doubted)}|{of_body})"
            f"|{_any(groups['things'])}{_OF_THING}{_any(checks)})"
            f"|{_any(groups['passed over'])}|{topics}|(?P<doubted>{_any(doubted)})"
        )
        told_words = (*told, *doubted, *organs, *parts, *offences)
        self._begins, self._first = _beginnings(told_words)
        all_words = (*told_words, *groups["animals"], *groups["things"], *groups["passed over"])
        self._all_begin, self._all_first = _beginnings(all_words)
        self._english_words = frozenset(chain.from_iterable(map(_signs, groups["english topics"])))
        english = _english(groups["english passed over"]), _english(groups["english topics"])
        self._english = Pattern(f"{english[0]}|(?P<told>{english[1]})")
        self._somebody = late(persons)
        self._traditional = str.maketrans({pair[0]: pair[1] for pair in groups["simplified"]})
        self._is_simplified = re.compile(f"[{''.join(map(chr, self._traditional))}]")

    def are_in(self, folded: str) -> bool:
        said = _without_gaps(folded)
        if self._is_simplified.search(said):
            said = said.translate(self._traditional)
        return self._english_in(said) or self._chinese_in(said, folded)

    def _english_in(self, said: str) -> bool:
        if self._english_words.isdisjoint(_LETTERS.findall(said)):
            return False
        return any(found["told"] for found in self._english.finditer(said))

    def _chinese_in(self, said: str, folded: str) -> bool:
        """Look only where two characters begin a word of the list, in the few texts with those of a topic."""
        if self._begins.isdisjoint(self._first.findall(said)):
            return False
        line_ends = _line_ends(folded)
        end, doubted = 0, False
        for first in self._all_first.finditer(said):
            if first.start() < end or first.groups("") not in self._all_begin:
                continue
            if found := self._at(said, first.start(), line_ends):
                if _is_told(found):
                    return True
                end, doubted = found.end(), doubted or found["doubted"] is not None
        return doubted and bool(self._somebody.search(said) or _ASKED.search(said))

    def _at(self, said: str, at: int, line_ends: Sequence[int]) -> re.Match[str] | None:
        """Return what begins at a place. A word may be broken at a line's end; a topic is covered in its line."""
        found = self._said.match(said, at)
        if found is None or _is_told(found) or not line_ends:
            return found
        line_end = line_ends[bisect_right(line_ends, at)]
        if found.end() <= line_end:
            return found
        in_line = filter(_is_told, self._told.finditer(said, at, line_end))
        return next(in_line, None if found["others"] else found)


def _is_told(found: re.Match[str]) -> bool:
    """Whether what is found is a topic, and not as the name of a law."""
    return found["told"] is not None and (found["law"] is None or found.string.endswith(_BROKEN, 0, found.start()))


def _without_gaps(folded: str) -> str:
    """Return a text in one line, without the spaces that part no words."""
    return _GAP.sub("", " ".join(folded.split()))


def _line_ends(folded: str) -> list[int]:
    """Return where the lines of a text end when its gaps are gone; nothing for a text in one line."""
    if not _LINE_END.search(folded):
        return []
    lines = [*filter(None, map(_without_gaps, _LINE_END.split(folded))), "。"]
    gaps = (len(_without_gaps(f"{line[-1]} {after[0]}")) - 2 for line, after in pairwise(lines))
    return list(accumulate(len(line) + gap for line, gap in zip(lines, gaps, strict=False)))


def _beginnings(words: Collection[str]) -> tuple[frozenset[tuple[str, ...]], re.Pattern[str]]:
    """Return the first two characters of each word, and a pattern with groups for what may be such two."""
    alone = {word[0] for word in words if word[1:2] in ("", "(")}
    begins = {(word[0], word[1]) for word in words if word[0] not in alone}
    first, second = ("".join(sorted({pair[n] for pair in begins})) for n in (0, 1))
    pattern = rf"([{first}{''.join(alone)}])(?=(?<![{''.join(alone)}])([{second}])|(?<=[{''.join(alone)}]))"
    return frozenset(begins | {(word, "") for word in alone}), re.compile(pattern)


def _signs(phrase: str) -> tuple[str, str]:
    """Return the last of a phrase's longest words, which hardly any other text has, and its words glued together."""
    words = _LETTERS.findall(phrase.upper())
    return max(reversed(words), key=len), "".join(words)


def _pattern(word: str) -> str:
    """Return the pattern of a word of the list: A~B is sought by where B begins."""
    before, parted, behind = word.partition("~")
    if not parted:
        return word
    near = "|".join(f"(?<={before}{_IN_SENTENCE * gap}{behind[0]})" for gap in range(4))
    return f"{behind[0]}(?:{near}){behind[1:]}"


def _any(words: Iterable[str]) -> str:
    """Return the pattern of any of some words, those with the same first character together."""
    rests = defaultdict[str, list[str]](list)
    for word in words:
        rests[word[0]].append(word[1:])
    return "(?:" + "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items()) + ")"


def _english(words: Iterable[str]) -> str:
    spelled = _any(word.upper().replace("_", "[ _-]?") for word in words)
    return f"(?<![A-Z]){spelled}(?![A-Z])"


@cache
def _topics() -> _Topics:
    groups = defaultdict[str, list[str]](list)
    group = ""
    for line in _WORDS.read_text(encoding="utf-8").splitlines():
        if header := _HEADER.fullmatch(line):
            group = header[1]
        elif not line.startswith("#"):
            groups[group] += map(_pattern, line.split())
    return _Topics(groups)


def speaks_of_special_category(text: str | Views) -> bool:
    """Whether a text touches an art. 6 topic, as far as a list of words can tell. Errs towards yes; told once."""
    views = Views.of(text)
    found: bool | None = views.cache.get(_CACHED)
    if found is None:
        found = views.cache[_CACHED] = _topics().are_in(views.folded)
    return found


def names_special_category(key: str) -> bool:
    """Whether what is told under a key (``病歷``, ``patientMedicalRecords``) touches an art. 6 topic."""
    return speaks_of_special_category(_CAMEL.sub(" ", key))
