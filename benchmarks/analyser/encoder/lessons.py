"""What the encoder learns from: one table of texts and targets over all corpora, with NaN where a corpus is silent.

Trains nothing. Texts change from epoch to epoch: placeholders get other names, some words are misspelt.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from app.analyser.features import sentences
from app.analyser.taxonomy import EMOTION_ORDER, LABELS_28, PATTERN_ORDER
from benchmarks.analyser import corpora
from benchmarks.analyser.corpora import Array, Corpus
from benchmarks.analyser.encoder.phrases import NAMES, phrases

FEELINGS_18 = (
    *("afraid", "angry", "anxious", "ashamed", "awkward", "bored", "calm", "confused", "disgusted", "excited"),
    *("frustrated", "happy", "jealous", "nostalgic", "proud", "sad", "satisfied", "surprised"),
)
"""What the writers of Lemotif could choose; learned beside the rest, not answered by the engine."""

TARGETS = (
    *(f"label:{name}" for name in LABELS_28),
    *(f"emotion:{name}" for name in EMOTION_ORDER),
    *(f"pattern:{name}" for name in PATTERN_ORDER),
    *("balance", "valence of prose", "arousal of prose", "valence of journals"),
    *(f"feeling:{name}" for name in FEELINGS_18),
)
"""Columns of the table and of the network's last layer; up to `FEELINGS.start` they are exported, in this order."""

LABELS = slice(0, 28)
EMOTIONS = slice(28, 37)
PATTERNS = slice(37, 49)
BALANCE, PROSE_VALENCE, PROSE_AROUSAL, JOURNAL_VALENCE = range(49, 53)
FEELINGS = slice(53, 71)

STRETCH_VALENCE, STRETCH_AROUSAL = 4.0, 6.0
"""EmoBank's sentences keep close to neutral: stretched, its targets vary as much as those of journals."""

