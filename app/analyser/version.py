"""Names the weights that an answer came from, by the hash of their file.

Loads no weights and imports no numpy: the API process asks for the version without ever analysing anything.
"""

import hashlib
from functools import cache
from pathlib import Path

WEIGHTS_FILE = Path(__file__).with_name("weights") / "small.npz"
"""The committed weights of the small engine; licence and attributions lie beside it in MODEL_CARD.md."""


@cache
def version_of(path: Path) -> str:
    """`small-` and the first 12 hexadecimal digits of the SHA-256 of the file, read once per process.

    Raises OSError when the file cannot be read.
    """
    return f"small-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def analyser_version() -> str:
    """Name the version of the analyser that this build holds."""
    return version_of(WEIGHTS_FILE)
