"""The words with which people say who they are, and how their weight is taken out of valence and arousal.

Says nothing about what such words mean in a sentence; the emotion and pattern heads keep what they learned of them.
"""

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from app.analyser import features

Array = NDArray[np.float64]

_WORDS = """
black white brown asian latino latina hispanic indigenous aboriginal arab roma mixed native african european
american mexican british english scottish irish welsh french german italian spanish polish russian ukrainian turkish
kurdish indian pakistani bangladeshi chinese japanese korean vietnamese filipino nigerian somali syrian afghan
iranian iraqi israeli palestinian egyptian moroccan brazilian canadian australian
muslim muslims islam islamic jew jews jewish christian christians catholic catholics protestant hindu hindus sikh
buddhist atheist quaker mormon
gay gays lesbian lesbians bisexual bi queer trans transgender nonbinary straight asexual heterosexual homosexual
woman women man men girl girls boy boys male female lady guy mother father widow widower
deaf blind disabled autistic autism adhd dyslexic bipolar schizophrenic schizophrenia diabetic epileptic amputee
wheelchair hiv
immigrant immigrants migrant refugee refugees foreigner veteran elderly pensioner teenager
"""
IDENTITY_WORDS = frozenset(_WORDS.split())
"""What a person is tells nothing of how they feel; what raters and texts felt about it must not either."""


def names_with(word: str, names: list[str]) -> list[int]:
    """Places of the features that hold `word` whole beside or after something else: its pairs, and it denied."""
    return [
        place
        for place, name in enumerate(names)
        if (" " in name and not name.startswith("~") and word in name.split(" ")) or name == f"not_{word}"
    ]


def neutral(weights: Array, *, names: list[str], rarity: list[float]) -> Array:
    """Weights (features, heads) under which an identity word in the vocabulary adds nothing.

    Its pairs and its denied form weigh nothing; its own weight cancels that of its pieces, which other words share.
    """
    places = {name: place for place, name in enumerate(names)}
    mended = weights.copy()
    words = sorted(IDENTITY_WORDS & places.keys())
    for word in words:
        mended[names_with(word, names)] = 0.0
    for word in words:
        pieces = Counter(places[piece] for piece in features.pieces(word) if piece in places)
        shared = [(1.0 + math.log(count)) * rarity[place] * mended[place] for place, count in pieces.items()]
        mended[places[word]] = -np.sum(shared, axis=0) / rarity[places[word]] if shared else 0.0
    return mended
