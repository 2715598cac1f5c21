"""What a person says a session was like: their word replaces the estimate, everywhere and from then on.

Keeps nothing and reads nothing; the estimate stays beside a correction, so that taking it back is the identity.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.affect import EMOTIONS, PATTERNS, UNIT, Emotion, SessionNumbers, ThinkingPattern, Use
from app.domain.estimates.sampling import is_readable
from app.domain.wording import Sentence
from app.errors import ErrorCode, Problem

MOST_EMOTIONS = 5
LEAST_NAMED = UNIT // 2
"""A feeling that the person names was there at least half as strongly as can be; the estimate may say more."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's own word on a session; None where the estimate stands.

    `valence`, `arousal`: -10,000..10,000. `emotions`, `patterns`: all there were; what is not named was not there.
    """

    valence: int | None = None
    arousal: int | None = None
    emotions: frozenset[Emotion] | None = None
    patterns: frozenset[ThinkingPattern] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is corrected any more."""
        return self == Correction()

    @property
    def tells_how_it_felt(self) -> bool:
        """Whether it needs no estimate to say how the session felt."""
        return None not in (self.valence, self.arousal, self.emotions)


def check_correction(before: Correction, correction: Correction, estimated: SessionNumbers) -> Iterator[Problem]:
    """What is wrong with `correction`, said in place of `before`, of the session that was `estimated` so.

    Paths are those of the mutation. Patterns that were said before are not held against who says something else now.
    """
    for name, value in (("valence", correction.valence), ("arousal", correction.arousal)):
        if value is not None and not -UNIT <= value <= UNIT:
            yield Problem(ErrorCode.OUT_OF_RANGE, Sentence("{name} must be -1 to 1", name=name), ("input", name))
    if correction.emotions is not None and not 1 <= len(correction.emotions) <= MOST_EMOTIONS:
        yield Problem(
            ErrorCode.OUT_OF_RANGE, Sentence("emotions must be 1 to {most}", most=MOST_EMOTIONS), ("input", "emotions")
        )
    if correction.patterns not in (None, before.patterns) and estimated.use is not Use.FULL:
        yield Problem(ErrorCode.INVALID, "Patterns are not counted in this session.", ("input", "patterns"))
    if not (correction.is_empty or is_readable(estimated) or correction.tells_how_it_felt):
        message = "This session could not be read: tell valence, arousal and emotions together."
        yield Problem(ErrorCode.REQUIRED, message, ("input",))


def corrected(estimated: SessionNumbers, correction: Correction) -> SessionNumbers:
    """The session as it counts: the person's word where there is one, and then with full confidence.

    A session that could not be read goes on not to be, unless the person says all of how it felt; of one that is used
    for feelings only no pattern counts, whoever saw it.
    """
    if correction.is_empty:
        return estimated
    sure = is_readable(estimated) or correction.tells_how_it_felt
    numbers = estimated._replace(
        valence=estimated.valence if correction.valence is None else correction.valence,
        arousal=estimated.arousal if correction.arousal is None else correction.arousal,
        confidence=UNIT if sure else estimated.confidence,
    )
    if correction.emotions is not None:
        strengths = zip(EMOTIONS, estimated.emotions, strict=True)
        felt = tuple(max(strength, LEAST_NAMED) if name in correction.emotions else 0 for name, strength in strengths)
        numbers = numbers._replace(emotions=felt, emotions_present=correction.emotions)
    if correction.patterns is not None and estimated.use is Use.FULL:
        shown = tuple(UNIT if pattern in correction.patterns else 0 for pattern in PATTERNS)
        numbers = numbers._replace(patterns=shown, patterns_present=correction.patterns)
    return numbers
