"""What words cost, and what writes them. Pays nothing itself.

Money is whole micro-dollars (US$ 0.000001). A price is US$ for a million tokens, which is micro-dollars for one.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

MILLION = 1_000_000


class Feature(StrEnum):
    """What pays for a call to a model; also the `feature` of a prompt."""

    WEEKLY_INSIGHTS = "WEEKLY_INSIGHTS"
    MONTHLY_NARRATIVE = "MONTHLY_NARRATIVE"
    RUBRIC_SCORING = "RUBRIC_SCORING"


PRIORITY = {Feature.RUBRIC_SCORING: 1, Feature.WEEKLY_INSIGHTS: 2, Feature.MONTHLY_NARRATIVE: 3}
"""The lower, the cheaper the first model that is asked."""


class Engine(StrEnum):
    """What wrote a text."""

    TEMPLATE = "TEMPLATE"
    SMALL_MODEL = "SMALL_MODEL"
    LARGE_MODEL = "LARGE_MODEL"


@dataclass(frozen=True, slots=True)
class Price:
    """US$ for a million tokens read, and for a million tokens written."""

    read: Decimal
    written: Decimal

    def of(self, tokens_read: int, tokens_written: int) -> int:
        """Micro-dollars for so many tokens, rounded up: what is paid is never told too small."""
        exact = self.read * tokens_read + self.written * tokens_written
        return int(exact.to_integral_value(ROUND_CEILING))


def most_tokens(text: str) -> int:
    """The most tokens that a model can read in `text`: today's tokenizers begin with single bytes, and join them."""
    return len(text.encode())


class BudgetPeriod(StrEnum):
    """How long a budget lasts: a day or a month of UTC."""

    DAY = "DAY"
    MONTH = "MONTH"


class BudgetState(StrEnum):
    """What a budget still allows: WARNING tells, DEGRADED writes cheaper, EXHAUSTED composes."""

    OK = "OK"
    WARNING = "WARNING"
    DEGRADED = "DEGRADED"
    EXHAUSTED = "EXHAUSTED"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a feature may spend in a period, and has spent and reserved in the present one, in micro-dollars.

    `warn_at` is a share (0 to 1); `elapsed` is how much of the period is over (0 to 1); `lacked` is the smallest amount
    that no writer had room for in this period, None when one always had.
    """

    feature: Feature
    period: BudgetPeriod
    limit: int
    warn_at: float
    revision: int
    spent: int
    reserved: int
    lacked: int | None
    elapsed: float

    @property
    def share(self) -> float:
        """How much of it is gone, with what is reserved; 1 where nothing is allowed."""
        return (self.spent + self.reserved) / self.limit if self.limit else 1.0

    @property
    def projected(self) -> int:
        """What will be spent by the period's end if it goes on like this; the first hundredth says nothing yet."""
        return round(self.spent / max(self.elapsed, 0.01))

    @property
    def is_full(self) -> bool:
        """Whether no model is asked: all of it is gone, or less is left than the cheapest lacked before."""
        left = self.limit - self.spent - self.reserved
        return left <= 0 or (self.lacked is not None and left < self.lacked)

    def state(self, *, cheaper_from: float = 1.0) -> BudgetState:
        """Its state, where a cheaper model writes from the share `cheaper_from` on."""
        if self.is_full:
            return BudgetState.EXHAUSTED
        if self.share >= cheaper_from:
            return BudgetState.DEGRADED
        return BudgetState.WARNING if self.share >= self.warn_at else BudgetState.OK
