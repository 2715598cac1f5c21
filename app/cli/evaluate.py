"""`spectrum evaluate`: the analyser, measured on labelled data, and the writing, measured on invented people."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from app.errors import ConfigurationError
from app.wiring import read_engine

MOST_PEOPLE = 5_000
_NO_CHECKOUT = "Measuring needs a checkout with its development packages: make setup."


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum evaluate`."""
    measures = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    analyser = measures.add_parser("analyser", help="its figures on labelled data")
    analyser.add_argument("--data", required=True, type=Path, metavar="DIR", help="folder with the dev splits")
    analyser.set_defaults(run=lambda asked: evaluate_analyser(asked.data))
    writing = measures.add_parser("writing", help="checks, length and variety of texts over a fixed set of briefs")
    writing.add_argument("--people", type=_people, default=200, metavar="N", help="invented people (200)")
    writing.add_argument("--models", type=Path, metavar="FILE", help="ask a model of this file, for real money")
    writing.add_argument("--model", metavar="NAME", help="which deployment of it; its first when left out")
    writing.set_defaults(run=lambda asked: evaluate_writing(asked.people, asked.models, asked.model))


def _people(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST_PEOPLE):
        raise ArgumentTypeError(f"1 to {MOST_PEOPLE:,} people")
    return int(text)


async def evaluate_analyser(data: Path) -> int:
    """Measure the analyser on the labelled data in `data`."""
    try:
        from benchmarks.analyser.evaluate import show as measure  # noqa: PLC0415 - needs packages of development only
    except ImportError:
        raise ConfigurationError(_NO_CHECKOUT) from None
    measure(data, read_engine())
    return 0


async def evaluate_writing(people: int, models: Path | None = None, model: str | None = None) -> int:
    """Measure the local composer, or a language model, on the briefs of so many invented people."""
    try:
        from benchmarks.writing.evaluate import serving_revisions, show  # noqa: PLC0415 - benchmarks are not installed
        from benchmarks.writing.models import model_writer  # noqa: PLC0415 - as above
    except ImportError:
        raise ConfigurationError(_NO_CHECKOUT) from None
    writer = await model_writer(models, model, serving_revisions()) if models else None
    await show(people, writer=writer)
    return 0
