"""A new analyser version: what is still kept in words is read again, behind everything that somebody waits for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.analyser import Engine, analyser_version, load_analyser
from app.analyser.engine import Analyser
from app.jobs import LIMITS, JobKind, Queue
from app.pipeline import upkeep
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from tests.life import hasten, take, who, work_off
from workers.handlers import HANDLERS
from workers.runner import Runner

VERSIONS = "SELECT array_agg(DISTINCT analyser_version) FROM session_numbers WHERE person_id = $1"
ASKED = "SELECT count(*) FROM job WHERE person_id = $1 AND kind = 'REBUILD'"
OLDER = "UPDATE session_numbers SET analyser_version = 'older' WHERE person_id = $1"
NOW = datetime.now(UTC)
THIS_MONTH = NOW.replace(day=1, hour=0, minute=10)
"""Always within the retention, and at most a month ago."""


async def keep_house(spectrum: Spectrum) -> None:
    """Run the hour's upkeep."""
    await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job


async def arrived(spectrum: Spectrum, owner: Any, key: str, *turns: str) -> Any:
    """Take in two sessions of this month, read by an older version; the person's id."""
    moments = [NOW - timedelta(minutes=minute) for minute in (40, 20)]
    await take(spectrum, *(session(key, max(moment, THIS_MONTH), *(turns or (HEAVY, LIGHT))) for moment in moments))
    await work_off(spectrum, owner)
    await owner.execute(OLDER, who(spectrum, key))
    return who(spectrum, key)


@pytest.fixture(scope="module", autouse=True)
def _wholly_kept() -> None:
    """On the last day of a long month its first day is out of words: nothing of it would be read again."""
    if NOW.day > 30:
        pytest.skip("this month is not wholly within 30 days")


