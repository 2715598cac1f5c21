"""A sentence is read as its English, and remembers what it was made of."""

import orjson
import pytest

from app.domain.affect import ThinkingPattern, Weekday
from app.domain.measures import SUBJECTS, Metric, metric_label
from app.domain.wording import Sentence


def test_it_is_a_string_to_whoever_reads_it() -> None:
    """Equal, hashable, joined, printed as JSON: nothing that takes words sees a difference."""
    made = Sentence("Give 1 to {most} events.", most=100)
    assert made == "Give 1 to 100 events."
    assert "Give 1 to 100 events." in {made}
    assert orjson.dumps([made, f"{made}!"]) == b'["Give 1 to 100 events.","Give 1 to 100 events.!"]'
    assert (made.template, made.values) == ("Give 1 to {most} events.", {"most": 100})
    with pytest.raises(KeyError):
        Sentence("{missing}")


def test_a_measure_remembers_what_it_is_about() -> None:
    """The name of a measure is a sentence of two: the measure, and its subject as it stands inside a line."""
    made = metric_label(Metric.PATTERN_SHARE, ThinkingPattern.MIND_READING)
    assert made == "share of sessions with mind reading"
    assert isinstance(made, Sentence)
    assert made.template == "share of sessions with {subject}"
    assert made.values == {"subject": "mind reading"}
    assert metric_label(Metric.TIME_SHARE, Weekday.MONDAY) == "share of sessions on Mondays"
    for metric, subjects in SUBJECTS.items():
        assert len({metric_label(metric, subject) for subject in subjects}) == len(subjects)
