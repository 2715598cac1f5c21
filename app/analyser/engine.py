"""Reads texts and whole sessions with the model it is given: words in, numbers out.

Keeps no words and sends nothing anywhere; how the weights came about is `benchmarks/analyser`.
"""

import math
from collections.abc import Sequence

from app.analyser import features, heads
from app.analyser.care import care_level
from app.analyser.confidence import confidence
from app.analyser.heads import Model
from app.analyser.language import is_english, shows_another_language
from app.analyser.readings import PersonTurn, Prediction, SessionReading
from app.analyser.taxonomy import LABELS_28, PATTERNS_BY_NAME
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

WHOLE_CHARACTERS = 800
"""A text up to here is read whole, and its sentences once more for the patterns; a longer one is read in windows."""

MOST_SENTENCES = 40
"""Sentences of a text read whole that are read once more; of a text in more pieces the rest are joined in windows."""

WINDOW_CHARACTERS = 240
"""Sentences are read together up to here: a window is read once, so that the time grows with the length alone."""

READ_CHARACTERS = 4_500
"""Of a text in windows at most so many characters are read: windows spread evenly, the first and the last among them.
It keeps the longest text under a quarter of a second, and a thousand words tell what a text feels like."""


class Analyser:
    """An engine with its weights loaded. May be shared by threads.

    `version` names the weights; `nameable` holds the patterns that were right often enough on held-out texts.
    """

    def __init__(self, model: Model) -> None:
        self.version = model.version
        self.nameable = frozenset(PATTERNS_BY_NAME[name] for name in model.nameable)
        self._model = model

    def analyse(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction per text, in order; each is the same whatever else is in the batch."""
        return [self._predict(text) for text in texts]

    def read_session(self, turns: Sequence[PersonTurn], *, care: CareLevel = CareLevel.NONE) -> SessionReading:
        """One session from the person's own turns (never the app's), weighted by their length in words.

        `care` is the level known from before: a session that was EXPLICIT once stays AFFECT_ONLY.
        Raises ValueError when there is no turn.
        """
        if not turns:
            raise ValueError("a session needs at least one turn of the person to be read")
        read = [self._predict(turn.text) for turn in turns]
        shares = _shares([features.words(turn.text) for turn in turns])
        emotions = tuple(_mean([one.emotions[place] for one in read], shares) for place in range(len(EMOTIONS)))
        use = Use.AFFECT_ONLY if care is CareLevel.EXPLICIT else self._use(turns, read)
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
        answers, patterns = self._read(text)
        emotions = tuple(answers[heads.EMOTIONS])
        english = is_english(tokens, knows=self._model.knows)
        return Prediction(
            emotions=emotions,
            emotions_present=self._emotions_present(emotions),
            labels=tuple(answers[heads.LABELS]),
            labels_present=self._labels_present(answers),
            valence=answers[heads.VALENCE],
            arousal=answers[heads.AROUSAL],
            balance=answers[heads.BALANCE],
            patterns=patterns,
            patterns_present=self._patterns_present(patterns),
            care=care_level((text,)),
            confidence=confidence(
                answers, tokens, knows=self._model.knows, english=english, coefficients=self._model.certainty
            ),
            english=english,
        )

    def _read(self, text: str) -> tuple[list[float], tuple[float, ...]]:
        """What the whole text says, and the highest probability of each pattern over its sentences.

        Of a long text the answers are the mean over the windows that are read, weighted by their length, and patterns
        the highest of any of them.
        """
        parts = features.sentences(text, longest=WHOLE_CHARACTERS)
        if len(text) <= WHOLE_CHARACTERS:
            whole = self._model.answers(text)
            if len(parts) < 2:
                return whole, tuple(whole[heads.PATTERNS])
            single = parts if len(parts) <= MOST_SENTENCES else _windows(parts)
            read = [self._model.answers(part)[heads.PATTERNS] for part in single]
            return whole, tuple(map(max, zip(*read, strict=True)))
        windows = _spread(_windows(parts)) or [""]
        answers = [self._model.answers(window) for window in windows]
        shares = [max(1, len(window)) / sum(max(1, len(one)) for one in windows) for window in windows]
        mean = [_mean(column, shares) for column in zip(*answers, strict=True)]
        return mean, tuple(map(max, zip(*(one[heads.PATTERNS] for one in answers), strict=True)))

    def _labels_present(self, answers: Sequence[float]) -> frozenset[str]:
        limits = self._model.thresholds[heads.LABELS]
        return frozenset(
            name for name, value, limit in zip(LABELS_28, answers[heads.LABELS], limits, strict=True) if value >= limit
        )

    def _emotions_present(self, emotions: Sequence[float]) -> frozenset[Emotion]:
        limits = self._model.thresholds[heads.EMOTIONS]
        return frozenset(name for name, value, limit in zip(EMOTIONS, emotions, limits, strict=True) if value >= limit)

    def _patterns_present(self, patterns: Sequence[float]) -> frozenset[ThinkingPattern]:
        limits = self._model.thresholds[heads.PATTERNS]
        return frozenset(name for name, value, limit in zip(PATTERNS, patterns, limits, strict=True) if value >= limit)


def _windows(parts: Sequence[str]) -> list[str]:
    """Neighbouring sentences joined up to `WINDOW_CHARACTERS`; a longer sentence stands alone."""
    windows: list[str] = []
    for part in parts:
        if windows and len(windows[-1]) + 1 + len(part) <= WINDOW_CHARACTERS:
            windows[-1] = f"{windows[-1]} {part}"
        else:
            windows.append(part)
    return windows


def _spread(windows: Sequence[str]) -> list[str]:
    """As many of the windows as may be read, evenly spread; all of them when they are few."""
    length = sum(map(len, windows))
    if length <= READ_CHARACTERS:
        return list(windows)
    count = max(2, len(windows) * READ_CHARACTERS // length)
    return [windows[round(place * (len(windows) - 1) / (count - 1))] for place in range(count)]


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
