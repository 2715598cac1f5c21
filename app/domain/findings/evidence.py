"""The numbers under a sentence, kept so that anyone can fold again and see whether the sentence still holds.

Finds nothing and words nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.estimates.estimate import Comparison, ConfidenceLevel, Direction, Estimate, SuppressionReason
from app.domain.findings.counts import counts_of
from app.domain.fold import Fold, compare
from app.domain.measures import Metric
from app.domain.periods import Period

_DIRECTION_SHOWN = {Direction.HIGHER: 1, Direction.SIMILAR: 0, Direction.LOWER: -1}
_ESTIMATED = Estimate._fields


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measure of one period, and the integers that a sentence citing it may show.

    `shown` is sorted by name: counts such as `count`, `total`, `lighter`; the same of one's usual with the prefix
    `usual_`; `direction` (1 higher, 0 similar, -1 lower) when the comparison is settled; `sign` when the interval of
    the number itself excludes 0; `landmark` for a number passed, which folding does not bring back.
    """

    metric: Metric
    subject: str | None
    period: Period
    value: Estimate
    comparison: Comparison | None
    shown: tuple[tuple[str, int], ...]

    def __getitem__(self, name: str) -> int:
        return dict(self.shown)[name]

    def get(self, name: str) -> int:
        """The integer called `name`, 0 when it is not shown."""
        return dict(self.shown).get(name, 0)


def evidence_of(
    metric: Metric, subject: str | None, current: Fold, baseline: Fold | None = None, *, landmark: int | None = None
) -> Evidence:
    """The evidence that `current` gives about `metric` and `subject`, compared with `baseline` when there is one."""
    comparison = None if baseline is None else compare(current, baseline, metric, subject)
    value = current.measure(metric, subject)
    shown = dict(counts_of(current, metric, subject))
    if value.low is not None and value.high is not None and value.low * value.high > 0:
        shown["sign"] = 1 if value.low > 0 else -1
    if baseline is not None and comparison is not None:
        shown |= {f"usual_{name}": n for name, n in counts_of(baseline, metric, subject).items()}
        if comparison.direction in _DIRECTION_SHOWN:
            shown["direction"] = _DIRECTION_SHOWN[comparison.direction]
    if landmark is not None:
        shown["landmark"] = landmark
    return Evidence(metric, subject, current.period, value, comparison, tuple(sorted(shown.items())))


def recheck(evidence: Evidence, current: Fold, baseline: Fold | None) -> bool:
    """Whether folding again shows the same integers.

    `current` is the fold of `evidence.period`, `baseline` that of its comparison's `baseline_period`. A landmark
    counts what was done, which leaving a session out does not undo: it is taken as it stands.
    """
    against = None if evidence.comparison is None else baseline
    landmark = dict(evidence.shown).get("landmark")
    again = evidence_of(evidence.metric, evidence.subject, current, against, landmark=landmark)
    return again.shown == evidence.shown


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Plain types only; `evidence_from_json` gives back an equal value."""
    comparison = evidence.comparison
    return {
        "metric": evidence.metric.value,
        "subject": evidence.subject,
        "period": _period_to_json(evidence.period),
        "value": _estimate_to_json(evidence.value),
        "comparison": None if comparison is None else _comparison_to_json(comparison),
        "shown": dict(evidence.shown),
    }


def evidence_from_json(raw: Mapping[str, Any]) -> Evidence:
    """What `evidence_to_json` wrote. KeyError or ValueError on anything else."""
    comparison = raw["comparison"]
    return Evidence(
        metric=Metric(raw["metric"]),
        subject=raw["subject"],
        period=_period_from_json(raw["period"]),
        value=_estimate_from_json(raw["value"]),
        comparison=None if comparison is None else _comparison_from_json(comparison),
        shown=tuple(sorted((str(name), int(n)) for name, n in raw["shown"].items())),
    )


def _period_to_json(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _period_from_json(raw: Mapping[str, str]) -> Period:
    return Period(date.fromisoformat(raw["first"]), date.fromisoformat(raw["last"]))


def _estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    return {name: getattr(estimate, name) for name in _ESTIMATED}


def _estimate_from_json(raw: Mapping[str, Any]) -> Estimate:
    reason = raw["suppressed"]
    return Estimate(
        **{
            **raw,
            "confidence": ConfidenceLevel(raw["confidence"]),
            "suppressed": None if reason is None else SuppressionReason(reason),
        }
    )


def _comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "current": _estimate_to_json(comparison.current),
        "baseline": _estimate_to_json(comparison.baseline),
        "difference": _estimate_to_json(comparison.difference),
        "direction": comparison.direction.value,
        "baseline_period": _period_to_json(comparison.baseline_period),
    }


def _comparison_from_json(raw: Mapping[str, Any]) -> Comparison:
    return Comparison(
        current=_estimate_from_json(raw["current"]),
        baseline=_estimate_from_json(raw["baseline"]),
        difference=_estimate_from_json(raw["difference"]),
        direction=Direction(raw["direction"]),
        baseline_period=_period_from_json(raw["baseline_period"]),
    )
