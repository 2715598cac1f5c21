"""A brief with facts of every kind, and what a model might answer over it, for tests of checks and rubric.

Holds no assertion.
"""

from dataclasses import replace
from typing import Any

from app.domain.estimates.estimate import ConfidenceLevel, Direction
from app.domain.findings import InsightKind, SuggestedAction
from app.domain.measures import Metric
from app.domain.narrative import Brief, Form, Manner, check
from app.domain.narrative.brief import Fact, Point
from prompts import first_revision
from tests.domain.told_lives import WEEK

SAYINGS = first_revision("weekly-card").sayings

PLAIN = Fact("e1", Metric.SESSION_COUNT, None, (), None, None, None, ConfidenceLevel.LOW, None, None)
MIND = replace(
    PLAIN,
    metric=Metric.PATTERN_SHARE,
    subject="MIND_READING",
    shown=(("count", 5), ("total", 9), ("with:FEAR", 4)),
    value=56,
)
MORE = replace(
    PLAIN,
    id="e2",
    metric=Metric.VALENCE,
    shown=(("direction", 1), ("lighter", 7), ("total", 9), ("usual_lighter", 20), ("usual_total", 60)),
    direction=Direction.HIGHER,
    usual_days=84,
)
LESS = replace(MORE, id="e3", direction=Direction.LOWER)
ALIKE = replace(MORE, id="e4", direction=Direction.SIMILAR)
UNSETTLED = replace(MORE, id="e5", direction=Direction.UNCLEAR)
LIFTED = replace(
    PLAIN,
    id="e6",
    metric=Metric.SESSION_SHIFT_VALENCE,
    shown=(("lifted", 6), ("lowered", 1), ("sign", 1), ("total", 8)),
)
LABELS = replace(MIND, id="e7", subject="LABELING", shown=(("count", 3), ("total", 9)))
ALWAYS = replace(PLAIN, id="e8", metric=Metric.TIME_SHARE, subject="EVENING", shown=(("count", 4), ("total", 8)))
JOY = replace(
    PLAIN,
    id="e9",
    metric=Metric.EMOTION_INTENSITY,
    subject="JOY",
    shown=(("count", 4), ("direction", 1), ("total", 9), ("usual_count", 7), ("usual_total", 40)),
    direction=Direction.HIGHER,
    usual_days=84,
)
FEAR = replace(
    JOY,
    id="e10",
    subject="FEAR",
    shown=(("count", 6), ("direction", -1), ("total", 9), ("usual_count", 30), ("usual_total", 40)),
    direction=Direction.LOWER,
)
UNSURE = replace(
    MORE,
    id="e11",
    shown=(("heavier", -1), ("lighter", 2), ("total", 9), ("usual_lighter", 20), ("usual_total", 60)),
    direction=Direction.UNCLEAR,
)
SPREAD = replace(
    PLAIN,
    id="e12",
    metric=Metric.VALENCE,
    shown=(
        *(("heavier", 2), ("lighter", 5), ("middle", 2), ("total", 9)),
        *(("usual_heavier", 20), ("usual_lighter", 7), ("usual_middle", 13), ("usual_total", 40)),
    ),
    direction=Direction.UNCLEAR,
    usual_days=84,
)
NIGHT = replace(
    PLAIN,
    id="e13",
    metric=Metric.TIME_SHARE,
    subject="NIGHT",
    shown=(("count", 4), ("heavier", 1), ("lighter", 3), ("middle", 0), ("total", 9)),
)
ENERGY = replace(PLAIN, id="e14", metric=Metric.AROUSAL, shown=(("lively", 3), ("quiet", 4), ("total", 9)))
FACTS = (MIND, MORE, LESS, ALIKE, UNSETTLED, LIFTED, LABELS, ALWAYS, JOY, FEAR, UNSURE, SPREAD, NIGHT, ENERGY)
BRIEF = Brief(
    Form.CARD,
    Manner.PLAIN,
    WEEK,
    (Point("pattern:MIND_READING", InsightKind.PATTERN, tuple(fact.id for fact in FACTS), SuggestedAction.OPEN_TURN),),
    FACTS,
)


def card(text: str, *evidence: str) -> dict[str, Any]:
    """A model's answer: a headline that is fine, and a body of one sentence."""
    return {
        "headline": {"text": "What may be mind reading showed up in 5 of 9 sessions", "evidence": ["e1"]},
        "body": [{"text": text, "evidence": list(evidence)}],
    }


def failed(answer: object, brief: Brief = BRIEF) -> set[str]:
    """The names of the checks that an answer fails."""
    return {name for name, _ in check(answer, brief, fixed=SAYINGS).failed}
