"""The queues as a whole: counts by kind and queue, how it went lately, and how late the latest is."""

import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from app.jobs import LIMITS, JobKind, JobStatus, Queue
from app.storage.jobs import queues
from app.storage.jobs.queues import Depth
from app.wiring import Spectrum

_NEW = """
    INSERT INTO job
      (kind, queue, max_attempts, idempotency_key, status, priority, worker, run_after, started_at, finished_at)
    SELECT kind, queue, 5, 'queues:' || place, status, priority, worker, now() - make_interval(secs => age),
      now() - make_interval(secs => ended + took), now() - make_interval(secs => ended)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::float8[], $7::float8[], $8::float8[])
      WITH ORDINALITY AS i(kind, queue, status, priority, worker, age, ended, took, place)
"""
_OLDEST = """
    SELECT queue, max(extract(epoch FROM now() - run_after))::float8 FROM job
    WHERE status IN ('QUEUED', 'RETRYING') AND run_after <= now()
      AND queue NOT IN (SELECT name FROM pause) AND kind NOT IN (SELECT name FROM pause) GROUP BY queue
"""
"""The same without a thought of how many there are."""
Made = tuple[JobKind, JobStatus, int, str | None, float, float | None, float | None]
"""Kind, status, priority, worker; seconds for which it could run, since it has ended, and that it took."""


@pytest.fixture(autouse=True)
async def empty(owner: Any) -> AsyncIterator[None]:
    """Begin each test with an empty ledger, nothing paused, and leave none."""
    await owner.execute("TRUNCATE job, pause")
    yield
    await owner.execute("TRUNCATE job, pause")


async def _make(owner: Any, made: Sequence[Made]) -> None:
    columns = [list(column) for column in zip(*made, strict=True)]
    kinds = columns.pop(0)
    await owner.execute(_NEW, kinds, [LIMITS[kind].queue for kind in kinds], *columns)


async def _depths(spectrum: Spectrum) -> dict[Queue | JobKind, Depth]:
    async with spectrum.ports.store.for_everyone() as tx:
        return {depth.kind or depth.queue: depth for depth in await queues.list_depths(tx)}


async def test_a_queue_is_the_sum_of_its_kinds(spectrum: Spectrum, owner: Any) -> None:
    """What can run, runs and is dead is counted by kind; what is to come or ended long ago is nowhere."""
    week, month, reset = JobKind.WEEKLY_AGGREGATION, JobKind.MONTHLY_AGGREGATION, JobKind.RESET
    await _make(
        owner,
        [
            (week, JobStatus.QUEUED, 0, None, 30, None, None),
            (week, JobStatus.RETRYING, 0, "gone", 90, None, None),
            (week, JobStatus.QUEUED, 0, None, -60, None, None),
            (week, JobStatus.RUNNING, 0, "ada", 400, None, None),
            (week, JobStatus.RUNNING, 0, "bea", 300, None, None),
            (month, JobStatus.RUNNING, 0, "ada", 300, None, None),
            (month, JobStatus.QUEUED, 0, None, 200, None, None),
            (month, JobStatus.DEAD, 0, None, 9_000, 8_000, 1),
            (week, JobStatus.SUCCEEDED, 0, "ada", 9_000, 30, 2),
            (week, JobStatus.SUCCEEDED, 0, "ada", 9_000, 901, 9),
            *[(week, JobStatus.SUCCEEDED, 0, "ada", 9_000.0, 40.0, None)] * 30,
            (reset, JobStatus.DISCARDED, 0, None, 9_000, 60, 1),
        ],
    )
    await owner.execute("INSERT INTO pause (name, actor, reason) VALUES ($1, 'a', 'r')", month)
    found = await _depths(spectrum)
    assert set(found) == {week, month, reset, Queue.MINUTES, Queue.SECONDS}
    told = {key: (each.depth, each.running, each.dead, each.finished, each.workers) for key, each in found.items()}
    assert told[week] == (2, 2, 0, 31, ("ada", "bea"))
    assert told[month] == (1, 1, 1, 0, ("ada",))
    assert told[Queue.MINUTES] == (3, 3, 1, 31, ("ada", "bea"))
    assert told[reset] == told[Queue.SECONDS] == (0, 0, 0, 0, ())
    assert found[week].p95_duration_ms == found[Queue.MINUTES].p95_duration_ms == pytest.approx(2_020, abs=20)
    assert found[month].p95_duration_ms is None
    assert found[month].oldest_age_s is None, "it is paused"
    assert found[week].oldest_age_s == found[Queue.MINUTES].oldest_age_s == pytest.approx(90, abs=30)


@pytest.mark.parametrize("longest_s", [0.0004, 0.05, 4.0, 3_600.0])
async def test_how_long_they_took_is_told_within_a_fiftieth(spectrum: Spectrum, owner: Any, longest_s: float) -> None:
    """All that ended well in the last quarter of an hour are counted, by kind and queue, whatever else ended in it."""
    kind, other = JobKind.SESSION_ANALYSIS, JobKind.RESET
    took = [longest_s * (number / 400) for number in range(1, 401)]
    await _make(
        owner,
        [
            *[(kind, JobStatus.SUCCEEDED, 0, "ada", 9_000.0, float(place), each) for place, each in enumerate(took)],
            *[(kind, JobStatus.DEAD, 0, "ada", 9_000.0, 1.0, 7_200.0) for _ in range(500)],
            (kind, JobStatus.DISCARDED, 0, "ada", 9_000.0, 1.0, 7_200.0),
            (other, JobStatus.SUCCEEDED, 0, "ada", 9_000.0, 800.0, 0.0),
        ],
    )
    found = await _depths(spectrum)
    assert (found[kind].finished, found[other].finished, found[Queue.SECONDS].finished) == (400, 1, 401)
    exact = max(1.0, took[379] * 1_000)
    for key in (kind, Queue.SECONDS):
        told = found[key].p95_duration_ms
        assert told is not None
        assert exact * 0.99 - 1 <= told <= exact * 1.02 + 1
    assert found[other].p95_duration_ms == 1


@pytest.mark.parametrize("seed", range(5))
async def test_the_oldest_is_found_whatever_stands_before_it(spectrum: Spectrum, owner: Any, seed: int) -> None:
    """Of any priority, behind what runs, is to come or is paused: the same as asking every job."""
    choose = random.Random(seed)
    made: list[Made] = [
        (
            choose.choice([*JobKind]),
            choose.choice([JobStatus.QUEUED, JobStatus.RETRYING, JobStatus.RUNNING, JobStatus.SUCCEEDED]),
            choose.choice([0, 0, 1, 5, 100]),
            None,
            float(choose.randint(-300, 3_000)),
            None,
            None,
        )
        for _ in range(choose.choice([3, 30, 300]))
    ]
    await _make(owner, made)
    for name in choose.sample([*JobKind, Queue.HOURS], k=seed):
        await owner.execute("INSERT INTO pause (name, actor, reason) VALUES ($1, 'a', 'r')", name)
    async with spectrum.ports.store.for_everyone() as tx:
        found = await queues.list_oldest(tx)
        plain = dict.fromkeys(Queue, 0.0) | {Queue(queue): age for queue, age in await tx.fetch(_OLDEST)}
    assert found == plain
