"""Takes a file of finished sessions in, a batch at a time; says what became of every line that was not taken.

Lines hold people's words: a message names a line's number and field, never what stands in it.
"""

import asyncio
import concurrent.futures
import contextlib
import os
import sys
import threading
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson
from rich.console import Console
from rich.progress import Progress

from app.domain.sessions import FinishedSession, session_from_json, unknown_keys
from app.errors import ConfigurationError, ErrorCode, Problem, Refused
from app.pipeline.ingest import ingest
from app.pipeline.ports import Ports
from app.wiring import opened

BATCH = 200
MAX_LINE_BYTES = 1_048_576
MAX_PROBLEMS_SHOWN = 100
MAX_KEYS_SHOWN = 50
READ_AHEAD = 200


@dataclass(slots=True)
class Tally:
    """What became of the lines so far."""

    taken: int = 0
    duplicates: int = 0
    refused: int = 0
    unknown_keys: frozenset[str] = frozenset()

    @property
    def sentence(self) -> str:
        """The counts in words."""
        return f"{self.taken:,} sessions taken, {self.duplicates:,} duplicates, {self.refused:,} refused"


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    session: FinishedSession


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum ingest`."""
    parser.add_argument("file", help="a .jsonl file, or - for standard input")
    parser.set_defaults(run=lambda asked: ingest_file(asked.file))


async def ingest_file(name: str) -> int:
    """Take `name` (or standard input for -) in; 0 when every line was taken or known, 1 when some were refused."""
    console = Console(stderr=True)
    with _opened(name) as (source, size):
        async with opened() as spectrum:
            with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
                bar = progress.add_task("Taking sessions in", total=size)
                tally = await take_lines(
                    spectrum.ports, source, console, lambda read: progress.update(bar, completed=read)
                )
    if tally.unknown_keys:
        console.print(f"Ignored and not kept: {', '.join(sorted(tally.unknown_keys))}", highlight=False, soft_wrap=True)
    console.print(tally.sentence, highlight=False)
    return 1 if tally.refused else 0


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    if name == "-":
        yield open(sys.stdin.fileno(), "rb", closefd=False), None  # noqa: SIM115 - a reader may be left waiting in it
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - what goes wrong later is not about the file
        size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror}.") from None
    with file:
        yield file, size


async def take_lines(ports: Ports, source: BinaryIO, console: Console, report: Callable[[int], object]) -> Tally:
    """Read, check and take every line of `source`."""
    tally, batch, read = Tally(), list[_Line](), 0
    number = 0
    async for line, size in _each_line(source):
        number += 1
        read += size
        try:
            session = _parse(line, tally)
            if session is not None:
                batch.append(_Line(number, session))
        except Refused as refused:
            _refuse(tally, console, number, refused.problems)
        if len(batch) == BATCH:
            await _take(ports, batch, tally, console)
            report(read)
    await _take(ports, batch, tally, console)
    report(read)
    return tally


async def _each_line(source: BinaryIO) -> AsyncIterator[tuple[bytes, int]]:
    """Each line, cut when it is too long, and its whole length in bytes.

    A thread reads that nobody waits for at the end: no signal would reach one that waits for a terminal or a pipe.
    """
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[tuple[bytes, int] | OSError | None](READ_AHEAD)

    def hand_over(item: tuple[bytes, int] | OSError | None) -> None:
        asyncio.run_coroutine_threadsafe(lines.put(item), loop).result()

    def read() -> None:
        with contextlib.suppress(RuntimeError, concurrent.futures.CancelledError):  # the program has ended meanwhile
            try:
                while line := source.readline(MAX_LINE_BYTES + 1):
                    hand_over((line, len(line) + _skip_rest(source, line)))
                hand_over(None)
            except OSError as error:
                hand_over(error)

    threading.Thread(target=read, daemon=True).start()
    while (item := await lines.get()) is not None:
        if isinstance(item, OSError):
            raise ConfigurationError(f"The input cannot be read on: {item.strerror}.")
        yield item


def _parse(line: bytes, tally: Tally) -> FinishedSession | None:
    """The line's session, None for a blank line."""
    if len(line) > MAX_LINE_BYTES:
        raise Refused(Problem(ErrorCode.OUT_OF_RANGE, "the line must be at most 1 MiB long"))
    if not line.strip():
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Refused(Problem(ErrorCode.INVALID, "the line must be one JSON object")) from None
    if len(tally.unknown_keys) < MAX_KEYS_SHOWN:
        tally.unknown_keys |= unknown_keys(value)
    return session_from_json(value)


def _skip_rest(source: BinaryIO, line: bytes) -> int:
    """Read on to the end of a line that was cut; how many bytes that were."""
    skipped = 0
    while line and not line.endswith(b"\n"):
        line = source.readline(MAX_LINE_BYTES)
        skipped += len(line)
    return skipped


async def _take(ports: Ports, batch: list[_Line], tally: Tally, console: Console) -> None:
    if not batch:
        return
    answers = await ingest(ports, [line.session for line in batch])
    for line, answer in zip(batch, answers, strict=True):
        if answer.problems:
            _refuse(tally, console, line.number, answer.problems)
        elif answer.duplicate:
            tally.duplicates += 1
        else:
            tally.taken += 1
    batch.clear()


def _refuse(tally: Tally, console: Console, number: int, problems: tuple[Problem, ...]) -> None:
    tally.refused += 1
    if tally.refused <= MAX_PROBLEMS_SHOWN:
        for problem in problems:
            field = f" {'.'.join(problem.field)}:" if problem.field else ""
            console.print(f"line {number}:{field} {problem.message}", highlight=False, markup=False, soft_wrap=True)
    elif tally.refused == MAX_PROBLEMS_SHOWN + 1:
        console.print("More lines were refused; they are only counted.", highlight=False)
