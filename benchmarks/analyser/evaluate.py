"""Measures an engine on the dev splits: `spectrum evaluate analyser --data DIR`.

Tunes nothing: thresholds come with the weights. What is measured runs through the same call as in production.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import brier_score_loss, f1_score, roc_auc_score

from app.analyser import Engine, Prediction, load_analyser
from app.analyser.engine import Analyser
from app.analyser.impact import Movement, impact
from app.analyser.taxonomy import LABELS_28
from app.analyser.version import files_of
from app.domain.affect import EMOTIONS, PATTERNS, ThinkingPattern
from benchmarks.analyser import corpora, speed
from benchmarks.analyser.corpora import Array
from benchmarks.analyser.fitting import best_threshold, calibrate, sigmoid


@dataclass(frozen=True, slots=True)
class Goal:
    """What the small engine had reached on test splits, and what the default engine must and should reach."""

    small: float | None
    required: float | None
    moonshot: float | None


GOALS = {
    "9 emotions, macro-F1": Goal(0.61, 0.645, 0.69),
    "28 emotions, macro-F1": Goal(0.49, 0.515, 0.55),
    "valence r, EmoBank": Goal(0.60, 0.69, 0.80),
    "arousal r, EmoBank": Goal(0.41, 0.46, 0.55),
    "valence r, Lemotif": Goal(0.65, 0.72, 0.78),
    "valence sign AUC, Lemotif": Goal(0.949, 0.955, 0.975),
    "12 patterns, macro-F1": Goal(0.498, 0.51, 0.60),
    "12 patterns, mean AUC": Goal(0.778, 0.80, 0.87),
    "pattern distribution error": Goal(0.13, 0.12, 0.06),
    "valence rises, practitioners' reframes": Goal(0.67, 0.74, 0.90),
    "valence rises, laypeople's reframes": Goal(0.87, 0.90, 0.95),
    "short texts per second": Goal(10_000, 800, 3_000),
    "import + load, s": Goal(0.3, 0.5, 0.2),
}
"""The table of figures to reach, by engine; a distribution error and a load time should be low, all others high."""

FOLDS = 2


def evaluate(analyser: Analyser, data: Path) -> dict[str, float]:
    """Figures of quality by name, on the dev splits of `data` and on the project's held-out texts."""
    return {**_emotions(analyser, data), **_affect(analyser, data), **_patterns(analyser, data), **_reframes(analyser)}


def _emotions(analyser: Analyser, data: Path) -> dict[str, float]:
    dev = corpora.read_goemotions(data, "dev")
    labels, emotions = dev.targets[:, : len(LABELS_28)], dev.targets[:, len(LABELS_28) :]
    read = analyser.analyse(dev.texts)
    found = np.array([[emotion in one.emotions_present for emotion in EMOTIONS] for one in read])
    finer = np.array([[label in one.labels_present for label in LABELS_28] for one in read])
    chances = np.array([one.emotions for one in read])
    top = np.array([row[int(np.argmax(one.emotions))] for row, one in zip(emotions, read, strict=True)])
    return {
        "9 emotions, macro-F1": float(f1_score(emotions, found, average="macro")),
        "9 emotions, macro-F1, crossed": crossed_f1(chances, emotions),
        "28 emotions, macro-F1": float(f1_score(labels, finer, average="macro")),
        "28 emotions, macro-F1, crossed": crossed_f1(np.array([one.labels for one in read]), labels),
        "9 emotions, macro-AUC": float(roc_auc_score(emotions, chances)),
        "9 emotions, mean Brier": _mean([brier_score_loss(emotions[:, at], chances[:, at]) for at in range(9)]),
        "9 emotions, calibration error, crossed": calibration_error(crossed(chances, emotions), emotions),
        "strongest emotion named by raters": float(top.mean()),
        "confidence, calibration error": calibration_error(np.array([[one.confidence] for one in read]), top[:, None]),
        "confidence, AUC of being right": float(roc_auc_score(top, [one.confidence for one in read])),
    }


def _affect(analyser: Analyser, data: Path) -> dict[str, float]:
    sentences, journals = corpora.read_emobank(data, "dev"), corpora.read_lemotif(data, "dev")
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


def _patterns(analyser: Analyser, data: Path) -> dict[str, float]:
    comments = corpora.read_goemotions(data, "dev").texts[:1_000]
    journals = corpora.read_lemotif(data, "dev").texts
    held = corpora.read_patterns(corpora.HELD_PATTERNS)
    read = analyser.analyse(held.texts)
    found = shown(read)
    chances = np.array([one.patterns for one in read])
    counts, true = found.sum(0), held.targets.sum(0)
    return {
        "comments that show a pattern": float(shown(analyser.analyse(comments)).any(axis=1).mean()),
        "journals that show a pattern": float(shown(analyser.analyse(journals)).any(axis=1).mean()),
        "12 patterns, macro-F1": float(f1_score(held.targets, found, average="macro")),
        "12 patterns, macro-F1, crossed": crossed_f1(chances, held.targets),
        "12 patterns, mean AUC": float(roc_auc_score(held.targets, chances)),
        "12 patterns, calibration error, crossed": calibration_error(crossed(chances, held.targets), held.targets),
        "pattern distribution error": float(np.abs(counts / counts.sum() - true / true.sum()).sum() / 2),
    }


