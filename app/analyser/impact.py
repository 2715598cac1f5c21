"""How far a text moved from the one before it: a reframe against its thought, with its uncertainty.

Observed movement, never an effect. Valence alone would reward cheerful wording, so that balance counts too: a reframe
that keeps the hard fact and holds a wider view has moved, also where it sounds no gladder.
Where the person rated it themselves, that rating is the impact and nobody asks here.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from app.analyser import features
from app.analyser.readings import Prediction
from app.domain import measures
from app.domain.affect import UNIT, CareLevel

LEAST_CONFIDENCE = measures.LEAST_CONFIDENCE / UNIT
"""Below it a text is not read well enough to have moved from or to."""
BALANCE_WEIGHT = 0.3
"""What a whole step of balance is worth in valence. More would find more sober reframes, and believe more ruminations
that are worded like one (`benchmarks/analyser/movement.py`)."""
HALF_WAY = 0.7
"""The movement at which the impact is tanh(1), about three quarters."""
_ERRORS = ((6, 0.40), (40, 0.35))
_LEAST_ERROR = 0.30
"""Standard error of one text's reading: up to 39 words, and from 40, as measured on journals; under 6 words more."""


class Movement(StrEnum):
    """What may be said of a movement; UNCLEAR unless it is larger than its standard error."""

    LIFTED = "LIFTED"
    HEAVIER = "HEAVIER"
    UNCLEAR = "UNCLEAR"


@dataclass(frozen=True, slots=True)
class Impact:
    """`shift`: after minus before, valence with balance; `standard_error` of it; `impact`: tanh of it, -1..1."""

    shift: float
    standard_error: float
    impact: float
    movement: Movement


def impact(before: tuple[str, Prediction], after: tuple[str, Prediction]) -> Impact | None:
    """The movement from one text to another, each with its prediction.

    None where nothing may be said of it: a text is about ending one's life or hurting oneself, or cannot be read well.
    """
    for _, read in (before, after):
        if read.care is CareLevel.EXPLICIT or read.confidence < LEAST_CONFIDENCE:
            return None
    valence = after[1].valence - before[1].valence
    shift = valence + BALANCE_WEIGHT * (after[1].balance - before[1].balance)
    return _said(shift, math.hypot(_error(before[0]), _error(after[0])))


def _said(shift: float, standard_error: float) -> Impact:
    movement = Movement.UNCLEAR
    if abs(shift) > standard_error:
        movement = Movement.LIFTED if shift > 0 else Movement.HEAVIER
    return Impact(shift, standard_error, math.tanh(shift / HALF_WAY), movement)


def _error(text: str) -> float:
    count = sum(map(features.is_word, features.words(text)))
    return next((error for words, error in _ERRORS if count < words), _LEAST_ERROR)
