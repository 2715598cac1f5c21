"""The restore drill: a database from before its erasures is not served, and after the guard nothing is back."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.embedded import Servers
from app.errors import ConfigurationError
from app.gateways.journal import read_journal
from app.pipeline import forget
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.restore import read_erasures, replay
from app.storage.forgetting.operations import ResetScope
from tests.client import HEAVY, LIGHT, session
from tests.life import JUNE, at, rows_of, take, weeks_of, who, work_off
from tests.storage.drill import Drill, guard, reset

SURVIVING = {"operation", "job"}


async def _left(owner: Any, person_id: UUID) -> set[str]:
    return {name for name, count in (await rows_of(owner, person_id)).items() if count}


async def test_a_restored_backup_brings_nobody_back(drill: Drill) -> None:
    """Every scope, single sessions and accounts erased after the backup are erased again; who erased nothing stays."""
    single = session("single", JUNE, HEAVY)
    async with drill.opened() as (spectrum, owner):
        for key in ("derived", "history", "everything", "account", "single", "nothing"):
            await take(spectrum, *weeks_of(key, weeks=2))
        await take(spectrum, single)
        await work_off(spectrum, owner)
        people = {
            key: who(spectrum, key) for key in ("derived", "history", "everything", "account", "single", "nothing")
        }
    await drill.back_up()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "derived", ResetScope.DERIVED)
        await reset(spectrum, owner, "history", ResetScope.FORGET_HISTORY)
        await reset(spectrum, owner, "everything", ResetScope.EVERYTHING)
        await forget.erase_account(spectrum.ports, people["account"], actor="app")
        await forget_sessions(spectrum.ports, people["single"], [UUID(single["sessionKey"])], actor="app")
    await drill.restore()
    with pytest.raises(ConfigurationError, match="restore-guard"):
        async with drill.opened():
            pass
    async with drill.opened(restored=True) as (spectrum, owner):
        untouched = await rows_of(owner, people["nothing"])
        assert await _left(owner, people["everything"]) > {"person", "sealed_text"}, "the backup did bring them back"
        done = await guard(spectrum)
        assert (done.told, done.resets, done.sessions) == (5, 4, 1)
        assert await _left(owner, people["everything"]) == await _left(owner, people["account"]) == set()
        assert await _left(owner, people["history"]) == {"person"}
        assert await owner.fetchval("SELECT count(*) FROM session_numbers WHERE person_id = $1", people["derived"]) == 0
        assert await rows_of(owner, people["nothing"]) == untouched
        assert await owner.fetchval("SELECT count(*) FROM session WHERE id = $1", UUID(single["sessionKey"])) == 0
        assert (await guard(spectrum)).resets == 0, "twice is once"
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *weeks_of("history", weeks=2), single)
        await work_off(spectrum, owner)
        assert await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", people["history"]) == 0
        assert await owner.fetchval("SELECT count(*) FROM session WHERE id = $1", UUID(single["sessionKey"])) == 0
        numbers = "SELECT count(*) FROM session_numbers WHERE person_id = $1"
        assert await owner.fetchval(numbers, people["derived"]) == 8, "read again from the words that are kept"


async def test_whoever_came_back_before_the_backup_is_left_alone(drill: Drill) -> None:
    """An erasure that the backup has seen is not done again to the life that began after it."""
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *weeks_of("again", weeks=1))
        await reset(spectrum, owner, "again", ResetScope.EVERYTHING)
        await take(spectrum, *weeks_of("again", weeks=1))
        await work_off(spectrum, owner)
        before = await rows_of(owner, who(spectrum, "again"))
    await drill.back_up()
    await drill.restore()
    async with drill.opened(restored=True) as (spectrum, owner):
        assert (await guard(spectrum)).resets == 0
        assert await rows_of(owner, who(spectrum, "again")) == before


async def test_a_backup_from_between_two_erasures(drill: Drill) -> None:
    """Of two erasures of one person only the one that the backup has not seen is done again, in its epoch."""
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *weeks_of("twice", weeks=1))
        await reset(spectrum, owner, "twice", ResetScope.FORGET_HISTORY)
        late = session("twice", datetime.now(UTC) + timedelta(minutes=2), LIGHT)
        await take(spectrum, late)
    await drill.back_up()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "twice", ResetScope.FORGET_HISTORY)
        epoch = (await at(owner, who(spectrum, "twice"))).epoch
    await drill.restore()
    async with drill.opened(restored=True) as (spectrum, owner):
        assert await owner.fetchval("SELECT count(*) FROM session") == 1
        assert (await guard(spectrum)).resets == 1
        assert await owner.fetchval("SELECT count(*) FROM session") == 0
        assert (await at(owner, who(spectrum, "twice"))).epoch == epoch
        (again,) = await take(spectrum, late)
        assert again.duplicate


async def test_a_journal_is_believed_only_as_far_as_it_is_signed(drill: Drill) -> None:
    """A changed line, a torn one and another installation's are counted, and erase nothing."""
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *weeks_of("victim", weeks=1))
        await take(spectrum, *weeks_of("wants it", weeks=1))
        await reset(spectrum, owner, "wants it", ResetScope.EVERYTHING)
        path = spectrum.ports.journal.path
        (line,) = read_journal(path)
        assert line is not None
        ours = spectrum.ports.keyring.identity
        forged = line["statement"].replace(
            ours.pseudonym("tombstone", who(spectrum, "wants it")), ours.pseudonym("tombstone", who(spectrum, "victim"))
        )
        assert forged != line["statement"]
        lines = [{**line, "statement": forged}, None, {**line, "signature": ""}, line]
        erasures, strange = read_erasures(spectrum.ports, lines)
        assert (len(erasures), strange) == (1, 3)
        assert (await replay(spectrum.ports, erasures)).resets == 0
        assert await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", who(spectrum, "victim")) == 4
        assert "wants it" not in path.read_text()
        assert path.stat().st_mode & 0o077 == 0
        spectrum.ports.journal.append(line)
        path.write_bytes(path.read_bytes()[:-20])  # the machine failed in the middle of a line
        spectrum.ports.journal.append(line)
        assert [each is None for each in read_journal(path)] == [False, True, False]


async def test_a_new_database_beside_an_old_journal_is_served(drill: Drill, servers: Servers, template: str) -> None:
    """A journal belongs to one installation: another database, with keys of its own, knows nothing of it."""
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, session("someone", JUNE))
        await reset(spectrum, owner, "someone", ResetScope.EVERYTHING)
    other = Drill(servers, f"drill_{uuid4().hex[:12]}", drill.state)
    await other.admin(f"CREATE DATABASE {other.name} TEMPLATE {template}")
    try:
        async with other.opened() as (spectrum, _):
            assert not spectrum.ports.journal.path.exists()
    finally:
        await other.end()
    shutil.rmtree(drill.state / "tombstones")