def _reframes(analyser: Analyser) -> dict[str, float]:
    rows = corpora.read_rows(corpora.HELD_PAIRS)
    thoughts, reframes = (analyser.analyse([row[name] for row in rows]) for name in ("thought", "reframe"))
    moved = [
        impact((row["thought"], before), (row["reframe"], after))
        for row, before, after in zip(rows, thoughts, reframes, strict=True)
    ]
    rises = np.array([after.valence > before.valence for before, after in zip(thoughts, reframes, strict=True)])
    expert = np.array([row["writer"] == "practitioner" for row in rows])
    brooding = [
        analyser.analyse([row["thought"], row["rumination"]]) for row in corpora.read_rows(corpora.HELD_RUMINATIONS)
    ]
    lifted = np.array([one is not None and one.movement is Movement.LIFTED for one in moved])
    risen = np.array([one is not None and one.shift > 0 for one in moved])
    return {
        "valence rises, practitioners' reframes": float(rises[expert].mean()),
        "valence rises, laypeople's reframes": float(rises[~expert].mean()),
        "impact rises, practitioners' reframes": float(risen[expert].mean()),
        "impact rises, laypeople's reframes": float(risen[~expert].mean()),
        "LIFTED, practitioners' reframes": float(lifted[expert].mean()),
        "LIFTED, laypeople's reframes": float(lifted[~expert].mean()),
        "valence rises, ruminations (low is good)": _mean([late.valence > early.valence for early, late in brooding]),
        "balance, mean over ruminations": _mean([late.balance for _, late in brooding]),
        "balance, AUC of reframe against thought": float(
            roc_auc_score(
                [0] * len(rows) + [1] * len(rows), [one.balance for one in thoughts] + [one.balance for one in reframes]
            )
        ),
    }


def shown(read: Sequence[Prediction]) -> Array:
    """(texts, 12): which patterns each prediction shows."""
    return np.array([[pattern in one.patterns_present for pattern in PATTERNS] for one in read], dtype=np.float64)


def named(analyser: Analyser) -> list[tuple[ThinkingPattern, int, int]]:
    """Per pattern how often it was right and how often it was shown on the held-out texts."""
    held = corpora.read_patterns(corpora.HELD_PATTERNS)
    found = shown(analyser.analyse(held.texts))
    return [
        (pattern, int((found[:, at] * held.targets[:, at]).sum()), int(found[:, at].sum()))
        for at, pattern in enumerate(PATTERNS)
    ]


def crossed_f1(chances: Array, present: Array) -> float:
    """Macro-F1 with each half's thresholds set on the other half: what thresholds from the same texts flatter."""
    found = np.zeros(present.shape)
    half = np.arange(len(present)) % FOLDS
    for fold in range(FOLDS):
        for at in range(present.shape[1]):
            limit = best_threshold(chances[half != fold, at], present[half != fold, at])
            found[half == fold, at] = chances[half == fold, at] >= limit
    return float(f1_score(present, found, average="macro"))


def crossed(chances: Array, present: Array) -> Array:
    """The same probabilities, each half calibrated anew on the other half."""
    sums = np.log(chances.clip(1e-6, 1 - 1e-6) / (1 - chances.clip(1e-6, 1 - 1e-6)))
    anew = np.zeros(chances.shape)
    half = np.arange(len(present)) % FOLDS
    for fold in range(FOLDS):
        slopes, offsets = calibrate(sums[half != fold], present[half != fold])
        anew[half == fold] = sigmoid(sums[half == fold] * slopes + offsets)
    return anew


def _correlation(first: Sequence[float] | Array, second: Array) -> float:
    return float(np.corrcoef(np.asarray(first), second)[0, 1])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def calibration_error(chances: Array, present: Array) -> float:
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


def show(data: Path, engine: Engine) -> None:
    """Print the figures as a table beside the goals of the engine."""
    analyser = load_analyser(engine)
    found = evaluate(analyser, data)
    found["short texts per second"] = speed.texts_per_second(analyser.analyse, speed.short_texts(data))
    found["import + load, s"] = speed.load_time(engine)
    found["files, MB"] = sum(file.stat().st_size for file in files_of(engine)) / 1e6
    table = Table("figure", "dev", "required", "moonshot", title=f"{analyser.version} on dev splits")
    for name, value in found.items():
        goal = GOALS.get(name, Goal(None, None, None))
        least = goal.small if engine is Engine.SMALL else goal.required
        far = None if engine is Engine.SMALL else goal.moonshot
        table.add_row(name, _told(value), _told(least), _told(far))
    Console().print(table)
    flags = Table("pattern", "right", "shown", "may be named", title="Precision on the held-out texts")
    for pattern, right, said in named(analyser):
        flags.add_row(pattern, str(right), str(said), "yes" if pattern in analyser.nameable else "no")
    Console().print(flags)


def _told(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the dev splits")
    parser.add_argument("--engine", choices=[*Engine], default=Engine.ENCODER)
    asked = parser.parse_args()
    show(asked.data, Engine(asked.engine))


if __name__ == "__main__":
    main()
