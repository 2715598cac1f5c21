"""Makes the encoder again: `python -m benchmarks.analyser.encoder --data DIR [--out DIR] [--work DIR]`.

Teacher, student, calibration, packing; about two hours on two cores. What a stage leaves lies in the work folder, so
that a run that was stopped goes on with the next stage.
"""

import argparse
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from app.analyser.version import ENCODER_NETWORK, ENCODER_VOCABULARY, WEIGHTS
from app.analyser.wordpieces import Wordpieces
from benchmarks.analyser import corpora
from benchmarks.analyser.corpora import Array
from benchmarks.analyser.encoder import calibration, learning, lessons, network, vocabulary
from benchmarks.analyser.encoder.learning import SEED, Course
from benchmarks.analyser.encoder.lessons import BALANCE, JOURNAL_VALENCE, PROSE_VALENCE, Lessons
from benchmarks.analyser.encoder.network import Network
from benchmarks.analyser.encoder.packing import pack

THREADS = 2
TEACHER, TEACHER_LAYERS = Course(epochs=3.5, rate=1e-4), (0, 1, 2, 3, 4, 5)
STUDENT, STUDENT_LAYERS = Course(epochs=3.0, rate=1.2e-4, named=0.5), (0, 1, 3, 5)
LIFT = 0.3
"""A balanced reframe is taught to read at least so much lighter than its thought, on the scale of journals."""


def make(data: Path, out: Path, work: Path) -> None:
    """Everything from corpora to committed files, printing how far it is."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    basic = lessons.join(
        [
            *(lessons.comments(data, "train"), lessons.prose(data, "train"), lessons.journals(data, "train")),
            lessons.made(7),
            lessons.patterns(corpora.read_patterns(data / "patterns_seed.jsonl"), turns=1.5),
            lessons.patterns(corpora.read_patterns(corpora.SHORT), turns=1.5),
        ]
    )
    words = work / ENCODER_VOCABULARY
    kept = vocabulary.cut(basic.texts, words)
    pieces = Wordpieces(words)
    print(f"vocabulary: {len(kept):,} pieces; {len(basic.texts):,} texts", flush=True)
    teacher = network.base(kept, len(lessons.TARGETS), layers=TEACHER_LAYERS)
    _stage(work, "teacher", teacher, Task(basic, TEACHER, TEACHER_LAYERS), pieces)
    everything, first_pair = _with_seeds(basic, data)
    student = _student(teacher, kept)
    _stage(
        work,
        "student",
        student,
        Task(everything, STUDENT, STUDENT_LAYERS),
        pieces,
        answers=lambda: _lifted(learning.answers(teacher, pieces, everything.texts), everything, first_pair),
    )
    finish(student, pieces, data, out, words)


def finish(student: Network, pieces: Wordpieces, data: Path, out: Path, words: Path) -> None:
    """Calibrate on the dev splits and write what is committed."""
    heads, facts = calibration.fit(student, pieces, data, words)
    (out / ENCODER_VOCABULARY).write_bytes(words.read_bytes())
    pack(student, heads, facts, out / ENCODER_NETWORK)
    print(f"wrote {ENCODER_NETWORK}: {(out / ENCODER_NETWORK).stat().st_size / 1e6:.2f} MB", flush=True)


@dataclass(frozen=True, slots=True)
class Task:
    """What a stage learns, how, and with which layers."""

    taught: Lessons
    course: Course
    layers: tuple[int, ...]

    @property
    def fingerprint(self) -> str:
        """Names the task by everything that goes into it but the code."""
        told = f"{self.course}{self.layers}".encode() + "\0".join(self.taught.texts).encode()
        return hashlib.sha256(told + self.taught.targets.tobytes() + self.taught.turns.tobytes()).hexdigest()[:10]


def _stage(
    work: Path,
    name: str,
    trained: Network,
    task: Task,
    pieces: Wordpieces,
    *,
    answers: Callable[[], Array] = lambda: np.empty(0),
) -> None:
    """Train, or take what an earlier run with the same task left; `answers` are the teacher's, when there is one."""
    path = work / f"{name}-{task.fingerprint}.pt"
    if path.exists():
        trained.load_state_dict(torch.load(path, weights_only=True))
        print(f"{name}: taken from an earlier run", flush=True)
        return
    print(f"{name}: training", flush=True)
    told = answers()
    learning.learn(trained, pieces, task.taught, task.course, teacher=told if told.size else None)
    unfinished = path.with_suffix(".part")
    torch.save(trained.state_dict(), unfinished)
    unfinished.rename(path)


def _with_seeds(basic: Lessons, data: Path) -> tuple[Lessons, int]:
    """All lessons with the seeds, and the place of the first pair."""
    parts = [
        basic,
        lessons.quiet(data, turns=0.5),
        lessons.patterns(corpora.read_patterns(corpora.THOUGHTS), turns=2.0),
        lessons.messages(corpora.read_rows(corpora.MESSAGES), turns=1.5),
        lessons.pairs(corpora.read_rows(corpora.REFRAMES), turns=2.0),
    ]
    return lessons.join(parts), sum(len(part.texts) for part in parts[:-1])


def _student(teacher: Network, kept: list[int]) -> Network:
    """A smaller network that begins with the teacher's own weights."""
    student = network.base(kept, len(lessons.TARGETS), layers=STUDENT_LAYERS)
    student.encoder.embeddings.load_state_dict(teacher.encoder.embeddings.state_dict())
    for layer, place in zip(student.encoder.encoder.layer, STUDENT_LAYERS, strict=True):
        layer.load_state_dict(teacher.encoder.encoder.layer[place].state_dict())
    student.heads.load_state_dict(teacher.heads.state_dict())
    return student


def _lifted(answers: Array, taught: Lessons, first_pair: int) -> Array:
    """The teacher's answers as targets: no word on patterns and balance, and pairs drawn apart to `LIFT` at least."""
    answers[:, lessons.PATTERNS] = np.nan
    answers[:, BALANCE] = np.nan
    answers[:, lessons.FEELINGS] = np.nan
    for place in range(first_pair, len(answers), 2):
        if taught.targets[place + 1, BALANCE] != 1.0:
            continue
        for column, lift in ((JOURNAL_VALENCE, LIFT), (PROSE_VALENCE, LIFT)):
            missing = max(0.0, lift - (answers[place + 1, column] - answers[place, column]))
            answers[place, column] -= missing / 2
            answers[place + 1, column] += missing / 2
    return answers


def main() -> None:
    """Read the command line and make it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the train and dev splits")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the committed files go")
    parser.add_argument("--work", type=Path, help="where stages are kept; a folder that is erased without it")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        work = asked.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        make(asked.data, asked.out, work)


if __name__ == "__main__":
    main()
