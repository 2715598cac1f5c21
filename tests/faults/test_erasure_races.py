"""People erase at random moments, while their sessions stream in and workers are killed: nothing of it comes back."""

import asyncio
import random
import re
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis.asyncio

from app.errors import Gone, SpectrumError
from app.jobs import PersonAt
from app.pipeline import forget
from app.pipeline.forget_sessions import forget_sessions
from app.storage import people
from app.storage.forgetting import operations
from app.storage.forgetting.operations import ResetScope
from app.storage.sealed import Signer, is_signed
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from tests.faults.harness import World
from tests.faults.truth import unwatch
from tests.life import JUNE, PERSONAL, take, who
from tests.programs import end

PEOPLE = 12
SURVIVING = {"operation"}
CANARY = "quabbeldrix"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_QUIET = """
SELECT NOT EXISTS (SELECT FROM job WHERE status IN ('QUEUED', 'RETRYING', 'RUNNING'))
   AND NOT EXISTS (SELECT FROM operation WHERE status IN ('SCHEDULED', 'RUNNING'))
   AND NOT EXISTS (SELECT FROM session WHERE status = 'PENDING')
   AND NOT EXISTS (SELECT FROM person WHERE week_due_at <= now() OR month_due_at <= now())
"""
_HURRY = "UPDATE job SET run_after = now() WHERE status IN ('QUEUED', 'RETRYING') AND run_after > now()"


@dataclass
class Racer:
    """Somebody who goes on writing while they erase. `leaves`: also everything, and never sends anything again."""

    key: str
    leaves: bool
    taken: list[dict[str, Any]] = field(default_factory=list)
    gone: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: bool = False

    def forget(self, sent: list[dict[str, Any]]) -> None:
        """From now on none of these may be kept anywhere."""
        self.gone |= {each["sessionKey"]: each for each in sent}
        self.taken = [each for each in self.taken if each["sessionKey"] not in self.gone]


@dataclass
class Race:
    """The whole of it: who takes part, and how many erasures are still to come."""

    world: World
    spectrum: Spectrum
    left: int
    pause_s: float
    erasures: int = 0
    kills: int = 0

    @property
    def is_on(self) -> bool:
        """Whether there is something left to erase."""
        return self.left > 0

    async def stream(self, racer: Racer) -> None:
        """Send sessions, new ones and, by who stays, some that were erased."""
        while self.is_on:
            sent = [_session(racer) for _ in range(random.randint(1, 4))]
            if racer.gone and not racer.leaves:
                sent += random.sample(list(racer.gone.values()), k=1)
            racer.left = False
            await _persevere(partial(take, self.spectrum, *sent))
            racer.left = False
            racer.taken += [each for each in sent if each["sessionKey"] not in racer.gone]
            await asyncio.sleep(random.uniform(0, 0.1))

    async def erase(self, racer: Racer) -> None:
        """Erase in every way there is, at random moments."""
        while self.is_on:
            await asyncio.sleep(random.uniform(0, self.pause_s))
            before = list(racer.taken)
            ways = [self._reset, self._reset, self._sessions, *([self._account] if racer.leaves else [])]
            if await random.choice(ways)(racer, before):
                self.left -= 1
                self.erasures += 1

    async def _reset(self, racer: Racer, before: list[dict[str, Any]]) -> bool:
        scopes = [ResetScope.DERIVED, ResetScope.FORGET_HISTORY, *([ResetScope.EVERYTHING] if racer.leaves else [])]
        scope, key = random.choice(scopes), uuid4()
        person = await self._person(racer)
        if person is None:
            return False
        racer.left = scope is ResetScope.EVERYTHING
        try:
            await _persevere(lambda: forget.request(self.spectrum.ports, person, scope, key))
        except Gone:
            return False
        if scope is not ResetScope.DERIVED:
            racer.forget(before)
        return True

    async def _sessions(self, racer: Racer, before: list[dict[str, Any]]) -> bool:
        chosen = random.sample(before, k=min(2, len(before)))
        if not chosen:
            return False
        ids = [UUID(each["sessionKey"]) for each in chosen]
        await _persevere(lambda: forget_sessions(self.spectrum.ports, who(self.spectrum, racer.key), ids, actor="app"))
        racer.forget(chosen)
        return True

    async def _account(self, racer: Racer, before: list[dict[str, Any]]) -> bool:
        racer.left = True
        await _persevere(lambda: forget.erase_account(self.spectrum.ports, who(self.spectrum, racer.key), actor="app"))
        racer.forget(before)
        return True

    async def _person(self, racer: Racer) -> PersonAt | None:
        person_id = who(self.spectrum, racer.key)
        async with self.spectrum.ports.store.for_person(person_id) as tx:
            head = await people.find_head(tx, person_id)
        return head.person if head else None

    async def kill(self, workers: list[subprocess.Popen[bytes]], every_s: float) -> None:
        """Kill a worker, again and again, whatever it is in the middle of; another takes its place."""
        while self.is_on:
            await asyncio.sleep(random.uniform(0.2, 2) * every_s)
            place = random.randrange(2)
            end(workers[place])
            self.kills += 1
            workers[place] = self.world.start("worker")


