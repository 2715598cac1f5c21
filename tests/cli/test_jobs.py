"""The ledger from a shell: what is listed, and what a decision changes, once."""

import json
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.cli.conftest import Command
from tests.client import LIGHT, session

START = datetime(2026, 7, 1, 9, tzinfo=UTC)


async def _dead_letter(command: Command, environment: dict[str, str]) -> UUID:
    """Take one session in and let its analysis fail until it is given up."""
    sent = session(f"person-{uuid4()}", START, LIGHT)
    assert command("ingest", "-", stdin=json.dumps(sent) + "\n").returncode == 0
    connection = await asyncpg.connect(environment["SPECTRUM_DATABASE_URL"])
    try:
        key = UUID(sent["sessionKey"])
        await connection.execute("UPDATE sealed_text SET body = substr(body, 1, 40) WHERE session_id = $1", key)
        await connection.execute("UPDATE job SET attempt = max_attempts - 1 WHERE scope->>'session_id' = $1", str(key))
        assert command("drain").returncode == 0
        job_id: UUID = await connection.fetchval("SELECT id FROM job WHERE scope->>'session_id' = $1", str(key))
        return job_id
    finally:
        await connection.close()


async def test_a_dead_letter_is_seen_tried_again_and_given_up(
    spectrum_command: Command, environment: dict[str, str]
) -> None:
    """It stands in every view with its class and place; each decision needs a reason, and is taken once."""
    job = str(await _dead_letter(spectrum_command, environment))
    glance = spectrum_command("jobs")
    assert re.search(rf"dead: {job} SESSION_ANALYSIS BUG: CannotOpen at sealed.py:\d+", glance.stdout)
    listed = spectrum_command("jobs", "list", "--status", "DEAD", "--kind", "SESSION_ANALYSIS")
    assert job in listed.stdout
    assert "1 of 1" in listed.stdout
    assert "0 of 0" in spectrum_command("jobs", "list", "--status", "DEAD", "--kind", "UPKEEP").stdout
    shown = spectrum_command("jobs", "show", job, COLUMNS="200").stdout
    for expected in ("DEAD", "5 of 5", "subject", "CannotOpen at sealed.py"):
        assert expected in shown
    assert LIGHT not in shown
    found = re.search(r"in GraphQL +(\S+)", shown)
    assert found is not None
    assert spectrum_command("jobs", "show", found[1], COLUMNS="200").stdout == shown

    assert spectrum_command("jobs", "retry", job).returncode == 2
    blank = spectrum_command("jobs", "retry", job, "--reason", " ")
    assert (blank.returncode, blank.stderr) == (2, "spectrum: reason must have 1 to 500 characters, and no NUL.\n")
    for count in (1, 0):
        done = spectrum_command("jobs", "retry", job, "--reason", "mended")
        assert done.stderr == f"retry: {count} of 1{'' if count else '; the others are no dead letters, or unknown'}.\n"
    assert "QUEUED" in spectrum_command("jobs", "show", job).stdout
    connection = await asyncpg.connect(environment["SPECTRUM_DATABASE_URL"])
    try:
        await connection.execute("UPDATE job SET status = 'DEAD', finished_at = now() WHERE id = $1", UUID(job))
        for count in (1, 0):
            done = spectrum_command("jobs", "discard", job, "--reason", "asked for")
            assert done.stderr.startswith(f"discard: {count} of 1")
        audited = await connection.fetch("SELECT actor, action, reason FROM audit WHERE targets = ARRAY[$1::uuid]",
                                         UUID(job))  # fmt: skip
        assert [tuple(row) for row in audited] == [
            ("shell", "retry_jobs", "mended"),
            ("shell", "discard_jobs", "asked for"),
        ]
    finally:
        await connection.close()


def test_a_job_that_is_not_there_is_a_sentence(spectrum_command: Command) -> None:
    """An unknown id and no id at all end with status 2; what is no id may be anything, and is not repeated."""
    missing = spectrum_command("jobs", "show", str(UUID(int=7)))
    assert (missing.returncode, missing.stderr.startswith("spectrum: There is no job")) == (2, True)
    nonsense = spectrum_command("jobs", "show", "seven")
    assert (nonsense.returncode, "this is no id of a job" in nonsense.stderr) == (2, True)
    assert "seven" not in nonsense.stderr
    assert "must be 1 to 1000" in spectrum_command("jobs", "list", "--first", "0").stderr


@pytest.mark.parametrize("target", ["minutes", "SESSION_ANALYSIS"])
def test_a_queue_is_paused_and_resumed(spectrum_command: Command, target: str) -> None:
    """The glance says what is paused until it is resumed; the same again is no news; a drain does not wait for it."""
    assert spectrum_command("jobs", "pause", target, "--reason", "a look").stderr == f"{target} is paused.\n"
    assert "as it was" in spectrum_command("jobs", "pause", target, "--reason", "a look").stderr
    assert re.search(rf"paused: {target} since \S+ \S+: a look", spectrum_command("jobs").stdout)
    assert spectrum_command("drain").returncode == 0
    assert spectrum_command("jobs", "resume", target, "--reason", "seen").stderr == f"{target} is not paused.\n"
    assert "paused" not in spectrum_command("jobs").stdout
    assert spectrum_command("jobs", "pause", "everything", "--reason", "no").returncode == 2
