"""Phones tell how Spectrum is used: each event counts once, carries no words, and goes when its person goes."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from app.domain.engagement import SCREENS, Event, EventName, Told
from app.domain.notifications import Platform
from app.errors import Gone
from app.jobs import Queue
from app.pipeline import forget, reach, upkeep
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.track import Tracked, track
from app.storage import people
from app.storage.engagement import events
from app.storage.engagement.events import Teller
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import Client, instant, session
from tests.life import JUNE, at, lived, take, who, work_off
from tests.stories.unzipping import taken
from workers.runner import Runner

TRACK = """mutation($events: [EventInput!]!, $version: String!) {
  trackEvents(input: {events: $events, appVersion: $version, platform: IOS}) {
    userErrors { code field } accepted duplicates rejectedIds } }"""
IDS = """{ viewer { id sessions(first: 1) { nodes { id } } spectrum { dataRevision
  insightFeed(first: 1) { nodes { id } }
  weeklySummary(week: "2026-W23") { id } monthlySummary(month: "2026-06") { id } } } }"""
TELLER = Teller("4.12.0", Platform.IOS)


def _event(name: str = "FEED_VIEWED", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": name, "occurredAt": instant(datetime.now(UTC)), **more}


async def _track(client: Client, person: str, *events: Any, version: str = "4.12.0") -> Any:
    return (await client.ask(TRACK, {"events": events, "version": version}, subject=person))["trackEvents"]


def _answer(accepted: int, duplicates: int = 0, *rejected: Any) -> dict[str, Any]:
    ids = [each["id"] for each in rejected]
    return {"userErrors": [], "accepted": accepted, "duplicates": duplicates, "rejectedIds": ids}


async def _kept(owner: Any, spectrum: Spectrum, person: str) -> list[Any]:
    found = await owner.fetch(
        "SELECT name, subject, writing_id, subject_day, duration_ms, screen, from_cache, app_version, platform"
        " FROM event WHERE person_id = $1 ORDER BY name, subject",
        who(spectrum, person),
    )
    return [tuple(row) for row in found]


@pytest.fixture
async def known(spectrum: Spectrum, person: str) -> str:
    """Give somebody who has had a session."""
    await take(spectrum, session(person, JUNE))
    return person


async def test_an_event_counts_once(client: Client, known: str) -> None:
    """Sent again, twice in a call, or by several calls at once, it is a duplicate; the rest of the call is kept."""
    one, two, three = _event(), _event("SETTINGS_OPENED"), _event("SPECTRUM_OPENED")
    assert await _track(client, known, one, two, one) == _answer(2, 1)
    late = _event(occurredAt=instant(datetime.now(UTC) - timedelta(days=8)))
    assert await _track(client, known, two, late, three, one) == _answer(1, 2, late)
    many = [_event() for _ in range(50)]
    told = await asyncio.gather(*(_track(client, known, *order) for order in (many, many[::-1], many, many[::-1])))
    assert sum(each["accepted"] for each in told) == 50
    assert sum(each["duplicates"] for each in told) == 150


async def test_what_it_is_about_is_ones_own(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """A card, a week or a month of the viewer's; another's, a session, a person and nonsense are rejected alike."""
    other = f"{person}-2"
    for key in (person, other):
        await lived(spectrum, owner, key, weeks=5)
    mine, theirs = [(await client.ask(IDS, subject=key))["viewer"] for key in (person, other)]
    own, foreign = mine["spectrum"], theirs["spectrum"]
    about = [own["insightFeed"]["nodes"][0]["id"], own["weeklySummary"]["id"], own["monthlySummary"]["id"]]
    assert await _track(client, person, *(_event("INSIGHT_OPENED", subjectId=id_) for id_ in about)) == _answer(3)
    kept = [(subject, card is not None, day and day.isoformat()) for _, subject, card, day, *_ in
            await _kept(owner, spectrum, person)]  # fmt: skip
    assert kept == [("INSIGHT", True, None), ("MONTH", False, "2026-06-01"), ("WEEK", False, "2026-06-01")]
    wrong = [
        *(foreign["insightFeed"]["nodes"][0]["id"], foreign["weeklySummary"]["id"], foreign["monthlySummary"]["id"]),
        *(encode("Insight", uuid4()), mine["sessions"]["nodes"][0]["id"], mine["id"], "my mother called", ""),
        *(encode("WeeklySummary", f"{who(spectrum, person)}.my mother"), encode("Insight", "my mother")),
    ]
    events = [_event("INSIGHT_OPENED", subjectId=id_) for id_ in wrong]
    assert await _track(client, person, *events) == _answer(0, 0, *events)


async def test_a_measurement_is_kept_as_it_was(spectrum: Spectrum, client: Client, owner: Any, known: str) -> None:
    """Which screen, how long it took, from what, by which app; anything else has no place for it."""
    loaded = _event("SCREEN_LOADED", screen="LANDSCAPE_VIEWED", durationMs=850, fromCache=True)
    wrong = [
        _event("FEED_VIEWED", durationMs=850),
        _event("SCREEN_LOADED", screen="PUSH_OPENED", durationMs=1),
        _event("FEED_VIEWED", impressionToken="my mother called"),
        _event("TEASER_SHOWN", impressionToken="my mother called"),
    ]
    assert await _track(client, known, loaded, *wrong) == _answer(1, 0, *wrong)
    assert await _kept(owner, spectrum, known) == [
        ("SCREEN_LOADED", None, None, None, 850, "LANDSCAPE_VIEWED", True, "4.12.0", "IOS")
    ]


async def test_every_name_of_the_list_can_be_told(client: Client, known: str) -> None:
    """The database's list is the domain's: each name, and each screen that can load."""
    named = [_event(name) for name in EventName if name is not EventName.SCREEN_LOADED]
    loaded = [_event("SCREEN_LOADED", screen=screen, durationMs=1) for screen in sorted(SCREENS)]
    assert await _track(client, known, *named, *loaded) == _answer(len(named) + len(loaded))


async def test_what_could_carry_words_is_refused(client: Client, known: str) -> None:
    """A version is of its form, a call has 1 to 100 events, and nobody unknown tells anything."""

    async def refused(*events: Any, version: str = "4.12.0", subject: str = known) -> Any:
        answer = await _track(client, subject, *events, version=version)
        assert (answer["accepted"], answer["duplicates"], answer["rejectedIds"]) == (0, 0, [])
        return [(error["code"], error["field"] and error["field"][-1]) for error in answer["userErrors"]]

    assert await refused(_event(), version="my mother called") == [("INVALID", "appVersion")]
    assert await refused() == [("TOO_MANY", "events")]
    assert await refused(*(_event() for _ in range(101))) == [("TOO_MANY", "events")]
    assert await refused(_event(), subject=f"{known}-2") == [("NOT_FOUND", None)]
    assert await _track(client, known, *(_event() for _ in range(100))) == _answer(100)


async def test_it_changes_no_revision_and_needs_no_plan(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Numbers did not change, and caches may stay; whoever has no Spectrum may tell that they saw the teaser."""
    person_id = await lived(spectrum, owner, person, weeks=1)
    before = await owner.fetchrow("SELECT revision, epoch, erasures FROM person WHERE id = $1", person_id)
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", person_id)
    assert await _track(client, person, _event("TEASER_SHOWN"), _event("PAYWALL_SHOWN")) == _answer(2)
    assert await owner.fetchrow("SELECT revision, epoch, erasures FROM person WHERE id = $1", person_id) == before


