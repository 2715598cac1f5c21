"""Draws how far probabilities keep their word, each half of the texts calibrated on the other half.

`python -m benchmarks.analyser.reliability --data DIR`.

One small diagram per feeling and pattern, and one of the confidence; the picture lies beside the model card.
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from sklearn.calibration import calibration_curve

from app.analyser import load_analyser
from app.analyser.taxonomy import EMOTION_ORDER, PATTERN_ORDER
from app.analyser.version import WEIGHTS
from benchmarks.analyser import corpora
from benchmarks.analyser.corpora import Array
from benchmarks.analyser.evaluate import crossed

BINS = 8
COLUMNS = 6


def curves(data: Path) -> dict[str, tuple[Array, Array]]:
    """By name: probabilities, and whether it was there, on the dev split and the held-out texts."""
    analyser = load_analyser()
    comments, held = corpora.read_goemotions(data, "dev"), corpora.read_patterns(corpora.HELD_PATTERNS)
    read, thoughts = analyser.analyse(comments.texts), analyser.analyse(held.texts)
    emotions = comments.targets[:, -len(EMOTION_ORDER) :]
    chances, patterns = np.array([one.emotions for one in read]), np.array([one.patterns for one in thoughts])
    told, thought = crossed(chances, emotions), crossed(patterns, held.targets)
    strongest = np.array([row[int(np.argmax(one.emotions))] for row, one in zip(emotions, read, strict=True)])
    return {
        **{name: (told[:, at], emotions[:, at]) for at, name in enumerate(EMOTION_ORDER)},
        "confidence": (np.array([one.confidence for one in read]), strongest),
        **{name: (thought[:, at], held.targets[:, at]) for at, name in enumerate(PATTERN_ORDER)},
    }


def draw(found: dict[str, tuple[Array, Array]], path: Path) -> None:
    """Write an SVG; equal curves give equal bytes."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "spectrum", "svg.fonttype": "none", "font.size": 7})
    rows = -(-len(found) // COLUMNS)
    figure, places = plt.subplots(rows, COLUMNS, figsize=(COLUMNS * 1.5, rows * 1.6), sharex=True, sharey=True)
    for place in places.flat[len(found) :]:
        place.set_visible(False)
    for place, (name, (chances, present)) in zip(places.flat, found.items(), strict=False):
        share, said = calibration_curve(present, chances, n_bins=BINS, strategy="quantile")
        place.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.8)
        place.plot(said, share, marker="o", markersize=2.5, linewidth=1, color="#3b5b92")
        place.set_title(name.replace("_", " "), fontsize=7)
        place.set_aspect("equal")
    figure.supxlabel("probability given")
    figure.supylabel("share that was there")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the dev splits")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "encoder.reliability.svg")
    asked = parser.parse_args()
    draw(curves(asked.data), asked.out)


if __name__ == "__main__":
    main()
