"""Restores that go wrong in every way they can: what was erased stays so, and what came since stays as well."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.errors import ConfigurationError
from app.gateways.journal import read_journal
from app.jobs import Queue
from app.pipeline import forget
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.restore import DONE, MAY_BE_OFF, read_erasures, replay
from app.storage.forgetting.operations import ResetScope
from tests.client import HEAVY, LIGHT, session
from tests.life import JUNE, at, rows_of, take, weeks_of, who, work_off
from tests.storage.drill import Drill, guard, reset
from workers.runner import Runner


class _BrokenOff(Exception):
    """The machine failed in the middle of the guard."""


async def _refused(drill: Drill) -> None:
    with pytest.raises(ConfigurationError, match="restore-guard"):
        async with drill.opened():
            pass


async def test_the_whole_journal_is_compared_not_its_end(drill: Drill) -> None:
    """A call that the app repeats last is known to the backup, and hides nothing that was erased before it."""
    one = session("app", JUNE, LIGHT)
    async with drill.opened() as (spectrum, _):
        await take(spectrum, *weeks_of("gone", weeks=1), one)
        await forget_sessions(spectrum.ports, who(spectrum, "app"), [UUID(one["sessionKey"])], actor="app")
    await drill.back_up()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "gone", ResetScope.EVERYTHING)
        await forget_sessions(spectrum.ports, who(spectrum, "app"), [UUID(one["sessionKey"])], actor="app")
    await drill.restore()
    await _refused(drill)


async def test_a_guard_that_breaks_off_has_not_been_run(drill: Drill) -> None:
    """Whatever it did already, nothing is served until it comes to its end."""
    one = session("app", JUNE, LIGHT)
    async with drill.opened() as (spectrum, _):
        await take(spectrum, *weeks_of("gone", weeks=1), one)
    await drill.back_up()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "gone", ResetScope.EVERYTHING)
        await forget_sessions(spectrum.ports, who(spectrum, "app"), [UUID(one["sessionKey"])], actor="app")
    await drill.restore()

    def break_off(_: int) -> None:
        raise _BrokenOff

    async with drill.opened(restored=True) as (spectrum, owner):
        erasures, _ = read_erasures(spectrum.ports, read_journal(spectrum.ports.journal.path))
        with pytest.raises(_BrokenOff):
            await replay(spectrum.ports, erasures, break_off)
    await _refused(drill)
    async with drill.opened(restored=True) as (spectrum, _):
        await guard(spectrum)
    async with drill.opened() as (spectrum, owner):
        assert (await rows_of(owner, who(spectrum, "gone")))["person"] == 0


async def test_resets_in_the_backup_are_settled(drill: Drill) -> None:
    """One that was done since, or may have been called off since, is not carried out over what comes after."""
    async with drill.opened() as (spectrum, owner):
        for key in ("called off", "done"):
            await take(spectrum, *weeks_of(key, weeks=1))
        me, other = await at(owner, who(spectrum, "called off")), await at(owner, who(spectrum, "done"))
        waiting = await forget.request(spectrum.ports, me, ResetScope.EVERYTHING, uuid4(), delay_s=600)
        at_once = await forget.request(spectrum.ports, other, ResetScope.FORGET_HISTORY, uuid4())
    await drill.back_up()
    async with drill.opened() as (spectrum, _):
        await forget.call_off(spectrum.ports, me.id, waiting)
        await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await drill.restore()
    async with drill.opened(restored=True) as (spectrum, _):
        assert (await guard(spectrum)).resets == 1
    async with drill.opened() as (spectrum, owner):
        late = session("done", datetime.now(UTC) - timedelta(seconds=5), LIGHT)
        await take(spectrum, late)
        await work_off(spectrum, owner)
        assert await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", me.id) == 4
        assert await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", other.id) == 1
        told = await owner.fetch("SELECT id, status, failure FROM operation")
        assert {row["id"]: (row["status"], row["failure"]) for row in told} == {
            waiting: ("FAILED", MAY_BE_OFF),
            at_once: ("FAILED", DONE),
        }


async def test_a_reset_that_nobody_could_call_off_is_carried_out(drill: Drill) -> None:
    """Asked for at once, in the backup, and in no journal: the wish still holds."""
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *weeks_of("wants", weeks=1))
        me = await at(owner, who(spectrum, "wants"))
        await forget.request(spectrum.ports, me, ResetScope.EVERYTHING, uuid4())
    await drill.back_up()
    await drill.restore()
    async with drill.opened() as (spectrum, owner):
        await replay(spectrum.ports, [])
        await work_off(spectrum, owner)
        assert (await rows_of(owner, me.id))["person"] == 0


@pytest.mark.parametrize("scope", [ResetScope.FORGET_HISTORY, ResetScope.EVERYTHING])
async def test_a_journal_that_comes_late_erases_what_was_erased_and_no_more(drill: Drill, scope: ResetScope) -> None:
    """Another machine's journal, found days after people went on: what came since is as if the old had never been."""
    old = weeks_of("late", weeks=2)
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *old)
        await work_off(spectrum, owner)
    await drill.back_up()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "late", scope)
        other = spectrum.ports.journal.path.rename(drill.state / "other.jsonl")
    await drill.restore()
    new = [{**each, "subjectKey": "late"} for each in weeks_of("twin", weeks=2, first=JUNE + timedelta(weeks=8))]
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *new)
        await work_off(spectrum, owner)
        await guard(spectrum, other)
        await work_off(spectrum, owner)
        await take(spectrum, *({**each, "subjectKey": "twin"} for each in new))
        await work_off(spectrum, owner)
        person_id, twin = who(spectrum, "late"), who(spectrum, "twin")
        for table in ("session", "sealed_text", "session_numbers", "packed_month", "period_aggregate"):
            counts = [
                await owner.fetchval(f"SELECT count(*) FROM {table} WHERE person_id = $1", id_)
                for id_ in (person_id, twin)
            ]
            assert counts[0] == counts[1], table
        packed = "SELECT month, body FROM packed_month WHERE person_id = $1 ORDER BY month"
        assert await owner.fetch(packed, person_id) == await owner.fetch(packed, twin)
        told = "SELECT finding_key, brief FROM writing WHERE person_id = $1 AND status = 'ACTIVE' ORDER BY 1"
        assert await owner.fetch(told, person_id) == await owner.fetch(told, twin)
        again = await take(spectrum, *new)
        assert all(each.duplicate for each in again)


