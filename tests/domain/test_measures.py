"""The names of what can be measured. Its numbers are tested with the fold."""

import pytest

from app.domain.affect import Emotion, Source, ThinkingPattern, TimeOfDay, TurnKind, Weekday
from app.domain.measures import (
    CORRECTED_CONFIDENCE,
    FAMILY,
    FAMILY_SIZE,
    LABELS,
    SUBJECTS,
    Metric,
    label,
    metric_label,
    phrase,
)

NAMED = (*Source, *Emotion, *ThinkingPattern, *TimeOfDay, *Weekday, *TurnKind)


def test_every_value_has_one_name() -> None:
    """Every value that a number can be about has a name of its own, and no two values are written alike."""
    assert set(LABELS) == set(NAMED)
    assert len(set(LABELS.values())) == len(NAMED) == len({str(value) for value in NAMED})


def test_every_measure_has_a_label() -> None:
    """Every metric says in plain words what it measures, about each of its subjects."""
    found = {metric_label(metric, subject) for metric, subject in FAMILY}
    assert len(found) == len(FAMILY)
    assert not [text for text in found if "{" in text or "_" in text]
    assert {metric for metric, _ in FAMILY} == set(Metric) - {Metric.SESSION_COUNT}


@pytest.mark.parametrize(
    ("metric", "subject", "expected"),
    [
        (Metric.PATTERN_SHARE, "ALL_OR_NOTHING", "share of sessions with all-or-nothing thinking"),
        (Metric.SOURCE_SHARE, "MIRROR", "share of sessions in Mirror"),
        (Metric.TIME_SHARE, "MONDAY", "share of sessions on Mondays"),
        (Metric.TIME_SHARE, "NIGHT", "share of sessions at night"),
        (Metric.SESSION_COUNT, None, "number of sessions"),
    ],
)
def test_labels_read_as_english(metric: Metric, subject: str | None, expected: str) -> None:
    """A label can stand inside a sentence as it is."""
    assert metric_label(metric, subject) == expected


def test_names_keep_their_capitals_where_english_does() -> None:
    """Names of parts of the app and weekdays stay capital inside a sentence; other names do not."""
    assert [phrase(key) for key in ("MIRROR", "SUNDAY", "JOY")] == ["Mirror", "Sunday", "joy"]
    assert label("JOY") == "Joy"


@pytest.mark.parametrize(
    ("metric", "subject"),
    [(Metric.VALENCE, "JOY"), (Metric.EMOTION_INTENSITY, None), (Metric.EMOTION_INTENSITY, "MIRROR")],
)
def test_foreign_subjects_are_refused(metric: Metric, subject: str | None) -> None:
    """A metric takes the subjects that it is about, and no others."""
    with pytest.raises(ValueError, match="cannot be about"):
        metric_label(metric, subject)


def test_family_counts_every_possible_claim() -> None:
    """The correction is for all measures and the nine shares of feelings, and leaves a tenth for all together."""
    assert len(set(FAMILY)) == len(FAMILY) == 4 + sum(map(len, SUBJECTS.values()))
    assert len(FAMILY) + 9 == FAMILY_SIZE
    assert pytest.approx(0.10) == (1 - CORRECTED_CONFIDENCE) * FAMILY_SIZE
