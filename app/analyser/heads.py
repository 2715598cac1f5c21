"""What every engine answers for one text, in one order, and what an engine must be able to do.

Holds no weights and imports no numpy.
"""

from typing import Protocol

from app.analyser.taxonomy import EMOTION_ORDER, LABELS_28, PATTERN_ORDER

HEADS = (
    *(f"label:{name}" for name in LABELS_28),
    *(f"emotion:{name}" for name in EMOTION_ORDER),
    *(f"pattern:{name}" for name in PATTERN_ORDER),
    "balance",
    "valence",
    "arousal",
)
"""28 labels, 9 emotions, 12 patterns, balance (all probabilities, 0..1), then valence and arousal (-1..1)."""

LABELS = slice(0, len(LABELS_28))
EMOTIONS = slice(LABELS.stop, LABELS.stop + len(EMOTION_ORDER))
PATTERNS = slice(EMOTIONS.stop, EMOTIONS.stop + len(PATTERN_ORDER))
BALANCE = PATTERNS.stop
VALENCE = BALANCE + 1
AROUSAL = VALENCE + 1


class Model(Protocol):
    """Weights made ready to use. Keeps nothing between calls and may be shared by threads."""

    @property
    def version(self) -> str:
        """Names the weights: the engine and a hash of its files."""
        ...

    @property
    def thresholds(self) -> list[float]:
        """Per head the probability from which it counts as present; 0 for balance, valence and arousal."""
        ...

    @property
    def certainty(self) -> list[float]:
        """Coefficients of the confidence, in the order that `app.analyser.confidence` uses."""
        ...

    @property
    def nameable(self) -> list[str]:
        """Patterns, by their names in the taxonomy, whose measured precision lets them be named."""
        ...

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is one that the model learned with."""
        ...

    def answers(self, text: str) -> list[float]:
        """One number per head of `HEADS` for one text, the same whatever was asked before."""
        ...