PLACEHOLDER = re.compile(r"\[(?:NAME|RELIGION)\]")
QUIET_COMMENTS = 4_000
MISSPELT = 0.08
"""Share of the texts of an epoch in which a word or two are misspelt."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """`texts` (N), `targets` (N, len(TARGETS)) with NaN where unknown, and how often an epoch shows each text, (N,)."""

    texts: list[str]
    targets: Array
    turns: Array


def empty(count: int) -> Array:
    """Targets of which nothing is known, (count, len(TARGETS))."""
    return np.full((count, len(TARGETS)), np.nan)


def join(parts: list[Lessons]) -> Lessons:
    """One table after the other."""
    return Lessons(
        [text for part in parts for text in part.texts],
        np.vstack([part.targets for part in parts]),
        np.concatenate([part.turns for part in parts]),
    )


def comments(data: Path, split: str) -> Lessons:
    """GoEmotions; comments that are only neutral are shown two times in three, they are a third of all."""
    corpus = corpora.read_goemotions(data, split)
    targets = empty(len(corpus.texts))
    targets[:, :37] = corpus.targets
    plain = (corpus.targets[:, LABELS_28.index("neutral")] == 1) & (corpus.targets[:, LABELS].sum(1) == 1)
    return Lessons(corpus.texts, targets, np.where(plain, 0.67, 1.0))


def prose(data: Path, split: str) -> Lessons:
    """EmoBank, stretched."""
    corpus = corpora.read_emobank(data, split)
    targets = empty(len(corpus.texts))
    targets[:, PROSE_VALENCE] = STRETCH_VALENCE * corpus.targets[:, 0]
    targets[:, PROSE_AROUSAL] = STRETCH_AROUSAL * corpus.targets[:, 1]
    return Lessons(corpus.texts, targets, np.full(len(corpus.texts), 1.25))


def journals(data: Path, split: str) -> Lessons:
    """Lemotif: valence, and the feelings their writers chose."""
    rows = corpora.read_rows(data / f"lemotif_{split}.jsonl")
    targets = empty(len(rows))
    for place, row in enumerate(rows):
        if row["valence"] is not None:
            targets[place, JOURNAL_VALENCE] = row["valence"]
        targets[place, FEELINGS] = [name in row["emotions"] for name in FEELINGS_18]
    return Lessons([row["text"] for row in rows], targets, np.full(len(rows), 2.5))


def made(seed: int) -> Lessons:
    """Sentences made by grammar: denial, strength and identity."""
    rows = phrases(seed, each=8)
    targets = empty(len(rows))
    groups = corpora.groups()
    for place, row in enumerate(rows):
        targets[place, JOURNAL_VALENCE] = row.valence
        targets[place, PROSE_VALENCE] = STRETCH_VALENCE * 0.25 * row.valence
        if row.identity:
            targets[place, EMOTIONS] = [name == "neutral" for name in EMOTION_ORDER]
            targets[place, LABELS] = [name == "neutral" for name in LABELS_28]
            targets[place, PATTERNS] = 0.0
        elif row.label:
            targets[place, LABELS_28.index(row.label)] = not row.denied
            targets[place, EMOTIONS.start + EMOTION_ORDER.index(groups[row.label])] = not row.denied
    return Lessons([row.text for row in rows], targets, np.ones(len(rows)))


def patterns(corpus: Corpus, *, turns: float) -> Lessons:
    """Seeds of thinking patterns."""
    targets = empty(len(corpus.texts))
    targets[:, PATTERNS] = corpus.targets
    return Lessons(corpus.texts, targets, np.full(len(corpus.texts), turns))


def pairs(rows: list[dict[str, Any]], *, turns: float) -> Lessons:
    """Thoughts and what followed them, one after the other: a thought has its patterns and no balance.

    What follows has balance and no pattern when it is `balanced`; forced cheer has none, and tells nothing of patterns.
    """
    targets = empty(2 * len(rows))
    for place, row in enumerate(rows):
        targets[2 * place, PATTERNS] = [name in row["labels"] for name in PATTERN_ORDER]
        targets[2 * place, BALANCE] = 0.0
        targets[2 * place + 1, BALANCE] = row["kind"] == "balanced"
        if row["kind"] == "balanced":
            targets[2 * place + 1, PATTERNS] = 0.0
    texts = [text for row in rows for text in (row["thought"], row["reframe"])]
    return Lessons(texts, targets, np.full(len(texts), turns))


def messages(rows: list[dict[str, Any]], *, turns: float) -> Lessons:
    """Messages of several sentences: each sentence with its patterns, and the whole with all of them."""
    texts, labels = [], []
    for row in rows:
        for sentence, found in row["sentences"]:
            texts.append(sentence)
            labels.append(set(found))
        texts.append(" ".join(sentence for sentence, _ in row["sentences"]))
        labels.append({label for _, found in row["sentences"] for label in found})
    targets = empty(len(texts))
    targets[:, PATTERNS] = [[name in found for name in PATTERN_ORDER] for found in labels]
    return Lessons(texts, targets, np.full(len(texts), turns))


def quiet(data: Path, *, turns: float) -> Lessons:
    """Plain talk: comments without a heavy label and sentences of journals, taken to have no thinking pattern."""
    comments_read = corpora.read_goemotions(data, "train")
    calm = corpora.calm_sentences(comments_read)[:QUIET_COMMENTS]
    entries = corpora.read_rows(data / "lemotif_train.jsonl")
    texts = calm + [sentence for row in entries for sentence in sentences(row["text"])]
    targets = empty(len(texts))
    targets[:, PATTERNS] = 0.0
    return Lessons(texts, targets, np.full(len(texts), turns))


def as_shown(text: str, random: Random, *, named: float) -> str:
    """The text of one epoch: names for placeholders in a share `named` of cases, now and then a slip of the fingers."""
    if PLACEHOLDER.search(text) and (named >= 1.0 or random.random() < named):
        text = PLACEHOLDER.sub(lambda _: random.choice(NAMES), text)
    return _misspelt(text, random) if random.random() < MISSPELT else text


def _misspelt(text: str, random: Random) -> str:
    words = text.split(" ")
    for _ in range(1 + len(words) // 12):
        place = random.randrange(len(words))
        word = words[place]
        if len(word) > 3:
            at = random.randrange(1, len(word) - 1)
            words[place] = random.choice(
                (
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at] + word[at:],
                )
            )
    return " ".join(words)
