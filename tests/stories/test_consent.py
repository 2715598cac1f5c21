"""Nobody is read without a plan, or in a pause: not at arrival, not when it is their turn, not again later."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.jobs import JobKind
from app.pipeline import upkeep
from app.storage.jobs.reconciliation import find_newest
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from tests.life import take, who, work_off

NOW = datetime.now(UTC)
REFUSALS = {"free": "plan = 'FREE'", "paused": "paused = true"}
"""Each way to say no, as a column."""
AGREED = {"free": "plan = 'PLUS'", "paused": "paused = false"}
"""And its opposite."""
ASKED = "SELECT count(*) FROM job WHERE person_id = $1 AND kind = $2"


def _sessions(person: str, count: int = 3) -> list[dict[str, Any]]:
    return [session(person, NOW - timedelta(hours=3 * place + 3), HEAVY, LIGHT) for place in range(count)]


async def _say(owner: Any, person_id: UUID, wish: str) -> None:
    await owner.execute(f"UPDATE person SET {wish} WHERE id = $1", person_id)


async def _read(owner: Any, person_id: UUID) -> int:
    count: int = await owner.fetchval("SELECT count(*) FROM session_numbers WHERE person_id = $1", person_id)
    return count


async def _keep_house(spectrum: Spectrum) -> None:
    await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_nothing_is_asked_for_at_arrival(spectrum: Spectrum, owner: Any, person: str, refusal: str) -> None:
    """Sessions of someone who said no are sealed and kept, and no job is made that would open them."""
    await take(spectrum, *_sessions(person, 1))
    await work_off(spectrum, owner)
    person_id = who(spectrum, person)
    await _say(owner, person_id, REFUSALS[refusal])
    await take(spectrum, *_sessions(person, 3)[1:])
    assert await owner.fetchval(ASKED, person_id, JobKind.SESSION_ANALYSIS) == 1
    await work_off(spectrum, owner)
    assert await _read(owner, person_id) == 1
    assert await owner.fetchval("SELECT count(*) FROM sealed_text WHERE person_id = $1", person_id) == 3


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_what_was_asked_for_before_is_not_read(spectrum: Spectrum, owner: Any, person: str, refusal: str) -> None:
    """A wish between the asking and the reading counts: every job ends, and not one text was opened."""
    await take(spectrum, *_sessions(person))
    person_id = who(spectrum, person)
    assert await owner.fetchval(ASKED, person_id, JobKind.SESSION_ANALYSIS) == 3
    await _say(owner, person_id, REFUSALS[refusal])
    await work_off(spectrum, owner)
    assert await _read(owner, person_id) == 0
    notes = await owner.fetch(
        "SELECT DISTINCT status, note FROM job WHERE person_id = $1 AND kind = $2",
        person_id,
        JobKind.SESSION_ANALYSIS,
    )
    assert [row["status"] for row in notes] == ["SUCCEEDED"]
    assert "it is read when they" in notes[0]["note"]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_nothing_is_read_a_second_time(spectrum: Spectrum, owner: Any, person: str, refusal: str) -> None:
    """What an earlier version read is not read by a newer one while its person says no."""
    await take(spectrum, *_sessions(person))
    await work_off(spectrum, owner)
    person_id = who(spectrum, person)
    await owner.execute("UPDATE session_numbers SET analyser_version = 'older' WHERE person_id = $1", person_id)
    await _say(owner, person_id, REFUSALS[refusal])
    await _keep_house(spectrum)
    await work_off(spectrum, owner)
    assert await owner.fetchval(ASKED, person_id, JobKind.REBUILD) == 0
    versions = "SELECT array_agg(DISTINCT analyser_version) FROM session_numbers WHERE person_id = $1"
    assert await owner.fetchval(versions, person_id) == ["older"]


async def test_what_waited_for_a_plan_is_read_once_there_is_one(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Upkeep asks for sessions that arrived, or were passed over, without a plan; once, and none counts as lost."""
    await take(spectrum, *_sessions(person, 2))
    person_id = who(spectrum, person)
    await _say(owner, person_id, REFUSALS["free"])
    await take(spectrum, *_sessions(person, 4)[2:])
    await work_off(spectrum, owner)
    await _keep_house(spectrum)
    await work_off(spectrum, owner)
    assert await _read(owner, person_id) == 0
    await _say(owner, person_id, AGREED["free"])
    await _keep_house(spectrum)
    async with spectrum.ports.store.for_everyone() as tx:
        counted = await find_newest(tx)
    assert counted is not None
    assert counted.lost == 0
    before = await owner.fetchval(ASKED, person_id, JobKind.SESSION_ANALYSIS)
    await _keep_house(spectrum)
    assert await owner.fetchval(ASKED, person_id, JobKind.SESSION_ANALYSIS) == before == 6
    await work_off(spectrum, owner)
    assert await _read(owner, person_id) == 4


async def test_someone_paused_is_left_to_their_own_resume(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Upkeep asks for nothing of who has paused, whatever their plan."""
    await take(spectrum, *_sessions(person))
    person_id = who(spectrum, person)
    await _say(owner, person_id, REFUSALS["paused"])
    await work_off(spectrum, owner)
    await _keep_house(spectrum)
    assert await owner.fetchval(ASKED, person_id, JobKind.SESSION_ANALYSIS) == 3
    assert await _read(owner, person_id) == 0
