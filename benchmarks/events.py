"""`python -m benchmarks.events`: a million events, how quickly they are taken, how long each report over them takes.

Runs on bundled servers in a folder of its own, with people and events of its own making; asserts nothing.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from rich.console import Console
from rich.progress import track as shown
from rich.table import Table

from app.domain.engagement import EventName, Told
from app.domain.experiments import Arm, ArmRole, Experiment, Plan, RetentionDesign, RetentionUnit
from app.domain.notifications import Platform
from app.domain.periods import Period, PeriodKind, following, period_of
from app.domain.questions import ConversionQuestion, RetentionQuestion
from app.embedded import embedded_servers, remove_state
from app.jobs import Claimed, JobKind, PersonAt, team_report
from app.pipeline import answering
from app.pipeline.ports import Ports
from app.pipeline.track import track
from app.settings import Settings
from app.storage.engagement import usage
from app.storage.engagement.events import Teller
from app.storage.notify import pushes
from app.storage.store import Tx
from app.wiring import opened

EVENTS, PEOPLE = 1_000_000, 20_000
A_CALL, AT_ONCE = 100, 8
WEEKS = 12
REPEATS = 3
TELLER = Teller("1.0", Platform.WEB)
STEPS = (EventName.TEASER_SHOWN, EventName.TEASER_TAPPED, EventName.PAYWALL_SHOWN)
_PEOPLE = """
    INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, data_key, week_due, week_due_at, month_due,
      month_due_at, created_at)
    SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, 0, 'UTC', now(), 'en',
      CASE WHEN n % 2 = 0 THEN 'PLUS' ELSE 'FREE' END, '', '2200-01-03', '2200-01-10', '2200-01-01', '2200-02-01',
      now() - make_interval(weeks => $2) + make_interval(secs => n)
    FROM generate_series(1, $1::int) AS n