def _session(racer: Racer) -> dict[str, Any]:
    moment = JUNE + timedelta(minutes=random.randrange(60 * 24 * 60))
    if not racer.leaves:  # whoever forgets what was goes on with what is
        moment = datetime.now(UTC) - timedelta(seconds=random.randrange(40, 90))
    return session(racer.key, moment, f"{CANARY} {HEAVY}", LIGHT)


async def _persevere(call: Callable[[], Awaitable[Any]]) -> None:
    """Call as a careful app does: what is refused for the moment is asked for again, a few times."""
    for _ in range(20):
        try:
            await call()
        except Gone:
            raise
        except SpectrumError:
            await asyncio.sleep(0.1)
        else:
            return
    await call()


@pytest.mark.parametrize(
    ("erasures", "pause_s", "kill_every_s"),
    [pytest.param(40, 1.0, 1.0, id="quick"), pytest.param(600, 3.0, 4.0, id="hundreds", marks=pytest.mark.faults)],
)
async def test_nothing_erased_comes_back(world: World, erasures: int, pause_s: float, kill_every_s: float) -> None:
    """Hundreds of erasures of every kind, sessions in between, workers killed: no residue, and every receipt holds."""
    async with world.opened() as spectrum, world.owner() as owner:
        await unwatch(owner)
        racers = [Racer(f"racer-{place}", leaves=place % 2 == 0) for place in range(PEOPLE)]
        race = Race(world, spectrum, erasures, pause_s)
        workers = await world.workers(2)
        async with asyncio.TaskGroup() as group:
            group.create_task(race.kill(workers, kill_every_s))
            for racer in racers:
                group.create_task(race.stream(racer))
                group.create_task(race.erase(racer))
        world.note("erasures", race.erasures)
        world.note("kills", race.kills)
        await _come_to_rest(world, owner)
        await _no_residue(world, spectrum, owner, racers)
        await _every_receipt_holds(world, spectrum, owner)


async def _come_to_rest(world: World, owner: Any) -> None:
    for _ in range(600):
        await owner.execute(_HURRY)  # recounts and backoffs as well
        if await owner.fetchval(_QUIET):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"no rest\n{await world.open_jobs()}\n{world.last_words()}")


async def _no_residue(world: World, spectrum: Spectrum, owner: Any, racers: list[Racer]) -> None:
    gone = {key for racer in racers for key in racer.gone}
    assert gone
    kept = await _named_in_tables(owner)
    assert {name: ids & gone for name, ids in kept.items() if ids & gone} == {}
    assert kept["session"], "or nothing could have been found"
    for racer in racers:
        if racer.left:
            assert await _places(owner, who(spectrum, racer.key)) <= SURVIVING, racer.key
    ids = [*gone, *(str(who(spectrum, racer.key)) for racer in racers)]
    log = world.log.read_text()
    async with redis.asyncio.Redis.from_url(world.servers.redis_url) as client:
        keys = [key.decode() async for key in client.scan_iter()]
    for text in (log, *keys):
        assert CANARY not in text
        assert "racer-" not in text
        assert not set(_UUID.findall(text)) & set(ids)


async def _named_in_tables(owner: Any) -> dict[str, set[str]]:
    """Give every UUID in every column of every table, packed months unpacked; but for the list of what is erased."""
    tables = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND relname <> 'erased_session'"
    )
    found: dict[str, set[str]] = {}
    for table in tables:
        rows = await owner.fetch(f"SELECT t::text AS row FROM {table['relname']} t")
        found[table["relname"]] = {id_ for row in rows for id_ in _UUID.findall(row["row"])}
    bodies = await owner.fetch("SELECT body FROM packed_month")
    found["packed_month"] |= {id_ for row in bodies for id_ in _UUID.findall(row["body"].decode())}
    return found


async def _places(owner: Any, person_id: UUID) -> set[str]:
    return {
        table["name"]
        for table in await owner.fetch(PERSONAL)
        if await owner.fetchval(f"SELECT EXISTS (SELECT FROM {table['name']} WHERE {table['key']} = $1)", person_id)
    }


async def _every_receipt_holds(world: World, spectrum: Spectrum, owner: Any) -> None:
    public_key = Signer(spectrum.ports.keyring.signing_seed).public_key
    async with spectrum.ports.store.for_everyone() as tx:
        statuses = await tx.fetch("SELECT status, count(*) AS n FROM operation GROUP BY status")
        assert {row["status"] for row in statuses} <= {"SUCCEEDED", "CANCELLED"}, statuses
        ids = await tx.fetch("SELECT id FROM operation WHERE status = 'SUCCEEDED'")
    for row in ids:
        async with spectrum.ports.store.for_everyone() as tx:
            operation = await operations.find_any(tx, row["id"])
        assert operation is not None
        assert operation.receipt is not None
        receipt = operation.receipt
        assert receipt["remaining"] == 0
        assert [check["remaining"] for check in receipt["checks"]] == [0, 0]
        for part in (receipt, *receipt["checks"]):
            assert is_signed(public_key, part["statement"], part["signature"])
            assert not is_signed(
                public_key, part["statement"].replace('"remaining":0', '"remaining":1'), part["signature"]
            )
    world.note("receipts", len(ids))
