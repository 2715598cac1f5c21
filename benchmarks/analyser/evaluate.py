"""Measures the committed analyser on the dev splits: `python -m benchmarks.analyser.evaluate --data DIR`.

Tunes nothing: thresholds come with the weights. What is measured runs through the same call as in production.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, f1_score, roc_auc_score

from app.analyser import features, load_analyser, model
from app.analyser.engine import Analyser
from app.analyser.version import WEIGHTS_FILE
from app.domain.affect import EMOTIONS
from benchmarks.analyser import corpora
from benchmarks.analyser.corpora import Array

GOALS = {
    "9 emotions macro-F1": 0.61,
    "28 emotions macro-F1": 0.49,
    "valence r, EmoBank": 0.60,
    "arousal r, EmoBank": 0.41,
    "valence r, Lemotif": 0.65,
    "valence sign AUC, Lemotif": 0.949,
    "short texts per second": 10_000,
    "import + load, s": 0.3,
}
"""The column "small engine" of the design; those figures were measured on test splits."""


def evaluate(data_dir: Path) -> dict[str, float]:
    """Figures by name, on the dev splits of `data_dir`; speeds are of this machine, on one core."""
    analyser = load_analyser()
    return {
        **_emotions(analyser, data_dir),
        **_affect(analyser, data_dir),
        **_speed(analyser, data_dir),
        "weights, MB": WEIGHTS_FILE.stat().st_size / 1e6,
    }


def _emotions(analyser: Analyser, data_dir: Path) -> dict[str, float]:
    dev = corpora.read_goemotions(data_dir, "dev")
    labels = dev.targets[:, : len(EMOTIONS) * -1]
    emotions = dev.targets[:, -len(EMOTIONS) :]
    read = analyser.analyse(dev.texts)
    found = np.array([[emotion in one.emotions_present for emotion in EMOTIONS] for one in read])
    chances = np.array([one.emotions for one in read])
    return {
        "9 emotions macro-F1": float(f1_score(emotions, found, average="macro")),
        "28 emotions macro-F1": float(f1_score(labels, _labels(dev.texts), average="macro")),
        "9 emotions macro-AUC": float(roc_auc_score(emotions, chances)),
        "9 emotions mean Brier": _mean([brier_score_loss(emotions[:, at], chances[:, at]) for at in range(9)]),
        "9 emotions calibration error": _calibration_error(chances, emotions),
    }


def _labels(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the 28 finer labels pass their thresholds: the analyser itself gives only the nine."""
    weighed = model.Model(model.load_weights(WEIGHTS_FILE))
    limits = np.array(weighed.thresholds[model.LABELS])
    return np.asarray(np.array([weighed.answers(features.words(text))[model.LABELS] for text in texts]) >= limits)


def _affect(analyser: Analyser, data_dir: Path) -> dict[str, float]:
    sentences, journals = corpora.read_emobank(data_dir, "dev"), corpora.read_lemotif(data_dir, "dev")
    read = analyser.analyse(sentences.texts)
    valence = np.array([one.valence for one in analyser.analyse(journals.texts)])
    truth = journals.targets[:, 0]
    told = truth != 0
    return {
        "valence r, EmoBank": _correlation([one.valence for one in read], sentences.targets[:, 0]),
        "arousal r, EmoBank": _correlation([one.arousal for one in read], sentences.targets[:, 1]),
        "valence r, Lemotif": _correlation(valence, truth),
        "valence sign AUC, Lemotif": float(roc_auc_score(truth[told] > 0, valence[told])),
        "valence spread (sd), Lemotif": float(valence.std()),
    }


def _speed(analyser: Analyser, data_dir: Path) -> dict[str, float]:
    texts = corpora.read_goemotions(data_dir, "dev").texts[:3_000]
    rates = []
    for _ in range(5):
        start = time.perf_counter()
        analyser.analyse(texts)
        rates.append(len(texts) / (time.perf_counter() - start))
    return {"short texts per second": float(np.median(rates)), "import + load, s": _load_time()}


def _load_time() -> float:
    """Median of five fresh processes: importing the room and loading its weights, without the start of Python."""
    code = (
        "import time; start = time.perf_counter(); import app.analyser; app.analyser.load_analyser(); "
        "print(time.perf_counter() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True) for _ in range(5)]
    return float(np.median([float(run.stdout) for run in runs]))


def _correlation(first: Sequence[float] | Array, second: Array) -> float:
    return float(np.corrcoef(np.asarray(first), second)[0, 1])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _calibration_error(chances: Array, present: Array) -> float:
    """Mean over classes of the expected calibration error in ten equal bins."""
    errors = []
    for at in range(chances.shape[1]):
        bins = np.minimum((chances[:, at] * 10).astype(int), 9)
        gaps = [
            abs(chances[bins == one, at].mean() - present[bins == one, at].mean()) * (bins == one).mean()
            for one in set(bins)
        ]
        errors.append(float(np.sum(gaps)))
    return _mean(errors)


def show(data_dir: Path) -> None:
    """Print the figures as a table beside the goals."""
    for name, value in evaluate(data_dir).items():
        goal = f"{GOALS[name]:>10,.3f}" if name in GOALS else " " * 10
        print(f"{name:<32}{value:>12,.3f}{goal}")


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the dev splits")
    show(parser.parse_args().data)


if __name__ == "__main__":
    main()
