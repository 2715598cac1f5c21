"""A person's devices hear that something changed, on whichever API process they are, and only what is theirs."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from app.domain.news import News, RevisionReason
from app.embedded import Servers
from app.gateways.events import Change, Events
from app.jobs import PersonAt
from app.pipeline.withdraw import withdraw
from app.wiring import Spectrum, opened
from graphql_schema.ids import encode
from graphql_schema.live import TRY_AGAIN_S
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET, settings_for
from tests.graphql.wire import wired
from tests.life import database_url, who, work_off
from tests.own_redis import OwnRedis, own_redis
from tests.phones import EVENTS, PATIENCE_S, Overheard, Phone, api, until_heard
from tests.workers.test_rebuild import keep_house
from workers.drain import drain

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
REVISION = "{ viewer { spectrum { dataRevision } } }"
EXCLUDE = """mutation($key: UUID!) { excludeFromSpectrum(input: {idempotencyKey: $key, targets: [{source: TURN}]}) {
  userErrors { code } } }"""
CORRECT = """mutation($id: ID!, $valence: Float!) { correctSession(input: {sessionId: $id, valence: $valence}) {
  userErrors { code } } }"""
RESET = """mutation($key: UUID!, $scope: ResetScope!) { resetSpectrum(input: {idempotencyKey: $key, scope: $scope,
  confirmation: "RESET", immediately: true}) { userErrors { code } } }"""
PAUSE = "mutation($paused: Boolean!) { setSpectrumPaused(input: {paused: $paused}) { userErrors { code } } }"
ERASE = """mutation($person: String!, $keys: [UUID!]!) {
  eraseSessions(input: {subjectKey: $person, sessionKeys: $keys}) { erased } }"""


@dataclass(frozen=True)
class Listening:
    """A phone that listens at one API process, and a client of another."""

    phone: Phone
    client: Client
    spectrum: Spectrum
    person: str

    @property
    def person_id(self) -> UUID:
        """Whose phone it is."""
        return who(self.spectrum, self.person)

    async def event(self) -> tuple[str, str | None]:
        """The next event's reason and node, when nothing else happens: with the revision that is shown now."""
        found = await self.phone.event()
        shown = (await self.client.ask(REVISION, subject=self.person))["viewer"]["spectrum"]["dataRevision"]
        assert found["dataRevision"] == shown
        return found["reason"], found["node"] and found["node"]["id"]

    async def read(self, *texts: str) -> dict[str, Any]:
        """Bring one session of this week, which is told of when it is over, through the pipeline; as it was sent."""
        sent = session(self.person, datetime.now(UTC) - timedelta(minutes=5), *texts)
        await self.client.ingest(sent)
        await drain(self.spectrum.ports)
        return sent

    async def comes_to_an_end(self) -> None:
        """The subscription is completed, and nobody is listened for any more."""
        assert await self.phone.hear() == {"type": "complete", "id": "1"}
        await until_heard(self.spectrum.redis_url, self.person_id, lines=0)


@pytest.fixture(scope="module")
async def other(
    spectrum: Spectrum, owner: Any, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Spectrum]:
    """Give what another program of the same installation opens: its own pools, its own line to Redis."""
    url = database_url(servers, await owner.fetchval("SELECT current_database()"))
    async with opened(settings_for(url, servers, tmp_path_factory.mktemp("other"))) as found:
        yield found


@asynccontextmanager
async def _listening(here: Spectrum, there: Spectrum, person: str) -> AsyncIterator[Listening]:
    async with Client.of(here, AUTH_SECRET) as client, api(there) as port, Phone.of(person, port) as phone:
        await phone.ask(EVENTS)
        await until_heard(here.redis_url, who(here, person))
        await here.ports.events.publish([Change(PersonAt(who(here, person), 0), 0, News(RevisionReason.PERIOD_CLOSED))])
        assert (await phone.event())["reason"] == "PERIOD_CLOSED"  # the gap of the beginning is behind it
        yield Listening(phone, client, here, person)


@pytest.fixture
async def listening(spectrum: Spectrum, other: Spectrum, person: str) -> AsyncIterator[Listening]:
    """Give a phone that listens; what happens is done by the other program."""
    async with _listening(spectrum, other, person) as found:
        yield found


async def test_a_session_is_told_when_it_is_read(listening: Listening) -> None:
    """Of someone new, too: the phone at the other process hears which session it is and which revision is shown."""
    sent = await listening.read(LIGHT)
    assert await listening.event() == ("SESSION_ANALYSED", encode("Session", sent["sessionKey"]))


