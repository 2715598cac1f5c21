"""Reads the labelled data that the small engine is trained on and measured against.

Changes no label and copies no text anywhere; sources and licences are in the model card.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analyser.taxonomy import EMOTION_ORDER, LABELS_28, PATTERN_ORDER

Array = NDArray[np.float64]

EXTRA_PATTERNS = Path(__file__).with_name("patterns_extra.jsonl")
"""Seeds for the thinking patterns that were written for this project, committed beside the training."""

EMOBANK_NEUTRAL = 3.0
EMOBANK_REACH = 2.0
"""EmoBank's scale is 1..5: (score - 3) / 2 lies within -1..1."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with one row of targets each: (rows, columns), columns as the reader says."""

    texts: list[str]
    targets: Array


def read_goemotions(data: Path, split: str) -> Corpus:
    """GoEmotions, `train` or `dev`: 28 labels, then the 9 emotions, as 0 or 1."""
    rows = _json_lines(data / f"goemotions_{split}.jsonl")
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
    rows = [row for row in _json_lines(data / f"lemotif_{split}.jsonl") if row["valence"] is not None]
    return Corpus([row["text"] for row in rows], np.array([[float(row["valence"])] for row in rows]))


def read_patterns(path: Path) -> Corpus:
    """Seeds of thinking patterns, one sentence or two a row: the 12 patterns as 0 or 1; all 0 when there is none."""
    rows = _json_lines(path)
    unknown = {label for row in rows for label in row["labels"]} - set(PATTERN_ORDER)
    if unknown:
        raise ValueError(f"{path.name} has labels that the taxonomy does not know: {sorted(unknown)}")
    targets = [[name in row["labels"] for name in PATTERN_ORDER] for row in rows]
    return Corpus([row["text"] for row in rows], np.array(targets, dtype=np.float64).reshape(-1, len(PATTERN_ORDER)))


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
