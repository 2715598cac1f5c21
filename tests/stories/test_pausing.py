"""People pause: nothing new is read or told, nothing is lost, and on resume everything is made up for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.periods import PeriodKind, ends_at, format_month, format_week, month_of, previous, week_of
from app.jobs import Queue
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.later import drain_half_a_minute_later
from tests.life import told_of, who
from workers.drain import drain
from workers.runner import Runner

PAUSE = """mutation($input: SetPausedInput!) { setSpectrumPaused(input: $input) {
  userErrors { code } spectrum { state dataRevision progress { pendingSessions analysedSessions nextWeeklyOn } } } }"""
STATE = """query($week: Week!) { viewer { spectrum { state dataRevision
  progress { pendingSessions analysedSessions nextWeeklyOn }
  weeklySummary(week: $week) { status expectedBy insights(first: 5) { nodes { id headline { text } } } }
  insightFeed(first: 50) { nodes { id status headline { text } } } } } }"""
PROMISES = """query($week: Week!) { ops { weeklySla(week: $week) { due onTime late missing notEnoughData } } }"""
LAST_WEEK = previous(PeriodKind.WEEK, week_of(datetime.now(UTC).date()))


def _on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _week(person: str, first: date, *texts: str) -> list[dict[str, Any]]:
    return [session(person, _on(first + timedelta(days=day)), *texts, zone="UTC") for day in range(5)]


async def _pause(client: Client, person: str, *, paused: bool) -> Any:
    return (await client.ask(PAUSE, {"input": {"paused": paused}}, subject=person))["setSpectrumPaused"]


async def _state(client: Client, person: str) -> Any:
    asked = {"week": format_week(LAST_WEEK)}
    return (await client.ask(STATE, asked, subject=person))["viewer"]["spectrum"]


async def _back_in_last_week(owner: Any, person_id: UUID) -> None:
    """Let last week be still to come for someone's calendar: what it holds is planned when it is next looked at."""
    await owner.execute(
        "UPDATE person SET week_due = $2, week_due_at = $3 WHERE id = $1",
        person_id,
        LAST_WEEK.first,
        ends_at(LAST_WEEK, "UTC"),
    )


