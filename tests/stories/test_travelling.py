"""A session belongs to the local day on which it began, wherever that was and whatever the clocks did that night."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.later import drain_half_a_minute_later

DAYS = """query($range: RangeInput!) { viewer { timeZone
  sessions(first: 20) { nodes { id localDate timeOfDay startedAt } }
  spectrum { landscape(range: $range) { series { keys sampleCount } }
    parts: distribution(range: $range, by: TIME_OF_DAY) { slices { key count } sampleCount } } } }"""
WEEK = """query($week: Week!) { viewer { spectrum { weeklySummary(week: $week) {
  status period { from to timeZone } landscape { series { keys sampleCount } } } } } }"""


async def _told(spectrum: Spectrum, client: Client, person: str, range_: Any) -> Any:
    await drain_half_a_minute_later(spectrum)
    return (await client.ask(DAYS, {"range": range_}, subject=person))["viewer"]


def _at(zone: str, *moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


async def test_midnight_is_the_persons_own(spectrum: Spectrum, client: Client, person: str) -> None:
    """A minute before midnight is the old day, midnight the new one; a session across it is of the day it began."""
    moments = [_at("Asia/Kathmandu", 2026, 7, 6, 23, 59), _at("Asia/Kathmandu", 2026, 7, 7, 0, 0)]
    await client.ingest(*(session(person, each, HEAVY, LIGHT, HEAVY, zone="Asia/Kathmandu") for each in moments))
    told = await _told(spectrum, client, person, {"dates": {"from": "2026-07-06", "to": "2026-07-07"}})
    assert told["spectrum"]["landscape"]["series"] == {"keys": ["2026-07-06", "2026-07-07"], "sampleCount": [1, 1]}


async def test_nights_of_changing_clocks_hold_one_day_each(spectrum: Spectrum, client: Client, person: str) -> None:
    """The hour that comes twice is night of one day both times; the day that lacks an hour is whole."""
    zone = "Europe/Berlin"
    autumn = [_at(zone, 2025, 10, 26, 2, 30, fold=turn) for turn in (0, 1)]
    assert (autumn[1] - autumn[0]).total_seconds() == 3600
    spring = [_at(zone, 2026, 3, 29, 1, 59), _at(zone, 2026, 3, 29, 3, 0), _at(zone, 2026, 3, 29, 23, 30)]
    await client.ingest(*(session(person, each, HEAVY, zone=zone) for each in (*autumn, *spring)))
    told = await _told(spectrum, client, person, {"dates": {"from": "2025-10-01", "to": "2026-03-31"}})
    assert told["spectrum"]["landscape"]["series"] == {"keys": ["2025-10-26", "2026-03-29"], "sampleCount": [2, 3]}
    assert told["spectrum"]["parts"]["slices"] == [{"key": "NIGHT", "count": 5}]


async def test_travel_moves_no_session_to_another_day(spectrum: Spectrum, client: Client, person: str) -> None:
    """Each session keeps the day of its own zone; weeks and months end by the zone of the newest session."""
    tokyo = session(person, _at("Asia/Tokyo", 2026, 7, 13, 1), HEAVY, zone="Asia/Tokyo")
    later_here = session(person, _at("Pacific/Honolulu", 2026, 7, 12, 9), LIGHT, zone="Pacific/Honolulu")
    assert tokyo["startedAt"] < later_here["startedAt"]
    await client.ingest(later_here)
    before = await _told(spectrum, client, person, {"week": "2026-W28"})
    await client.ingest(tokyo)
    told = await _told(spectrum, client, person, {"dates": {"from": "2026-07-12", "to": "2026-07-13"}})
    assert before["timeZone"] == told["timeZone"] == "Pacific/Honolulu", "an older session moves nobody"
    assert [one["localDate"] for one in told["sessions"]["nodes"]] == ["2026-07-12", "2026-07-13"]
    assert [one["timeOfDay"] for one in told["sessions"]["nodes"]] == ["MORNING", "NIGHT"]
    assert told["spectrum"]["landscape"]["series"] == {"keys": ["2026-07-12", "2026-07-13"], "sampleCount": [1, 1]}
    for week, keys in (("2026-W28", ["2026-07-12"]), ("2026-W29", ["2026-07-13"])):
        found = (await client.ask(WEEK, {"week": week}, subject=person))["viewer"]["spectrum"]["weeklySummary"]
        assert found["landscape"]["series"]["keys"] == keys
        assert found["period"]["timeZone"] == "Pacific/Honolulu"
