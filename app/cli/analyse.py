"""`spectrum analyse`: the analyser as a filter."""

import asyncio
import signal
import sys
from argparse import ArgumentParser

from app.analyser.lines import analyse_lines
from app.wiring import read_analyser


def add(parser: ArgumentParser) -> None:
    """`spectrum analyse` has no options."""
    parser.set_defaults(run=lambda _: analyse())


async def analyse() -> int:
    """Filter standard input to standard output; a signal ends it at once, since it keeps nothing."""
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    for line in analyse_lines(sys.stdin, read_analyser()):
        print(line, flush=True)
    return 0
