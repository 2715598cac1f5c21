"""The `spectrum` command: one parser, one small module per command. Decides nothing about people."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine, Sequence
from importlib import import_module
from typing import Any

from app.errors import SpectrumError
from app.memory import forbid_core_dumps, loading
from app.telemetry import configure_logging

INTERRUPTED = 130
TERMINATED = 143

COMMANDS = {
    "up": "everything at once: servers, sample people, API, workers",
    "api": "serve GraphQL over HTTP",
    "worker": "run jobs",
    "migrate": "bring the database to this build's schema",
    "sample": "take the sample people's sessions in",
    "ingest": "take finished sessions in, one IngestSessionInput as JSON a line",
    "drain": "plan what is due and run jobs until nothing is left",
    "jobs": "the ledger: counts and dead letters; list, show, retry, discard, pause",
    "receipt": "check the receipt of an erasure",
    "restore-guard": "after a restore: erase again what was erased since the backup",
    "keys": "which master key wraps how much; status 1 when one of them is not here",
    "token": "print a token for development, and nothing else",
    "analyse": 'a filter: {"id","text"} a line in, predictions out; keeps nothing',
    "evaluate": "measure the analyser on labelled data, or the writing on invented people",
    "prompts": "list the published prompt revisions",
    "schema": "print the GraphQL schema",
}
"""What each command is for. Each is a module here with `add`, which gives a parser its options and its `run`."""


def module_of(command: str) -> str:
    """Name the module that has a command."""
    return f"{__name__}.{command.replace('-', '_')}"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command with its options; only the module of the one that is asked for is imported."""
    parser = argparse.ArgumentParser(prog="spectrum", description="Kalei Spectrum: sessions in, honest numbers out.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parsers = {name: commands.add_parser(name, help=meaning) for name, meaning in COMMANDS.items()}
    for name in set(arguments[:1]) & set(parsers):
        import_module(module_of(name)).add(parsers[name])
    return parser.parse_args(arguments)


async def _until_terminated(program: Coroutine[Any, Any, int]) -> int:
    """Run `program`; SIGTERM cancels it, so that what it holds is given back."""
    task = asyncio.ensure_future(program)
    with contextlib.suppress(NotImplementedError):  # there are no signal handlers on Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return TERMINATED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Expected failures are one sentence on standard error and status 2."""
    forbid_core_dumps()
    configure_logging()
    try:
        with loading():
            chosen = parse(sys.argv[1:] if arguments is None else arguments)
        status: int = asyncio.run(_until_terminated(chosen.run(chosen)))
    except SpectrumError as error:
        print(f"spectrum: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        return 0
    return status
