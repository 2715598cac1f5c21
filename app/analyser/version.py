"""Names the weights that an answer came from, by the hash of their files.

Loads no weights and imports no numpy: the API process asks for the version without ever analysing anything.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path


class Engine(StrEnum):
    """Which engine reads: the encoder by default; the small one where onnxruntime cannot be installed, or in tests."""

    ENCODER = "encoder"
    SMALL = "small"


WEIGHTS = Path(__file__).with_name("weights")
"""The committed weights; licences and attributions lie beside them in the model cards."""
ENCODER_NETWORK = "encoder.onnx"
ENCODER_VOCABULARY = "encoder.vocabulary.json"
SMALL_FILE = WEIGHTS / "small.npz"

READING = 1
"""Raise it when the way of reading changes the numbers while the files stay: windows, emoji, confidence, language."""

_FILES = {Engine.ENCODER: (WEIGHTS / ENCODER_NETWORK, WEIGHTS / ENCODER_VOCABULARY), Engine.SMALL: (SMALL_FILE,)}


def files_of(engine: Engine) -> tuple[Path, ...]:
    """The committed files of an engine."""
    return _FILES[engine]


def version_of(files: Sequence[Path], *, reading: int = READING) -> str:
    """The stem of the first file and 12 hexadecimal digits of the SHA-256 over `reading` and all of them.

    Raises OSError when one cannot be read.
    """
    digest = hashlib.sha256(str(reading).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"{files[0].stem}-{digest.hexdigest()[:12]}"


@cache
def analyser_version(engine: Engine = Engine.ENCODER) -> str:
    """Name the version of `engine` that this build holds; read once per process."""
    return version_of(files_of(engine))