async def test_what_is_kept_in_words_is_read_again(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Upkeep asks once per person, in the queue of hours; the numbers are the new version's, and nothing is left."""
    other = load_analyser(Engine.ENCODER)

    async def analyser() -> Analyser:
        return other

    newer = replace(
        spectrum, ports=replace(spectrum.ports, analyser=analyser, analyser_version=analyser_version(Engine.ENCODER))
    )
    person_id = await arrived(spectrum, owner, person)
    before = await owner.fetch("SELECT valence FROM session_numbers WHERE person_id = $1 ORDER BY 1", person_id)
    await keep_house(newer)
    await keep_house(newer)
    asked = await owner.fetch("SELECT queue, status FROM job WHERE person_id = $1 AND kind = 'REBUILD'", person_id)
    assert [(row["queue"], row["status"]) for row in asked] == [("hours", "QUEUED")]
    await work_off(newer, owner)
    assert await owner.fetchval(VERSIONS, person_id) == [newer.ports.analyser_version]
    after = await owner.fetch("SELECT valence FROM session_numbers WHERE person_id = $1 ORDER BY 1", person_id)
    assert after != before
    packed = await owner.fetchval("SELECT string_agg(body::text, '') FROM packed_month WHERE person_id = $1", person_id)
    assert "older" not in packed
    await keep_house(newer)
    assert await owner.fetchval(ASKED, person_id) == 1


async def test_a_month_that_is_not_wholly_kept_stays_as_it_is(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Half a month by another version would compare with nothing: its numbers, and their words, are left alone."""
    short = replace(spectrum, ports=replace(spectrum.ports, rules=replace(spectrum.ports.rules, raw_retention_days=40)))
    long_ago = (THIS_MONTH - timedelta(days=45)).replace(hour=12)
    await take(spectrum, session(person, long_ago, HEAVY, LIGHT))
    await work_off(spectrum, owner)
    await owner.execute(OLDER, who(spectrum, person))
    await keep_house(short)
    assert await owner.fetchval(ASKED, who(spectrum, person)) == 0


async def test_without_words_or_leave_nothing_is_read_again(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Numbers whose text is gone keep their version; somebody who paused or has no plan is left alone."""
    ids = {name: await arrived(spectrum, owner, f"{person}-{name}") for name in ("gone", "paused", "free")}
    await owner.execute("DELETE FROM sealed_text WHERE person_id = $1", ids["gone"])
    await owner.execute("UPDATE person SET paused = true WHERE id = $1", ids["paused"])
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", ids["free"])
    await keep_house(spectrum)
    assert [await owner.fetchval(ASKED, person_id) for person_id in ids.values()] == [0, 0, 0]


async def test_somebody_who_pauses_meanwhile_is_left_alone(spectrum: Spectrum, owner: Any, person: str) -> None:
    """It may wait for hours: what the person wants is looked at when it is their turn, and asked again afterwards."""
    person_id = await arrived(spectrum, owner, person)
    await keep_house(spectrum)
    await owner.execute("UPDATE person SET paused = true WHERE id = $1", person_id)
    await work_off(spectrum, owner)
    assert await owner.fetchval(VERSIONS, person_id) == ["older"]
    await owner.execute("UPDATE person SET paused = false WHERE id = $1", person_id)
    await owner.execute(
        "UPDATE job SET idempotency_key = 'an hour ago' WHERE person_id = $1 AND kind = 'REBUILD'", person_id
    )
    await keep_house(spectrum)
    await work_off(spectrum, owner)
    assert await owner.fetchval(VERSIONS, person_id) == [spectrum.ports.analyser_version]


async def test_a_worker_of_another_build_leaves_it(spectrum: Spectrum, owner: Any, person: str) -> None:
    """During a rolling deploy an old worker may get the job: it writes nothing, and the next hour asks again."""
    person_id = await arrived(spectrum, owner, person)
    newer = replace(spectrum, ports=replace(spectrum.ports, analyser_version="newer"))
    await keep_house(newer)
    await Runner(spectrum.ports).work_off(Queue.HOURS)
    assert await owner.fetchval(VERSIONS, person_id) == ["older"]
    assert (
        await owner.fetchval("SELECT status FROM job WHERE person_id = $1 AND kind = 'REBUILD'", person_id)
        == "SUCCEEDED"
    )
    await owner.execute(
        "UPDATE job SET idempotency_key = 'another hour' WHERE person_id = $1 AND kind = 'REBUILD'", person_id
    )
    await keep_house(newer)
    assert await owner.fetchval(ASKED, person_id) == 2


async def test_an_explicit_session_stays_affect_only(spectrum: Spectrum, owner: Any, person: str) -> None:
    """What was set aside once is set aside for good, also where a later reading sees nothing in it."""
    person_id = await arrived(spectrum, owner, person, "The tram was late.", "We had soup.")
    await owner.execute("UPDATE sealed_text SET care = 'EXPLICIT' WHERE person_id = $1", person_id)
    await keep_house(spectrum)
    await work_off(spectrum, owner)
    rows = await owner.fetch("SELECT use, analyser_version FROM session_numbers WHERE person_id = $1", person_id)
    assert {tuple(row) for row in rows} == {("AFFECT_ONLY", spectrum.ports.analyser_version)}


async def test_a_reading_that_fails_for_good_leaves_the_first(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The numbers stay, no session is said to have failed, and it is not asked for again every hour."""
    person_id = await arrived(spectrum, owner, person)
    await keep_house(spectrum)
    await owner.execute(
        "UPDATE job SET attempt = max_attempts - 1 WHERE person_id = $1 AND kind = 'REBUILD'", person_id
    )

    async def failing(*_: object) -> Any:
        raise RuntimeError

    stage = replace(HANDLERS[JobKind.REBUILD], prepare=failing)
    runner = Runner(spectrum.ports, {**HANDLERS, JobKind.REBUILD: stage})
    for _ in range(LIMITS[JobKind.REBUILD].max_attempts):
        await runner.work_off(Queue.HOURS)
        await hasten(owner)
    assert await owner.fetchval("SELECT status FROM job WHERE person_id = $1 AND kind = 'REBUILD'", person_id) == "DEAD"
    assert await owner.fetchval(VERSIONS, person_id) == ["older"]
    assert await owner.fetchval("SELECT bool_and(status = 'DONE') FROM session WHERE person_id = $1", person_id)
    await owner.execute(
        "UPDATE job SET idempotency_key = 'an hour before' WHERE person_id = $1 AND kind = 'REBUILD'", person_id
    )
    await keep_house(spectrum)
    assert await owner.fetchval(ASKED, person_id) == 1
