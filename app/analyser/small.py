"""The weights of the small engine and the one product that they are for: features times weights.

Knows no sentences, sessions or languages; training writes the file with `save_weights` and nothing else does.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.analyser import features
from app.analyser.heads import HEADS, VALENCE
from app.analyser.version import version_of

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What training leaves: F features, H = len(HEADS) heads.

    `vocabulary` F names; `rarity` (F,) inverse document frequencies; a weight is its step, `steps` (F, H) int8, x the
    feature's `reaches` (F,) x the head's `scales` (H,); `biases` (H,); `thresholds` (H,) probabilities from which a
    logistic head counts as present (0 for balance and the linear heads); `certainty` coefficients of the confidence.
    """

    vocabulary: tuple[str, ...]
    rarity: Floats
    steps: NDArray[np.int8]
    reaches: Floats
    scales: Floats
    biases: Floats
    thresholds: Floats
    certainty: Floats


def save_weights(path: Path, weights: Weights) -> None:
    """Write a compressed .npz; equal weights give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        vocabulary=np.frombuffer("\n".join(weights.vocabulary).encode(), dtype=np.uint8),
        heads=np.frombuffer("\n".join(HEADS).encode(), dtype=np.uint8),
        rarity=weights.rarity.astype(np.float32),
        steps=np.ascontiguousarray(weights.steps.T),
        reaches=weights.reaches.astype(np.float32),
        scales=weights.scales.astype(np.float32),
        biases=weights.biases.astype(np.float32),
        thresholds=weights.thresholds.astype(np.float32),
        certainty=weights.certainty.astype(np.float32),
    )


def load_weights(path: Path) -> Weights:
    """Read what `save_weights` wrote; ValueError when the file is not one, or is of another set of heads."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            stored = dict(archive)
        heads, vocabulary = (stored[name].tobytes().decode().split("\n") for name in ("heads", "vocabulary"))
        weights = Weights(
            vocabulary=tuple(vocabulary),
            rarity=stored["rarity"],
            steps=np.ascontiguousarray(stored["steps"].T),
            reaches=stored["reaches"],
            scales=stored["scales"],
            biases=stored["biases"],
            thresholds=stored["thresholds"],
            certainty=stored["certainty"],
        )
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError("this is not a file of weights of the small engine") from error
    if tuple(heads) != HEADS:
        raise ValueError("the weights belong to another version of the analyser: train again")
    return weights


def load_model(path: Path) -> "SmallModel":
    """The model of a file of weights; raises what `load_weights` raises."""
    return SmallModel(load_weights(path), version=version_of((path,)))


class SmallModel:
    """Weights made ready to use; it keeps nothing between calls and may be shared by threads."""

    def __init__(self, weights: Weights, *, version: str) -> None:
        self.version = version
        self.thresholds = [float(value) for value in weights.thresholds]
        self.certainty = [float(value) for value in weights.certainty]
        self.nameable: list[str] = []
        self._featuriser = features.Featuriser(weights.vocabulary, weights.rarity.tolist())
        self._table: Floats = weights.steps * weights.reaches[:, None] * weights.scales
        self._biases = weights.biases

    def knows(self, word: str) -> bool:
        """Whether a word is in the vocabulary."""
        return word in self._featuriser.places

    def answers(self, text: str) -> list[float]:
        """One number per head of `HEADS`: probabilities 0..1, then valence and arousal within -1..1."""
        places, weights = self._featuriser.weigh(features.words(text))
        sums = self._biases
        if places:
            sums = sums + np.array(weights, dtype=np.float32) @ self._table[places]
        answers = 1.0 / (1.0 + np.exp(-sums.clip(-30.0, 30.0)))
        answers[VALENCE:] = sums[VALENCE:].clip(-1.0, 1.0)
        numbers: list[float] = answers.tolist()
        return numbers
