"""Sets the last layer and what comes after it from the dev splits: calibration, thresholds, valence, confidence.

Trains no layer. Everything is fitted on the answers of the packed int8 network, as the engine reads at run time.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from app.analyser import confidence, features, heads
from app.analyser.encoder import Encoder
from app.analyser.engine import Analyser
from app.analyser.heads import HEADS
from app.analyser.taxonomy import PATTERN_ORDER
from app.analyser.version import ENCODER_NETWORK, ENCODER_VOCABULARY
from app.analyser.wordpieces import Wordpieces
from benchmarks.analyser import corpora
from benchmarks.analyser.corpora import Array
from benchmarks.analyser.encoder import lessons
from benchmarks.analyser.encoder.network import WIDTH, Network
from benchmarks.analyser.encoder.packing import pack
from benchmarks.analyser.fitting import best_threshold, calibrate, wilson

JOURNAL_SHARE = 0.15
"""How much of valence comes from the head that learned journals; the rest from the one that learned prose."""
AROUSAL_REACH = 0.5
"""Arousal in the range that the valence of writers has; its head was trained on stretched scores."""

NAMEABLE_FROM = 0.7
"""The least precision at which a pattern may be named."""


def fit(network: Network, pieces: Wordpieces, data: Path, vocabulary: Path) -> tuple[nn.Linear, dict[str, Any]]:
    """The last layer in the order of `HEADS` with everything folded in, and the facts that go with it."""
    raw = _raw_layer(network)
    with TemporaryDirectory() as folder:
        strange = _never_seen(pieces, data)
        sums = _Raw(network, raw, Path(folder), vocabulary, strange)
        comments, seeds, pairs = (
            corpora.read_goemotions(data, "dev"),
            corpora.read_held_and_plain(data),
            corpora.read_rows(corpora.HELD_PAIRS),
        )
        of_comments = sums.of(comments.texts)
        slopes, offsets = np.ones(len(HEADS)), np.zeros(len(HEADS))
        limits = np.zeros(len(HEADS))
        feelings = slice(0, heads.EMOTIONS.stop)
        slopes[feelings], offsets[feelings] = calibrate(of_comments[:, feelings], comments.targets)
        limits[feelings] = _thresholds(
            of_comments[:, feelings] * slopes[feelings] + offsets[feelings], comments.targets
        )
        of_seeds = sums.highest(seeds.texts)
        slopes[heads.PATTERNS], offsets[heads.PATTERNS] = calibrate(of_seeds, seeds.targets)
        limits[heads.PATTERNS] = _thresholds(of_seeds * slopes[heads.PATTERNS] + offsets[heads.PATTERNS], seeds.targets)
        sober = [row for row in pairs if row["writer"] == "practitioner"]  # laypeople's cheer is not always balance
        thoughts, reframes = (
            sums.of([row[name] for row in sober])[:, heads.BALANCE] for name in ("thought", "reframe")
        )
        slope, offset = calibrate(
            np.r_[thoughts, reframes][:, None], np.r_[np.zeros(len(thoughts)), np.ones(len(reframes))][:, None]
        )
        slopes[heads.BALANCE], offsets[heads.BALANCE] = slope[0], offset[0]
    assert (slopes[: heads.VALENCE] > 0).all(), "a head tells the opposite of what it learned"
    layer = nn.Linear(WIDTH, len(HEADS))
    with torch.no_grad():
        layer.weight.copy_(raw.weight * torch.tensor(slopes, dtype=torch.float32)[:, None])
        layer.bias.copy_(
            raw.bias * torch.tensor(slopes, dtype=torch.float32) + torch.tensor(offsets, dtype=torch.float32)
        )
    chances = _sigmoid(of_comments * slopes + offsets)
    facts = {
        "heads": HEADS,
        "thresholds": [round(float(limit), 5) for limit in limits],
        "certainty": _certainty(chances, comments, sums.knows),
        "strange": strange,
        "nameable": _nameable(_sigmoid(of_seeds * slopes[heads.PATTERNS] + offsets[heads.PATTERNS]), seeds.targets),
    }
    return layer, facts


def _never_seen(pieces: Wordpieces, data: Path) -> list[int]:
    """Places of the pieces that no text to learn from holds: kept for completeness, they mean what the base meant."""
    texts = [
        *corpora.read_goemotions(data, "train").texts,
        *corpora.read_emobank(data, "train").texts,
        *corpora.read_lemotif(data, "train").texts,
        *corpora.read_all_patterns(data).texts,
    ]
    seen = {place for text in texts for place in pieces.places(text)}
    return sorted(set(range(pieces.count)) - seen)


def _raw_layer(network: Network) -> nn.Linear:
    """What the network learned, in the order of `HEADS`: the two heads of valence become one."""
    taught = network.heads
    layer = nn.Linear(WIDTH, len(HEADS))
    with torch.no_grad():
        for name, value in (("weight", taught.weight), ("bias", taught.bias)):
            prose = value[lessons.PROSE_VALENCE] / (lessons.STRETCH_VALENCE * 0.25)
            rows = [
                value[: lessons.BALANCE + 1],
                (JOURNAL_SHARE * value[lessons.JOURNAL_VALENCE] + (1 - JOURNAL_SHARE) * prose)[None],
                (AROUSAL_REACH * value[lessons.PROSE_AROUSAL])[None],
            ]
            getattr(layer, name).copy_(torch.cat(rows))
    return layer


class _Raw:
    """The packed network before calibration: sums as the engine would see them."""

    def __init__(self, network: Network, layer: nn.Linear, folder: Path, vocabulary: Path, strange: list[int]) -> None:
        (folder / ENCODER_VOCABULARY).write_bytes(vocabulary.read_bytes())
        facts = {
            "heads": HEADS,
            "thresholds": [0.0] * len(HEADS),
            "certainty": [0.0] * 5,
            "nameable": [],
            "strange": strange,
        }
        pack(network, layer, facts, folder / ENCODER_NETWORK)
        self._encoder = Encoder(folder)
        self._analyser = Analyser(self._encoder)

    def of(self, texts: Sequence[str]) -> Array:
        """(texts, heads)."""
        return np.array([self._encoder.sums(text) for text in texts])

    def knows(self, word: str) -> bool:
        """As the engine asks."""
        return self._encoder.knows(word)

    def highest(self, texts: Sequence[str]) -> Array:
        """(texts, patterns): the highest over the sentences, as the engine aggregates."""
        return np.array([[_logit(chance) for chance in one.patterns] for one in self._analyser.analyse(texts)])


def _logit(chance: float) -> float:
    inside = min(max(chance, 1e-9), 1 - 1e-9)
    return float(np.log(inside / (1 - inside)))


def _sigmoid(sums: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-sums)))


def _thresholds(sums: Array, targets: Array) -> list[float]:
    chances = _sigmoid(sums)
    return [best_threshold(chances[:, at], targets[:, at]) for at in range(targets.shape[1])]


def _certainty(chances: Array, comments: corpora.Corpus, knows: Callable[[str], bool]) -> list[float]:
    """Coefficients of the chance that raters named the strongest emotion too."""
    signs, right = [], []
    for text, row, named in zip(comments.texts, chances, comments.targets[:, heads.EMOTIONS], strict=True):
        said = [token for token in features.words(text) if features.is_word(token)]
        known = sum(map(knows, said)) / max(1, len(said))
        signs.append(confidence.signs(row, words=len(said), known=known))
        right.append(named[int(np.argmax(row[heads.EMOTIONS]))])
    model = LogisticRegression(C=10.0, max_iter=1_000).fit(np.array(signs), np.array(right))
    return [round(float(value), 5) for value in (model.intercept_[0], *model.coef_[0])]


def _nameable(chances: Array, targets: Array) -> list[str]:
    """Patterns that are right often enough to be named, each half judged by thresholds of the other half.

    The lower end of Wilson's 90 % interval of the precision must reach `NAMEABLE_FROM`.
    """
    half = np.arange(len(targets)) % 2
    names = []
    for at, name in enumerate(PATTERN_ORDER):
        limit = [best_threshold(chances[half != fold, at], targets[half != fold, at]) for fold in (0, 1)]
        said = chances[:, at] >= np.array(limit)[half]
        if said.any() and wilson(int(targets[said, at].sum()), int(said.sum()))[0] >= NAMEABLE_FROM:
            names.append(name)
    return names
