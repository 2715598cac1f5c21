"""Many people's weeks in one claim: the same as one by one, and whoever is in the way is so for themselves alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from app.domain.cost import Feature
from app.gateways.language_model import Models
from app.jobs import HEARTBEAT_S, MAX_CLAIM, Claimed, FailureClass, JobKind, JobStatus, Queue
from app.pipeline.aggregate import BATCH_S
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.jobs import ledger, queues
from app.storage.store import Store, Tx
from app.wiring import Spectrum
from tests.life import at, hasten, snapshot, take, weeks_of, who, work_off
from tests.models.routes import routes_to
from tests.models.saying import speaks
from tests.models.service import Service, service_that
from workers.handlers import HANDLERS, Many, Stage
from workers.runner import Runner
from workers.schedule import plan_due

TOLD = """
    SELECT a.kind, a.first_day, a.session_count, a.valence_sum, a.digest, a.told, a.due_at,
      (SELECT jsonb_agg(w.brief ORDER BY w.period_kind, w.rank) FROM writing w
       WHERE w.person_id = a.person_id AND w.period_kind = a.kind AND w.first_day = a.first_day) AS words
    FROM period_aggregate a WHERE a.person_id = $1 ORDER BY 1, 2
"""
CROWD = 7


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test with an empty ledger."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")


async def _crowd(spectrum: Spectrum, person: str) -> list[UUID]:
    """Bring several people so far that their weeks wait to be closed."""
    keys = [f"{person}-{number}" for number in range(CROWD)]
    for key in keys:
        await take(spectrum, *weeks_of(key, weeks=2))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await plan_due(spectrum.ports)
    return [who(spectrum, key) for key in keys]


def _alone() -> Mapping[JobKind, Stage]:
    return {kind: replace(stage, many=None) for kind, stage in HANDLERS.items()}


async def _told(owner: Any, person_id: UUID) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await owner.fetch(TOLD, person_id)]


async def test_together_is_the_same_as_one_by_one(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Weeks, months and words of a batch are those of single jobs, and every job ran once."""
    together = await _crowd(spectrum, f"{person}-many")
    await work_off(spectrum, owner)
    ran = await owner.fetch("SELECT status, attempt FROM job WHERE person_id = ANY($1)", together)
    assert {tuple(row) for row in ran} == {("SUCCEEDED", 1)}
    alone = await _crowd(spectrum, f"{person}-one")
    await work_off(spectrum, owner, Runner(spectrum.ports, _alone()))
    for one, other in zip(together, alone, strict=True):
        told = await _told(owner, one)
        assert len(told) == 3
        assert all(row[-1] for row in told if row[0] == "WEEK")
        assert told == await _told(owner, other)


