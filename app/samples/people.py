"""The sample people as data: their lives, chapters and sentences, read from the files in `words/`.

Decides nothing by chance and knows no calendar: `story` chooses the days, `composer` the sentences.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from app.domain.affect import ThinkingPattern, TimeOfDay

Bank = tuple[str, ...]
"""Sentences (or slot values) of which one is chosen; `{slot}` in a sentence is filled from the person's slots."""

_ORDER = ("jorinde", "devan", "tess", "odell")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of a person's story, from `first_week` (0..21) until the next chapter begins.

    `chances`: probability of a session in a part of one day; `heavy`: probability that it is a heavy one;
    `turn_share`: share of TURN among heavy sessions, `lens_share`: of LENS among light ones;
    `pattern_chance`: of a thinking pattern in a heavy MIRROR session; `lift_chance`: that a TURN ends lighter (of
    which two fifths hold for a heavy MIRROR);
    `themes` and `patterns`: weights; a pattern without one weighs 1.
    """

    name: str
    first_week: int
    chances: Mapping[TimeOfDay, float]
    heavy: Mapping[TimeOfDay, float]
    turn_share: float
    lens_share: float
    pattern_chance: float
    lift_chance: float
    themes: Mapping[str, float]
    patterns: Mapping[ThinkingPattern, float]


@dataclass(frozen=True, slots=True)
class Theme:
    """One subject of a life, so that the turns of a session speak about the same thing."""

    heavy: Bank
    light: Bank
    exploring_heavy: Bank
    exploring_light: Bank
    thoughts: Mapping[ThinkingPattern, Bank]
    reframes: Bank


@dataclass(frozen=True, slots=True)
class Voice:
    """How a person writes, whatever the subject.

    Chances are 0..1 and count per turn; `short_chance`, `long_chance` and `rating_chance` per session.
    """

    fillers: Bank
    filler_chance: float
    short_chance: float
    long_chance: float
    lower_case_chance: float
    typo_chance: float
    rating_chance: float
    feelings_heavy: Bank
    feelings_light: Bank
    closings_heavy: Bank
    closings_softer: Bank
    closings_light: Bank
    asides: Bank
    stuck: Bank
    goals: Bank
    steps: Bank
    affirmations: Bank


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """An invented person: the app's key for them, a name and one sentence to print, and all they may say."""

    subject_key: str
    name: str
    story: str
    time_zone: str
    chapters: tuple[Chapter, ...]
    themes: Mapping[str, Theme]
    voice: Voice
    slots: Mapping[str, Bank]

    def chapter_at(self, week: int) -> Chapter:
        """Return the chapter of a story week (0 and up); the last one goes on for ever."""
        return max((c for c in self.chapters if c.first_week <= week), key=lambda c: c.first_week)


@dataclass(frozen=True, slots=True)
class SharedWords:
    """What the app asks (`prompts[source][kind]`), and how people name a pattern once they see it."""

    prompts: Mapping[str, Mapping[str, Bank]]
    naming: Mapping[ThinkingPattern, Bank]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("app.samples") / "words" / f"{name}.toml").read_text(encoding="utf-8"))


def _by_pattern(data: Mapping[str, list[str]]) -> dict[ThinkingPattern, Bank]:
    return {ThinkingPattern(name): tuple(sentences) for name, sentences in data.items()}


def _chapter(data: dict[str, Any]) -> Chapter:
    parts = {field: {TimeOfDay(k): float(v) for k, v in data[field].items()} for field in ("chances", "heavy")}
    patterns = {ThinkingPattern(k): float(v) for k, v in data.get("patterns", {}).items()}
    return Chapter(**{**data, **parts, "patterns": patterns})


def _theme(data: dict[str, Any]) -> Theme:
    banks = {field: tuple(value) for field, value in data.items() if field != "thoughts"}
    return Theme(**banks, thoughts=_by_pattern(data["thoughts"]))


def _person(name: str) -> SamplePerson:
    data = _read(name)
    voice: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data["voice"].items()}
    return SamplePerson(
        subject_key=f"sample-{name}",
        name=data["name"],
        story=data["story"],
        time_zone=data["time_zone"],
        chapters=tuple(_chapter(c) for c in data["chapters"]),
        themes={key: _theme(t) for key, t in data["themes"].items()},
        voice=Voice(**voice),
        slots={key: tuple(values) for key, values in data["slots"].items()},
    )


def _shared() -> SharedWords:
    data = _read("shared")
    prompts = {source: {kind: tuple(bank) for kind, bank in kinds.items()} for source, kinds in data["prompts"].items()}
    return SharedWords(prompts=prompts, naming=_by_pattern(data["naming"]))


SAMPLE_PEOPLE: tuple[SamplePerson, ...] = tuple(_person(name) for name in _ORDER)
SHARED = _shared()
