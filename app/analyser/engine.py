"""Reads texts and whole sessions with the small engine: words in, numbers out.

Keeps no words and sends nothing anywhere; how the weights came about is `benchmarks/analyser`.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from app.analyser import features, model
from app.analyser.care import care_level
from app.analyser.language import is_english, shows_another_language
from app.analyser.readings import PersonTurn, Prediction, SessionReading
from app.analyser.version import version_of
from app.domain.affect import (
    EMOTIONS,
    PATTERNS,
    UNIT,
    CareLevel,
    Emotion,
    ThinkingPattern,
    TurnReading,
    Use,
)

ENOUGH_WORDS = 6.0
"""Words after which the length of a text stops holding its confidence down (by a factor of 1 - 1/e)."""

FOREIGN_CONFIDENCE = 0.1
"""Factor on the confidence of a text that is not English."""


class Analyser:
    """The small engine with its weights loaded; `version` names them. May be shared by threads."""

    def __init__(self, weights: Path) -> None:
        self.version = version_of(weights)
        self._model = model.Model(model.load_weights(weights))

    def analyse(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction per text, in order; each is the same whatever else is in the batch."""
        return [self._predict(text) for text in texts]

    def read_session(self, turns: Sequence[PersonTurn]) -> SessionReading:
        """One session from the person's own turns (never the app's), weighted by their length in words.

        Raises ValueError when there is no turn.
        """
        if not turns:
            raise ValueError("a session needs at least one turn of the person to be read")
        read = [self._predict(turn.text) for turn in turns]
        shares = _shares([features.words(turn.text) for turn in turns])
        emotions = tuple(_mean([one.emotions[place] for one in read], shares) for place in range(len(EMOTIONS)))
        use = self._use(turns, read)
        full = use is Use.FULL
        patterns = tuple(max(one.patterns[place] for one in read) if full else 0.0 for place in range(len(PATTERNS)))
        return SessionReading(
            use=use,
            valence=_unit(_mean([one.valence for one in read], shares)),
            arousal=_unit(_mean([one.arousal for one in read], shares)),
            emotions=tuple(map(_unit, emotions)),
            emotions_present=self._emotions_present(emotions),
            patterns=tuple(map(_unit, patterns)),
            patterns_present=self._patterns_present(patterns) if full else frozenset(),
            turns=tuple(map(_turn_reading, turns, read)) if full else (),
            confidence=_unit(_mean([one.confidence for one in read], shares)),
            analyser_version=self.version,
        )

    def _use(self, turns: Sequence[PersonTurn], read: Sequence[Prediction]) -> Use:
        """AFFECT_ONLY when a turn is about ending one's life or hurting oneself, or the session is not English.

        A turn that plainly shows another language is enough; one that is merely odd counts within all turns together.
        """
        if any(one.care is CareLevel.EXPLICIT for one in read):
            return Use.AFFECT_ONLY
        spoken = [features.words(turn.text) for turn in turns]
        together = [token for tokens in spoken for token in tokens]
        if any(map(shows_another_language, spoken)) or not is_english(together, knows=self._model.knows):
            return Use.AFFECT_ONLY
        return Use.FULL

    def _predict(self, text: str) -> Prediction:
        tokens = features.words(text)
        whole = self._model.answers(tokens)
        patterns = self._patterns(text, whole)
        emotions = tuple(whole[model.EMOTIONS])
        english = is_english(tokens, knows=self._model.knows)
        return Prediction(
            emotions=emotions,
            emotions_present=self._emotions_present(emotions),
            valence=whole[model.VALENCE],
            arousal=whole[model.AROUSAL],
            patterns=patterns,
            patterns_present=self._patterns_present(patterns),
            care=care_level((text,)),
            confidence=self._confidence(tokens, english=english),
            english=english,
        )

    def _patterns(self, text: str, whole: list[float]) -> tuple[float, ...]:
        """Take the highest probability of each pattern over the sentences of the text."""
        parts = features.sentences(text)
        if len(parts) < 2:
            return tuple(whole[model.PATTERNS])
        read = [self._model.answers(features.words(part))[model.PATTERNS] for part in parts]
        return tuple(map(max, zip(*read, strict=True)))

    def _emotions_present(self, emotions: Sequence[float]) -> frozenset[Emotion]:
        limits = self._model.thresholds[model.EMOTIONS]
        return frozenset(name for name, value, limit in zip(EMOTIONS, emotions, limits, strict=True) if value >= limit)

    def _patterns_present(self, patterns: Sequence[float]) -> frozenset[ThinkingPattern]:
        limits = self._model.thresholds[model.PATTERNS]
        return frozenset(name for name, value, limit in zip(PATTERNS, patterns, limits, strict=True) if value >= limit)

    def _confidence(self, tokens: list[str], *, english: bool) -> float:
        """How much of the text the model could go by, 0..1: the share of words it knows, less for short texts."""
        said = [token for token in tokens if features.is_word(token)]
        if not said:
            return 0.0
        known = sum(map(self._model.knows, said)) / len(said)
        enough = 1.0 - math.exp(-len(said) / ENOUGH_WORDS)
        return known * enough * (1.0 if english else FOREIGN_CONFIDENCE)


def _shares(turns: Sequence[list[str]]) -> list[float]:
    """Each turn's share of all words; a turn without a word counts as one word."""
    lengths = [max(1, sum(map(features.is_word, tokens))) for tokens in turns]
    return [length / sum(lengths) for length in lengths]


def _mean(values: Sequence[float], shares: Sequence[float]) -> float:
    return math.fsum(value * share for value, share in zip(values, shares, strict=True))


def _unit(value: float) -> int:
    return round(value * UNIT)


def _turn_reading(turn: PersonTurn, read: Prediction) -> TurnReading:
    return TurnReading(index=turn.index, kind=turn.kind, valence=_unit(read.valence), arousal=_unit(read.arousal))
