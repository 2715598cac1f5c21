"""The app erases: a session that was deleted there, an account that is gone. Nothing of it comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.access import Role
from app.errors import LeaseLost
from app.jobs import Claimed, Kept, Queue
from app.pipeline.commit import commit
from app.pipeline.forget_sessions import forget_sessions
from app.storage.jobs import ledger
from app.storage.store import Tx
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import hasten, rows_of, told_of, who, work_off
from tests.stories.telling import checks, numbers, read, words
from workers.handlers import HANDLERS
from workers.runner import Runner

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
ERASE = """mutation($input: EraseSessionsInput!) { eraseSessions(input: $input) {
  erased receipt { id } userErrors { code field } } }"""
GONE = """mutation($key: String!) { erasePerson(input: {subjectKey: $key}) {
  erased userErrors { code field }
  receipt { id scope remaining statement signature keyId stores { store deleted } } } }"""
SURVIVING = {"operation"}


def _month(person: str) -> list[dict[str, Any]]:
    days = [START + timedelta(days=2 * place) for place in range(12)]
    return [session(person, day + timedelta(hours=hour), HEAVY, LIGHT) for day in days for hour in (0, 11)]


async def _erase(client: Client, person: str, *sent: dict[str, Any]) -> Any:
    given = {"subjectKey": person, "sessionKeys": [each["sessionKey"] for each in sent]}
    return (await client.team(ERASE, {"input": given}))["eraseSessions"]


async def _traces(owner: Any, sent: dict[str, Any]) -> dict[str, int]:
    """Count the rows of every table that name a session, in whichever column."""
    tables = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND relname <> 'erased_session'"
    )
    query = "SELECT count(*) FROM {} t WHERE to_jsonb(t)::text LIKE '%' || $1 || '%'"
    counts = {row["relname"]: await owner.fetchval(query.format(row["relname"]), sent["sessionKey"]) for row in tables}
    packed = await owner.fetch("SELECT body FROM packed_month")
    counts["packed_month"] += sum(sent["sessionKey"].encode() in row["body"] for row in packed)
    return {name: count for name, count in counts.items() if count}


async def test_an_erased_session_leaves_what_would_be_without_it(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Numbers and words are those of a twin who never had it; no table names it; sent again it stays out."""
    month = _month(person)
    await client.ingest(*month)
    await work_off(spectrum, owner)
    assert set(await _traces(owner, month[3])) >= {"session", "sealed_text", "session_numbers", "packed_month"}
    answer = await _erase(client, person, month[3], month[10])
    assert answer == {"erased": 2, "receipt": None, "userErrors": []}
    assert await _traces(owner, month[3]) == {}
    told = await read(client, person)
    assert told["counted"] == 22
    assert words(told) == [], "whatever rested on it went at once"
    await work_off(spectrum, owner)
    again = await client.ingest(month[3], month[0])
    assert [(each["duplicate"], bool(each["sessionId"])) for each in again] == [(True, True)] * 2
    await work_off(spectrum, owner)
    assert await _traces(owner, month[3]) == {}
    twin = [{**each, "subjectKey": f"{person}-twin"} for each in month if each not in (month[3], month[10])]
    await client.ingest(*twin)
    await work_off(spectrum, owner)
    told, expected = await read(client, person), await read(client, f"{person}-twin")
    assert numbers(told) == numbers(expected)
    assert await told_of(owner, who(spectrum, person)) == await told_of(owner, who(spectrum, f"{person}-twin"))
    assert words(told)
    assert checks(told) == {"MATCHES"}


