"""A command that prints the master key: run as it stands, bounded in time and length, and never repeated."""

import os
import time
from pathlib import Path

import pytest

from app.errors import ConfigurationError
from app.gateways.key_command import MOST_BYTES, ask_for_key

KEY = "0123456789abcdef" * 4
SECRET = "hush-nobody-may-read-this"
PATIENCE_S = 30
SHORT_S = 2.0
"""The bound that is passed in where a command never ends; nothing is asserted about time."""


def _script(folder: Path, body: str) -> str:
    script = folder / "key of ours.sh"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o700)
    return f"'{script}'"


async def test_what_is_printed_is_the_key(tmp_path: Path) -> None:
    """White space around it goes, arguments arrive as they were quoted, and there is no shell to expand anything."""
    assert await ask_for_key(_script(tmp_path, f"echo '  {KEY}'; echo {SECRET} >&2")) == KEY
    assert await ask_for_key(_script(tmp_path, 'printf %s "$2"') + " --key 'two  words'") == "two  words"
    assert await ask_for_key(_script(tmp_path, 'printf %s "$1"') + " '$HOME;*'") == "$HOME;*"
    assert await ask_for_key(_script(tmp_path, "cat; echo read all")) == "read all"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"echo {SECRET}; echo {SECRET} >&2; exit 3", "ended with status 3"),
        (f"echo {SECRET}; kill -9 $$", "ended with status -9"),
        (f"while true; do echo {SECRET}; done", "says more than 1,024 bytes"),
        (f"head -c {MOST_BYTES + 1} /dev/zero", "says more than 1,024 bytes"),
        (f"printf '{SECRET}\\377'", "must print 64 hex digits"),
    ],
    ids=["fails", "is killed", "goes on", "one byte more", "no text"],
)
async def test_a_command_that_fails_is_a_sentence(tmp_path: Path, body: str, said: str) -> None:
    """How it failed is told, and nothing of what it printed, on either output."""
    with pytest.raises(ConfigurationError, match=said) as refused:
        await ask_for_key(_script(tmp_path, body))
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("command", [f"/nowhere/{SECRET} {SECRET}", f"'{SECRET}", " ", f"/ {SECRET}"])
async def test_a_command_that_is_none_is_a_sentence(command: str) -> None:
    """What cannot be started, or read as words at all, is told without repeating it: a command may hold a token."""
    with pytest.raises(ConfigurationError, match="SPECTRUM_MASTER_KEY_COMMAND cannot be started") as refused:
        await ask_for_key(command)
    assert SECRET not in str(refused.value)


async def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """After its time it is a sentence, and neither it nor a child that holds its output goes on."""
    pids = tmp_path / "pids"
    with pytest.raises(ConfigurationError, match=f"did not end within {SHORT_S:g} seconds"):
        await ask_for_key(_script(tmp_path, f"sleep 60 & echo $! $$ > {pids}; wait"), timeout_s=SHORT_S)
    for pid in map(int, pids.read_text().split()):
        assert _is_gone(pid), "it was left behind"


def _is_gone(pid: int) -> bool:
    """Whether a process ends within the patience of a test."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":  # nobody reaps it here
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False
