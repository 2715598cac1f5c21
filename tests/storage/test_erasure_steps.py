"""An erasure that stops halfway, by a full disk, an absent Redis or a death, ends as if it had been done at once."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis.asyncio

from app.gateways.journal import Journal, read_journal
from app.gateways.traces import RedisTraces
from app.jobs import Queue
from app.pipeline import export, forget
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.ports import Ports, Traces
from app.storage.forgetting import operations
from app.storage.forgetting.operations import Operation, OperationStatus, ResetScope
from app.wiring import Spectrum
from tests.client import session
from tests.life import at, hasten, rows_of, take, weeks_of, who
from workers.runner import Runner

SURVIVING = {"operation"}
WAITS = ("RETRYING", 0, "DEPENDENCY")
"""A job that is not to blame: it is tried again, and no attempt is used up."""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Give a path at which no folder can be made, since a file is there; where it is removed, one can."""
    path = tmp_path / "tombstones"
    path.touch()
    return path


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Give the URL of a Redis that is away: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


def _make_room(disk: Path) -> None:
    disk.unlink()


def _writing_to(ports: Ports, folder: Path) -> Ports:
    return replace(ports, journal=Journal(folder, ports.journal.path.stem))


async def _known(spectrum: Spectrum, owner: Any, key: str) -> UUID:
    """Bring a week so far that there are numbers; the person's id."""
    await take(spectrum, *weeks_of(key, weeks=1))
    await hasten(owner)
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    return who(spectrum, key)


async def _ask(spectrum: Spectrum, owner: Any, person_id: UUID, scope: ResetScope) -> UUID:
    return await forget.request(spectrum.ports, await at(owner, person_id), scope, uuid4())


async def _operation(spectrum: Spectrum, operation_id: UUID) -> Operation:
    async with spectrum.ports.store.for_everyone() as tx:
        found = await operations.find_any(tx, operation_id)
    assert found is not None
    return found


async def _try(ports: Ports, owner: Any, operation_id: UUID) -> tuple[Any, ...]:
    """Let a worker with these ports try the reset once; what became of its job."""
    await hasten(owner)
    await Runner(ports).work_once(Queue.SECONDS)
    row = await owner.fetchrow(
        "SELECT status, attempt, attempts->-1->>'failure' FROM job"
        " WHERE kind = 'RESET' AND scope->>'operation_id' = $1",
        str(operation_id),
    )
    return tuple(row)


def _told(operation: Operation) -> dict[str, tuple[int, int]]:
    """Give what the receipt says was deleted and is left, by store."""
    assert operation.receipt is not None
    return {store["store"]: (store["deleted"], store["remaining"]) for store in operation.receipt["stores"]}


def _is_told(operation: Operation) -> bool:
    """Whether anybody could take the reset for done."""
    return operation.status is OperationStatus.SUCCEEDED or "signature" in (operation.receipt or {})


def _statements(path: Path, id_: UUID) -> list[str]:
    """Give what the journal says of an operation or a session, line by line."""
    return [line["statement"] for line in read_journal(path) if line is not None and str(id_) in line["statement"]]


async def _left(owner: Any, person_id: UUID) -> set[str]:
    return {name for name, count in (await rows_of(owner, person_id)).items() if count}


@pytest.mark.parametrize("scope", list(ResetScope))
async def test_a_reset_that_cannot_be_written_down_is_not_told_as_done(
    spectrum: Spectrum, owner: Any, person: str, disk: Path, scope: ResetScope
) -> None:
    """It erases at once, and gives no receipt: its job waits for the disk, uses up no attempt, and ends well then."""
    person_id = await _known(spectrum, owner, person)
    operation_id = await _ask(spectrum, owner, person_id, scope)
    ports = _writing_to(spectrum.ports, disk)
    for _ in range(3):
        assert await _try(ports, owner, operation_id) == WAITS
        waiting = await _operation(spectrum, operation_id)
        assert (waiting.status, waiting.progress, _is_told(waiting)) == (OperationStatus.RUNNING, 0.5, False)
        assert "session_numbers" not in await _left(owner, person_id)
    _make_room(disk)
    assert (await _try(ports, owner, operation_id))[:2] == ("SUCCEEDED", 1)
    assert _is_told(await _operation(spectrum, operation_id))
    assert len(_statements(ports.journal.path, operation_id)) == 1


async def test_sessions_whose_erasure_cannot_be_written_down_are_asked_for_again(
    spectrum: Spectrum, owner: Any, person: str, disk: Path
) -> None:
    """The app is told that it failed, however often; the sessions are gone all the same, and written down at last."""
    sent = session(person, datetime.now(UTC))
    await take(spectrum, sent)
    person_id, session_id = who(spectrum, person), UUID(sent["sessionKey"])
    ports = _writing_to(spectrum.ports, disk)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await forget_sessions(ports, person_id, [session_id], actor="app")
        assert await _left(owner, person_id) == {"person"}
    _make_room(disk)
    assert await forget_sessions(ports, person_id, [session_id], actor="app") == 0
    assert len(_statements(ports.journal.path, session_id)) == 1


