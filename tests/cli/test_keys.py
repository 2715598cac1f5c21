"""Master keys from a shell: what each wraps, which one is missing, and how an old one comes to wrap nothing."""

import json
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from app.storage.sealed import MasterKey, new_key
from tests.cli.conftest import Command
from tests.client import session
from tests.conftest import MASTER_KEY

START = datetime(2026, 7, 1, 9, tzinfo=UTC)
OLD = MasterKey(bytes.fromhex(MASTER_KEY)).id
PEOPLE = 3


@pytest.fixture(autouse=True)
async def database(environment: dict[str, str], spectrum_command: Command) -> AsyncIterator[asyncpg.Connection]:
    """Give a superuser's connection to a database with three people and no others."""
    connection = await asyncpg.connect(environment["SPECTRUM_DATABASE_URL"])
    await connection.execute("TRUNCATE person, secret")
    lines = "".join(json.dumps(session(f"{secrets.token_hex(4)}-{n}", START)) + "\n" for n in range(PEOPLE))
    assert spectrum_command("ingest", "-", stdin=lines).returncode == 0
    yield connection
    await connection.close()


def _table(printed: str) -> set[tuple[str, ...]]:
    """Give the rows of a printed table."""
    rows = [[cell.strip() for cell in re.split("[│┃|]", line)[1:-1]] for line in printed.splitlines()]
    return {tuple(row) for row in rows if len(row) == 4 and row[0] != "master key"}


def test_everything_is_under_the_one_key_there_is(spectrum_command: Command) -> None:
    """The key is shown by its id with all that it wraps, and none of its digits is."""
    done = spectrum_command("keys")
    assert (done.returncode, _table(done.stdout)) == (0, {(OLD, "current", "3", "2")})
    assert done.stderr == "Everything is under the current key.\n"
    assert MASTER_KEY[:8] not in done.stdout + done.stderr


def test_a_rotation_from_beginning_to_end(spectrum_command: Command) -> None:
    """The new key is set with the old one beside it, everything is wrapped by it, and then the old one can go."""
    other = secrets.token_hex(32)
    new = MasterKey(bytes.fromhex(other)).id
    both = {"SPECTRUM_MASTER_KEY": other, "SPECTRUM_PREVIOUS_MASTER_KEYS": MASTER_KEY}
    began = spectrum_command("keys", **both)
    assert (began.returncode, _table(began.stdout)) == (0, {(new, "current", "0", "0"), (OLD, "previous", "3", "2")})
    assert "Keep every key" in began.stderr
    done = spectrum_command("keys", "--rewrap", **both)
    assert (done.returncode, _table(done.stdout)) == (0, {(new, "current", "3", "2"), (OLD, "previous", "0", "0")})
    assert "5 keys wrapped by the current master key." in done.stderr
    assert "wrap nothing here any more" in done.stderr
    assert "0 keys wrapped" in spectrum_command("keys", "--rewrap", **both).stderr
    alone = spectrum_command("keys", SPECTRUM_MASTER_KEY=other)
    assert (alone.returncode, _table(alone.stdout)) == (0, {(new, "current", "3", "2")})
    old = spectrum_command("keys")
    assert (old.returncode, old.stdout) == (2, "")
    assert old.stderr.startswith("spectrum: The master key does not open this database's keys")
    assert new in old.stderr


async def test_a_key_that_is_missing_is_told(spectrum_command: Command, database: asyncpg.Connection) -> None:
    """Someone under a key that is not here, or one that nobody knows, is status 1, before and after a rotation."""
    lost = MasterKey(bytes.fromhex(secrets.token_hex(32)))
    one, two, _ = [row["id"] for row in await database.fetch("SELECT id FROM person ORDER BY id")]
    await database.execute("UPDATE person SET master_key = NULL WHERE id = $1", one)
    unknown = spectrum_command("keys")
    assert unknown.returncode == 1
    assert _table(unknown.stdout) == {(OLD, "current", "2", "2"), ("not known yet", "unknown", "1", "0")}
    assert spectrum_command("keys", "--rewrap").returncode == 0, "it was wrapped by a key that is here"
    shut = lost.wrap(f"person|{two}", new_key())
    await database.execute("UPDATE person SET data_key = $2, master_key = $3 WHERE id = $1", two, shut, lost.id)
    for arguments in (("keys",), ("keys", "--rewrap")):
        missing = spectrum_command(*arguments)
        assert missing.returncode == 1
        assert _table(missing.stdout) == {(OLD, "current", "2", "2"), (lost.id, "MISSING", "1", "0")}
        assert "SPECTRUM_PREVIOUS_MASTER_KEYS" in missing.stderr
        assert str(two) not in missing.stdout + missing.stderr


def test_a_command_that_prints_no_key_is_a_sentence(spectrum_command: Command) -> None:
    """Any program of ours that cannot get its key says which setting it was, and nothing of what was printed."""
    asked = {"SPECTRUM_MASTER_KEY": "", "SPECTRUM_MASTER_KEY_COMMAND": "echo hush-hush"}
    for command in (("keys",), ("jobs",)):
        done = spectrum_command(*command, **asked)
        assert (done.returncode, done.stdout) == (2, "")
        assert "SPECTRUM_MASTER_KEY_COMMAND" in done.stderr
        assert "hush" not in done.stderr
