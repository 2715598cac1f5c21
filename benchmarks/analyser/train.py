"""Makes the small engine's weights again: `python -m benchmarks.analyser.train --data DIR [--out FILE]`.

Measures nothing on held-out data (that is `evaluate`); seeds are fixed, and equal data give equal bytes on one machine.
"""

import argparse
import math
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from app.analyser import features
from app.analyser.model import HEADS, save_weights
from app.analyser.taxonomy import EMOTION_ORDER, LABELS_28
from app.analyser.version import WEIGHTS_FILE, version_of
from benchmarks.analyser import corpora, fitting, identity
from benchmarks.analyser.corpora import Corpus
from benchmarks.analyser.fitting import Array, Linear, Sparse

SEED = 20_260
FEATURES = 20_000
RAREST = 4
"""Texts that a feature must occur in; seeds of patterns are few, so that theirs need `RAREST_SEED` only."""
RAREST_SEED = 3
FOLDS = 5

EMOTION_STRENGTH, EMOTION_FLOOR = 0.25, 1.0
PATTERN_STRENGTH, PATTERN_FLOOR = 10.0, 2.0
"""How freely weights grow, and how freely those do that tell nothing by themselves (`fitting.telling`)."""
PENALTY = 2.0
STACK = 0.1
"""How strongly the sums of the emotion heads are offered to the heads of valence and arousal."""
SHARE_AFFECT, SHARE_PATTERN = 0.3, 0.3
"""How much valence and arousal, and patterns, count beside emotions when features are chosen."""
JOURNAL_WEIGHT = 0.5
JOURNAL_SLOPE = 0.25
"""Lemotif's valence in EmoBank's units: journals swing four times as far as single sentences of prose."""
REACH = 3.0
"""Valence and arousal are stretched by this, so that -1..1 is the range that writers use of themselves: on journals
the slope of their own valence on the unstretched one is about three."""
BACKGROUND_WEIGHT, CALM_WEIGHT, CALM_TEXTS = 0.15, 0.1, 6_000
"""Sentences of journals, and comments without a sad, afraid, angry or ashamed label, stand for the plain talk that
has no pattern; some has one, so that each counts little."""


@dataclass(frozen=True, slots=True)
class Data:
    """All training corpora; `background` and `calm` are sentences taken to have no pattern."""

    emotions: Corpus
    affect: Corpus
    journals: Corpus
    patterns: Corpus
    background: list[str]
    calm: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The features in use: names in order, and their inverse document frequencies."""

    names: list[str]
    rarity: list[float]

    def rows(self, texts: list[str]) -> Sparse:
        """(texts, features), unit rows."""
        return fitting.matrix(texts, features.Featuriser(self.names, self.rarity))


def read_data(folder: Path) -> Data:
    """Read the training splits in `folder`, and the project's own seeds."""
    seeds = corpora.read_patterns(folder / "patterns_seed.jsonl")
    extra = corpora.read_patterns(corpora.EXTRA_PATTERNS)
    journals = corpora.read_lemotif(folder, "train")
    emotions = corpora.read_goemotions(folder, "train")
    return Data(
        emotions=emotions,
        affect=corpora.read_emobank(folder, "train"),
        journals=journals,
        patterns=Corpus(seeds.texts + extra.texts, np.vstack([seeds.targets, extra.targets])),
        background=[part for text in journals.texts for part in features.sentences(text)],
        calm=calm_sentences(emotions),
    )


def calm_sentences(emotions: Corpus) -> list[str]:
    """List the first `CALM_TEXTS` single sentences without a sad, afraid, angry or ashamed label."""
    heavy = [len(LABELS_28) + EMOTION_ORDER.index(name) for name in ("sadness", "fear", "anger", "shame")]
    calm = emotions.targets[:, heavy].sum(1) == 0
    texts = (
        text for text, quiet in zip(emotions.texts, calm, strict=True) if quiet and len(features.sentences(text)) == 1
    )
    return list(islice(texts, CALM_TEXTS))


def candidates(data: Data) -> Table:
    """List every feature that is frequent enough, and every identity word."""
    texts = data.emotions.texts + data.affect.texts + data.journals.texts + data.patterns.texts
    counts = fitting.document_counts(texts)
    seeds = fitting.document_counts(data.patterns.texts)
    frequent = {name for name, count in counts.items() if count >= RAREST or seeds[name] >= RAREST_SEED}
    names = sorted(frequent | identity.IDENTITY_WORDS)
    rarity = [math.log((1 + len(texts)) / (1 + counts[name])) + 1 for name in names]
    return Table(names, rarity)


def choose(data: Data, table: Table) -> Table:
    """Keep the `FEATURES` features that move the answers most: squared weight times mean square, over all heads.

    Identity words are kept whatever they move: only a word in the vocabulary can be made neutral.
    """
    emotions, affect, seeds = (table.rows(part.texts) for part in (data.emotions, data.affect, data.patterns))
    moved = [
        _moved(emotions, fit_emotions(emotions, data.emotions.targets)[0]),
        SHARE_AFFECT * _moved(affect, fitting.fit_ridge(affect, data.affect.targets[:, 0], penalty=PENALTY)[0]),
        SHARE_AFFECT * _moved(affect, fitting.fit_ridge(affect, data.affect.targets[:, 1], penalty=PENALTY)[0]),
        SHARE_PATTERN * _moved(seeds, fitting.fit_logistic(seeds, data.patterns.targets, strength=PATTERN_STRENGTH)[0]),
    ]
    needed = np.isin(table.names, sorted(identity.IDENTITY_WORDS))
    order = np.lexsort((-np.sum(moved, axis=0), ~needed))
    kept = np.sort(order[:FEATURES])
    return Table([table.names[place] for place in kept], [table.rarity[place] for place in kept])


