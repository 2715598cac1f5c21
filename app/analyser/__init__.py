"""Words → numbers: the only room besides sealing that sees what a person wrote.

Sends nothing anywhere and keeps no words; numpy and onnxruntime are imported only by `load_analyser`, so that the API
never loads them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from app.analyser.care import care_level
from app.analyser.readings import PersonTurn, Prediction, SessionReading
from app.analyser.version import SMALL_FILE, WEIGHTS, Engine, analyser_version

if TYPE_CHECKING:
    from app.analyser.engine import Analyser

__all__ = [
    "Analyser",
    "Engine",
    "PersonTurn",
    "Prediction",
    "SessionReading",
    "analyser_version",
    "care_level",
    "load_analyser",
]


def load_analyser(engine: Engine = Engine.ENCODER) -> "Analyser":
    """Load an engine with its committed weights; once per process is enough.

    Raises ImportError where a package of the encoder is missing: nothing falls back silently, since numbers of two
    engines do not compare.
    """
    analyser = import_module("app.analyser.engine").Analyser  # here and not above, because it brings numpy
    if engine is Engine.SMALL:
        read: Analyser = analyser(import_module("app.analyser.small").load_model(SMALL_FILE))
    else:
        read = analyser(import_module("app.analyser.encoder").Encoder(WEIGHTS))
    return read


def __getattr__(name: str) -> object:
    """Give `Analyser` by name, without making everybody who imports the room pay for numpy."""
    if name == "Analyser":
        return import_module("app.analyser.engine").Analyser
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
