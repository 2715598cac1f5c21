"""Words → numbers: the only room besides sealing that sees what a person wrote.

Sends nothing anywhere and keeps no words; numpy is imported only by `load_analyser`, so that the API never loads it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from app.analyser.care import care_level
from app.analyser.readings import PersonTurn, Prediction, SessionReading
from app.analyser.version import WEIGHTS_FILE, analyser_version

if TYPE_CHECKING:
    from app.analyser.engine import Analyser

__all__ = [
    "Analyser",
    "PersonTurn",
    "Prediction",
    "SessionReading",
    "analyser_version",
    "care_level",
    "load_analyser",
]


def load_analyser() -> "Analyser":
    """Load the small engine with its committed weights; once per process is enough."""
    engine = import_module("app.analyser.engine")  # here and not above, because it brings numpy
    analyser: Analyser = engine.Analyser(WEIGHTS_FILE)
    return analyser


def __getattr__(name: str) -> object:
    """Give `Analyser` by name, without making everybody who imports the room pay for numpy."""
    if name == "Analyser":
        return import_module("app.analyser.engine").Analyser
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