async def test_a_claim_holds_a_persons_periods_one_at_a_time(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A claim is of one kind, of many people, and has the earliest of each person's weeks alone."""
    crowd = await _crowd(spectrum, person)
    sizes = []
    runner = Runner(spectrum.ports)
    while count := await runner.work_once(Queue.MINUTES):
        sizes.append(count)
    assert sizes[:3] == [CROWD, CROWD, CROWD]
    order = await owner.fetch(
        "SELECT person_id, array_agg(scope->>'first_day' ORDER BY finished_at, id) AS days FROM job"
        " WHERE kind = 'WEEKLY_AGGREGATION' GROUP BY 1"
    )
    assert {row["person_id"] for row in order} == set(crowd)
    assert all(row["days"] == sorted(row["days"]) for row in order)


class _Counting:
    """A store that counts the transactions of everyone, and has none of a single person's."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.transactions = 0

    @asynccontextmanager
    async def for_everyone(self) -> AsyncIterator[Tx]:
        self.transactions += 1
        async with self._store.for_everyone() as tx:
            yield tx


async def test_a_hundred_people_share_one_claim(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A hundred weeks, or months, take four transactions: they are leased, begun, read and written together."""
    crowd = [f"{person}-{number}" for number in range(MAX_CLAIM + 3)]
    await take(spectrum, *(weeks_of(key, weeks=1)[0] for key in crowd))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await plan_due(spectrum.ports)
    store = _Counting(spectrum.ports.store)
    runner = Runner(replace(spectrum.ports, store=cast(Store, store)))
    sizes = []
    for _ in ("weeks", "the other weeks", "months", "the other months"):
        store.transactions, start = 0, time.monotonic()
        sizes.append(await runner.work_once(Queue.MINUTES))
        heartbeats = int((time.monotonic() - start) // HEARTBEAT_S)
        assert store.transactions <= 4 + heartbeats
    assert sorted(sizes) == [3, 3, MAX_CLAIM, MAX_CLAIM]
    people = [who(spectrum, key) for key in crowd]
    closed = "SELECT kind, count(*) AS n FROM period_aggregate WHERE person_id = ANY($1) GROUP BY 1 ORDER BY 1"
    assert [tuple(row) for row in await owner.fetch(closed, people)] == [("MONTH", len(crowd)), ("WEEK", len(crowd))]


async def test_one_bad_person_fails_alone(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Numbers that cannot be read make a dead letter of their own week; everybody else's is closed at once."""
    bad, *good = await _crowd(spectrum, person)
    body = await owner.fetchval("SELECT body FROM packed_month WHERE person_id = $1 LIMIT 1", bad)
    await owner.execute("UPDATE packed_month SET body = $2 WHERE person_id = $1", bad, b"damaged")
    runner = Runner(spectrum.ports)
    assert await runner.work_once(Queue.MINUTES) == CROWD
    for person_id in good:
        assert await owner.fetchval("SELECT count(*) FROM period_aggregate WHERE person_id = $1", person_id) == 1
    await work_off(spectrum, owner, runner)
    assert {len(await _told(owner, person_id)) for person_id in good} == {3}
    dead = await owner.fetch("SELECT person_id, attempt FROM job WHERE status = 'DEAD'")
    assert {row["person_id"] for row in dead} == {bad}
    assert {row["attempt"] for row in dead} == {5}
    tried = await owner.fetchval("SELECT max(attempt) FROM job WHERE person_id = ANY($1)", good)
    assert tried == 1
    await owner.execute("UPDATE packed_month SET body = $2 WHERE person_id = $1", bad, body)


async def test_a_batch_that_cannot_be_kept_is_kept_one_by_one(spectrum: Spectrum, owner: Any, person: str) -> None:
    """When the shared transaction fails, nothing of it is kept, and each job goes its own way with its one attempt."""
    crowd = await _crowd(spectrum, person)
    week = HANDLERS[JobKind.WEEKLY_AGGREGATION]
    assert week.many is not None
    prepare_many, keep_many = week.many.prepare, week.many.keep
    kept = []

    async def keep(tx: Tx, results: Mapping[UUID, Any]) -> Any:
        kept.append(len(await keep_many(tx, results)))
        raise RuntimeError

    runner = Runner(
        spectrum.ports,
        {**HANDLERS, JobKind.WEEKLY_AGGREGATION: replace(week, many=Many(prepare_many, keep))},
    )
    await work_off(spectrum, owner, runner)
    assert kept == [CROWD, CROWD]
    for person_id in crowd:
        assert len(await _told(owner, person_id)) == 3
    attempts = await owner.fetch("SELECT DISTINCT status, attempt FROM job WHERE person_id = ANY($1)", crowd)
    assert [tuple(row) for row in attempts] == [("SUCCEEDED", 1)]


async def test_whom_somebody_holds_is_not_waited_for(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A batch leaves a locked person out, keeps the rest, and does the locked one after it, alone."""
    held, *free = await _crowd(spectrum, person)
    runner = Runner(spectrum.ports)
    async with spectrum.ports.store.for_everyone() as tx:
        await people.list_locked(tx, [held])
        working = asyncio.create_task(runner.work_once(Queue.MINUTES))
        done = "SELECT count(*) = $2 FROM period_aggregate WHERE person_id = ANY($1)"
        async with asyncio.timeout(60):
            while not await owner.fetchval(done, free, len(free)):  # noqa: ASYNC110 - the runner does it
                await asyncio.sleep(0.01)
        assert await owner.fetchval("SELECT count(*) FROM period_aggregate WHERE person_id = $1", held) == 0
    assert await working == CROWD
    assert await owner.fetchval("SELECT count(*) FROM period_aggregate WHERE person_id = $1", held) == 1


@pytest.mark.parametrize("change", ["epoch = epoch + 1", "revision = revision + 1"])
async def test_who_changes_meanwhile_is_written_anew_or_dropped(
    spectrum: Spectrum, owner: Any, person: str, change: str
) -> None:
    """Of someone erased during the batch nothing is kept; someone merely changed is read again, and done."""
    changed, *others = await _crowd(spectrum, person)
    week = HANDLERS[JobKind.WEEKLY_AGGREGATION]
    assert week.many is not None
    prepare_many, keep_many = week.many.prepare, week.many.keep

    async def overtaken(jobs: Sequence[Claimed], ports: Ports) -> Mapping[UUID, Any]:
        results = await prepare_many(jobs, ports)
        await owner.execute(f"UPDATE person SET {change} WHERE id = $1", changed)
        return results

    many = Many(overtaken, keep_many)
    runner = Runner(spectrum.ports, {**HANDLERS, JobKind.WEEKLY_AGGREGATION: replace(week, many=many)})
    assert await runner.work_once(Queue.MINUTES) == CROWD
    kept = await owner.fetchval("SELECT count(*) FROM period_aggregate WHERE person_id = $1", changed)
    assert kept == ("revision" in change)
    for person_id in others:
        assert await owner.fetchval("SELECT count(*) FROM period_aggregate WHERE person_id = $1", person_id) == 1
    notes = await owner.fetch("SELECT note FROM job WHERE person_id = $1 AND status = 'SUCCEEDED' AND kind <> $2",
                              changed, JobKind.SESSION_ANALYSIS)  # fmt: skip
    assert [row["note"] for row in notes] == ([None] if kept else ["Dropped: the person's data were erased meanwhile."])


async def test_a_zombies_batch_keeps_nothing(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A worker whose leases were taken while it wrote a batch changes nobody, and the next one does everything."""
    crowd = await _crowd(spectrum, person)
    week = HANDLERS[JobKind.WEEKLY_AGGREGATION]
    assert week.many is not None
    prepare_many, keep_many = week.many.prepare, week.many.keep
    tables = ("person", "period_aggregate", "writing", "job")
    before: list[Any] = []

    async def frozen(jobs: Sequence[Claimed], ports: Ports) -> Mapping[UUID, Any]:
        results = await prepare_many(jobs, ports)
        await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE status = 'RUNNING'")
        await Runner(spectrum.ports).work_off(Queue.MINUTES)
        before.extend([await snapshot(owner, tables, person_id) for person_id in crowd])
        return results

    many = Many(frozen, keep_many)
    zombie = Runner(spectrum.ports, {**HANDLERS, JobKind.WEEKLY_AGGREGATION: replace(week, many=many)})
    await zombie.work_once(Queue.MINUTES)
    assert before == [await snapshot(owner, tables, person_id) for person_id in crowd]
    lost = await owner.fetch(
        "SELECT DISTINCT lost, attempt, status FROM job WHERE person_id = ANY($1) AND lost > 0", crowd
    )
    assert [tuple(row) for row in lost] == [(1, 2, "SUCCEEDED")]
    assert len(await _told(owner, crowd[0])) == 3


async def test_what_is_paused_is_not_claimed(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A paused kind or queue keeps its place and goes on where it was; pausing again is no news."""
    await _crowd(spectrum, person)
    runner = Runner(spectrum.ports)
    for target in (JobKind.WEEKLY_AGGREGATION, Queue.MINUTES):
        async with spectrum.ports.store.for_everyone() as tx:
            assert await queues.keep_paused(tx, target, actor="team", reason="a look")
            assert not await queues.keep_paused(tx, target, actor="team", reason="a look")
            assert await queues.list_paused(tx) == {target}
        await runner.work_off(Queue.MINUTES)
        waiting = await owner.fetch("SELECT kind, status, count(*) AS n FROM job WHERE queue = 'minutes' GROUP BY 1, 2")
        by_kind = {(row["kind"], row["status"]): row["n"] for row in waiting}
        assert by_kind["WEEKLY_AGGREGATION", "QUEUED"] == 2 * CROWD
        assert by_kind["MONTHLY_AGGREGATION", "SUCCEEDED"] == CROWD
        async with spectrum.ports.store.for_everyone() as tx:
            remaining = await queues.count_remaining(tx, (Queue.MINUTES,), 60)
            assert (remaining.now, remaining.soon) == (0, 0)
            assert await queues.keep_resumed(tx, target, actor="team", reason="seen")
            assert not await queues.keep_resumed(tx, target, actor="team", reason="seen")
    await work_off(spectrum, owner, runner)
    assert await owner.fetchval("SELECT bool_and(status = 'SUCCEEDED' AND attempt = 1) FROM job")
    audited = await owner.fetch("SELECT action FROM audit WHERE reason IN ('a look', 'seen') ORDER BY id")
    assert [row["action"] for row in audited] == [
        "pause WEEKLY_AGGREGATION", "resume WEEKLY_AGGREGATION", "pause minutes", "resume minutes",
    ]  # fmt: skip


async def test_burying_and_keeping_never_wait_for_each_other(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A zombie that keeps its late result while its job is given up: one of them is refused, and neither hangs."""
    await take(spectrum, *weeks_of(person, weeks=1))
    person_now = await at(owner, who(spectrum, person))
    stage = HANDLERS[JobKind.SESSION_ANALYSIS]
    assert stage.bury is not None
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow_bury(tx: Tx, job: Claimed) -> None:
        await stage.bury(tx, job)  # type: ignore[misc]  # checked above
        entered.set()
        await go_on.wait()

    async def broken(_: Claimed, __: Ports) -> Any:
        raise RuntimeError

    await owner.execute("UPDATE job SET attempt = max_attempts - 1")
    handlers = {JobKind.SESSION_ANALYSIS: Stage(broken, stage.keep, bury=slow_bury)}
    giving_up = asyncio.create_task(Runner(spectrum.ports, handlers).work_once(Queue.SECONDS))
    await asyncio.wait_for(entered.wait(), 60)

    async def change() -> int:
        async with spectrum.ports.store.for_person(person_now.id) as tx:
            return await people.keep_revision(tx, person_now)

    changing = asyncio.create_task(change())
    await asyncio.sleep(0.05)
    assert not changing.done(), "the person is locked while their session is given up"
    go_on.set()
    await asyncio.wait_for(asyncio.gather(giving_up, changing), 60)
    assert await hasten(owner) == 0
    statuses = await owner.fetch("SELECT DISTINCT status FROM job")
    assert [row["status"] for row in statuses] == [JobStatus.DEAD]
    failures = await owner.fetchval("SELECT attempts->-1->>'failure' FROM job LIMIT 1")
    assert failures == FailureClass.BUG


async def test_a_slow_model_costs_nobody_what_is_done(
    spectrum: Spectrum, owner: Any, person: str, tmp_path: Path
) -> None:
    """Whoever a batch does not reach in its time is done alone after it, and nothing is written twice."""
    crowd = await _crowd(spectrum, person)
    in_time = speaks()

    async def slow_at_first(service: Service, writer: asyncio.StreamWriter) -> None:
        if len(service.requests) == 1:
            await asyncio.sleep(BATCH_S)
        await in_time(service, writer)

    async with service_that(slow_at_first) as service:
        routes = routes_to(tmp_path / "models.toml", service.url, Feature.WEEKLY_INSIGHTS, timeout_s=BATCH_S + 5)
        models = await Models.opened(routes, {})

        async def opened() -> Models:
            return models

        runner = Runner(replace(spectrum.ports, routes=routes, models=opened))
        assert await runner.work_once(Queue.MINUTES) == CROWD
    cards = await owner.fetchval("SELECT count(*) FROM writing WHERE person_id = ANY($1)", crowd)
    by_model = await owner.fetchval(
        "SELECT count(*) FROM writing WHERE person_id = ANY($1) AND engine = 'SMALL_MODEL'", crowd
    )
    assert 0 < by_model <= cards
    assert len(service.requests) <= by_model
    ran = await owner.fetch(
        "SELECT status, attempt FROM job WHERE person_id = ANY($1) AND started_at IS NOT NULL"
        " AND kind = 'WEEKLY_AGGREGATION'",
        crowd,
    )
    assert [tuple(row) for row in ran] == [("SUCCEEDED", 1)] * CROWD


async def test_a_burial_that_fails_keeps_no_job_alive(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The job is dead with its own failure, and is not leased again."""
    await take(spectrum, *weeks_of(person, weeks=1))
    stage = HANDLERS[JobKind.SESSION_ANALYSIS]

    async def broken(*_: Any) -> Any:
        raise RuntimeError

    await owner.execute("UPDATE job SET attempt = max_attempts - 1")
    runner = Runner(spectrum.ports, {JobKind.SESSION_ANALYSIS: Stage(broken, stage.keep, bury=broken)})
    assert await runner.work_once(Queue.SECONDS) == 4
    rows = await owner.fetch("SELECT DISTINCT status, attempts->-1->>'failure' AS failure, lost FROM job")
    assert [tuple(row) for row in rows] == [(JobStatus.DEAD, FailureClass.BUG, 0)]
    assert await runner.work_once(Queue.SECONDS) == 0


async def test_a_claim_of_a_long_queue_sorts_nothing(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Over thousands of waiting jobs, wide ones and in any order, a claim follows its index, paused kinds or not."""
    await owner.execute("""
        INSERT INTO job (kind, queue, max_attempts, idempotency_key, scope, run_after, attempts)
        SELECT 'SESSION_ANALYSIS', 'seconds', 5, 'wide:' || n, jsonb_build_object('session_id', gen_random_uuid()),
               now() - make_interval(secs => hashint4(n) % 100000),
               jsonb_build_array(jsonb_build_object('message', repeat('x', 400)))
        FROM generate_series(1, 20000) AS n""")
    await owner.execute("ANALYZE job")
    explained: list[str] = []

    class Explaining:
        async def fetch(self, sql: str, *args: object) -> list[Any]:
            rows = await owner.fetch(f"EXPLAIN {sql}", *args)
            explained.extend(row[0] for row in rows)
            return []

    await ledger.claim(cast(Tx, Explaining()), Queue.SECONDS, "any")
    plan = "\n".join(explained)
    assert "Index Scan using job_claim on job" in plan
    assert "Seq Scan on job" not in plan
    await owner.execute("DELETE FROM job")