async def test_nobody_hears_of_another(spectrum: Spectrum, other: Spectrum, listening: Listening) -> None:
    """What is another's is not heard, and not even shown when it is named on one's own channel."""
    async with _listening(spectrum, other, f"not {listening.person}") as another:
        theirs = await another.read(HEAVY)
        node = encode("Session", theirs["sessionKey"])
        assert await another.event() == ("SESSION_ANALYSED", node)
        about = f"Session:{theirs['sessionKey']}"
        forged = Change(PersonAt(listening.person_id, 0), 1, News(RevisionReason.SESSION_ANALYSED, about))
        await spectrum.ports.events.publish([forged])
        assert await listening.event() == ("SESSION_ANALYSED", None)
        sent = await listening.read(LIGHT)
        assert await listening.event() == ("SESSION_ANALYSED", encode("Session", sent["sessionKey"]))


async def test_without_a_plan_there_is_nothing_to_hear(
    spectrum: Spectrum, other: Spectrum, listening: Listening, owner: Any
) -> None:
    """A plan that ends ends the subscription with the next change; a new one is completed at once, without an event."""
    await listening.read(LIGHT)
    await listening.event()
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", listening.person_id)
    await listening.client.ask(EXCLUDE, {"key": str(uuid4())}, subject=listening.person)
    await listening.comes_to_an_end()
    async with api(other) as port, Phone.of(listening.person, port) as phone:
        await phone.ask(EVENTS)
        assert await phone.hear() == {"type": "complete", "id": "1"}


async def test_after_everything_is_erased_nothing_is_listened_for(listening: Listening) -> None:
    """Other resets are told and go on; EVERYTHING is told as a last event, of a revision of nobody's."""
    await listening.read(LIGHT)
    await listening.event()
    await listening.client.ask(RESET, {"key": str(uuid4()), "scope": "FORGET_HISTORY"}, subject=listening.person)
    await drain(listening.spectrum.ports)
    assert await listening.event() == ("RESET", None)
    await listening.client.ask(RESET, {"key": str(uuid4()), "scope": "EVERYTHING"}, subject=listening.person)
    await drain(listening.spectrum.ports)
    assert (await listening.phone.event()) == {"dataRevision": "0.0", "reason": "RESET", "node": None}
    await listening.comes_to_an_end()


def _told(messages: list[bytes]) -> set[tuple[str, str | None]]:
    """Reason and kind of each message, which holds nothing besides: revision, reason, and an id at most."""
    found = set()
    for message in map(orjson.loads, messages):
        assert message.keys() <= {"revision", "reason", "about"}
        found.add((message["reason"], message["about"].partition(":")[0] if "about" in message else None))
    return found


async def _lived(spectrum: Spectrum, client: Client, owner: Any, person: str) -> list[dict[str, Any]]:
    days = [JULY + timedelta(days=day, hours=hour) for day in range(0, 26, 2) for hour in (0, 11)]
    sent = [session(person, day, HEAVY, LIGHT if day.hour == 9 else HEAVY) for day in days]
    await client.ingest(*sent)
    await work_off(spectrum, owner)
    return sent


async def test_each_change_says_why(spectrum: Spectrum, client: Client, person: str, owner: Any) -> None:
    """Every way in which a person's data move on has its reason, and its revision is the one that is kept."""
    person_id = who(spectrum, person)
    async with Overheard.of(spectrum.redis_url, person_id) as overheard:

        async def told() -> set[tuple[str, str | None]]:
            await work_off(spectrum, owner)
            return _told(await overheard.so_far())

        sent = await _lived(spectrum, client, owner, person)
        assert await told() == {
            ("SESSION_ANALYSED", "Session"),
            ("WRITING_PUBLISHED", "WeeklySummary"),
            ("PERIOD_CLOSED", "MonthlySummary"),
            ("WRITING_PUBLISHED", "MonthlySummary"),
        }
        correction = {"id": encode("Session", sent[0]["sessionKey"]), "valence": 0.75}
        await client.ask(CORRECT, correction, subject=person)
        (message,) = await overheard.so_far()
        kept = await owner.fetchrow("SELECT epoch, revision FROM person WHERE id = $1", person_id)
        assert orjson.loads(message) == {
            "revision": list(kept),
            "reason": "SESSION_CORRECTED",
            "about": f"Session:{sent[0]['sessionKey']}",
        }
        await client.ask(EXCLUDE, {"key": str(uuid4())}, subject=person)
        assert ("EXCLUSION_CHANGED", None) in await told()
        writing = await owner.fetchval("SELECT id FROM writing WHERE person_id = $1 AND status = 'ACTIVE'", person_id)
        await withdraw(spectrum.ports, writing, actor="somebody", reason="a test")
        assert ("WRITING_PUBLISHED", None) in await told()
        await client.ingest(session(person, datetime.now(UTC) - timedelta(minutes=5), LIGHT))  # its text is still kept
        assert ("SESSION_ANALYSED", "Session") in await told()
        await owner.execute("UPDATE session_numbers SET analyser_version = 'older' WHERE person_id = $1", person_id)
        await keep_house(spectrum)
        assert ("ANALYSER_UPGRADED", None) in await told()
        await client.team(ERASE, {"person": person, "keys": [sent[1]["sessionKey"]]})
        assert ("RESET", None) in await told()
        await client.ask(RESET, {"key": str(uuid4()), "scope": "DERIVED"}, subject=person)
        assert ("RESET", None) in await told()