async def test_erasing_is_idempotent_and_comes_before_the_session_too(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """The same call again erases none; a session that is erased before it arrives never counts; an edited one does."""
    early, kept = session(person, START, LIGHT), session(person, START + timedelta(hours=1), HEAVY)
    assert (await _erase(client, person, early))["erased"] == 0
    await client.ingest(early, kept)
    assert (await read(client, person))["counted"] == 1
    assert [(await _erase(client, person, kept, kept))["erased"] for _ in range(2)] == [1, 0]
    edited = {**kept, "sessionKey": str(uuid4())}
    (taken,) = await client.ingest(edited)
    assert not taken["duplicate"]
    await work_off(spectrum, owner)
    assert (await read(client, person))["counted"] == 1


async def test_another_persons_session_is_not_erased(client: Client, person: str) -> None:
    """A key of somebody else's session erases nothing of theirs."""
    theirs = session(f"{person}-other", START, LIGHT)
    await client.ingest(session(person, START, LIGHT), theirs)
    assert (await _erase(client, person, theirs))["erased"] == 0
    assert (await read(client, f"{person}-other"))["counted"] == 1


async def test_an_analysis_in_flight_brings_no_erased_session_back(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """A worker that has read the words when the session is erased keeps nothing of them; others' work goes on."""
    gone, other = session(person, START, LIGHT), session(person, START + timedelta(days=1), HEAVY)
    await client.ingest(gone, other)
    async with spectrum.ports.store.for_everyone() as tx:
        jobs = await ledger.claim(tx, Queue.SECONDS, "slow")
        await ledger.begin(tx, jobs)
    jobs = [job for job in jobs if job.person and job.person.id == who(spectrum, person)]
    read_already = [(job, await HANDLERS[job.kind].prepare(job, spectrum.ports)) for job in jobs]
    assert len(read_already) == 2
    await forget_sessions(spectrum.ports, who(spectrum, person), [UUID(gone["sessionKey"])], actor="app")
    for job, result in read_already:
        keep = _keeping(job, result)
        if job.scope["session_id"] == gone["sessionKey"]:
            with pytest.raises(LeaseLost):
                await commit(spectrum.ports, keep, person=job.person, job=job)
        else:
            await commit(spectrum.ports, keep, person=job.person, job=job)
    assert await _traces(owner, gone) == {}
    assert (await read(client, person))["counted"] == 1


def _keeping(job: Claimed, result: Any) -> Callable[[Tx], Awaitable[Kept]]:
    return lambda tx: HANDLERS[job.kind].keep(tx, result)


async def test_what_can_be_asked_for_is_bounded(client: Client, person: str) -> None:
    """Nothing, more than 500, and a key that can be nobody's are refused in a sentence, and only the app may ask."""
    too_many = [{"sessionKey": str(uuid4())} for _ in range(501)]
    for sent in ([], too_many):
        assert (await _erase(client, person, *sent))["userErrors"] == [
            {"code": "TOO_MANY", "field": ["input", "sessionKeys"]}
        ]
    for key in ("", " ", "x" * 1000, "\0"):
        problems = (await client.team(GONE, {"key": key}))["erasePerson"]["userErrors"]
        assert [problem["field"] for problem in problems] == [["input", "subjectKey"]]
    for role in set(Role) - {Role.SERVICE, Role.USER}:
        answer = await client.post(GONE, {"key": person}, subject="team", roles=(role,), path="/ops/graphql")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_an_account_that_is_gone_is_erased_at_once(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """No worker is needed; the receipt comes with the answer, again with the next, and by its id to the app alone."""
    await client.ingest(*_month(person))
    await work_off(spectrum, owner)
    person_id = who(spectrum, person)
    gone = (await client.team(GONE, {"key": person}))["erasePerson"]
    assert (gone["erased"], gone["userErrors"], gone["receipt"]["scope"]) == (24, [], "EVERYTHING")
    assert gone["receipt"]["remaining"] == 0
    assert {name for name, count in (await rows_of(owner, person_id)).items() if count} == SURVIVING
    assert (await client.team(GONE, {"key": person}))["erasePerson"] == gone
    by_id = "query($id: ID!) { node(id: $id) { ... on DeletionReceipt { statement } } }"
    found = await client.team(by_id, {"id": gone["receipt"]["id"]})
    assert found["node"]["statement"] == gone["receipt"]["statement"]
    for subject, roles in ((f"{person}-other", (Role.USER,)), ("team", (Role.OPERATOR,))):
        path = "/graphql" if Role.USER in roles else "/ops/graphql"
        answer = await client.post(by_id, {"id": gone["receipt"]["id"]}, subject=subject, roles=roles, path=path)
        assert answer["data"] == {"node": None}
    await hasten(owner)
    await work_off(spectrum, owner)
    assert {name for name, count in (await rows_of(owner, person_id)).items() if count} == SURVIVING
    audited = await owner.fetch("SELECT actor, reason FROM audit WHERE action = 'erase person'")
    assert "The account is gone." in {row["reason"] for row in audited}
    assert all(len(row["actor"]) == 32 for row in audited)


async def test_an_account_nobody_knows_gets_a_receipt_of_nothing(client: Client, person: str) -> None:
    """Whoever never used Spectrum is told so, signed."""
    gone = (await client.team(GONE, {"key": person}))["erasePerson"]
    assert gone["erased"] == 0
    assert {store["deleted"] for store in gone["receipt"]["stores"]} == {0}


async def test_twice_at_once_an_account_goes_once(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """Calls that race, also with the worker that stands by, erase everything, and every receipt says 0 are left."""
    await client.ingest(*_month(person))
    answers = await asyncio.gather(*(client.team(GONE, {"key": person}) for _ in range(4)), _hurry(spectrum, owner))
    payloads = [answer["erasePerson"] for answer in answers[:4]]
    assert max(payload["erased"] for payload in payloads) == 24
    assert {payload["receipt"]["remaining"] for payload in payloads if payload["receipt"]} == {0}
    await work_off(spectrum, owner)
    assert {name for name, count in (await rows_of(owner, who(spectrum, person))).items() if count} == SURVIVING


async def _hurry(spectrum: Spectrum, owner: Any) -> None:
    for _ in range(20):
        await hasten(owner)
        await Runner(spectrum.ports).work_once(Queue.SECONDS)