def _moved(rows: Sparse, weights: Array) -> Array:
    square = np.asarray(rows.power(2).mean(0)).ravel()
    score = np.square(weights).sum(1) * square
    return np.asarray(score / score.sum())


def calibrated(sums: Array, targets: Array, *, heads: Linear) -> tuple[Linear, Array]:
    """Heads whose sums give calibrated probabilities, and the thresholds of best F1, both from unseen `sums`."""
    slopes, offsets = fitting.calibrate(sums, targets)
    probabilities = fitting.sigmoid(sums * slopes + offsets)
    limits = [fitting.best_threshold(probabilities[:, head], targets[:, head]) for head in range(targets.shape[1])]
    return (heads[0] * slopes, heads[1] * slopes + offsets), np.array(limits)


def fit_emotions(rows: Sparse, targets: Array) -> Linear:
    """Fit the 37 emotion heads, with more room for the features that tell most."""
    emphasis = fitting.telling(rows, targets, floor=EMOTION_FLOOR)
    return fitting.fit_logistic(rows, targets, strength=EMOTION_STRENGTH, emphasis=emphasis)


def train_emotions(data: Data, table: Table) -> tuple[Linear, Array]:
    """28 labels and 9 emotions: heads, and thresholds from cross-validation inside the training split."""
    rows = table.rows(data.emotions.texts)
    targets = data.emotions.targets
    unseen = fitting.answers_of_others(rows, targets, fit=fit_emotions, folds=FOLDS, seed=SEED)
    return calibrated(unseen, targets, heads=fit_emotions(rows, targets))


def train_affect(data: Data, table: Table, *, emotions: Array) -> Linear:
    """Valence from EmoBank and journals together, arousal from EmoBank; both in a journal's range."""
    affect = fitting.with_answers(table.rows(data.affect.texts), emotions, share=STACK)
    journals = fitting.with_answers(table.rows(data.journals.texts), emotions, share=STACK)
    both = sp.vstack([affect, journals]).tocsr()
    is_journal = np.r_[np.zeros(affect.shape[0]), np.ones(journals.shape[0])]
    both = sp.hstack(
        [both, sp.csr_matrix(10.0 * is_journal[:, None])]
    ).tocsr()  # journals are glad on the whole: not a neutral zero
    wanted = np.r_[data.affect.targets[:, 0], JOURNAL_SLOPE * data.journals.targets[:, 0]]
    valence, level = fitting.fit_ridge(
        both, wanted, penalty=PENALTY, row_weights=np.where(is_journal > 0, JOURNAL_WEIGHT, 1.0)
    )
    arousal, height = fitting.fit_ridge(affect, data.affect.targets[:, 1], penalty=PENALTY)
    weights = np.hstack([fitting.fold_answers(part, emotions, share=STACK) for part in (valence, arousal)])
    weights = identity.neutral(weights, names=table.names, rarity=table.rarity)
    return REACH * weights, REACH * np.r_[level, height]


def train_patterns(data: Data, table: Table) -> tuple[Linear, Array]:
    """12 patterns from the seeds, with plain talk as background: heads, and thresholds from cross-validation."""
    seeds, plain = table.rows(data.patterns.texts), table.rows(data.background + data.calm)
    light = np.repeat([BACKGROUND_WEIGHT, CALM_WEIGHT], [len(data.background), len(data.calm)])

    def fit(rows: Sparse, targets: Array) -> Linear:
        everything = sp.vstack([rows, plain]).tocsr()
        wanted = np.vstack([targets, np.zeros((plain.shape[0], targets.shape[1]))])
        counts = np.r_[np.ones(rows.shape[0]), light]
        emphasis = fitting.telling(rows, targets, floor=PATTERN_FLOOR)
        return fitting.fit_logistic(
            everything, wanted, strength=PATTERN_STRENGTH, emphasis=emphasis, row_weights=counts
        )

    unseen = fitting.answers_of_others(seeds, data.patterns.targets, fit=fit, folds=10, seed=SEED)
    heads, limits = calibrated(unseen, data.patterns.targets, heads=fit(seeds, data.patterns.targets))
    auc, score = fitting.unseen_figures(unseen, data.patterns.targets)
    print(f"patterns, cross-validated on the seeds: macro-AUC {auc:.3f}, macro-F1 {score:.3f}", flush=True)
    return heads, limits


def train(folder: Path, out: Path) -> None:
    """Read `folder`, train every head, write `out`."""
    data = read_data(folder)
    print(f"read {len(data.emotions.texts)} + {len(data.affect.texts)} + {len(data.journals.texts)} texts", flush=True)
    table = candidates(data)
    print(f"candidates: {len(table.names)} features", flush=True)
    table = choose(data, table)
    print(f"chosen: {len(table.names)} features", flush=True)
    emotions, emotion_limits = train_emotions(data, table)
    print("emotions are trained", flush=True)
    patterns, pattern_limits = train_patterns(data, table)
    print("patterns are trained", flush=True)
    affect = train_affect(data, table, emotions=emotions[0])
    weights = np.hstack([emotions[0], patterns[0], affect[0]])
    biases = np.r_[emotions[1], patterns[1], affect[1]]
    assert weights.shape == (len(table.names), len(HEADS))
    ready = fitting.quantise(
        vocabulary=table.names,
        rarity=table.rarity,
        heads=(weights, biases),
        thresholds=np.r_[emotion_limits, pattern_limits, 0.0, 0.0],
    )
    save_weights(out, ready)
    print(f"wrote {out.name}: {out.stat().st_size / 1e6:.2f} MB, {version_of(out)}", flush=True)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the training splits")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE, help="where the weights go")
    asked = parser.parse_args()
    train(asked.data, asked.out)


if __name__ == "__main__":
    main()