async def test_what_the_viewer_sets_is_told_to_nobody(
    spectrum: Spectrum, client: Client, person: str, owner: Any
) -> None:
    """A pause, and a session that only waits, move the revision and are no news."""
    await client.ingest(session(person, JULY, LIGHT))
    await work_off(spectrum, owner)
    async with Overheard.of(spectrum.redis_url, who(spectrum, person)) as overheard:
        await client.ask(PAUSE, {"paused": True}, subject=person)
        await client.ingest(session(person, JULY + timedelta(days=1), LIGHT))
        await drain(spectrum.ports)
        assert await overheard.so_far() == []


@pytest.fixture
def redis() -> Iterator[OwnRedis]:
    """Give a Redis that may be broken."""
    with own_redis() as running:
        yield running


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_a_change_is_kept_without_redis_and_the_next_is_told(
    spectrum: Spectrum, other: Spectrum, person: str, redis: OwnRedis, fault: str
) -> None:
    """A correction is taken while Redis is away; that something was missed is told when it is back, and the next is."""
    here, there = (_over(each, redis) for each in (spectrum, other))
    try:
        async with _listening(here, there, person) as listening:
            sent = await listening.read(LIGHT)
            await listening.event()
            correction = {"id": encode("Session", sent["sessionKey"]), "valence": 0.75}
            redis.kill() if fault == "killed" else redis.freeze()
            try:
                answer = await listening.client.ask(CORRECT, correction, subject=person)
                assert answer["correctSession"]["userErrors"] == []
                async with asyncio.timeout(PATIENCE_S):
                    while there.ports.events._line is not None:  # noqa: ASYNC110 - it is noticed by itself
                        await asyncio.sleep(0.01)
            finally:
                redis.start() if fault == "killed" else redis.thaw()
            reason, node = await listening.event()
            assert (reason, node) in {("SESSION_ANALYSED", None), ("SESSION_CORRECTED", correction["id"])}
            await until_heard(redis.url, listening.person_id)
    finally:
        for each in (here, there):
            await each.ports.events.close()


def _over(spectrum: Spectrum, redis: OwnRedis) -> Spectrum:
    events = Events(redis.url, heartbeat_s=0.2)
    return replace(spectrum, redis_url=redis.url, ports=replace(spectrum.ports, events=events))


def _socket_in(folder: str) -> Path:
    return next(Path(folder).glob(".s.PGSQL.*"))


async def test_a_database_that_was_away_ends_no_subscription(
    spectrum: Spectrum, owner: Any, servers: Servers, person: str
) -> None:
    """What is told while it is away waits for it; the phone hears nothing of it but the event, a little later."""
    url = database_url(servers, await owner.fetchval("SELECT current_database()"))
    with tempfile.TemporaryDirectory(prefix="spectrum-wire-") as folder:
        async with (
            wired(url, Path(folder)) as (over_the_wire, wire),
            opened(settings_for(over_the_wire, servers, Path(folder))) as there,
            _listening(there, there, person) as listening,
        ):
            await listening.read(LIGHT)
            await listening.event()
            await wire.cut()
            query = "UPDATE person SET revision = revision + 1 WHERE id = $1 RETURNING revision"
            revision = await owner.fetchval(query, listening.person_id)
            news = News(RevisionReason.EXCLUSION_CHANGED)
            await spectrum.ports.events.publish([Change(PersonAt(listening.person_id, 0), revision, news)])
            await asyncio.sleep(2 * TRY_AGAIN_S)  # it tries
            await wire.lay(_socket_in(folder))
            assert await listening.event() == ("EXCLUSION_CHANGED", None)
