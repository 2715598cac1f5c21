"""Asks a key service for the master key, by a command that prints it: the port to any KMS or secret manager.

The command is run once, at the start, without a shell. Nothing that it says is ever shown, logged or kept.
"""

import asyncio
import contextlib
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process

from app.errors import ConfigurationError

TIMEOUT_S = 30.0
LAST_WORDS_S = 1.0
MOST_BYTES = 1024
_NAME = "SPECTRUM_MASTER_KEY_COMMAND"


async def ask_for_key(command: str, *, timeout_s: float = TIMEOUT_S) -> str:
    """What `command` prints, without white space around it; its first word is a program, the others its arguments.

    ConfigurationError when it cannot be started, fails, says more than 1,024 bytes, or takes longer than `timeout_s`.
    """
    process = await _start(command)
    try:
        async with asyncio.timeout(timeout_s):
            said = await _read(process)
            status = await process.wait()
    except TimeoutError:
        raise ConfigurationError(f"{_NAME} did not end within {timeout_s:g} seconds.") from None
    finally:
        await _end(process)
    if status:
        raise ConfigurationError(f"{_NAME} ended with status {status}: run it by hand to see what it says.")
    try:
        return said.decode("ascii").strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{_NAME} must print 64 hex digits and nothing else.") from None


async def _start(command: str) -> Process:
    """Start it in a session of its own, so that it can be ended with all that it starts."""
    try:
        return await asyncio.create_subprocess_exec(
            *shlex.split(command), stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
    except (OSError, ValueError, TypeError) as error:  # not there · quotes that do not close · no word at all
        raise ConfigurationError(f"{_NAME} cannot be started ({type(error).__name__}).") from None


async def _read(process: Process) -> bytes:
    assert process.stdout is not None, "it was asked for"
    try:
        await process.stdout.readexactly(MOST_BYTES + 1)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    raise ConfigurationError(f"{_NAME} says more than {MOST_BYTES:,} bytes: it must print 64 hex digits and no more.")


async def _end(process: Process) -> None:
    """Leave nothing of it behind, whatever became of it; what it still had to say is dropped."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):  # something that it started has left its session, and holds its output open
        async with asyncio.timeout(LAST_WORDS_S):
            await process.communicate()
