"""The voice of the local composer: nobody reads a variant again in the period after."""

import re
from dataclasses import replace
from uuid import UUID

import pytest

from app.domain.narrative import Brief, Form
from app.domain.narrative.compose import compose, seed_for, step_label
from app.domain.narrative.voice import Phrases, Voice
from benchmarks.writing.briefs import fixed_briefs
from benchmarks.writing.variety import Read, of_form, other_sentences, variety
from prompts import list_revisions
from tests.domain.told_lives import CARD_PHRASES, MONTH_PHRASES, changing_life, told_in_week

PHRASES = {Form.CARD: CARD_PHRASES, Form.MONTH: MONTH_PHRASES}


class _Open(dict[str, object]):
    """Slots that are filled with their own names."""

    def __bool__(self) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return name


def _said(phrases: Phrases, key: str, turn: int, people: int) -> set[str]:
    return {Voice(phrases, str(seed), turn).fill(key, _Open()) for seed in range(people)}


@pytest.mark.parametrize("form", Form)
def test_no_variant_comes_twice_in_a_row(form: Form) -> None:
    """Whatever two people have to be told in two periods in a row, no variant of a phrase is said in both."""
    for key in (key for key, variants in PHRASES[form].items() if len(variants) > 1):
        for turn in range(4):
            assert _said(PHRASES[form], key, turn, 20).isdisjoint(_said(PHRASES[form], key, turn + 1, 20)), key


@pytest.mark.parametrize("form", Form)
def test_every_variant_comes_up(form: Form) -> None:
    """Over two periods and enough people, all variants of a phrase are said."""
    for key, variants in PHRASES[form].items():
        said = _said(PHRASES[form], key, 0, 100) | _said(PHRASES[form], key, 1, 100)
        assert len(said) == len(variants), key


@pytest.mark.parametrize("form", Form)
def test_nobody_reads_the_same_in_two_periods_running(form: Form) -> None:
    """Of some weeks and months of invented people, no sentence without a number comes again in the period after."""
    texts = [
        Read(each.person, each.period, each.brief.digest, compose(each.brief, PHRASES[each.brief.form]))
        for each in fixed_briefs(12)
    ]
    assert variety(of_form(texts, form), other_sentences, masked=False).again == 0


def test_a_step_is_worded_by_its_brief() -> None:
    """The words on a card's button are the same each time, and those of its step."""
    for told in told_in_week(list(changing_life(1))):
        label = step_label(told.brief, CARD_PHRASES)
        assert label == step_label(told.brief, CARD_PHRASES)
        assert label in CARD_PHRASES[f"step.{told.brief.points[0].suggestion}"]


def test_every_revision_still_serves() -> None:
    """Older revisions have fewer variants, and are spoken all the same."""
    for revision in list_revisions("weekly-card"):
        for told in told_in_week(list(changing_life(2))):
            assert compose(told.brief, revision.phrases).body


def test_two_readers_are_told_the_same_in_different_words() -> None:
    """Of twenty who have the very same to be told in a week, most read a card of their own, always the same."""
    brief = told_in_week(list(changing_life(1)))[0].brief
    seeds = [seed_for(UUID(int=reader), brief) for reader in range(20)]
    cards = [compose(brief, CARD_PHRASES, seed=seed) for seed in seeds]
    assert len({tuple(sentence.text for sentence in card.everything()) for card in cards}) > 10
    assert cards == [compose(brief, CARD_PHRASES, seed=seed_for(UUID(int=reader), brief)) for reader in range(20)]
    again = [seed_for(UUID(int=0), brief, attempt) for attempt in range(3)]
    assert len({*again, *seeds}) == 22, "each attempt draws anew"


def test_words_stay_when_a_number_changes() -> None:
    """Three times as many sessions, alike: whatever is no number is said with the same words."""
    asked = list(fixed_briefs(4))
    for each in asked:
        before, after = (
            [
                _DIGITS.sub("#", sentence.text)
                for sentence in compose(brief, PHRASES[brief.form], seed=seed_for(each.reader, brief)).everything()
            ]
            for brief in (_times(each.brief, 2), _times(each.brief, 6))  # none of them 1: "1 session" is another word
        )
        assert before == after
    assert len(asked) > 50


_DIGITS = re.compile(r"\d+")


def _times(brief: Brief, factor: int) -> Brief:
    return replace(
        brief,
        facts=tuple(
            replace(
                fact, shown=tuple((name, value if name == "sign" else factor * value) for name, value in fact.shown)
            )
            for fact in brief.facts
        ),
    )
