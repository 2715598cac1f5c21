"""What the team can ask of experiments and cohorts, and how a question is written as a key. Answers nothing."""

from dataclasses import dataclass
from datetime import date

from app.domain.experiments import RetentionDesign, RetentionUnit
from app.domain.periods import Period

LONGEST_WITHIN_DAYS = 90
LONGEST_HORIZON = 400
"""Units; events are kept for 400 days."""
LONGEST_COHORT_DAYS = 371
"""53 weeks."""
_APART = "|"


@dataclass(frozen=True, slots=True)
class ConversionQuestion:
    """Whether more people upgraded within so many days of their assignment."""

    experiment: str
    within_days: int

    @property
    def key(self) -> str:
        """The question in one line."""
        return f"{self.experiment}{_APART}{self.within_days}"

    @classmethod
    def of(cls, key: str) -> "ConversionQuestion":
        """The question that a key writes."""
        experiment, within_days = key.split(_APART)
        return cls(experiment, int(within_days))


@dataclass(frozen=True, slots=True)
class RetentionQuestion:
    """Whether people of a cohort (days of UTC) came back for longer, up to `horizon` units.

    By the arms of `experiment`, a holdout, or, without one, users against others.
    """

    design: RetentionDesign
    experiment: str
    cohort: Period
    unit: RetentionUnit
    horizon: int

    @property
    def key(self) -> str:
        """The question in one line."""
        first, last = self.cohort.first.isoformat(), self.cohort.last.isoformat()
        return _APART.join((self.design, self.experiment, first, last, self.unit, str(self.horizon)))

    @classmethod
    def of(cls, key: str) -> "RetentionQuestion":
        """The question that a key writes."""
        design, experiment, first, last, unit, horizon = key.split(_APART)
        cohort = Period(date.fromisoformat(first), date.fromisoformat(last))
        return cls(RetentionDesign(design), experiment, cohort, RetentionUnit(unit), int(horizon))
