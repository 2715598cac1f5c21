"""How much of a text is about this person, and how easily it reads."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.affect import CareLevel, ThinkingPattern
from app.domain.estimates.estimate import ConfidenceLevel
from app.domain.findings import InsightKind
from app.domain.measures import Metric
from app.domain.narrative import Brief, Draft, Form, Manner, Sentence, check, compose
from app.domain.narrative.brief import Fact, Point
from app.domain.narrative.check_ease import EASY, ease_of, ease_of_draft, syllables_in
from app.domain.narrative.specificity import LEAST_OF_QUESTION, LEAST_SPECIFIC, least_for, specificity
from tests.domain.model_answers import BRIEF, card, failed
from tests.domain.told_lives import CARD_PHRASES, WEEK, changing_life, told_in_month, told_in_week

_COUNTED = Sentence("Fear showed up in 6 of 9 sessions", ("e10",))
_GENERAL = Sentence("A week is as wide as what it holds.")


def _draft(*body: Sentence, title: Sentence = _COUNTED) -> Draft:
    return Draft(Form.CARD, title, body)


@pytest.mark.parametrize(
    ("draft", "least", "most"),
    [
        (_draft(Sentence("In 4 of 9 there was joy.", ("e9",))), 1.0, 1.0),
        (_draft(Sentence("What would you like to keep?")), 1.0, 1.0),
        (_draft(Sentence("If you like, you could look at it again.")), 1.0, 1.0),
        (_draft(_GENERAL), 0.4, 0.5),
        (_draft(_GENERAL, _GENERAL, _GENERAL), 0.2, 0.25),
        (_draft(_GENERAL, title=Sentence("A week")), 0.0, 0.0),
        (_draft(replace(_GENERAL, evidence=("e1",)), title=Sentence("A week")), 0.0, 0.0),
        (_draft(Sentence("Fear was there."), title=Sentence("A week")), 0.0, 0.0),
        (_draft(Sentence("It was 5 of 9 sessions.", ("e10",)), title=Sentence("A week")), 0.6, 0.8),
        (_draft(Sentence("What would you like to keep?"), title=Sentence("What was it?")), 0.0, 0.0),
    ],
)
def test_specific_is_what_only_this_brief_supports(draft: Draft, least: float, most: float) -> None:
    """Cited counts and names carry the words around them; general words, and what cites nothing, weigh against."""
    assert least <= specificity(draft, BRIEF) <= most


def test_padding_around_a_single_name_is_not_specific() -> None:
    """One name carries eight words: a long sentence around it is mostly padding."""
    padded = Sentence(f"Fear was there, {'as it is wherever a week is wide ' * 3}and more.", ("e10",))
    assert specificity(_draft(title=padded), BRIEF) < 0.4


def test_a_text_for_anybody_is_refused() -> None:
    """A counted headline over four general sentences fails by name; two of them may stand."""
    answer = card("x")
    answer["body"] = [{"text": "A week is as wide as all that it holds.", "evidence": []}] * 4
    assert "specific" in failed(answer)
    answer["body"] = answer["body"][:2]
    assert "specific" not in failed(answer)


def test_what_has_little_to_say_need_not_be_specific() -> None:
    """An offer of support is about nobody; a card that only asks has a lower bar; everything else the same one."""
    (point,) = BRIEF.points
    asking = replace(BRIEF, points=(replace(point, kind=InsightKind.QUESTION),))
    assert least_for(replace(BRIEF, manner=Manner.SUPPORT)) == 0
    assert least_for(asking) == LEAST_OF_QUESTION < LEAST_SPECIFIC
    assert least_for(BRIEF) == least_for(replace(asking, form=Form.MONTH)) == LEAST_SPECIFIC


@given(st.integers(0, 2**32), st.sampled_from(CareLevel))
@settings(max_examples=20, deadline=None)
def test_what_the_composer_says_is_specific_and_easy(seed: int, care: CareLevel) -> None:
    """Whatever is found in a life, its text is between 0 and 1, over its own bar, and reads easily."""
    numbers = list(changing_life(seed))
    month = told_in_month(numbers, care=care)
    for told in [*told_in_week(numbers, care=care), *([month] if month else [])]:
        assert least_for(told.brief) <= specificity(told.draft, told.brief) <= 1
        assert ease_of_draft(told.draft) >= EASY


@pytest.mark.parametrize("pattern", ThinkingPattern)
def test_every_pattern_is_told_specifically_and_easily(pattern: ThinkingPattern) -> None:
    """In every wording that may come up, with nothing going along: the longest definition of each pattern passes."""
    for count in range(3, 40):
        shown = (("count", count), ("total", 40 if count % 2 else count))
        fact = Fact("e1", Metric.PATTERN_SHARE, pattern, shown, 50, 40, 60, ConfidenceLevel.LOW, None, None)
        point = Point(f"pattern:{pattern}", InsightKind.PATTERN, ("e1",), None)
        for manner in (Manner.PLAIN, Manner.GENTLE):
            brief = Brief(Form.CARD, manner, WEEK, (point,), (fact,))
            report = check(compose(brief, CARD_PHRASES), brief)
            assert dict(report.failed).get("reading-ease") is None
            assert manner is Manner.GENTLE or report.ok


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("week", 1), ("9", 1), ("moment", 2), ("afternoon", 3), ("cognitive", 3), ("psychological", 5), ("usual", 2)],
)
def test_syllables_are_counted_where_words_may_be_hyphenated(word: str, syllables: int) -> None:
    """Common words, jargon and numbers."""
    assert syllables_in(word) == syllables


def test_ease_is_the_formula_of_1948() -> None:
    """Six words of one syllable in one sentence; two such sentences are as easy; nothing at all is easy."""
    assert ease_of("The cat sat on the mat.") == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert ease_of("The cat sat on the mat. The dog sat on the mat.") == ease_of("The cat sat on the mat.")
    assert ease_of("...") == 100


@pytest.mark.parametrize(
    "text",
    [
        "Cognitive restructuring facilitates psychological flexibility in 5 of 9 sessions.",
        "Emotional regulation capabilities demonstrated considerable variability.",
        "What may be mind reading was observable throughout multiple interpersonal situations.",
        "Your affective trajectory indicates heightened emotional intensity.",
    ],
)
def test_jargon_does_not_read_easily(text: str) -> None:
    """One hard sentence is enough, however easy its headline is."""
    assert "reading-ease" in failed(card(text, "e1"))


@pytest.mark.parametrize(
    "text", ["Overgeneralising may have shown up in 3 of 9 sessions.", "In the afternoon, 4 of 9 sessions began."]
)
def test_the_names_of_things_do_not_make_a_text_hard(text: str) -> None:
    """Long names that have to be said pass in a sentence that is plain otherwise."""
    assert "reading-ease" not in failed(card(text, "e1"))