OPENED = Event(uuid4(), EventName.FEED_VIEWED, datetime.now(UTC), None, None, None, None, None)


def _opened() -> Told:
    return Told(uuid4(), EventName.FEED_VIEWED, datetime.now(UTC))


async def _wait_for_a_lock(owner: Any) -> None:
    """Return once somebody's statement in this database waits for another's transaction."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(30):
        while not await owner.fetchval(waiting):  # noqa: ASYNC110 - another connection does it
            await asyncio.sleep(0.01)


async def test_an_erasure_takes_what_was_being_told(spectrum: Spectrum, owner: Any, known: str) -> None:
    """It waits for events that are being kept, and erases them; what is told for the time before it is dropped."""
    person = await at(owner, who(spectrum, known))
    await forget.request(spectrum.ports, person, ResetScope.EVERYTHING, uuid4())
    async with spectrum.ports.store.for_person(person.id) as tx:
        await people.keep_epoch(tx, person)
        erasing = asyncio.create_task(Runner(spectrum.ports).work_once(Queue.SECONDS))
        await _wait_for_a_lock(owner)
        await events.keep(tx, person.id, [OPENED], TELLER)
    assert await erasing == 1
    left = "SELECT (SELECT count(*) FROM event WHERE person_id = $1) + (SELECT count(*) FROM person WHERE id = $1)"
    assert await owner.fetchval(left, person.id) == 0
    await take(spectrum, session(known, datetime.now(UTC) - timedelta(hours=1)))
    assert (await at(owner, person.id)).epoch > person.epoch
    with pytest.raises(Gone):
        await track(spectrum.ports, person, [_opened()], TELLER)
    assert await owner.fetchval("SELECT count(*) FROM event WHERE person_id = $1", person.id) == 0


async def test_telling_and_changing_never_wait_crosswise(spectrum: Spectrum, owner: Any, known: str) -> None:
    """Calls with the same events in other orders, changes of the person and upkeep go on beside each other."""
    person = await at(owner, who(spectrum, known))
    told = [_opened() for _ in range(40)]
    tellings = [track(spectrum.ports, person, order, TELLER) for order in (told, told[::-1]) for _ in range(8)]
    changes = [reach.choose(spectrum.ports, person, lambda before: before) for _ in range(16)]
    found = await asyncio.gather(*tellings, *changes, upkeep.prepare(None, spectrum.ports))  # type: ignore[arg-type]
    kept = [each for each in found if isinstance(each, Tracked)]
    assert sum(each.accepted for each in kept) == 40
    assert sum(each.duplicates for each in kept) == 15 * 40


async def test_the_same_events_in_another_order_wait_for_each_other(spectrum: Spectrum, owner: Any, known: str) -> None:
    """A call that meets an event which is being kept waits for it before it keeps any that come later by their id."""
    person_id = who(spectrum, known)
    low, high = (replace(OPENED, id=id_) for id_ in sorted((uuid4(), uuid4())))

    async def keep_both() -> int:
        async with spectrum.ports.store.for_person(person_id) as tx:
            return await events.keep(tx, person_id, [high, low], TELLER)

    async with spectrum.ports.store.for_person(person_id) as tx:
        assert await events.keep(tx, person_id, [low], TELLER) == 1
        keeping = asyncio.create_task(keep_both())
        await _wait_for_a_lock(owner)
        assert await events.keep(tx, person_id, [high], TELLER) == 1
    assert await keeping == 0


async def test_a_card_that_goes_leaves_no_trace(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """Once the card is erased, by a reset or with a session, the event says that it was about one, not which."""
    person_id = await lived(spectrum, owner, person, weeks=5)
    cards = "SELECT id, first_day FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' ORDER BY first_day"
    (first, day), *_, (last, _) = await owner.fetch(cards, person_id)
    opened = [_event("INSIGHT_OPENED", subjectId=encode("Insight", id_)) for id_ in (first, last)]
    assert await _track(client, person, *opened) == _answer(2)
    about = "SELECT writing_id FROM event WHERE person_id = $1 AND subject = 'INSIGHT' ORDER BY writing_id"
    erased = await owner.fetch(
        "SELECT id FROM session WHERE person_id = $1 AND local_date BETWEEN $2 AND $2 + 6", person_id, day
    )
    await forget_sessions(spectrum.ports, person_id, [row["id"] for row in erased], actor="the app")
    left = await owner.fetchval("SELECT count(*) FROM writing WHERE id = $1", last)
    assert [row[0] for row in await owner.fetch(about, person_id)] == [last if left else None, None]
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.DERIVED, uuid4())
    await work_off(spectrum, owner)
    assert [row[0] for row in await owner.fetch(about, person_id)] == [None, None]


async def test_events_are_in_ones_own_copy(client: Client, known: str) -> None:
    """The export holds each event as it is kept, and nobody else's."""
    told = _event()
    await _track(client, known, told)
    (line,) = (await taken(client, known)).files["everything/event.jsonl"].splitlines()
    row = orjson.loads(line)
    assert (row["id"], row["name"], row["app_version"]) == (told["id"], "FEED_VIEWED", "4.12.0")
