"""What a week or a month has to say, before any words: its kind, its evidence, and one step to offer.

Holds shapes only; which findings there are is decided in `week` and `month`.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.estimates.estimate import ConfidenceLevel
from app.domain.findings.evidence import Evidence


class InsightKind(StrEnum):
    """The kind of a card, as in the contract."""

    SHIFT = "SHIFT"
    PATTERN = "PATTERN"
    RHYTHM = "RHYTHM"
    WHAT_HELPED = "WHAT_HELPED"
    STEADY = "STEADY"
    MILESTONE = "MILESTONE"
    QUESTION = "QUESTION"


class SuggestedAction(StrEnum):
    """The one small step that a card ends in."""

    OPEN_MIRROR = "OPEN_MIRROR"
    OPEN_TURN = "OPEN_TURN"
    OPEN_LENS = "OPEN_LENS"
    REVIEW_SESSIONS = "REVIEW_SESSIONS"
    TAKE_A_BREAK = "TAKE_A_BREAK"
    SEE_SUPPORT = "SEE_SUPPORT"


SUPPORT_KEY = "care:support"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth telling.

    `key` is "topic:subject", stable over weeks, unique in a period; the topic also decides which words are used.
    `evidence` holds 0 to 4 numbers; none means that the words may claim nothing.
    """

    key: str
    kind: InsightKind
    evidence: tuple[Evidence, ...]
    confidence: ConfidenceLevel
    suggestion: SuggestedAction | None

    @property
    def topic(self) -> str:
        """The part of the key before the colon."""
        return self.key.partition(":")[0]

    @property
    def subject(self) -> str:
        """The part of the key after the colon."""
        return self.key.partition(":")[2]


def support_offer() -> Finding:
    """The only finding of a period that asked for care: it offers support and claims nothing."""
    return Finding(SUPPORT_KEY, InsightKind.QUESTION, (), ConfidenceLevel.LOW, SuggestedAction.SEE_SUPPORT)
