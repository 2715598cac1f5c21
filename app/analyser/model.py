"""The weights of the small engine and the one product that they are for: features times weights.

Knows no sentences, sessions or languages; training writes the file with `save_weights` and nothing else does.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.analyser import features
from app.analyser.taxonomy import EMOTION_ORDER, LABELS_28, PATTERN_ORDER

HEADS = (
    *(f"label:{name}" for name in LABELS_28),
    *(f"emotion:{name}" for name in EMOTION_ORDER),
    *(f"pattern:{name}" for name in PATTERN_ORDER),
    "valence",
    "arousal",
)
"""Columns of the weights, in order: 28 labels, 9 emotions, 12 patterns (all logistic), valence and arousal (linear)."""

LABELS = slice(0, len(LABELS_28))
EMOTIONS = slice(LABELS.stop, LABELS.stop + len(EMOTION_ORDER))
PATTERNS = slice(EMOTIONS.stop, EMOTIONS.stop + len(PATTERN_ORDER))
VALENCE = PATTERNS.stop
AROUSAL = VALENCE + 1

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What training leaves: F features, H = len(HEADS) heads.

    `vocabulary` F names; `rarity` (F,) inverse document frequencies; a weight is its step, `steps` (F, H) int8, x the
    feature's `reaches` (F,) x the head's `scales` (H,); `biases` (H,); `thresholds` (H,) probabilities from which a
    logistic head counts as present (0 for the linear heads).
    """

    vocabulary: tuple[str, ...]
    rarity: Floats
    steps: NDArray[np.int8]
    reaches: Floats
    scales: Floats
    biases: Floats
    thresholds: Floats


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
        )
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError("this is not a file of weights of the small engine") from error
    if tuple(heads) != HEADS:
        raise ValueError("the weights belong to another version of the analyser: train again")
    return weights


class Model:
    """Weights made ready to use; it keeps nothing between calls and may be shared by threads."""

    def __init__(self, weights: Weights) -> None:
        self.thresholds = [float(value) for value in weights.thresholds]
        self._featuriser = features.Featuriser(weights.vocabulary, weights.rarity.tolist())
        self._table: Floats = weights.steps * weights.reaches[:, None] * weights.scales
        self._biases = weights.biases

    def knows(self, word: str) -> bool:
        """Whether a word is in the vocabulary."""
        return word in self._featuriser.places

    def answers(self, tokens: list[str]) -> list[float]:
        """One number per head of `HEADS`: probabilities 0..1, then valence and arousal within -1..1."""
        places, weights = self._featuriser.weigh(tokens)
        sums = self._biases
        if places:
            sums = sums + np.array(weights, dtype=np.float32) @ self._table[places]
        answers = 1.0 / (1.0 + np.exp(-sums.clip(-30.0, 30.0)))
        answers[VALENCE:] = sums[VALENCE:].clip(-1.0, 1.0)
        numbers: list[float] = answers.tolist()
        return numbers
