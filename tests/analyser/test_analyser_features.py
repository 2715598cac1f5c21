"""The featuriser that training and run time share."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analyser.features import Featuriser, denied, is_word, names, normalise, sentences, words


def test_signs_cases_and_curly_apostrophes_do_not_matter() -> None:
    """The same sentence typed on a phone or a typewriter has the same features."""
    assert words("I DON\u2019T know\u2026") == words("i don't know...")
    assert words("Sooooooo good!!! :)") == ["sooo", "good", "!!!", ":)"]
    assert normalise("[NAME] came") == "  came"


def test_sentences_end_where_people_end_them() -> None:
    """Marks and line breaks end a sentence; a text without any is one sentence; blanks are none."""
    assert sentences("It rained. Did it? Yes!\nWe went home") == ["It rained.", "Did it?", "Yes!", "We went home"]
    assert sentences("no marks at all") == ["no marks at all"]
    assert sentences(" \n ") == []


def test_features_are_words_pairs_and_pieces() -> None:
    """Words, neighbouring pairs and 3- to 5-grams inside words, and nothing across words."""
    found = names(["so", "sad"])
    assert {"so", "sad", "so sad", "~ so ", "~sad", "~ sad ", "~ad "} <= set(found)
    assert not [name for name in found if name.startswith("~") and "o s" in name]


def test_words_after_a_negation_are_marked() -> None:
    """A negation denies the three words after it, no further than the next sign."""
    assert denied(words("I'm not very happy with it today")) == ["not_very", "not_happy", "not_with"]
    assert denied(words("it isn't bad! lovely")) == ["not_bad"]
    assert denied(words("so happy")) == []


def test_weights_are_of_unit_length_and_count_sublinearly() -> None:
    """Two known words, one of them twice: 1 + ln 2 against 1, scaled by rarity, of Euclidean length 1."""
    places, weights = Featuriser(["calm", "day"], [1.0, 2.0]).weigh(["calm", "day", "calm", "unheard"])
    assert places == [0, 1]
    assert weights[0] / weights[1] == pytest.approx((1 + math.log(2)) / 2)
    assert math.hypot(*weights) == pytest.approx(1.0)
    assert Featuriser(["calm"], [1.0]).weigh(["storm"]) == ([], [])


@given(st.text(max_size=80))
def test_known_words_are_weighed_like_unknown_ones(text: str) -> None:
    """Looking up a known word's pieces beforehand gives what taking it apart gives: counts of names, nothing else."""
    tokens = words(text)
    vocabulary = sorted(set(names(tokens)))
    _, weights = Featuriser(vocabulary, [1.0] * len(vocabulary)).weigh(tokens)
    pieces_only = [name for name in vocabulary if not is_word(name) or " " in name]
    places, _ = Featuriser(pieces_only, [1.0] * len(pieces_only)).weigh(tokens)
    assert len(weights) == len(vocabulary)
    assert {pieces_only[place] for place in places} == set(pieces_only)
