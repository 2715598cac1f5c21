"""Puts sentences of one person together into the turns of one session.

Knows nothing of days and clocks, and draws only from the generator it is given, so that a seed is a text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from app.domain.affect import Source, Speaker, ThinkingPattern, TurnKind
from app.samples.people import SHARED, Bank, Chapter, SamplePerson, Theme

_SLOT = re.compile(r"\{(\w+)\}")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn without its time."""

    speaker: Speaker
    kind: TurnKind
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A session without its times; `rating` is (before, after), 0..10 each, or None."""

    source: Source
    turns: tuple[Said, ...]
    rating: tuple[int, int] | None


def weighted(rng: Random, weights: Mapping[_T, float]) -> _T:
    """One key, drawn by weight. ValueError (from `random`) when all weigh nothing."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def compose(rng: Random, person: SamplePerson, chapter: Chapter, *, heavy: bool) -> Script:
    """Make a whole session in the person's voice: MIRROR or TURN when heavy, MIRROR or LENS when light."""
    return _Composer(rng, person, chapter).session(heavy=heavy)


def _typo(rng: Random, text: str) -> str:
    """Let two neighbouring letters inside one longer word change places."""
    words = [m for m in re.finditer(r"[A-Za-z]{6,}", text) if m[0].islower()]
    if not words:
        return text
    at = rng.choice(words).start() + rng.randint(1, 3)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _led_in(filler: str, text: str) -> str:
    """Set a filler before a text, which goes on in small letters after a comma, save for a name or "I"."""
    goes_on = filler.endswith(",") and not re.match(r"(I|Sunday|Year|Doctor)\b", text)
    return f"{filler} {text[0].lower() if goes_on else text[0]}{text[1:]}"