@pytest.mark.parametrize("away", ["disk", "redis"])
async def test_an_account_is_erased_though_disk_or_redis_is_away(
    spectrum: Spectrum, owner: Any, person: str, disk: Path, nowhere: str, away: str
) -> None:
    """The answer is an operation that still runs; nothing is left in the database, and a worker ends it later."""
    person_id = await _known(spectrum, owner, person)
    ports = _writing_to(spectrum.ports, disk)
    if away == "redis":
        ports = replace(spectrum.ports, elsewhere=(RedisTraces(nowhere),))
    for _ in range(2):
        asked = await forget.erase_account(ports, person_id, actor="app")
        assert (asked.status, _is_told(asked)) == (OperationStatus.RUNNING, False)
        assert await _left(owner, person_id) == SURVIVING
    assert (await _try(spectrum.ports, owner, asked.id))[:2] == ("SUCCEEDED", 1)
    ended = await forget.erase_account(spectrum.ports, person_id, actor="app")
    assert (ended.id, ended.status, _is_told(ended)) == (asked.id, OperationStatus.SUCCEEDED, True)
    assert _told(ended)["session"] == (4, 0)


async def test_without_redis_everything_goes_and_the_receipt_waits(
    spectrum: Spectrum, owner: Any, person: str, nowhere: str
) -> None:
    """Nobody can say what is in a Redis that is away: the database is emptied, and the receipt comes with Redis."""
    person_id = await _known(spectrum, owner, person)
    operation_id = await _ask(spectrum, owner, person_id, ResetScope.EVERYTHING)
    ports = replace(spectrum.ports, elsewhere=(RedisTraces(nowhere),))
    async with redis.asyncio.Redis.from_url(spectrum.redis_url) as there:
        await there.set(f"spectrum:bucket:{person_id}", 1)
        for _ in range(2):
            assert await _try(ports, owner, operation_id) == WAITS
            assert await _left(owner, person_id) == SURVIVING
            assert not _is_told(await _operation(spectrum, operation_id))
        assert (await _try(spectrum.ports, owner, operation_id))[:2] == ("SUCCEEDED", 1)
        assert await there.exists(f"spectrum:bucket:{person_id}") == 0
    told = _told(await _operation(spectrum, operation_id))
    assert (told["redis"], told["session"]) == ((1, 0), (4, 0))


@pytest.mark.parametrize("scope", [ResetScope.DERIVED, ResetScope.FORGET_HISTORY])
async def test_what_keeps_the_person_needs_no_redis(
    spectrum: Spectrum, owner: Any, person: str, nowhere: str, scope: ResetScope
) -> None:
    """Nothing of theirs in Redis is about sessions: these are done while Redis is away, and do not speak of it."""
    person_id = await _known(spectrum, owner, person)
    operation_id = await _ask(spectrum, owner, person_id, scope)
    ports = replace(spectrum.ports, elsewhere=(RedisTraces(nowhere),))
    assert (await _try(ports, owner, operation_id))[:2] == ("SUCCEEDED", 1)
    assert "redis" not in _told(await _operation(spectrum, operation_id))


@dataclass
class _Stubborn:
    """A place that gives up one thing at a time."""

    holds: int
    name: str = "redis"

    async def count(self, _: UUID) -> int:
        return self.holds

    async def erase(self, _: UUID) -> int:
        erased = min(1, self.holds)
        self.holds -= erased
        return erased


async def test_what_still_stands_elsewhere_is_no_receipt(spectrum: Spectrum, owner: Any, person: str) -> None:
    """While the count finds something outside the database the attempt has failed; the last one tells all of it."""
    person_id = await _known(spectrum, owner, person)
    operation_id = await _ask(spectrum, owner, person_id, ResetScope.EVERYTHING)
    ports = replace(spectrum.ports, elsewhere=(_Stubborn(holds=3),))
    for attempt in (1, 2):
        assert await _try(ports, owner, operation_id) == ("RETRYING", attempt, "CONFLICT")
        waiting = await _operation(spectrum, operation_id)
        assert (waiting.status, _is_told(waiting)) == (OperationStatus.RUNNING, False)
        assert (waiting.receipt or {})["residue"] is True
    assert (await _try(ports, owner, operation_id))[:2] == ("SUCCEEDED", 3)
    ended = await _operation(spectrum, operation_id)
    assert _told(ended)["redis"] == (3, 0)
    assert (ended.receipt or {})["residue"] is False


