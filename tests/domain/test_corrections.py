"""A person's own word in place of the estimate: what it changes, what it leaves, and what it must hold."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import EMOTIONS, PATTERNS, UNIT, Emotion, SessionNumbers, ThinkingPattern, Use
from app.domain.corrections import LEAST_NAMED, Correction, check_correction, corrected
from app.domain.estimates.sampling import is_readable
from app.domain.measures import LEAST_CONFIDENCE
from app.errors import ErrorCode
from tests.domain.lives import MARCH, calmly, invented, session

some_session = st.integers(0, 2**32).map(invented)
some_correction = st.builds(
    Correction,
    valence=st.none() | st.integers(-UNIT, UNIT),
    arousal=st.none() | st.integers(-UNIT, UNIT),
    emotions=st.none() | st.frozensets(st.sampled_from(EMOTIONS), min_size=1, max_size=5),
    patterns=st.none() | st.frozensets(st.sampled_from(PATTERNS)),
)


@calmly
@given(estimated=some_session)
def test_nothing_said_changes_nothing(estimated: SessionNumbers) -> None:
    """An empty correction is the identity."""
    assert corrected(estimated, Correction()) is estimated


@calmly
@given(estimated=some_session, said=some_correction)
def test_what_is_said_counts_and_the_rest_stands(estimated: SessionNumbers, said: Correction) -> None:
    """What is said is exactly what counts; what is not is the estimate; when, where and turns stay."""
    counted = corrected(estimated, said)
    assert counted.valence == (estimated.valence if said.valence is None else said.valence)
    assert counted.arousal == (estimated.arousal if said.arousal is None else said.arousal)
    assert counted.emotions_present == (estimated.emotions_present if said.emotions is None else said.emotions)
    named = estimated.use is Use.FULL and said.patterns is not None
    assert counted.patterns_present == (said.patterns if named else estimated.patterns_present)
    sure = not said.is_empty and (is_readable(estimated) or said.tells_how_it_felt)
    assert counted.confidence == (UNIT if sure else estimated.confidence)
    names = ("valence", "arousal", "emotions", "emotions_present", "patterns", "patterns_present", "confidence")
    back: dict[str, Any] = {name: getattr(estimated, name) for name in names}
    assert counted._replace(**back) == estimated


@calmly
@given(estimated=some_session, said=some_correction)
def test_said_twice_is_said_once(estimated: SessionNumbers, said: Correction) -> None:
    """A correction of what it already corrected changes nothing more."""
    assert corrected(corrected(estimated, said), said) == corrected(estimated, said)


def test_named_feelings_are_at_least_half() -> None:
    """A feeling that is named was there at half strength or as estimated above it; one that is not was not there."""
    strengths = tuple(9_000 if emotion is Emotion.JOY else 2_000 for emotion in EMOTIONS)
    estimated = session(1, MARCH.first, emotions=strengths, emotions_present=frozenset({Emotion.JOY}))
    told = corrected(estimated, Correction(emotions=frozenset({Emotion.JOY, Emotion.FEAR})))
    expected = {Emotion.JOY: 9_000, Emotion.FEAR: LEAST_NAMED}
    assert told.emotions == tuple(expected.get(emotion, 0) for emotion in EMOTIONS)


UNREAD = {"confidence": LEAST_CONFIDENCE - 1}
WHOLE = Correction(valence=1, arousal=2, emotions=frozenset({Emotion.HOPE}))


@pytest.mark.parametrize(
    ("said", "estimated", "found"),
    [
        (Correction(valence=UNIT, arousal=-UNIT), {}, []),
        (Correction(valence=UNIT + 1), {}, [(ErrorCode.OUT_OF_RANGE, "valence")]),
        (Correction(arousal=-UNIT - 1), {}, [(ErrorCode.OUT_OF_RANGE, "arousal")]),
        (Correction(emotions=frozenset()), {}, [(ErrorCode.OUT_OF_RANGE, "emotions")]),
        (Correction(emotions=frozenset(EMOTIONS[:6])), {}, [(ErrorCode.OUT_OF_RANGE, "emotions")]),
        (Correction(patterns=frozenset()), {}, []),
        (Correction(patterns=frozenset(PATTERNS)), {}, []),
        (
            Correction(patterns=frozenset({ThinkingPattern.COMPARING})),
            {"use": Use.AFFECT_ONLY},
            [(ErrorCode.INVALID, "patterns")],
        ),
        (Correction(valence=0), UNREAD, [(ErrorCode.REQUIRED, "input")]),
        (replace(WHOLE, emotions=None), UNREAD, [(ErrorCode.REQUIRED, "input")]),
        (WHOLE, UNREAD, []),
        (Correction(), UNREAD, []),
    ],
)
def test_a_correction_must_fit(said: Correction, estimated: Any, found: Any) -> None:
    """Ranges, the number of feelings, patterns only where they count, and all of it where nothing could be read."""
    problems = list(check_correction(Correction(), said, session(1, MARCH.first, **estimated)))
    assert [(problem.code, problem.field[-1]) for problem in problems] == found


def test_what_was_said_before_is_held_against_nobody() -> None:
    """Patterns said of what a later reading uses for feelings only stand in nobody's way, and do not count."""
    patterns = frozenset({ThinkingPattern.COMPARING})
    reread = session(1, MARCH.first, use=Use.AFFECT_ONLY, **UNREAD)
    said = Correction(patterns=patterns)
    assert corrected(reread, said).patterns_present == frozenset()
    assert corrected(reread, said).confidence == UNREAD["confidence"]
    assert not list(check_correction(said, replace(WHOLE, patterns=patterns), reread))
    assert list(check_correction(Correction(), replace(WHOLE, patterns=patterns), reread))
