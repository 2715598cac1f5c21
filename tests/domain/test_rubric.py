"""The rubric: what scores are whole, what they add up to, and what rules give to good and bad texts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.affect import CareLevel
from app.domain.narrative import Brief, CheckReport, Draft, Form, Manner, Sentence, check, draft_from_json
from app.domain.rubric import WRITING, MalformedScores, mean_of, passes, score_by_rule, scores_from_json
from prompts import load_revision
from tests.domain.model_answers import BRIEF
from tests.domain.told_lives import changing_life, told_in_month, told_in_week

FULL = dict.fromkeys(WRITING.keys(), 5)
ASKED = ("What would you like to keep?", ())
COUNTED = ("Fear showed up in 6 of 9 sessions", ("e10",))
WITH_JOY = ("In 4 of 9 there was joy too.", ("e9",))
GENERAL = ("A week is as wide as what it holds.", ())
Text = tuple[str, tuple[str, ...]]


def _scores(*texts: Text, brief: Brief = BRIEF) -> Mapping[str, int]:
    """What rules give a card of these texts, the first of which is its headline."""
    title, *body = (Sentence(*text) for text in texts)
    draft = Draft(Form.CARD, title, tuple(body))
    return score_by_rule(draft, brief, check(draft, brief))


def test_the_rubric_is_whole() -> None:
    """Five criteria with anchors for 1, 3 and 5; grounded and kind have floors; a mean of 3.5 passes."""
    assert WRITING.keys() == ("grounded", "specific", "kind", "useful", "plain")
    assert all(set(each.anchors) == {1, 3, 5} and all(each.anchors.values()) for each in WRITING.criteria)
    assert {each.key for each in WRITING.criteria if each.floor is not None} == {"grounded", "kind"}
    assert (WRITING.name, WRITING.revision, WRITING.pass_mark) == ("writing", 1, 3.5)
    assert all((each.lowest, each.highest) == (1, 5) and each.weight > 0 for each in WRITING.criteria)


@pytest.mark.parametrize(
    ("changed", "mean", "passed"),
    [
        ({}, 5.0, True),
        ({"grounded": 3}, 4.4, True),
        ({"grounded": 2}, 4.1, False),
        ({"kind": 2}, 4.1, False),
        ({"specific": 1, "useful": 1, "plain": 1}, 3.4, False),
        ({"specific": 1, "useful": 1}, 3.8, True),
        (dict.fromkeys(WRITING.keys(), 1), 1.0, False),
    ],
)
def test_means_are_weighted_and_floors_hold(changed: dict[str, int], mean: float, passed: bool) -> None:
    """Grounded and kind weigh three, specific two, useful and plain one; under a floor no mean helps."""
    scores = FULL | changed
    assert mean_of(WRITING, scores) == pytest.approx(mean)
    assert passes(WRITING, scores) is passed


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({}, "The score of grounded is missing."),
        (FULL | {"<b>secret</b>": 3}, "1 of the scores belong to no criterion of writing."),
        (FULL | {"kind": 0}, "The score of kind is not a whole number from 1 to 5."),
        (FULL | {"kind": 6}, "The score of kind is not a whole number from 1 to 5."),
        (FULL | {"kind": 4.0}, "The score of kind is not a whole number from 1 to 5."),
        (FULL | {"kind": True}, "The score of kind is not a whole number from 1 to 5."),
        (FULL | {"kind": "secret"}, "The score of kind is not a whole number from 1 to 5."),
        (FULL | {"kind": None}, "The score of kind is not a whole number from 1 to 5."),
    ],
)
def test_faulty_scores_are_refused_in_safe_words(scores: dict[str, Any], said: str) -> None:
    """Each fault names its place and repeats nothing that was sent."""
    faults = WRITING.faults(scores)
    assert said in faults
    assert "secret" not in " ".join(faults)
    with pytest.raises(ValueError, match="score"):
        mean_of(WRITING, scores)
    with pytest.raises(ValueError, match="score"):
        passes(WRITING, scores)
    with pytest.raises(MalformedScores) as refused:
        scores_from_json(scores, WRITING)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("answer", [None, [], "5", 5, [1, 2, 3, 4, 5], {1: 5}])
def test_what_is_no_object_is_no_set_of_scores(answer: object) -> None:
    """Anything but an object of criteria is refused in a sentence."""
    with pytest.raises(MalformedScores, match="The answer is no object with the criteria of writing"):
        scores_from_json(answer, WRITING)


def test_whole_scores_are_read() -> None:
    """The answer of a model that keeps to the schema."""
    assert WRITING.faults(FULL) == ()
    assert scores_from_json(dict(reversed(FULL.items())), WRITING) == FULL


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((COUNTED, WITH_JOY, ASKED), {"grounded": 5, "specific": 5, "kind": 5, "useful": 5, "plain": 5}),
        ((COUNTED, GENERAL, GENERAL, ASKED), {"grounded": 5, "specific": 3, "useful": 4}),
        ((COUNTED, GENERAL, GENERAL, GENERAL), {"grounded": 4, "specific": 2, "kind": 4, "useful": 3}),
        ((("A week", ()), GENERAL, GENERAL), {"grounded": 4, "specific": 1, "kind": 4, "useful": 2}),
        ((("Fear showed up in 7 of 9 sessions", ("e10",)), ASKED), {"grounded": 1}),
        ((("Fear was there because of work, in 6 of 9", ("e10",)), ASKED), {"grounded": 1}),
        ((("It was your hardest week, with fear in 6 of 9", ("e10",)), ASKED), {"grounded": 2, "kind": 2}),
        ((COUNTED, ("It is important to rest.", ()), ASKED), {"specific": 2}),
        ((COUNTED, ("You should rest.", ()), ASKED), {"kind": 1}),
        ((COUNTED, ("You skipped a week.", ()), ASKED), {"kind": 1}),
        ((COUNTED, ("There was talk of suicide.", ()), ASKED), {"kind": 1}),
        ((COUNTED, ("Well done!", ()), ASKED), {"kind": 2}),
        ((("Fear was there in 67% of sessions", ("e10",)), ASKED), {"useful": 2}),
        ((COUNTED, ("As an AI, I see 4 of 9 with joy.", ("e9",)), ASKED), {"plain": 1}),
        ((COUNTED, ("Cognitive restructuring facilitates psychological flexibility.", ()), ASKED), {"plain": 2}),
        ((COUNTED, COUNTED, COUNTED, COUNTED), {"plain": 4}),
    ],
)
def test_rules_reach_the_anchors(texts: tuple[Text, ...], expected: dict[str, int]) -> None:
    """Texts as they are met, good and bad, get what the anchors say of them."""
    scores = _scores(*texts)
    assert WRITING.faults(scores) == ()
    assert {key: scores[key] for key in expected} == expected


def test_an_offer_of_support_is_scored_as_one() -> None:
    """About nobody, and passing; with a ready-made consolation it is less specific still."""
    support = replace(BRIEF, manner=Manner.SUPPORT)
    offer = (("There are people who will listen", ()), ("They are a tap away.", ()))
    assert dict(_scores(*offer, brief=support)) == FULL | {"specific": 3, "useful": 4}
    assert _scores(*offer, ("It is okay to feel this.", ()), brief=support)["specific"] == 2


def test_what_is_no_text_of_its_brief_gets_nothing() -> None:
    """After `schema` failed, every score is the lowest, and the text does not pass."""
    draft = draft_from_json(
        {"headline": {"text": "x", "evidence": []}, "body": [{"text": "x", "evidence": []}]}, Form.CARD
    )
    scores = score_by_rule(draft, BRIEF, CheckReport((), (("schema", "a text is missing"),)))
    assert dict(scores) == dict.fromkeys(WRITING.keys(), 1)
    assert not passes(WRITING, scores)


@given(st.integers(0, 2**32), st.sampled_from(CareLevel))
@settings(max_examples=30, deadline=None)
def test_the_composer_passes_the_rubric(seed: int, care: CareLevel) -> None:
    """Whatever is found in a life, its text passes with a mean of 4 at least, and is scored the same each time."""
    numbers = list(changing_life(seed))
    month = told_in_month(numbers, care=care)
    for told in [*told_in_week(numbers, care=care), *([month] if month else [])]:
        report = check(told.draft, told.brief)
        scores = score_by_rule(told.draft, told.brief, report)
        assert passes(WRITING, scores)
        assert mean_of(WRITING, scores) >= 4
        assert scores == score_by_rule(told.draft, told.brief, report)


def test_models_read_what_people_read() -> None:
    """The prompt holds every description and anchor of the rubric, and its schema asks for just its criteria."""
    revision = load_revision("rubric-score")
    assert (revision.feature, dict(revision.phrases)) == ("RUBRIC_SCORING", {})
    for criterion in WRITING.criteria:
        assert f"{criterion.key}: {criterion.description}" in revision.body
        assert all(f"- {score}: {text}" in revision.body for score, text in criterion.anchors.items())
        assert f'"{criterion.key}": {{"type": "integer", "minimum": 1, "maximum": 5}}' in revision.output_schema