class _Died(Exception):
    """The process that carries out an erasure ends here."""


class _LastWords(Journal):
    """A journal in whose moment the process dies: before it writes, or after."""

    def __init__(self, path: Path, *, writes: bool) -> None:
        super().__init__(path.parent, path.stem)
        self._writes = writes

    def append(self, signed: Mapping[str, str]) -> None:
        if self._writes:
            super().append(signed)
        raise _Died


@dataclass
class _LastLook:
    """A place in whose moment the process dies: before it erases, after, or after it has counted what is left."""

    place: Traces
    dies: str
    has_erased: bool = False

    @property
    def name(self) -> str:
        return self.place.name

    async def count(self, person_id: UUID) -> int:
        count = await self.place.count(person_id)
        if self.has_erased:
            raise _Died
        return count

    async def erase(self, person_id: UUID) -> int:
        if self.dies == "before":
            raise _Died
        erased, self.has_erased = await self.place.erase(person_id), True
        if self.dies == "after":
            raise _Died
        return erased


def _looking(ports: Ports, dies: str) -> Ports:
    return replace(ports, elsewhere=tuple(_LastLook(place, dies) for place in ports.elsewhere))


def _noting(ports: Ports, *, writes: bool) -> Ports:
    return replace(ports, journal=_LastWords(ports.journal.path, writes=writes))


DEATHS: Mapping[str, Callable[[Ports], Ports]] = {
    "erased": lambda ports: _noting(ports, writes=False),
    "written down": lambda ports: _noting(ports, writes=True),
    "counted in Redis": lambda ports: _looking(ports, "before"),
    "erased in Redis": lambda ports: _looking(ports, "after"),
    "counted again": lambda ports: _looking(ports, "later"),
    "signed": lambda ports: ports,
}
"""The step after which the process dies, and how."""


async def _die(spectrum: Spectrum, operation_id: UUID, step: str) -> None:
    """Carry the reset out up to that step; what it has signed at the end is kept by nobody."""
    dying = DEATHS[step](spectrum.ports)
    if dying is spectrum.ports:
        assert await forget.carry_out(dying, operation_id) is not None
        return
    with pytest.raises(_Died):
        await forget.carry_out(dying, operation_id)


async def _stones(owner: Any, operation_id: UUID) -> list[int]:
    rows = await owner.fetch("SELECT epoch FROM tombstone WHERE operation_id = $1", operation_id)
    return [row["epoch"] for row in rows]


@pytest.mark.parametrize(
    ("scope", "step"),
    [(ResetScope.EVERYTHING, step) for step in DEATHS]
    + [(ResetScope.FORGET_HISTORY, step) for step in DEATHS if "Redis" not in step and step != "counted again"],
)
async def test_whoever_dies_on_the_way_loses_and_doubles_nothing(
    spectrum: Spectrum, owner: Any, person: str, scope: ResetScope, step: str
) -> None:
    """Whatever the last step was, the next worker ends it: one tombstone, one epoch, the counts of what there was.

    What its person sends in between stays.
    """
    person_id = await _known(spectrum, owner, person)
    await export.begin(spectrum.ports, person_id)
    operation_id = await _ask(spectrum, owner, person_id, scope)
    before, epoch = await rows_of(owner, person_id), (await at(owner, person_id)).epoch
    async with redis.asyncio.Redis.from_url(spectrum.redis_url) as there:
        await there.mset({f"spectrum:bucket:{person_id}:{place}": 1 for place in range(2)})
    await _die(spectrum, operation_id, step)
    assert not _is_told(await _operation(spectrum, operation_id))
    late = session(person, datetime.now(UTC))
    await take(spectrum, late)
    assert (await _try(spectrum.ports, owner, operation_id))[:2] == ("SUCCEEDED", 1)
    (ended,) = await owner.fetch("SELECT id, status FROM operation WHERE person_id = $1", person_id)
    assert tuple(ended) == (operation_id, "SUCCEEDED")
    told = _told(await _operation(spectrum, operation_id))
    everything = scope is ResetScope.EVERYTHING
    there_was = before | {"redis": 2, "audit": 1}
    assert told == {name: (there_was[name], 0) for name in told}
    assert ("redis" in told, told["session"]) == (everything, (4, 0))
    assert await _stones(owner, operation_id) == [epoch + 1]
    assert (await at(owner, person_id)).epoch == epoch + 1 + everything
    assert len(set(_statements(spectrum.ports.journal.path, operation_id))) == 1
    kept = await owner.fetch("SELECT id::text AS id FROM session WHERE person_id = $1", person_id)
    assert [row["id"] for row in kept] == [late["sessionKey"]]
