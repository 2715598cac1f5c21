"""Makes the small engine's weights again: `python -m benchmarks.analyser.train --data DIR [--out FILE]`.

Measures nothing on held-out data (that is `evaluate`); seeds are fixed, and equal data give equal bytes on one machine.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from app.analyser import confidence, features
from app.analyser.heads import EMOTIONS, HEADS
from app.analyser.small import save_weights
from app.analyser.version import SMALL_FILE, version_of
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
BALANCE_STRENGTH = 3.0
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
    balance: Corpus
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
    journals = corpora.read_lemotif(folder, "train")
    emotions = corpora.read_goemotions(folder, "train")
    return Data(
        emotions=emotions,
        affect=corpora.read_emobank(folder, "train"),
        journals=journals,
        patterns=corpora.read_all_patterns(folder),
        balance=corpora.read_balance(),
        background=[part for text in journals.texts for part in features.sentences(text)],
        calm=corpora.calm_sentences(emotions)[:CALM_TEXTS],
    )


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


def train_emotions(data: Data, table: Table) -> tuple[Linear, Array, Array]:
    """28 labels and 9 emotions: heads, thresholds and probabilities from cross-validation inside the training split."""
    rows = table.rows(data.emotions.texts)
    targets = data.emotions.targets
    unseen = fitting.answers_of_others(rows, targets, fit=fit_emotions, folds=FOLDS, seed=SEED)
    slopes, offsets = fitting.calibrate(unseen, targets)
    heads, limits = calibrated(unseen, targets, heads=fit_emotions(rows, targets))
    return heads, limits, fitting.sigmoid(unseen * slopes + offsets)


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


def train_patterns(data: Data, table: Table, folder: Path) -> tuple[Linear, Array]:
    """12 patterns from the seeds, with plain talk as background: heads, and thresholds from texts of another hand."""
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

    heads = fit(seeds, data.patterns.targets)
    held = corpora.read_held_and_plain(folder)
    return calibrated(_highest(held.texts, table, heads), held.targets, heads=heads)


def _highest(texts: list[str], table: Table, heads: Linear) -> Array:
    """(texts, heads): the highest sum over the sentences of each text, as the engine aggregates."""
    found = []
    for text in texts:
        rows = table.rows(features.sentences(text) or [""])
        found.append((rows @ heads[0] + heads[1]).max(0))
    return np.array(found)


def train_balance(data: Data, table: Table) -> Linear:
    """Balance: reframes against thoughts and forced cheer, calibrated on pairs that it never saw."""
    rows = table.rows(data.balance.texts)
    heads = fitting.fit_logistic(rows, data.balance.targets, strength=BALANCE_STRENGTH)
    pairs = corpora.read_rows(corpora.HELD_PAIRS)
    texts = [row[name] for name in ("thought", "reframe") for row in pairs]
    wanted = np.repeat([[0.0], [1.0]], len(pairs), axis=0)
    return calibrated(table.rows(texts) @ heads[0] + heads[1], wanted, heads=heads)[0]


def certainty(data: Data, table: Table, *, chances: Array) -> Array:
    """Coefficients of the confidence, from `chances` (texts, labels and emotions) of texts that were not seen."""
    known = set(table.names)
    signs, right = [], []
    for text, row, named in zip(data.emotions.texts, chances, data.emotions.targets[:, EMOTIONS], strict=True):
        said = [token for token in features.words(text) if features.is_word(token)]
        share = sum(token in known for token in said) / max(1, len(said))
        signs.append(confidence.signs(row.tolist(), words=len(said), known=share))
        right.append(named[int(row[EMOTIONS].argmax())])
    model = LogisticRegression(C=10.0, max_iter=1_000).fit(np.array(signs), np.array(right))
    return np.r_[model.intercept_, model.coef_[0]]


def train(folder: Path, out: Path) -> None:
    """Read `folder`, train every head, write `out`."""
    data = read_data(folder)
    print(f"read {len(data.emotions.texts)} + {len(data.affect.texts)} + {len(data.journals.texts)} texts", flush=True)
    table = candidates(data)
    print(f"candidates: {len(table.names)} features", flush=True)
    table = choose(data, table)
    print(f"chosen: {len(table.names)} features", flush=True)
    emotions, emotion_limits, chances = train_emotions(data, table)
    print("emotions are trained", flush=True)
    patterns, pattern_limits = train_patterns(data, table, folder)
    print("patterns are trained", flush=True)
    affect = train_affect(data, table, emotions=emotions[0])
    balance = train_balance(data, table)
    weights = np.hstack([emotions[0], patterns[0], balance[0], affect[0]])
    biases = np.r_[emotions[1], patterns[1], balance[1], affect[1]]
    assert weights.shape == (len(table.names), len(HEADS))
    ready = fitting.quantise(
        vocabulary=table.names,
        rarity=table.rarity,
        heads=(weights, biases),
        thresholds=np.r_[emotion_limits, pattern_limits, 0.0, 0.0, 0.0],
        certainty=certainty(data, table, chances=chances),
    )
    save_weights(out, ready)
    print(f"wrote {out.name}: {out.stat().st_size / 1e6:.2f} MB, {version_of((out,))}", flush=True)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the training splits")
    parser.add_argument("--out", type=Path, default=SMALL_FILE, help="where the weights go")
    asked = parser.parse_args()
    train(asked.data, asked.out)


if __name__ == "__main__":
    main()