async def test_what_came_during_a_pause_is_made_up_for(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """A week that ends in a pause is not told; on resume it is read and told like that of someone who never paused."""
    other = f"{person}-other"
    before = previous(PeriodKind.WEEK, LAST_WEEK).first
    for each in (person, other):
        await client.ingest(*_week(each, before, HEAVY))
    await drain(spectrum.ports)
    told = await _state(client, person)
    assert told["state"] == "READY"

    paused = await _pause(client, person, paused=True)
    assert paused["spectrum"]["state"] == "PAUSED"
    assert paused["spectrum"]["progress"]["nextWeeklyOn"] is None
    again = await _pause(client, person, paused=True)
    assert again == paused, "pausing twice is pausing once"
    await _back_in_last_week(owner, who(spectrum, person))
    for each in (person, other):
        await client.ingest(*_week(each, LAST_WEEK.first, HEAVY, LIGHT))
    await drain_half_a_minute_later(spectrum)
    silent = await _state(client, person)
    assert silent["progress"]["pendingSessions"] == silent["progress"]["analysedSessions"] == 5
    assert silent["insightFeed"] == told["insightFeed"], "what exists stays, and nothing is added"
    assert silent["weeklySummary"]["expectedBy"] is None
    assert silent["weeklySummary"]["insights"]["nodes"] == []

    assert (await _pause(client, person, paused=False))["spectrum"]["state"] == "READY"
    await drain_half_a_minute_later(spectrum)
    caught_up, never_paused = await _state(client, person), await _state(client, other)
    assert caught_up["progress"]["pendingSessions"] == 0
    assert caught_up["progress"] == never_paused["progress"]
    assert await told_of(owner, who(spectrum, person)) == await told_of(owner, who(spectrum, other))
    assert caught_up["weeklySummary"]["status"] == "READY"
    assert caught_up["weeklySummary"]["insights"]["nodes"]


async def test_a_pause_stops_what_waits_to_be_read(spectrum: Spectrum, client: Client, person: str) -> None:
    """Sessions that had been taken in, and not yet read, stay unread in a pause, and are read after it."""
    await client.ingest(*_week(person, LAST_WEEK.first, HEAVY))
    await _pause(client, person, paused=True)
    await drain(spectrum.ports)
    assert (await _state(client, person))["progress"] == {
        "pendingSessions": 5,
        "analysedSessions": 0,
        "nextWeeklyOn": None,
    }
    for _ in range(2):  # a second pause and resume find nothing lost
        await _pause(client, person, paused=False)
        await drain_half_a_minute_later(spectrum)
        state = await _state(client, person)
        assert (state["progress"]["pendingSessions"], state["progress"]["analysedSessions"]) == (0, 5)
        assert state["insightFeed"]["nodes"]
        await _pause(client, person, paused=True)


async def test_a_week_that_was_read_before_the_pause_waits_too(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """What was read already is not told in a pause either; on resume it is, once half a minute is over."""
    await client.ingest(*_week(person, LAST_WEEK.first, HEAVY))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await _back_in_last_week(owner, who(spectrum, person))
    await _pause(client, person, paused=True)
    await drain(spectrum.ports)
    assert (await _state(client, person))["insightFeed"]["nodes"] == []
    await _pause(client, person, paused=False)
    await drain_half_a_minute_later(spectrum)
    assert (await _state(client, person))["weeklySummary"]["insights"]["nodes"]


async def test_nothing_is_promised_in_a_pause(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """A week that ended in a pause is neither due nor missing, before it is made up for and after."""
    asked = {"week": format_week(LAST_WEEK)}
    before = (await client.team(PROMISES, asked))["ops"]["weeklySla"]
    await client.ingest(*_week(person, LAST_WEEK.first - timedelta(days=7), HEAVY))
    await drain(spectrum.ports)
    await _pause(client, person, paused=True)
    await _back_in_last_week(owner, who(spectrum, person))
    await client.ingest(*_week(person, LAST_WEEK.first, HEAVY))
    arrived = "UPDATE session SET received_at = $1 WHERE person_id = $2"
    await owner.execute(arrived, _on(LAST_WEEK.first, 12), who(spectrum, person))
    await drain(spectrum.ports)
    assert (await client.team(PROMISES, asked))["ops"]["weeklySla"] == before
    await _pause(client, person, paused=False)
    assert (await client.team(PROMISES, asked))["ops"]["weeklySla"] == before
    assert (await _state(client, person))["weeklySummary"]["expectedBy"] is None
    await drain_half_a_minute_later(spectrum)
    assert (await client.team(PROMISES, asked))["ops"]["weeklySla"] == before


async def test_someone_unknown_has_nothing_to_pause(client: Client, person: str) -> None:
    """Before the first session there is nothing to stop, and it says so."""
    refused = await _pause(client, person, paused=True)
    assert (refused["userErrors"], refused["spectrum"]) == ([{"code": "NOT_FOUND"}], None)


async def test_a_short_pause_rewrites_nothing(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """Pausing and resuming at once leaves every card as it is, and makes no job."""
    weeks = [LAST_WEEK.first - timedelta(weeks=week) for week in range(6)]
    await client.ingest(*(each for first in weeks for each in _week(person, first, HEAVY)))
    await drain(spectrum.ports)
    jobs = "SELECT count(*) FROM job WHERE person_id = $1"
    before, count = await _state(client, person), await owner.fetchval(jobs, who(spectrum, person))
    for paused in (True, False):
        await _pause(client, person, paused=paused)
    after = await _state(client, person)
    assert after["insightFeed"] == before["insightFeed"]
    assert {card["status"] for card in after["insightFeed"]["nodes"]} == {"ACTIVE"}
    assert await owner.fetchval(jobs, who(spectrum, person)) == count


async def test_a_month_that_ended_in_a_pause_is_told_on_resume(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Months are made up for as weeks are, and the month that goes on is planned as ever."""
    month = previous(PeriodKind.MONTH, month_of(datetime.now(UTC).date()))
    await client.ingest(*(session(person, _on(day), HEAVY, zone="UTC") for day in list(month)[::2]))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await _pause(client, person, paused=True)
    await drain(spectrum.ports)
    asked = {"month": format_month(month)}
    document = "query($month: Month!) { viewer { spectrum { monthlySummary(month: $month) { status expectedBy } } } }"

    async def told() -> Any:
        return (await client.ask(document, asked, subject=person))["viewer"]["spectrum"]["monthlySummary"]

    assert await told() == {"status": "PENDING", "expectedBy": None}
    await _pause(client, person, paused=False)
    await drain_half_a_minute_later(spectrum)
    assert await told() == {"status": "READY", "expectedBy": None}
    due = await owner.fetchval("SELECT month_due FROM person WHERE id = $1", who(spectrum, person))
    assert due == month_of(datetime.now(UTC).date()).first
    closed = "SELECT count(*) FROM job WHERE person_id = $1 AND kind = 'MONTHLY_AGGREGATION' AND due_at IS NOT NULL"
    assert await owner.fetchval(closed, who(spectrum, person)) == 0, "it was promised to nobody"


async def test_a_pause_without_a_plan_loses_no_week(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Someone on FREE who pauses and resumes has their weeks made up for once they have a plan, like anyone on FREE."""
    await client.ingest(*_week(person, LAST_WEEK.first, HEAVY))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    plan = "UPDATE person SET plan = $2 WHERE id = $1"
    await owner.execute(plan, who(spectrum, person), "FREE")
    for paused in (True, False):
        await _pause(client, person, paused=paused)
    await owner.execute(plan, who(spectrum, person), "PLUS")
    await drain(spectrum.ports)
    assert (await _state(client, person))["weeklySummary"]["insights"]["nodes"]


async def test_resuming_twice_reads_once(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """What waits to be read already is not asked for again, however often someone pauses and resumes."""
    await client.ingest(*_week(person, LAST_WEEK.first, HEAVY))
    for _ in range(3):
        await _pause(client, person, paused=True)
        await _pause(client, person, paused=False)
    asked = "SELECT count(*) FROM job WHERE person_id = $1 AND kind = 'SESSION_ANALYSIS'"
    assert await owner.fetchval(asked, who(spectrum, person)) == 5
