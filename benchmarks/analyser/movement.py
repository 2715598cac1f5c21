"""Measures the constants of `app.analyser.impact` on dev texts: `python -m benchmarks.analyser.movement --data DIR`.

Changes nothing: what it prints is copied into the code by hand, with the model card.
"""

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from app.analyser import features, load_analyser
from app.analyser.engine import Analyser
from benchmarks.analyser import corpora
from benchmarks.analyser.corpora import Array

WEIGHTS_TRIED = tuple(round(0.05 * step, 2) for step in range(21))


def read_pairs(analyser: Analyser) -> tuple[Array, Array]:
    """Valence and balance of practitioners' held-out pairs, (pairs, 2) each: the thought, the reframe."""
    rows = [row for row in corpora.read_rows(corpora.HELD_PAIRS) if row["writer"] == "practitioner"]
    read = [analyser.analyse([row["thought"], row["reframe"]]) for row in rows]
    valence = np.array([[one.valence for one in pair] for pair in read])
    return valence, np.array([[one.balance for one in pair] for pair in read])


def separation(valence: Array, balance: Array, weight: float) -> float:
    """AUC of a thought's own reframe against merely another thought, by the shift with this weight of balance."""
    light = valence + weight * balance
    other = np.roll(light[:, 0], 1) - light[:, 0]
    moved = light[:, 1] - light[:, 0]
    return float(roc_auc_score(np.r_[np.zeros(len(other)), np.ones(len(moved))], np.r_[other, moved]))


def errors(analyser: Analyser, data: Path) -> dict[str, tuple[float, int]]:
    """Root mean square error of valence on journals by length in words, and how many there were."""
    journals = corpora.read_lemotif(data, "dev")
    words = np.array([sum(map(features.is_word, features.words(text))) for text in journals.texts])
    off = np.array([one.valence for one in analyser.analyse(journals.texts)]) - journals.targets[:, 0]
    groups = {"up to 19 words": words < 20, "20 to 39": (words >= 20) & (words < 40), "40 and more": words >= 40}
    return {name: (float(np.sqrt(np.mean(off[at] ** 2))), int(at.sum())) for name, at in groups.items() if at.any()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the dev splits")
    data = parser.parse_args().data
    analyser = load_analyser()
    valence, balance = read_pairs(analyser)
    table = Table(
        "weight of balance", "AUC of reframes", "risen", "median shift", title="Practitioners' held-out pairs"
    )
    for weight in WEIGHTS_TRIED:
        moved = (valence + weight * balance) @ [-1.0, 1.0]
        auc = separation(valence, balance, weight)
        table.add_row(f"{weight:.2f}", f"{auc:.3f}", f"{(moved > 0).mean():.3f}", f"{np.median(moved):.3f}")
    Console().print(table)
    off = Table("length", "error of valence", "journals", title="Against the valence that writers gave")
    for name, (error, count) in errors(analyser, data).items():
        off.add_row(name, f"{error:.3f}", str(count))
    Console().print(off)


if __name__ == "__main__":
    main()
