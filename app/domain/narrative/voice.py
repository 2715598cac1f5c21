"""Saying one thing in one of several ways: picks a phrase, fills it with numbers and names, and notes what it cites.

The choice is a hash, so that the same seed always gives the same words; and each period has a part of the variants to
itself, so that nobody reads one again soon. Knows no findings.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.narrative.brief import Fact
from app.domain.narrative.draft import Sentence

_NATURAL = (
    (re.compile(r"\b[Oo]f those (\d+), \1 sat"), r"all \1 of them sat"),
    (re.compile(r"\b[Oo]f (\d+) sessions, \1 sat"), r"all \1 sessions sat"),
    (re.compile(r"\b(\d+) of those \1 sessions"), r"all \1 of those sessions"),
    (re.compile(r"\b(\d+) of those \1\b"), r"all \1 of them"),
    (re.compile(r"\b(\d+) of the \1\b"), r"all \1"),
    (re.compile(r"\b(\d+) of \1\b"), r"all \1"),
    (re.compile(r"\b0\b(?! (?:session|day))"), "none"),
)

_DIGIT = re.compile(r"\d")
_SENTENCE_START = re.compile(r"[.?] [a-z]")

TURNS = 2
"""Periods in a row that share no variant of a phrase; with more of them, people would differ less from one another."""

Phrases = Mapping[str, Sequence[str]]
"""Variants by dotted key, as a prompt revision holds them."""


class _Slots(dict[str, object]):
    """What fills placeholders, by name; the same name begun large gives the same text begun large."""

    def __missing__(self, name: str) -> str:
        small = name.lower()
        if small == name:
            raise KeyError(name)
        return capitalised(str(self[small]))


@dataclass(frozen=True, slots=True)
class Voice:
    """A set of phrases, the seed by which variants are chosen, and whether the reader is to be left in peace.

    `turn` counts periods: consecutive ones choose among different variants, whoever reads them.
    """

    phrases: Phrases
    seed: str
    turn: int = 0
    gentle: bool = False

    def fill(self, key: str, slots: Mapping[str, object] | None = None) -> str:
        """One variant of `key` with its placeholders filled. KeyError when a key or a placeholder is unknown."""
        variants = self.phrases[key]
        if len(variants) > 1:
            turns = min(TURNS, len(variants))
            variants = variants[(self.turn + _number(key)) % turns :: turns]
        return variants[_number(f"{self.seed}:{key}") % len(variants)].format_map(slots or {})

    def say(self, key: str, *facts: Fact, **extra: object) -> Sentence:
        """A sentence that cites `facts`; the integers of the first are its placeholders, `extra` adds and overrides."""
        slots = _Slots(facts[0].shown if facts else ())
        slots.update(extra)
        return Sentence(naturally(self.fill(key, slots)), tuple(dict.fromkeys(fact.id for fact in facts)))

    def ask(self, key: str) -> Sentence:
        """An open question; someone who had a hard week is asked nothing."""
        return self.say("gentle.close" if self.gentle else f"ask.{key}")

    def noun(self, subject: str) -> str:
        """The name of a feeling, pattern or source inside a sentence."""
        return self.fill(f"noun.{subject}")

    def has(self, key: str) -> bool:
        """Whether there is a phrase for `key`."""
        return key in self.phrases


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def capitalised(text: str) -> str:
    """The same with its first letter large, whatever mark stands before it."""
    place = next((place for place, character in enumerate(text) if character.isalnum()), 0)
    return text[:place] + text[place : place + 1].upper() + text[place + 1 :]


def naturally(text: str) -> str:
    """Counts as people say them ("all 5 sessions" for "5 of 5 sessions", "none" for "0"), sentences begun large."""
    if _DIGIT.search(text):
        for pattern, said in _NATURAL:
            text = pattern.sub(said, text)
    return _SENTENCE_START.sub(lambda start: start[0].upper(), capitalised(text))


def number_of(n: int, noun: str) -> str:
    """A count with its noun: "1 session", "5 sessions"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def together(sentences: Iterable[Sentence]) -> Sentence:
    """One paragraph of several sentences, citing what they cite."""
    parts = tuple(sentences)
    ids = dict.fromkeys(name for part in parts for name in part.evidence)
    return Sentence(" ".join(part.text for part in parts), tuple(ids))
