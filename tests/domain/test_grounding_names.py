"""One look for all names finds whatever each name's own pattern finds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.narrative import Brief, Draft, Form, Manner, Sentence
from app.domain.narrative.check import CHECKS
from app.domain.narrative.check_claims import letters
from app.domain.narrative.check_grounding import _NAMES, subjects_in
from app.domain.narrative.check_words import Words
from tests.domain.lives import MARCH


@pytest.mark.parametrize("subject", _NAMES)
@given(data=st.data())
@settings(deadline=None)
def test_no_name_is_overlooked(subject: str, data: st.DataObject) -> None:
    """Whatever a subject may be called, whatever words around it, it is found, or its letters are refused."""
    name = re.compile(rf"\b(?:{_NAMES[subject]})\b", re.IGNORECASE)
    text = data.draw(st.text("ab \u017f\u212a.", max_size=6)) + data.draw(st.from_regex(name))
    assert name.search(text) is None or subject in subjects_in(text) or _is_refused(text)


@pytest.mark.parametrize("first", _NAMES)
def test_no_name_stands_in_the_way_of_another(first: str) -> None:
    """Of two names right after each other both are found, so none begins inside another or takes its place."""
    for second in _NAMES:
        texts = [f"{_plain(one)} {_plain(other)}" for one in _ways(first) for other in _ways(second)]
        assert all({first, second} <= subjects_in(text) for text in texts)


def _ways(subject: str) -> list[str]:
    """What a subject may be called, as patterns without a choice between words."""
    return re.split(r"\|(?![^(]*\))", _NAMES[subject])


def _plain(pattern: str) -> str:
    """A text that such a pattern finds."""
    text = re.sub(r"\(\?:([^|)]*)[^)]*\)\??", r"\1", pattern)
    text = re.sub(r"\[- \]|\\W\{1,2\}", " ", text)
    return re.sub(r"\[sz\]", "s", text).replace(r"\w+", "sed").replace(r"\w*", "s").replace("?", "")


@given(st.text("aAbB cC.\u2019", max_size=12))
def test_words_are_found_in_letters_of_any_size(text: str) -> None:
    """Small letters of a text find what a pattern for either size finds, where it stands and as it stands."""
    pattern = r"\b(?:ab|b\w*c|ca? b)\b"
    words, either = Words(pattern), re.compile(pattern, re.IGNORECASE)
    found = either.search(text)
    assert words.find(text) == (None if found is None else found[0])
    assert [each.span() for each in words.finditer(text)] == [each.span() for each in either.finditer(text)]
    assert words.replaced(text, lambda word: f"<{word}>") == either.sub(lambda m: f"<{m[0].lower()}>", text)


def test_letters_that_no_check_can_look_through_are_refused() -> None:
    """`Words` looks through small letters: one that grows or vanishes there (dotted I, Kelvin sign) is never shown."""
    names = [name for name, _ in CHECKS]
    assert names[0] == "letters"
    for odd in ("\u0130", "\u212a", "\u017f", "\u00df", "\u0131", "\ufb01"):
        text = f"7 of 17 sessions {odd} sat on the lighter side."
        assert _is_refused(text), odd


def _is_refused(text: str) -> bool:
    """Whether a text holds a letter with which nothing is shown."""
    return letters(Draft(Form.CARD, Sentence(text)), Brief(Form.CARD, Manner.PLAIN, MARCH, (), ())) is not None
