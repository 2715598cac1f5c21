"""A new master key: the hour's upkeep wraps everything by it, once, beside whatever else happens to people."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from app.jobs import Claimed, JobKind, Queue
from app.pipeline import forget
from app.pipeline.ports import Ports
from app.pipeline.rewrapping import PEOPLE_AT_ONCE, list_standings, rewrap
from app.storage import people, wrapped
from app.storage.forgetting.operations import ResetScope
from app.storage.keyring import keep_keyring
from app.storage.people import NewPerson
from app.storage.sealed import MasterKey, MasterKeyMissing, MasterKeys, new_key
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, at, rows_of, take, who, work_off
from workers.handlers import HANDLERS
from workers.runner import Runner

KEPT = "SELECT id, epoch, revision, data_key, master_key FROM person ORDER BY id"
BODIES = "SELECT session_id, body FROM sealed_text ORDER BY session_id"


def _under(ports: Ports, current: MasterKey, *previous: MasterKey) -> Ports:
    """Give the ports of a program that was started with these master keys."""
    return replace(ports, keyring=replace(ports.keyring, master=MasterKeys(current, previous)))


async def _next(spectrum: Spectrum, owner: Any) -> tuple[Ports, MasterKey, MasterKey]:
    """Give ports under a new current key, with that key and the one that wraps everything now."""
    old = MasterKey(bytes.fromhex(secrets.token_hex(32)))
    await rewrap(_under(spectrum.ports, old, *_all_of(spectrum.ports)))
    new = MasterKey(bytes.fromhex(secrets.token_hex(32)))
    return _under(spectrum.ports, new, old), new, old


def _all_of(ports: Ports) -> Sequence[MasterKey]:
    return (ports.keyring.master.current, *ports.keyring.master.previous)


@pytest.fixture(autouse=True)
async def back_again(spectrum: Spectrum, owner: Any) -> Any:
    """Leave behind nobody, and no secret, that the installation's own master key does not open."""
    before = await owner.fetch("SELECT name, wrapped, master_key FROM secret")
    yield
    current = spectrum.ports.keyring.master.current
    await owner.execute("DELETE FROM person WHERE master_key <> $1 OR master_key IS NULL", current.id)
    for row in before:
        await owner.execute("UPDATE secret SET wrapped = $2, master_key = $3 WHERE name = $1", *row)


async def _crowd(spectrum: Spectrum, person: str, size: int = 7) -> list[UUID]:
    """Take in somebody's session under each of several names."""
    keys = [f"{person}-{number}" for number in range(size)]
    await take(spectrum, *(session(key, JUNE) for key in keys))
    return [who(spectrum, key) for key in keys]


async def _many(spectrum: Spectrum, size: int) -> list[UUID]:
    """Keep many people of whom there is nothing but their keys."""
    master, ids = spectrum.ports.keyring.master, [uuid4() for _ in range(size)]
    async with spectrum.ports.store.for_everyone() as tx:
        await people.keep_new_people(
            tx,
            [
                NewPerson(
                    id=id_,
                    subject_hash=id_.hex,
                    wrapped_key=master.wrap(f"person|{id_}", new_key()),
                    master_key=master.current.id,
                    zone="UTC",
                    first_started_at=JUNE,
                    first_day=JUNE.date(),
                    plan="PLUS",
                )
                for id_ in ids
            ],
        )
    return ids


