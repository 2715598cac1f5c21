"""The training loop, the same for teacher and student: batches of like length, one loss over all targets.

Reads no files; equal seeds, data and threads give equal weights on one machine.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from torch import Tensor, nn

from app.analyser.wordpieces import Wordpieces
from benchmarks.analyser.corpora import Array
from benchmarks.analyser.encoder import lessons
from benchmarks.analyser.encoder.lessons import Lessons
from benchmarks.analyser.encoder.network import LONGEST, Network

SEED = 20_260
BATCH = 48
LINEAR = torch.zeros(len(lessons.TARGETS), dtype=torch.bool)
LINEAR[[lessons.PROSE_VALENCE, lessons.PROSE_AROUSAL, lessons.JOURNAL_VALENCE]] = True
"""Columns that are numbers; all others are probabilities."""

WEIGHTS = torch.ones(len(lessons.TARGETS))
WEIGHTS[lessons.EMOTIONS] = 0.7
WEIGHTS[[lessons.PROSE_VALENCE, lessons.PROSE_AROUSAL, lessons.JOURNAL_VALENCE]] = torch.tensor([4.0, 3.0, 3.0])
WEIGHTS[lessons.FEELINGS] = 0.3
"""How much each target counts in the loss of a text that has it."""


@dataclass(frozen=True, slots=True)
class Course:
    """How long and how fast.

    `trust` is the share of a teacher's answer in a target that the data has too; `named` how often a placeholder gets a
    name: elsewhere, and in the texts that are measured, it stays as it is.
    """

    epochs: float
    rate: float
    head_rate: float = 1e-3
    trust: float = 0.7
    named: float = 1.0


def learn(network: Network, pieces: Wordpieces, taught: Lessons, course: Course, teacher: Array | None = None) -> None:
    """Train in place, printing how far it is; `teacher` (N, len(TARGETS)) holds its answers, NaN where it has none."""
    torch.manual_seed(SEED)
    random = Random(SEED)
    steps = math.ceil(course.epochs * taught.turns.sum() / BATCH)
    rates = [
        {"params": list(network.encoder.parameters()), "lr": course.rate, "weight_decay": 0.01},
        {"params": list(network.heads.parameters()), "lr": course.head_rate, "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(rates)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [course.rate, course.head_rate], total_steps=steps, pct_start=0.06, anneal_strategy="linear"
    )
    targets = torch.from_numpy(_blend(taught.targets, teacher, course.trust)).float()
    network.train()
    started, shown = time.monotonic(), 0.0
    for step, (ids, mask, places) in zip(range(steps), _batches(pieces, taught, random, course.named), strict=False):
        loss = _loss(network(ids, mask), targets[places])
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        plan.step()
        shown += float(loss.detach())
        if (step + 1) % 100 == 0:
            left = (time.monotonic() - started) / (step + 1) * (steps - step - 1)
            print(f"  step {step + 1:,} of {steps:,}, loss {shown / 100:.4f}, {left / 60:.1f} min left", flush=True)
            shown = 0.0


def _blend(targets: Array, teacher: Array | None, trust: float) -> Array:
    if teacher is None:
        return targets
    both = trust * teacher + (1.0 - trust) * targets
    return np.where(np.isnan(both), np.where(np.isnan(targets), teacher, targets), both)


def _loss(answers: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of probabilities, square error of numbers, summed over what is known, averaged over the texts."""
    known = ~torch.isnan(targets)
    wanted = torch.where(known, targets, 0.0)
    entropy = nn.functional.binary_cross_entropy_with_logits(answers, wanted.clamp(0.0, 1.0), reduction="none")
    square = torch.square(answers - wanted)
    return (torch.where(LINEAR, square, entropy) * known * WEIGHTS).sum() / len(answers)


def _batches(
    pieces: Wordpieces, taught: Lessons, random: Random, named: float
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Without end: epochs of batches of like length in random order."""
    while True:
        order = _epoch(taught.turns, random)
        ids = [pieces.places(lessons.as_shown(taught.texts[place], random, named=named))[:LONGEST] for place in order]
        near = sorted(range(len(order)), key=lambda at: len(ids[at]) + random.random() * 4)
        batches = [near[start : start + BATCH] for start in range(0, len(near), BATCH)]
        random.shuffle(batches)
        for batch in batches:
            yield (*padded([ids[at] for at in batch]), torch.tensor([order[at] for at in batch]))


def _epoch(turns: Array, random: Random) -> list[int]:
    """Each place as often as its `turns` say, fractions by chance, shuffled."""
    order = []
    for place, share in enumerate(turns):
        whole = int(share)
        order += [place] * (whole + (random.random() < share - whole))
    random.shuffle(order)
    return order


def padded(ids: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, (texts, longest)."""
    longest = max(map(len, ids))
    table = torch.tensor([one + [0] * (longest - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in ids])
    return table, mask


@torch.no_grad()
def answers(network: Network, pieces: Wordpieces, texts: list[str]) -> Array:
    """The network's own answers, (texts, len(TARGETS)): probabilities and numbers."""
    network.eval()
    random = Random(SEED)
    ids = [
        pieces.places(lessons.PLACEHOLDER.sub(lambda _: random.choice(lessons.NAMES), text))[:LONGEST] for text in texts
    ]
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    found = np.empty((len(ids), len(lessons.TARGETS)))
    for start in range(0, len(order), BATCH * 2):
        batch = order[start : start + BATCH * 2]
        sums = network(*padded([ids[at] for at in batch]))
        found[batch] = torch.where(LINEAR, sums, torch.sigmoid(sums)).numpy()
    network.train()
    return found