class _Composer:
    """The generator, the person and the chapter that all turns of one session share."""

    def __init__(self, rng: Random, person: SamplePerson, chapter: Chapter) -> None:
        self._rng = rng
        self._person = person
        self._voice = person.voice
        self._chapter = chapter
        self._theme: Theme = person.themes[weighted(rng, chapter.themes)]
        self._turns: list[Said] = []
        self._used: set[str] = set()
        self._mood = self._length()

    def session(self, *, heavy: bool) -> Script:
        if heavy and self._chance(self._chapter.turn_share):
            lifted = self._turn_over()
            return self._script(Source.TURN, before=(4, 9), drop=(1, 4) if lifted else (-1, 0))
        if not heavy and self._chance(self._chapter.lens_share):
            self._lens()
            return self._script(Source.LENS, before=(3, 6), drop=(-3, 0))
        self._mirror(heavy=heavy)
        if heavy:
            return self._script(Source.MIRROR, before=(4, 9), drop=(-1, 2))
        return self._script(Source.MIRROR, before=(1, 4), drop=(0, 1))

    def _mirror(self, *, heavy: bool) -> None:
        theme, voice = self._theme, self._voice
        feelings = voice.feelings_heavy if heavy else voice.feelings_light
        depth = theme.exploring_heavy if heavy else theme.exploring_light
        self._ask(Source.MIRROR, TurnKind.OPENING)
        opening = [self._pick(theme.heavy if heavy else theme.light)]
        opening += self._maybe(0.7, feelings) + self._maybe(0.3, depth)
        if self._mood < 1:
            opening += self._maybe(0.6, depth) + self._maybe(0.6, voice.asides) + self._maybe(0.3, depth)
        self._say(TurnKind.OPENING, opening)
        thought = [self._pick(theme.thoughts[self._pattern()])] if heavy and self._pattern_shows() else []
        self._ask(Source.MIRROR, TurnKind.EXPLORING)
        exploring = [*thought, self._pick(depth)]
        self._say(TurnKind.EXPLORING, exploring + self._maybe(0.35, depth) + self._maybe(0.35, feelings))
        if self._chance(0.45):
            self._ask(Source.MIRROR, TurnKind.EXPLORING)
            self._say(TurnKind.EXPLORING, [self._pick(depth), *self._maybe(0.75, voice.asides)])
        self._ask(Source.MIRROR, TurnKind.CLOSING)
        closings = self._mirror_closings(heavy=heavy)
        self._say(TurnKind.CLOSING, [self._pick(closings), *self._maybe(0.75, voice.asides)])

    def _mirror_closings(self, *, heavy: bool) -> Bank:
        if not heavy:
            return self._voice.closings_light
        softer = self._chance(0.4 * self._chapter.lift_chance)
        return self._voice.closings_softer if softer else self._voice.closings_heavy

    def _turn_over(self) -> bool:
        theme, voice = self._theme, self._voice
        pattern = self._pattern()
        lifted = self._chance(self._chapter.lift_chance)
        self._ask(Source.TURN, TurnKind.OPENING)
        opening = [*self._maybe(0.85, theme.heavy), self._pick(theme.thoughts[pattern])]
        self._say(TurnKind.OPENING, opening + self._maybe(0.6, voice.feelings_heavy))
        if self._chance(0.6):
            self._ask(Source.TURN, TurnKind.EXPLORING)
            self._say(TurnKind.EXPLORING, [self._pick(theme.exploring_heavy), *self._maybe(0.6, voice.asides)])
        self._ask(Source.TURN, TurnKind.NAMING_PATTERN)
        self._say(TurnKind.NAMING_PATTERN, [self._pick(SHARED.naming[pattern]), self._pick(voice.asides)])
        self._ask(Source.TURN, TurnKind.REFRAMING)
        kinder = [self._pick(theme.reframes), *self._maybe(0.6, theme.reframes)]
        self._say(TurnKind.REFRAMING, kinder if lifted else [self._pick(voice.stuck), *self._maybe(0.5, voice.stuck)])
        if self._chance(0.5):
            self._ask(Source.TURN, TurnKind.CLOSING)
            closings = voice.closings_light if lifted else voice.closings_heavy
            self._say(
                TurnKind.CLOSING, [self._pick(closings), *self._maybe(0.4, theme.reframes if lifted else voice.asides)]
            )
        return lifted

    def _lens(self) -> None:
        voice = self._voice
        self._ask(Source.LENS, TurnKind.OPENING)
        self._say(TurnKind.OPENING, [self._pick(voice.goals), *self._maybe(0.5, voice.feelings_light)])
        self._ask(Source.LENS, TurnKind.AFFIRMING)
        self._say(TurnKind.AFFIRMING, [self._pick(voice.affirmations), *self._maybe(0.65, voice.affirmations)])
        if self._chance(0.6):
            self._ask(Source.LENS, TurnKind.CLOSING)
            self._say(TurnKind.CLOSING, [self._pick(voice.steps), *self._maybe(0.5, voice.closings_light)])

    def _script(self, source: Source, *, before: tuple[int, int], drop: tuple[int, int]) -> Script:
        """Close the session, at times with a rating: a start and a drop from these ranges, both ends included."""
        rating = None
        if self._chance(self._voice.rating_chance):
            first = self._rng.randint(*before)
            rating = (first, min(10, max(0, first - self._rng.randint(*drop))))
        return Script(source, tuple(self._turns), rating)

    def _length(self) -> float:
        """Draw the exponent that bends every chance of one more sentence: 4 short, 1 usual, 1/3 long."""
        voice, drawn = self._voice, self._rng.random()
        if drawn < voice.short_chance:
            return 4.0
        return 1 / 3 if drawn > 1 - voice.long_chance else 1.0

    def _pattern(self) -> ThinkingPattern:
        weights = self._chapter.patterns
        return weighted(self._rng, {p: weights.get(p, 1.0) for p in self._theme.thoughts})

    def _pattern_shows(self) -> bool:
        return self._chance(self._chapter.pattern_chance)

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability

    def _maybe(self, probability: float, bank: Bank) -> list[str]:
        """Draw one more sentence, or none; a session in a wordy mood more often, in a short one seldom."""
        spent = self._used.issuperset(bank)
        return [self._pick(bank)] if self._chance(probability**self._mood) and not spent else []

    def _pick(self, bank: Bank) -> str:
        """Choose a sentence that this session has not used yet (or any, once all are used), its slots filled."""
        fresh = [s for s in bank if s not in self._used] or bank
        sentence = self._rng.choice(fresh)
        self._used.add(sentence)
        filled = _SLOT.sub(lambda m: self._rng.choice(self._person.slots[m[1]]), sentence)
        return filled[0].upper() + filled[1:]

    def _ask(self, source: Source, kind: TurnKind) -> None:
        self._turns.append(Said(Speaker.APP, kind, self._rng.choice(SHARED.prompts[source.value][kind.value])))

    def _say(self, kind: TurnKind, sentences: list[str]) -> None:
        voice = self._voice
        text = " ".join(sentences)
        if self._chance(voice.filler_chance):
            text = _led_in(self._pick(voice.fillers), text)
        if self._chance(voice.lower_case_chance):
            text = text.lower()
        if self._chance(voice.typo_chance):
            text = _typo(self._rng, text)
        self._turns.append(Said(Speaker.PERSON, kind, text))
