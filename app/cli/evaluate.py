"""`spectrum evaluate`: the analyser, measured on labelled data."""

from argparse import ArgumentParser
from pathlib import Path

from app.errors import ConfigurationError
from app.wiring import read_engine


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum evaluate`."""
    parser.add_argument("what", choices=["analyser"])
    parser.add_argument("--data", required=True, type=Path, metavar="DIR")
    parser.set_defaults(run=lambda asked: evaluate(asked.data))


async def evaluate(data: Path) -> int:
    """Measure the analyser on the labelled data in `data`."""
    try:
        from benchmarks.analyser.evaluate import show as measure  # noqa: PLC0415 - needs packages of development only
    except ImportError:
        raise ConfigurationError("Measuring needs a checkout with its development packages: make setup.") from None
    measure(data, read_engine())
    return 0
