"""What the pattern heads learn from and are measured on: whole, labelled by the taxonomy, and not the same twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.analyser import care_level
from app.analyser.taxonomy import PATTERN_ORDER
from app.domain.affect import CareLevel
from benchmarks.analyser import corpora

HELD = (corpora.HELD_PATTERNS, corpora.HELD_PAIRS, corpora.HELD_RUMINATIONS)
FILES = (corpora.SHORT, corpora.THOUGHTS, corpora.MESSAGES, corpora.REFRAMES, *HELD)
ALIKE = 0.8
"""Cosine of character n-grams from which two texts are one text with a word changed."""


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said(path: Path) -> list[tuple[str, list[str]]]:
    """Each text of a file with its labels."""
    found: list[tuple[str, list[str]]] = []
    for row in rows(path):
        found += [(text, labels) for text, labels in row.get("sentences", ())]
        found += [(row[name], row.get("labels", [])) for name in ("text", "thought") if name in row]
        found += [(row[name], []) for name in ("reframe", "rumination") if name in row]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_whole(path: Path) -> None:
    """Texts are not empty, labels are those of the taxonomy and stand once, and each row says where it came from."""
    assert {row["origin"] for row in rows(path)} <= {"project-seed", "project-held-out"}
    for text, labels in said(path):
        assert text.strip()
        assert set(labels) <= set(PATTERN_ORDER)
        assert len(labels) == len(set(labels))


def test_there_are_thousands_of_all_kinds() -> None:
    """Several thousand texts, hundreds of each pattern, and as many without any."""
    labels = [labels for path in FILES if path not in HELD for _, labels in said(path)]
    assert len(labels) > 7_000
    assert all(sum(name in found for found in labels) > 300 for name in PATTERN_ORDER)
    assert sum(not found for found in labels) > 2_000


def test_nothing_that_measures_was_learned_from() -> None:
    """No held-out text is a seed, nor one with a word changed; what ruminations follow may be anybody's thought."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - as long to import as to use

    seeds = [text for path in FILES if path not in HELD for text, _ in said(path)]
    held = [text for path in (corpora.HELD_PATTERNS, corpora.HELD_PAIRS) for text, _ in said(path)]
    held += [row["rumination"] for row in rows(corpora.HELD_RUMINATIONS)]
    table = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(seeds + held)
    nearest = (table.transform(held) @ table.transform(seeds).T).max(axis=1).toarray()[:, 0]
    assert [held[at] for at in range(len(held)) if nearest[at] > ALIKE] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_seed_speaks_of_hurting_oneself(path: Path) -> None:
    """They stand in an open repository and need no such words."""
    assert [text for text, _ in said(path) if care_level((text,)) is CareLevel.EXPLICIT] == []
