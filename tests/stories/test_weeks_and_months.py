"""Weeks and months say where they stand: in progress, not enough yet, readable, or nothing to speak of."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.periods import PeriodKind, format_period, month_of, period_of, previous, week_of
from app.domain.sessions import session_from_json
from app.pipeline.ingest import ingest
from app.wiring import Spectrum
from graphql_schema.ids import encode_cursor
from tests.client import HEAVY, LIGHT, Client, session
from workers.drain import drain

WEEK = """query($week: Week!) { viewer { spectrum { weeklySummary(week: $week) {
  id week status sessionsNeeded expectedBy publishedAt period { from to days open }
  topPatterns { sampleCount } landscape { points { key } } insights(first: 10) { nodes { id } } } } } }"""
MONTH = """query($month: Month!) { viewer { spectrum { monthlySummary(month: $month) {
  id month status sessionsNeeded sampleCount expectedBy publishedAt edition title { text }
  sections { kind paragraphs { text } } vsPreviousMonth { direction } provenance { engine } } } } }"""
TODAY = datetime.now(UTC).date()


def _on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _name(kind: PeriodKind, day: date) -> str:
    return format_period(kind, period_of(kind, day))


async def _week(client: Client, person: str, day: date) -> Any:
    week = _name(PeriodKind.WEEK, day)
    return (await client.ask(WEEK, {"week": week}, subject=person))["viewer"]["spectrum"]["weeklySummary"]


async def _month(client: Client, person: str, day: date) -> Any:
    month = _name(PeriodKind.MONTH, day)
    return (await client.ask(MONTH, {"month": month}, subject=person))["viewer"]["spectrum"]["monthlySummary"]


async def test_a_full_month_and_its_weeks_are_ready(spectrum: Spectrum, client: Client, person: str) -> None:
    """What is over and has enough sessions is readable, with its time of publication and nothing more expected."""
    last_month = previous(PeriodKind.MONTH, month_of(TODAY))
    days = [last_month.first + timedelta(days=place) for place in range(0, 27, 2)]
    await client.ingest(
        *(session(person, _on(day, hour), HEAVY, LIGHT, zone="UTC") for day in days for hour in (8, 19))
    )
    await drain(spectrum.ports)
    month = await _month(client, person, last_month.first)
    assert (month["status"], month["sampleCount"], month["edition"]) == ("READY", 28, 1)
    assert month["title"]["text"]
    assert month["sections"]
    assert month["publishedAt"]
    assert month["expectedBy"] is month["sessionsNeeded"] is None
    week = await _week(client, person, last_month.first + timedelta(days=10))
    assert week["status"] == "READY"
    assert week["period"]["days"] == 7
    assert week["period"]["open"] is False
    assert week["publishedAt"]
    assert week["expectedBy"] is None
    assert week["insights"]["nodes"]


MONTHS = """query($first: Int!, $after: String) { viewer { spectrum { monthlySummaries(first: $first, after: $after) {
  nodes { id month status sessionsNeeded sampleCount expectedBy publishedAt edition title { text }
    sections { kind paragraphs { text } } vsPreviousMonth { direction } provenance { engine } }
  edges { cursor } pageInfo { hasNextPage endCursor } } } } }"""


async def test_all_months_are_each_as_by_itself(spectrum: Spectrum, client: Client, person: str) -> None:
    """From the present back to the first session, none left out, in pages; a cursor of the future is none."""
    months = [month_of(TODAY)]
    while len(months) < 5:
        months.append(previous(PeriodKind.MONTH, months[-1]))
    await client.ingest(
        *(
            session(person, _on(months[place].first + timedelta(days=day)), HEAVY, LIGHT, zone="UTC")
            for place in (2, 4)
            for day in range(0, 27, 2)
        )
    )
    await drain(spectrum.ports)
    found: list[Any] = []
    after = None
    for size in (2, 2, 100):
        asked = {"first": size, "after": after}
        page = (await client.ask(MONTHS, asked, subject=person))["viewer"]["spectrum"]["monthlySummaries"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is (len(found) < 5)
    assert [each["month"] for each in found] == [format_period(PeriodKind.MONTH, month) for month in months]
    assert [each["status"] for each in found][1:] == ["NOT_ENOUGH_DATA", "READY", "NOT_ENOUGH_DATA", "READY"]
    assert found == [await _month(client, person, month.first) for month in months]
    for cursor in (encode_cursor("month", "2999-12"), encode_cursor("month", "x"), encode_cursor("insight", "2026-01")):
        answer = await client.post(MONTHS, {"first": 1, "after": cursor}, subject=person)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    nobody = await client.ask(MONTHS, {"first": 1}, subject=f"{person}-2")
    assert nobody["viewer"]["spectrum"]["monthlySummaries"]["nodes"] == []


async def test_too_few_sessions_say_how_many_are_missing(spectrum: Spectrum, client: Client, person: str) -> None:
    """A period that is over with too little in it says so in numbers, and tells nothing else."""
    day = previous(PeriodKind.MONTH, month_of(TODAY)).first + timedelta(days=14)
    await client.ingest(session(person, _on(day), HEAVY, zone="UTC"))
    await drain(spectrum.ports)
    week, month = await _week(client, person, day), await _month(client, person, day)
    assert (week["status"], month["status"]) == ("NOT_ENOUGH_DATA", "NOT_ENOUGH_DATA")
    assert week["sessionsNeeded"] >= 1
    assert month["sessionsNeeded"] > week["sessionsNeeded"]
    assert (month["title"], month["sections"], month["provenance"], month["edition"]) == (None, [], None, 0)
    assert month["vsPreviousMonth"] is None
    assert week["publishedAt"] is month["publishedAt"] is None


async def test_the_present_is_in_progress(spectrum: Spectrum, client: Client, person: str) -> None:
    """The running week and month are not over; they promise when they will be told."""
    await client.ingest(session(person, datetime.now(UTC) - timedelta(minutes=10), HEAVY, zone="UTC"))
    await drain(spectrum.ports)
    for found, unit in (
        (await _week(client, person, TODAY), week_of(TODAY)),
        (await _month(client, person, TODAY), month_of(TODAY)),
    ):
        assert found["status"] == "IN_PROGRESS"
        assert found["sessionsNeeded"] is None
        promised = datetime.fromisoformat(found["expectedBy"])
        assert promised == _on(unit.last + timedelta(days=1), 0) + timedelta(minutes=60)


async def test_before_the_first_session_and_in_the_future_there_is_nothing(
    spectrum: Spectrum, client: Client, person: str
) -> None:
    """A week before the first session or ahead is null; so is a month ahead, while an empty month only says so."""
    await client.ingest(session(person, _on(TODAY - timedelta(days=3)), HEAVY, zone="UTC"))
    await drain(spectrum.ports)
    assert await _week(client, person, TODAY - timedelta(days=21)) is None
    assert await _week(client, person, TODAY + timedelta(days=14)) is None
    assert await _month(client, person, TODAY + timedelta(days=62)) is None
    early = await _month(client, person, TODAY - timedelta(days=93))
    assert (early["status"], early["sampleCount"]) == ("NOT_ENOUGH_DATA", 0)


async def test_somebody_unknown_has_an_empty_spectrum(client: Client, person: str) -> None:
    """Whoever never had a session is answered kindly everywhere, with no failure and no number."""
    document = """{ viewer { timeZone entitlement { spectrum plan } sessions(first: 1) { totalCount } spectrum {
      state progress { analysedSessions neededForWeekly neededForMonthly nextWeeklyOn }
      landscape(range: {preset: LAST_28_DAYS}) { points { key } centre { valence { value suppressed } } }
      distribution(range: {preset: LAST_28_DAYS}, by: EMOTION) { sampleCount suppressed }
      turnImpact(range: {preset: LAST_28_DAYS}) { caveat groups { key } }
      insightFeed(first: 5) { nodes { id } emptyReason pageInfo { startCursor endCursor hasNextPage } } } } }"""
    spectrum = (await client.ask(document, subject=person))["viewer"]["spectrum"]
    assert spectrum["state"] == "EMPTY"
    assert spectrum["landscape"]["points"] == []
    assert spectrum["landscape"]["centre"]["valence"]["value"] is None
    assert spectrum["landscape"]["centre"]["valence"]["suppressed"]
    assert spectrum["insightFeed"]["emptyReason"] == "TOO_FEW_SESSIONS"
    assert spectrum["insightFeed"]["pageInfo"] == {"startCursor": None, "endCursor": None, "hasNextPage": False}
    assert spectrum["progress"]["neededForWeekly"] > 0


FEED = """query($first: Int!, $after: String) { viewer { spectrum { insightFeed(first: $first, after: $after) {
  edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} } } }"""
SESSIONS = """query($first: Int!, $after: String) { viewer { sessions(first: $first, after: $after) { totalCount
  edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@pytest.fixture(scope="module")
async def reader(spectrum: Spectrum) -> str:
    """Give a person with ten weeks of sessions, four of them in every week."""
    subject = "a reader of the feed"
    start = week_of(TODAY).first - timedelta(weeks=10)
    days = [start + timedelta(weeks=week, days=day) for week in range(10) for day in (0, 2, 4, 5)]
    given = [session(subject, _on(day), HEAVY if day.day % 3 else LIGHT, LIGHT, zone="UTC") for day in days]
    await ingest(spectrum.ports, [session_from_json(each) for each in given])
    await drain(spectrum.ports)
    return subject


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("document", [FEED, SESSIONS], ids=["feed", "sessions"])
async def test_pages_follow_each_other_without_gaps_or_doubles(
    client: Client, reader: str, document: str, size: int
) -> None:
    """Walking the pages of any size gives each entry once, in the order of one large page, and then ends."""

    async def page(first: int, after: str | None) -> Any:
        viewer = (await client.ask(document, {"first": first, "after": after}, subject=reader))["viewer"]
        return viewer["spectrum"]["insightFeed"] if document is FEED else viewer["sessions"]

    whole = [node["id"] for node in (await page(100, None))["nodes"]]
    assert len(whole) == len(set(whole)) >= 8
    walked: list[str] = []
    after = None
    while True:
        found = await page(size, after)
        walked += [node["id"] for node in found["nodes"]]
        assert [edge["node"]["id"] for edge in found["edges"]] == [node["id"] for node in found["nodes"]]
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert found["pageInfo"]["endCursor"] == found["edges"][-1]["cursor"]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert walked == whole
