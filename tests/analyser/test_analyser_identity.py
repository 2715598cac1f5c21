"""Identity words weigh nothing in valence and arousal, and the arithmetic that makes it so."""

import numpy as np
import pytest

from app.analyser import Analyser, Engine, load_analyser
from app.analyser.features import Featuriser, names
from benchmarks.analyser.identity import IDENTITY_WORDS, neutral

ROUNDING = 0.01
"""What rounding to int8 may leave of a weight."""


def test_a_neutral_word_adds_nothing_and_leaves_the_others_alone() -> None:
    """Word, pieces and pairs of an identity word cancel; a word beside it keeps its weight."""
    vocabulary = sorted(set(names(["deaf", "happy"])) | {"not_deaf", "deaf happy"})
    rarity = [1.0 + 0.1 * place for place in range(len(vocabulary))]
    weights = np.linspace(-1.0, 2.0, len(vocabulary)).reshape(-1, 1)
    mended = neutral(weights, names=vocabulary, rarity=rarity)
    places, shares = Featuriser(vocabulary, rarity).weigh(["deaf"])
    assert float(np.array(shares) @ mended[places, 0]) == pytest.approx(0.0)
    assert mended[vocabulary.index("deaf happy")] == mended[vocabulary.index("not_deaf")] == 0.0
    assert mended[vocabulary.index("happy")] == weights[vocabulary.index("happy")]


@pytest.fixture(scope="module")
def small() -> Analyser:
    """Load the small engine, whose weights are linear and can be looked at word by word."""
    return load_analyser(Engine.SMALL)


@pytest.mark.parametrize("word", sorted(IDENTITY_WORDS))
def test_each_identity_word_weighs_nothing_in_the_committed_weights(small: Analyser, word: str) -> None:
    """Alone, a word of identity has the valence and arousal of a text without any known word."""
    alone, empty = small.analyse([word, ""])
    assert alone.valence == pytest.approx(empty.valence, abs=ROUNDING)
    assert alone.arousal == pytest.approx(empty.arousal, abs=ROUNDING)
