"""Reads the labelled data that the engines are trained on and measured against.

Changes no label and copies no text anywhere; sources and licences are in the model card.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analyser import features
from app.analyser.taxonomy import EMOTION_ORDER, LABELS_28, PATTERN_ORDER

Array = NDArray[np.float64]

SEEDS = Path(__file__).with_name("seeds")
SHORT, THOUGHTS, MESSAGES, REFRAMES = (
    SEEDS / f"{name}.jsonl" for name in ("short", "thoughts", "messages", "reframes")
)
"""Written for this project: single sentences, thoughts with all their patterns, messages sentence by sentence, and
thoughts with what followed."""

HELD_PATTERNS, HELD_PAIRS = SEEDS / "held_patterns.jsonl", SEEDS / "held_pairs.jsonl"
"""Texts of another hand that nothing is trained on: thresholds are set on them, and patterns measured."""
HELD_RUMINATIONS = SEEDS / "held_ruminations.jsonl"
"""Thoughts and what followed them, as sober and as long as a reframe, without its relief: nothing should lift here."""

PLAIN_OF_EACH = 250
"""Plain comments, and plain sentences of journals, beside the held-out texts."""

EMOBANK_NEUTRAL = 3.0
EMOBANK_REACH = 2.0
"""EmoBank's scale is 1..5: (score - 3) / 2 lies within -1..1."""


_SPECTRUM = {
    "joy": "joy amusement excitement",
    "warmth": "love caring gratitude admiration approval",
    "hope": "optimism desire pride relief",
    "sadness": "sadness disappointment grief",
    "fear": "fear nervousness",
    "anger": "anger annoyance disapproval disgust",
    "shame": "remorse embarrassment",
    "surprise": "surprise confusion curiosity realization",
    "neutral": "neutral",
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with one row of targets each: (rows, columns), columns as the reader says."""

    texts: list[str]
    targets: Array


def read_goemotions(data: Path, split: str) -> Corpus:
    """GoEmotions, `train` or `dev`: 28 labels, then the 9 emotions, as 0 or 1."""
    rows = read_rows(data / f"goemotions_{split}.jsonl")
    targets = [
        [name in row["labels28"] for name in LABELS_28] + [name in row["spectrum9"] for name in EMOTION_ORDER]
        for row in rows
    ]
    return Corpus([row["text"] for row in rows], np.array(targets, dtype=np.float64))


def read_emobank(data: Path, split: str) -> Corpus:
    """EmoBank, `train` or `dev`: valence and arousal, -1..1."""
    with (data / f"emobank_{split}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    targets = [[(float(row[name]) - EMOBANK_NEUTRAL) / EMOBANK_REACH for name in "VA"] for row in rows]
    return Corpus([row["text"] for row in rows], np.array(targets))


def read_lemotif(data: Path, split: str) -> Corpus:
    """Lemotif, `train` or `dev`: valence -1..1 of the emotions that writers chose; rows without one are left out."""
    rows = [row for row in read_rows(data / f"lemotif_{split}.jsonl") if row["valence"] is not None]
    return Corpus([row["text"] for row in rows], np.array([[float(row["valence"])] for row in rows]))


def read_all_patterns(data: Path) -> Corpus:
    """Every seed there is: those in `data`, and the project's thoughts, sentences of messages and reframes."""
    parts = [read_patterns(path) for path in (data / "patterns_seed.jsonl", SHORT, THOUGHTS)]
    said = [pair for row in read_rows(MESSAGES) for pair in row["sentences"]]
    for row in read_rows(REFRAMES):
        said.append((row["thought"], row["labels"]))
        if row["kind"] == "balanced":
            said.append((row["reframe"], []))
    targets = [[name in labels for name in PATTERN_ORDER] for _, labels in said]
    parts.append(Corpus([text for text, _ in said], np.array(targets, dtype=np.float64)))
    return Corpus([text for part in parts for text in part.texts], np.vstack([part.targets for part in parts]))


def read_held_and_plain(data: Path) -> Corpus:
    """The held-out texts and as many plain ones of the dev splits, taken to have no pattern: diaries are mostly so."""
    held = read_patterns(HELD_PATTERNS)
    calm = calm_sentences(read_goemotions(data, "dev"))[:PLAIN_OF_EACH]
    entries = read_rows(data / "lemotif_dev.jsonl")
    said = [sentence for row in entries for sentence in features.sentences(row["text"])][:PLAIN_OF_EACH]
    none = np.zeros((len(calm) + len(said), held.targets.shape[1]))
    return Corpus(held.texts + calm + said, np.vstack([held.targets, none]))


def calm_sentences(emotions: Corpus) -> list[str]:
    """Comments of one sentence without a sad, afraid, angry or ashamed label, in order."""
    heavy = [len(LABELS_28) + EMOTION_ORDER.index(name) for name in ("sadness", "fear", "anger", "shame")]
    calm = emotions.targets[:, heavy].sum(1) == 0
    texts = zip(emotions.texts, calm, strict=True)
    return [text for text, quiet in texts if quiet and len(features.sentences(text)) == 1]


def read_balance() -> Corpus:
    """Reframes that hold a wider view (1) against the thoughts before them and forced cheer (0)."""
    rows = read_rows(REFRAMES)
    texts = [row[name] for name in ("thought", "reframe") for row in rows]
    wanted = [0.0] * len(rows) + [float(row["kind"] == "balanced") for row in rows]
    return Corpus(texts, np.array(wanted)[:, None])


def groups() -> dict[str, str]:
    """Which of the 9 emotions each of the 28 labels belongs to, after `spectrum9` of taxonomy.json."""
    return {label: emotion for emotion, labels in _SPECTRUM.items() for label in labels.split()}


def read_patterns(path: Path) -> Corpus:
    """Seeds of thinking patterns, one sentence or two a row: the 12 patterns as 0 or 1; all 0 when there is none."""
    rows = read_rows(path)
    unknown = {label for row in rows for label in row["labels"]} - set(PATTERN_ORDER)
    if unknown:
        raise ValueError(f"{path.name} has labels that the taxonomy does not know: {sorted(unknown)}")
    targets = [[name in row["labels"] for name in PATTERN_ORDER] for row in rows]
    return Corpus([row["text"] for row in rows], np.array(targets, dtype=np.float64).reshape(-1, len(PATTERN_ORDER)))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """One object a line; blank lines are passed over."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
