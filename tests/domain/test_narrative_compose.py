"""The local composer: every text it writes passes every check, is grounded, and is the same each time."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.affect import CareLevel, Emotion, SessionNumbers
from app.domain.findings import SUPPORT_KEY, recheck
from app.domain.narrative import (
    Draft,
    Form,
    Manner,
    Sentence,
    brief_for_card,
    brief_from_json,
    brief_to_json,
    card_from,
    card_from_json,
    card_to_json,
    check,
    claim_from_json,
    claim_to_json,
    compose,
    draft_from_json,
    draft_to_json,
    narrative_from,
    narrative_from_json,
    narrative_to_json,
    step_label,
)
from app.domain.narrative.check import CHECKS
from app.domain.narrative.check_claims import unfounded
from app.domain.narrative.compose_card import WRITERS as CARD_TOPICS
from app.domain.narrative.compose_month import WRITERS as MONTH_TOPICS
from app.domain.periods import baseline_of, week_of
from tests.domain.lives import session, some_sessions, steady_life
from tests.domain.told_lives import (
    CARD_PHRASES,
    MONTH,
    MONTH_PHRASES,
    WEEK,
    Told,
    changing_life,
    folds_of,
    found_in_week,
    told_in_month,
    told_in_week,
)

SEEDS = st.integers(0, 2**32)
CARE = st.sampled_from(CareLevel)

FIXED = tuple(phrase for phrases in (CARD_PHRASES, MONTH_PHRASES) for each in phrases.values() for phrase in each)
"""Every phrase of the newest revisions, as the pipeline hands them to the checks."""


@pytest.mark.parametrize("phrase", [phrase for phrase in FIXED if "{" in phrase])
def test_no_counted_phrase_is_taken_for_a_claim_about_the_reader(phrase: str) -> None:
    """Whatever is filled in, a phrase that holds a number cites it and says nothing beside it."""
    brief = told_in_week(list(changing_life(1)))[0].brief
    counted = Sentence(re.sub(r"\{[^}]+\}", "3", phrase.replace("{month}", "March")), ("e1",))
    assert unfounded(Draft(Form.CARD, counted, (Sentence("What would you like to keep?"),)), brief, FIXED) is None


@pytest.mark.parametrize("phrase", [phrase for phrase in FIXED if "{" not in phrase and phrase[-1] in ".?"])
def test_no_fixed_sentence_needs_a_number(phrase: str) -> None:
    """A sentence without a placeholder holds nothing that is read as a count; a question passes every check alone."""
    told = told_in_week(list(changing_life(1)))[0]
    draft = replace(told.draft, body=(*told.draft.body[:1], Sentence(phrase)))
    asked = {"numbers"} if phrase.endswith(".") else {name for name, _ in CHECKS} - {"length", "care"}
    assert {name: run(draft, told.brief, FIXED) for name, run in CHECKS if name in asked} == dict.fromkeys(asked)


def _everything(numbers: list[SessionNumbers], care: CareLevel) -> list[Told]:
    month = told_in_month(numbers, care=care)
    return [*told_in_week(numbers, care=care), *([month] if month else [])]


def _assert_sound(told: Told) -> None:
    report = check(told.draft, told.brief, fixed=FIXED)
    assert report.failed == ()
    assert report.passed == ("schema", *(name for name, _ in CHECKS))


@given(SEEDS, CARE)
@settings(max_examples=50, deadline=None)
def test_texts_of_changing_lives_pass_every_check(seed: int, care: CareLevel) -> None:
    """People with habits, drifts and pauses: whatever is found, its words pass."""
    for told in _everything(list(changing_life(seed)), care):
        _assert_sound(told)


@given(some_sessions, CARE)
@settings(max_examples=40, deadline=None)
def test_texts_of_arbitrary_numbers_pass_every_check(numbers: list[SessionNumbers], care: CareLevel) -> None:
    """Wild numbers, with sessions that may be used for feelings alone: the words pass all the same."""
    for told in _everything(numbers, care):
        _assert_sound(told)


@pytest.mark.parametrize("count", [1, 2])
def test_questions_of_thin_weeks_pass_every_check(count: int) -> None:
    """A week with one or two sessions asks a question, and each of its wordings passes; all of them come up."""
    wordings = set()
    for day in range(-60, 60):
        period = week_of(WEEK.first + timedelta(weeks=day))
        numbers = [session(place, period.first + timedelta(days=place)) for place in range(count)]
        (finding,) = found_in_week(numbers, period=period)
        brief = brief_for_card(finding, period, CareLevel.NONE)
        told = compose(brief, CARD_PHRASES)
        assert check(told, brief, fixed=FIXED).failed == ()
        wordings.add(re.sub(r"\d+ sessions?", "{}", told.title.text))
    assert len(wordings) >= len(CARD_PHRASES["question.few"])


def test_texts_of_steady_lives_pass_every_check() -> None:
    """People with whom nothing changes, over half a year."""
    span = baseline_of(MONTH)
    for seed in range(10):
        days = type(MONTH)(span.first, MONTH.last)
        for told in _everything(list(steady_life(Random(seed), days)), CareLevel.NONE):
            _assert_sound(told)


def test_every_topic_is_met_by_these_lives() -> None:
    """The lives above reach every kind of card and every kind of paragraph, so that none goes unchecked."""
    lives = [list(changing_life(seed)) for seed in range(100)]
    cards = {told.findings[0].topic for numbers in lives for told in told_in_week(numbers)}
    months = {f.topic for numbers in lives if (told := told_in_month(numbers)) for f in told.findings}
    assert cards | {"care", "question"} == set(CARD_TOPICS)
    assert months - {"overview"} == set(MONTH_TOPICS)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_the_same_brief_gives_the_same_words(seed: int) -> None:
    """No randomness: composing twice, and from a brief that went through JSON, gives the same draft."""
    for told in told_in_week(list(changing_life(seed))):
        copy = brief_from_json(json.loads(json.dumps(brief_to_json(told.brief))))
        assert copy == told.brief
        assert copy.digest == told.brief.digest
        assert compose(copy, CARD_PHRASES) == told.draft


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_drafts_survive_the_shape_a_model_answers_in(seed: int) -> None:
    """JSON there and back is the identity for cards and months."""
    for told in _everything(list(changing_life(seed)), CareLevel.NONE):
        raw = json.loads(json.dumps(draft_to_json(told.draft)))
        assert draft_from_json(raw, told.brief.form) == told.draft


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_claims_carry_their_evidence(seed: int) -> None:
    """Cards and narratives survive JSON; each claim has at most 4 evidences, all of which fold to the same again."""
    numbers = list(changing_life(seed))
    current, usual, _ = folds_of(numbers, WEEK)
    for told in told_in_week(numbers):
        card = card_from(told.draft, told.findings[0], step_label(told.brief, CARD_PHRASES))
        assert card_from_json(json.loads(json.dumps(card_to_json(card)))) == card
        assert card.step is not None
        for claim in card.claims():
            assert claim_from_json(claim_to_json(claim)) == claim
            assert len(claim.evidence) <= 4
            assert all(recheck(evidence, current, usual) for evidence in claim.evidence)
    month = told_in_month(numbers)
    if month is not None:
        narrative = narrative_from(month.draft, month.findings)
        assert narrative_from_json(json.loads(json.dumps(narrative_to_json(narrative)))) == narrative
        assert len(narrative.sections) <= 7


def test_a_month_says_once_that_it_is_not_a_whole_life() -> None:
    """Every month says exactly once that these are moments the person chose to look at."""
    for seed in range(40):
        told = told_in_month(list(changing_life(seed)))
        if told is not None:
            assert sum("chose to look at" in sentence.text for sentence in told.draft.sentences()) == 1


def test_common_sentences_vary() -> None:
    """Over many weeks, the headline of a landscape and of a pattern take at least three forms."""
    shapes: dict[str, set[str]] = {"landscape": set(), "pattern": set()}
    for seed in range(80):
        for told in told_in_week(list(changing_life(seed))):
            topic = told.findings[0].topic
            if topic in shapes:
                words = told.draft.title.text.split()
                shapes[topic].add(" ".join(word for word in words if word.islower())[:30])
    assert all(len(forms) >= 3 for forms in shapes.values())


@pytest.mark.parametrize("care", [CareLevel.MENTION, CareLevel.EXPLICIT])
def test_after_a_mention_nothing_is_written_plainly(care: CareLevel) -> None:
    """The manner of a card and of a month is never PLAIN then, and a gentle card asks nothing."""
    numbers = list(changing_life(4))
    told = _everything(numbers, care)
    assert told
    wanted = Manner.GENTLE if care is CareLevel.MENTION else Manner.SUPPORT
    assert all(one.brief.manner is wanted for one in told)
    assert not any("?" in sentence.text for one in told for sentence in one.draft.everything())


def test_support_is_offered_without_a_single_number() -> None:
    """The card of an EXPLICIT week shows no digit and cites nothing."""
    (finding,) = found_in_week(list(changing_life(1)), care=CareLevel.EXPLICIT)
    brief = brief_for_card(finding, WEEK, CareLevel.EXPLICIT)
    draft = compose(brief, CARD_PHRASES)
    assert finding.key == SUPPORT_KEY
    assert not any(character.isdigit() for sentence in draft.sentences() for character in sentence.text)
    assert not any(sentence.evidence for sentence in draft.sentences())


def test_a_brief_stays_small_however_long_the_history() -> None:
    """Five years of sessions make the brief of a month at most 5 % longer than four months do."""
    long = list(changing_life(3, days=1_800))
    short = [session for session in long if session.local_date >= baseline_of(MONTH).first]
    sizes = [len(json.dumps(brief_to_json(told.brief))) for told in map(told_in_month, (short, long)) if told]
    assert len(sizes) == 2
    assert sizes[1] <= 1.05 * sizes[0]


def test_a_brief_holds_allow_listed_keys_alone() -> None:
    """Nothing but the named fields, closed names and integers: no identifier, no free text."""
    told = told_in_month(list(changing_life(5)))
    assert told is not None
    raw = brief_to_json(told.brief)
    assert set(raw) == {"form", "manner", "period", "points", "facts"}
    assert {key for point in raw["points"] for key in point} == {"key", "kind", "facts", "suggestion"}
    names = {"id", "metric", "subject", "shown", "value", "low", "high", "confidence", "direction", "usual_days"}
    assert {key for fact in raw["facts"] for key in fact} == names
    for fact in raw["facts"]:
        assert all(isinstance(fact[name], int | None) for name in ("value", "low", "high", "usual_days"))
        assert all(isinstance(n, int) for n in fact["shown"].values())


def test_sentences_begin_large_and_counts_are_said_as_people_say_them() -> None:
    """No sentence begins small; nobody reads "5 of 5 sessions" or "0 on the lighter side"."""
    for seed in range(60):
        for told in _everything(list(changing_life(seed)), CareLevel.NONE):
            for sentence in told.draft.everything():
                assert not re.search(r"(?:^|[.?] )[a-z]", sentence.text)
                assert not re.search(r"\b(\d+) of (?:the |those )?\1\b|\b0\b", sentence.text)
                assert not re.search(r"[Oo]f (?:those )?(\d+)(?: sessions)?, \1 ", sentence.text)


def _feeling_card(first: Emotion, second: Emotion) -> Told:
    """The card of a week of 9 sessions, 6 of which had one feeling and 4 another."""
    numbers = [
        session(
            n,
            WEEK.first + timedelta(days=n % 7),
            emotions_present=frozenset(([first] if n < 6 else []) + ([second] if n > 4 else [])),
        )
        for n in range(9)
    ]
    return next(told for told in told_in_week(numbers) if told.findings[0].key == f"feeling:{first}")


@pytest.mark.parametrize(
    ("first", "second", "question", "named"),
    [
        (Emotion.HOPE, Emotion.FEAR, "welcome", False),
        (Emotion.HOPE, Emotion.JOY, "welcome", True),
        (Emotion.FEAR, Emotion.SHAME, "unwelcome", True),
        (Emotion.FEAR, Emotion.HOPE, "landscape_mixed", True),
    ],
)
def test_a_feeling_is_asked_about_in_its_own_way(first: Emotion, second: Emotion, question: str, named: bool) -> None:
    """A welcome feeling is followed by no unwelcome one; each question fits all the feelings named before it."""
    told = _feeling_card(first, second)
    texts = [sentence.text for sentence in told.draft.sentences()]
    assert texts[-1] in CARD_PHRASES[f"ask.{question}"]
    assert any(second.lower() in text.lower() for text in texts) is named


def test_energy_is_told_only_as_a_change() -> None:
    """However lively the sessions were, no card and no month says so of itself."""
    numbers = [session(day.toordinal(), day, valence=3_000, arousal=8_000) for day in MONTH]
    for told in _everything(numbers, CareLevel.NONE):
        assert not any("energy" in sentence.text.lower() for sentence in told.draft.everything())


def test_a_changed_energy_is_told_without_counts() -> None:
    """More energy than one's usual is told when it is sure; no count of lively sessions stands beside it."""
    days = [*baseline_of(MONTH), *MONTH]
    numbers = [
        session(day.toordinal(), day, arousal=(6_000 if day in MONTH else -6_000) + 100 * (day.day % 3)) for day in days
    ]
    told = told_in_month(numbers)
    assert told is not None
    (text,) = [one.text for one in told.draft.sentences() if "energy" in one.text]
    assert "more energy than your usual" in text
    assert not re.search(r"\d", text)
