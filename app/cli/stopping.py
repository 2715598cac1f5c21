"""How a program that serves learns that it is to stop."""

import asyncio
import signal
import sys
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


def add_with_parent(parser: ArgumentParser) -> None:
    """The option by which whoever starts a program holds it."""
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when standard input closes, as it does when the parent ends"
    )


@asynccontextmanager
async def until_told(*, with_parent: bool) -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM or (with `with_parent`) the end of standard input sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)

    def parent_ended() -> None:
        loop.remove_reader(sys.stdin)
        stop.set()

    if with_parent:
        loop.add_reader(sys.stdin, parent_ended)
    try:
        yield stop
    finally:
        if with_parent:
            loop.remove_reader(sys.stdin)