"""
_SPREAD = "UPDATE event SET occurred_at = occurred_at - random() * make_interval(weeks => $1)"
_LIVES = [
    """
    INSERT INTO session (person_id, id, source, started_at, ended_at, local_date, local_minute, turn_count, zone,
      status)
    SELECT p.id, gen_random_uuid(), 'MIRROR', at, at, at::date, 600, 1, 'UTC', 'DONE'
    FROM person p CROSS JOIN generate_series(0, 11) AS week,
      LATERAL (SELECT p.created_at + make_interval(weeks => week, days => 2) AS at) AS t
    WHERE random() < 0.85
    """,
    """
    INSERT INTO assignment (person_id, experiment, arm, assigned_at, exposed_at)
    SELECT id, e.key, CASE WHEN hashtext(id::text || e.key) % 2 = 0 THEN 'a' ELSE 'b' END, created_at, created_at
    FROM person CROSS JOIN (VALUES ('teaser'), ('held')) AS e(key)
    """,
    "INSERT INTO upgrade (person_id, id, plan, at) SELECT id, gen_random_uuid(), 'PLUS', created_at + interval '3 days'"
    " FROM person WHERE random() < 0.05",
    "ANALYZE",
]


def _experiments(now: datetime) -> tuple[Experiment, ...]:
    began, ended = now - timedelta(weeks=WEEKS + 1), now - timedelta(weeks=4)
    b = Arm("b", ArmRole.TREATMENT, 0.5, "standard")
    teaser = Experiment("teaser", "-", "-", began, ended, Plan((Arm("a", ArmRole.CONTROL, 0.5), b), 1_000))
    held = Plan((Arm("a", ArmRole.HOLDOUT, 0.5), b), 1_000)
    return teaser, Experiment("held", "-", "-", began, ended, held)


async def _tell(ports: Ports, people: Sequence[PersonAt], calls: int) -> float:
    """Let phones tell, a hundred events a call; events a second."""
    drawn, names = random.Random(1), [each for each in EventName if each is not EventName.SCREEN_LOADED]
    now, gate = datetime.now(UTC), asyncio.Semaphore(AT_ONCE)

    def one() -> Told:
        name = drawn.choice([*names, EventName.SCREEN_LOADED])
        told = Told(uuid4(), name, now - timedelta(seconds=drawn.randrange(86_400)))
        is_load = name is EventName.SCREEN_LOADED
        return replace(told, duration_ms=drawn.randrange(3_000), screen=EventName.LANDSCAPE_VIEWED) if is_load else told

    async def call() -> None:
        async with gate:
            await track(ports, drawn.choice(people), [one() for _ in range(A_CALL)], TELLER)

    started = time.perf_counter()
    for _ in shown(range(0, calls, 500), description="phones tell ..."):
        await asyncio.gather(*(call() for _ in range(min(500, calls))))
    return calls * A_CALL / (time.perf_counter() - started)


async def _copied(owner: asyncpg.Connection, count: int) -> float:
    """The same kind of rows by COPY, into a table of the same form, without anything else; events a second."""
    await owner.execute("CREATE TABLE copied (LIKE event INCLUDING ALL)")
    rows = [(UUID(int=n), uuid4(), "FEED_VIEWED", datetime.now(UTC), "1.0", "WEB") for n in range(count)]
    started = time.perf_counter()
    columns = ["person_id", "id", "name", "occurred_at", "app_version", "platform"]
    await owner.copy_records_to_table("copied", records=rows, columns=columns)
    took = time.perf_counter() - started
    await owner.execute("DROP TABLE copied")
    return count / took


async def _took(work: Callable[[], Awaitable[Any]]) -> str:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        await work()
        times.append(time.perf_counter() - started)
    return f"{statistics.median(times):.2f} s"


async def _reports(ports: Ports, table: Table) -> None:
    today = datetime.now(UTC).date()
    days = Period(today - timedelta(weeks=WEEKS), today)
    units, unit = [], period_of(PeriodKind.WEEK, days.first)
    while unit.first <= days.last:
        units.append(unit)
        unit = following(PeriodKind.WEEK, unit)

    def counted(ask: Callable[[Tx], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        async def work() -> None:
            async with ports.store.for_everyone() as tx:
                await ask(tx)

        return work

    def computed(name: str, key: str) -> Callable[[], Awaitable[Any]]:
        job = team_report(name, key, hour="now")
        claimed = Claimed(uuid4(), 0, JobKind.REPORT, None, job.scope, 1, 5, 0, False, None, 0.0)
        return lambda: answering.prepare(claimed, ports)

    def retention(design: RetentionDesign, experiment: str) -> str:
        return RetentionQuestion(design, experiment, days, RetentionUnit.WEEK, 8).key

    for name, work in (
        ("engagement, by week", counted(lambda tx: usage.list_use(tx, units))),
        ("events by name", counted(lambda tx: usage.count_events(tx, days))),
        ("funnel of three steps", counted(lambda tx: usage.list_steps(tx, STEPS, days, within_days=14))),
        ("load times", counted(lambda tx: usage.list_load_times(tx, days))),
        ("pushes", counted(lambda tx: pushes.count(tx, days))),
        ("conversion impact", computed("conversion", ConversionQuestion("teaser", 14).key)),
        ("retention, by a holdout", computed("retention", retention(RetentionDesign.RANDOMISED_HOLDOUT, "held"))),
        ("retention, as a description", computed("retention", retention(RetentionDesign.OBSERVATIONAL, ""))),
    ):
        table.add_row(name, await _took(work))


async def main(events: int, people: int) -> None:
    """Take the events, spread them over twelve weeks, and time every report over them."""
    console, state = Console(stderr=True), Path(tempfile.mkdtemp(prefix="spectrum-bench-"))
    table = Table("what", "measured", title=f"{events:,} events of {people:,} people, medians of {REPEATS}")
    try:
        with embedded_servers(state) as servers:
            settings = {"database_url": servers.database_url, "redis_url": servers.redis_url, "state_dir": state}
            async with opened(Settings.model_validate(settings), bring_up_to_date=True) as spectrum:
                ports = replace(spectrum.ports, experiments=_experiments(datetime.now(UTC)))
                owner = await asyncpg.connect(servers.database_url)
                await owner.execute(_PEOPLE, people, WEEKS)
                known = [PersonAt(row["id"], 0) for row in await owner.fetch("SELECT id FROM person")]
                copied = await _copied(owner, min(events, 200_000))
                told = await _tell(ports, known, events // A_CALL)
                table.add_row("taken, a hundred a call", f"{told:,.0f} a second")
                table.add_row("the same rows by COPY", f"{copied:,.0f} a second ({told / copied:.2f} x)")
                await owner.execute(_SPREAD, WEEKS)
                for statement in _LIVES:
                    await owner.execute(statement)
                await _reports(ports, table)
                await owner.close()
    finally:
        remove_state(state)
    console.print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.events", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args()
    asyncio.run(main(asked.events, asked.people))