async def _opened(owner: Any, ports: Ports, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Open these people's data keys."""
    rows = await owner.fetch("SELECT id, data_key, master_key FROM person WHERE id = ANY($1)", list(ids))
    master = ports.keyring.master
    return {row["id"]: master.unwrap(f"person|{row['id']}", row["data_key"], row["master_key"]) for row in rows}


async def test_upkeep_wraps_everything_by_the_current_key(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Afterwards the new key alone opens all of it and the old one none; words, epochs and revisions are untouched."""
    ids = await _crowd(spectrum, person)
    keys, bodies = await _opened(owner, spectrum.ports, ids), await owner.fetch(BODIES)
    before = {row["id"]: (row["epoch"], row["revision"]) for row in await owner.fetch(KEPT)}
    old = spectrum.ports.keyring.master.current
    new = MasterKey(bytes.fromhex(secrets.token_hex(32)))
    ports = _under(spectrum.ports, new, old)
    await owner.execute("UPDATE person SET master_key = NULL WHERE id = $1", ids[0])  # of before there were ids
    await owner.execute("UPDATE secret SET master_key = NULL WHERE name = 'signing'")
    await HANDLERS[JobKind.UPKEEP].prepare(cast(Claimed, None), ports)

    assert await _opened(owner, _under(spectrum.ports, new), ids) == keys
    for row in await owner.fetch(KEPT):
        assert row["master_key"] == new.id
        assert (row["epoch"], row["revision"]) == before[row["id"]]
        with pytest.raises(MasterKeyMissing):
            old.unwrap(f"person|{row['id']}", row["data_key"])
    assert await owner.fetch(BODIES) == bodies
    async with spectrum.ports.store.for_everyone() as tx:
        again = await keep_keyring(tx, MasterKeys(new))
    assert (again.identity, again.signing_seed) == (ports.keyring.identity, ports.keyring.signing_seed)
    assert [(s.here, s.wraps.data_keys >= len(ids), s.wraps.secrets) for s in await list_standings(ports)] == [
        (True, True, 2),
        (True, False, 0),
    ]
    once = await owner.fetch(KEPT)
    assert await rewrap(ports) == 0
    assert await owner.fetch(KEPT) == once, "a second upkeep finds nothing to do"


async def test_more_people_than_fit_into_one_statement(spectrum: Spectrum, owner: Any) -> None:
    """Everybody's turn comes, page by page; one that was stopped half way goes on with those who are left."""
    ids = await _many(spectrum, 2 * PEOPLE_AT_ONCE + 1)
    keys = await _opened(owner, spectrum.ports, ids)
    ports, new, old = await _next(spectrum, owner)
    secrets_kept = await owner.fetchval("SELECT count(*) FROM secret")
    looked_at: list[int] = []
    first = await rewrap(ports, looked_at.append, rounds=1)
    assert first == secrets_kept + PEOPLE_AT_ONCE
    assert looked_at == [PEOPLE_AT_ONCE]
    everybody = await owner.fetchval("SELECT count(*) FROM person")
    assert await rewrap(ports, looked_at.append) == everybody - PEOPLE_AT_ONCE
    assert looked_at[-1] == everybody - PEOPLE_AT_ONCE
    assert await _opened(owner, _under(ports, new), ids) == keys
    assert await owner.fetchval("SELECT count(*) FROM person WHERE master_key = $1", old.id) == 0


async def test_two_upkeeps_share_the_work(spectrum: Spectrum, owner: Any) -> None:
    """Side by side they wrap each key once between them, and what they leave opens."""
    ids = await _many(spectrum, 2 * PEOPLE_AT_ONCE)
    keys = await _opened(owner, spectrum.ports, ids)
    ports, new, _ = await _next(spectrum, owner)
    everything = await owner.fetchval("SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM secret)")
    done = await asyncio.gather(*(rewrap(ports) for _ in range(3)))
    assert sum(done) + await rewrap(ports) == everything
    assert await _opened(owner, _under(ports, new), ids) == keys


async def test_whoever_is_held_is_passed_over(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A person in somebody else's transaction keeps nobody waiting, and is wrapped the next time."""
    ids = await _crowd(spectrum, person)
    ports, new, old = await _next(spectrum, owner)
    async with spectrum.ports.store.for_everyone() as tx:
        await people.list_locked(tx, ids[:1])
        await rewrap(ports)
        by = dict(await owner.fetch("SELECT id, master_key FROM person WHERE id = ANY($1)", ids))
        assert by == {id_: old.id if id_ == ids[0] else new.id for id_ in ids}
    assert await rewrap(ports) == 1


async def test_an_erasure_in_between_wins(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Erased between reading and writing nobody comes back; who returned meanwhile keeps the key they were given."""
    gone, returned, stays = await _crowd(spectrum, person, 3)
    ports, new, old = await _next(spectrum, owner)
    master = ports.keyring.master
    async with spectrum.ports.store.for_everyone() as tx:
        read = await wrapped.list_old_data_keys(tx, [old.id], after=UUID(int=0), limit=PEOPLE_AT_ONCE)
        anew = {each: master.wrap(each.name, master.unwrap(each.name, each.wrapped)) for each in read}
        for person_id in (gone, returned):
            await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.EVERYTHING, uuid4())
        await Runner(ports).work_off(Queue.SECONDS)
        await take(spectrum, session(f"{person}-1", JUNE))
        theirs = await owner.fetchrow("SELECT epoch, data_key, master_key FROM person WHERE id = $1", returned)
        assert await wrapped.keep_data_keys(tx, anew, new.id) == len(read) - 2
    assert (await rows_of(owner, gone))["person"] == 0
    assert theirs is not None
    assert theirs["epoch"] > 0
    assert await owner.fetchrow("SELECT epoch, data_key, master_key FROM person WHERE id = $1", returned) == theirs
    assert await owner.fetchval("SELECT master_key FROM person WHERE id = $1", stays) == new.id


async def test_erasures_at_any_moment_leave_nothing(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Forty people are erased while everything is wrapped anew, again and again: none is back, and the others open."""
    ids = await _crowd(spectrum, person, 80)
    ports, new, old = await _next(spectrum, owner)
    for person_id in ids[::2]:
        await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.EVERYTHING, uuid4())

    async def rotate() -> None:
        for current, previous in ((new, old), (old, new), (new, old)):
            await rewrap(_under(ports, current, previous))

    await asyncio.gather(work_off(_as(spectrum, ports), owner), rotate(), rotate())
    await rewrap(ports)
    left = await _opened(owner, _under(ports, new), ids)
    assert set(left) == set(ids[1::2])


def _as(spectrum: Spectrum, ports: Ports) -> Spectrum:
    return replace(spectrum, ports=ports)


async def test_what_no_key_opens_is_counted_and_left(
    spectrum: Spectrum, owner: Any, person: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key under a lost master key, known by its id or not, stays as it is; the log has their number and no name."""
    ids = await _crowd(spectrum, person, 4)
    lost = MasterKey(bytes.fromhex(secrets.token_hex(32)))
    for person_id, by in ((ids[0], lost.id), (ids[1], None)):
        shut = lost.wrap(f"person|{person_id}", new_key())
        await owner.execute("UPDATE person SET data_key = $2, master_key = $3 WHERE id = $1", person_id, shut, by)
    before = await owner.fetch("SELECT * FROM person WHERE id = ANY($1) ORDER BY id", ids[:2])
    capsys.readouterr()
    ports, new, _ = await _next(spectrum, owner)
    capsys.readouterr()
    for _ in range(2):
        await rewrap(ports)
        said = "".join(capsys.readouterr())
        assert "keys_not_opened" in said
        assert "count=2" in said
        assert not any(part in said for part in (str(ids[0]), str(ids[1]), lost.key.hex()))
    assert await owner.fetch("SELECT * FROM person WHERE id = ANY($1) ORDER BY id", ids[:2]) == before
    assert len(await _opened(owner, _under(ports, new), ids[2:])) == 2
    standing = {s.wraps.master_key: (s.here, s.wraps.data_keys) for s in await list_standings(ports)}
    assert standing[lost.id] == (False, 1)
    assert standing[None] == (False, 1)
    found = _under(ports, new, lost)
    assert await rewrap(found) == 2, "and the key that is found again opens them"