async def test_two_lives_of_a_database_may_count_alike(drill: Drill) -> None:
    """The same epoch, begun by another reset after the restore, does not stand for the one that was lost."""
    async with drill.opened() as (spectrum, _):
        await take(spectrum, *weeks_of("p", weeks=1))
    await drill.back_up()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "p", ResetScope.EVERYTHING)
        other = spectrum.ports.journal.path.rename(drill.state / "other.jsonl")
    await drill.restore()
    async with drill.opened() as (spectrum, owner):
        await reset(spectrum, owner, "p", ResetScope.DERIVED)
        other.rename(spectrum.ports.journal.path)
    await _refused(drill)
    async with drill.opened(restored=True) as (spectrum, owner):
        await guard(spectrum)
        assert (await rows_of(owner, who(spectrum, "p")))["session"] == 0
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, session("p", JUNE, HEAVY))
        await guard(spectrum)
        assert (await rows_of(owner, who(spectrum, "p")))["session"] == 1, "twice is once"


async def test_an_unsigned_line_stops_nobody(drill: Drill) -> None:
    """Whoever can write into the folder can erase nothing by it, nor keep a program from starting."""
    async with drill.opened() as (spectrum, owner):
        await take(spectrum, *weeks_of("p", weeks=1))
        await reset(spectrum, owner, "p", ResetScope.DERIVED)
        (line,) = read_journal(spectrum.ports.journal.path)
        assert line is not None
        facts = json.loads(line["statement"])
        for changed in (
            {"operation": str(uuid4())},
            {"operation": str(uuid4()), "scope": "EVERYTHING"},
            {"epoch": "x"},
        ):
            spectrum.ports.journal.append({**line, "statement": json.dumps({**facts, **changed})})
    async with drill.opened() as (spectrum, owner):
        assert (await rows_of(owner, who(spectrum, "p")))["session"] == 4
