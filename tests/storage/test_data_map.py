"""The data map of docs/privacy.md is the database's own: every table, who may do what, what erases it, how long."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis.asyncio

from app.domain.periods import PeriodKind
from app.embedded import Servers
from app.gateways.points import LIMIT, RESTORE_PER_S, SharedPoints
from app.gateways.queue import Nudger
from app.jobs import JobKind, Queue
from app.pipeline import exclude
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.upkeep import AUDIT_DAYS, JOB_DAYS
from app.settings import Settings
from app.storage.forgetting.erasure import list_stores
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import planning, promises, queues, reconciliation
from app.storage.words import activations
from app.storage.words.activations import Activation
from app.wiring import Spectrum
from tests.isolation.people import furnished
from tests.life import JUNE, furnish, work_off
from workers.runner import Runner

ACTIVATED = Activation(
    prompt="monthly-narrative",
    revision="monthly-narrative@1",
    hash="hash",
    previous="monthly-narrative@1",
    actor="somebody",
    reason="a test",
    forced=False,
    effective=True,
)
PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
RIGHTS = {"read": "SELECT", "add": "INSERT", "change": "UPDATE", "delete": "DELETE"}
ROLES = ("person", "batch")
NOTHING = "\u2013"
TABLES = """
    SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
"""


@dataclass(frozen=True)
class Row:
    """A table as the page tells of it."""

    what: str
    why: str
    how_long: str
    who: Mapping[str, str]
    erased_by: str


def _told() -> dict[str, Row]:
    """Give the rows of the page's table, by table; a table that is told of twice fails here."""
    section = PAGE.read_text().partition("## What is kept, why, how long, who")[2].partition("\n## ")[0]
    found: dict[str, Row] = {}
    for line in re.findall(r"^\| `\w+` \|.*$", section, re.MULTILINE):
        name, what, why, how_long, who, erased_by = (cell.strip() for cell in line.strip("|").split("|"))
        assert name not in found
        roles = dict(part.strip().split(": ") for part in who.split("·"))
        found[name.strip("`")] = Row(what, why, how_long, roles, erased_by)
    return found


@pytest.fixture(scope="module")
async def tables(owner: Any) -> list[str]:
    """Give the names of all tables, partitions left out."""
    return sorted(row["name"] for row in await owner.fetch(TABLES))


def test_every_table_is_told_of(tables: list[str]) -> None:
    """A new table fails here until the page says what it is, why, for how long, and who sees it; so does an old one."""
    told = _told()
    assert sorted(told) == tables
    assert all(row.what and row.why and row.how_long for row in told.values())


async def test_the_page_says_what_each_role_may(owner: Any, tables: list[str]) -> None:
    """Reading, adding, changing and deleting are granted to exactly the roles of the page, and to nobody else."""
    told = _told()
    for table in tables:
        granted = {role: await _rights(owner, role, table) for role in ROLES}
        assert {role: rights for role, rights in granted.items() if rights} == told[table].who, table
    others = await owner.fetch(
        "SELECT DISTINCT grantee, table_name FROM information_schema.role_table_grants WHERE table_schema = 'public'"
        " AND grantee NOT IN ('spectrum_owner', 'spectrum_person', 'spectrum_batch')"
    )
    assert [tuple(row) for row in others] == []


async def _rights(owner: Any, role: str, table: str) -> str:
    held = []
    for word, right in RIGHTS.items():
        name = f"spectrum_{role}"
        whole = await owner.fetchval("SELECT has_table_privilege($1, $2::text, $3)", name, table, right)
        part = right != "DELETE" and await owner.fetchval(
            "SELECT has_any_column_privilege($1, $2::text, $3)", name, table, right
        )
        if whole or part:
            held.append(word if whole else f"{word}*")
    return " ".join(held)


async def test_the_page_says_what_erases_each(spectrum: Spectrum, tables: list[str]) -> None:
    """The smallest reset that a table is erased by is the page's, and every larger one erases it as well."""
    told = _told()
    async with spectrum.ports.store.for_everyone() as tx:
        erased = {scope: set(await list_stores(tx, scope)) for scope in ResetScope}
    smallest_first = sorted(ResetScope, key=lambda scope: len(erased[scope]))
    assert all(erased[one] <= erased[two] for one, two in pairwise(smallest_first))
    for table in tables:
        scope = next((scope.value for scope in smallest_first if table in erased[scope]), NOTHING)
        assert told[table].erased_by == scope, table


def test_the_page_gives_the_numbers_of_the_program() -> None:
    """Every setting that the page names is one; a number in brackets after it is its default."""
    page = PAGE.read_text()
    defaults = {f"SPECTRUM_{name.upper()}": str(field.default) for name, field in Settings.model_fields.items()}
    assert set(re.findall(r"SPECTRUM_[A-Z_]+", page)) <= set(defaults)
    told = re.findall(r"`(SPECTRUM_[A-Z_]+)` \((\d+)\)", page)
    assert {name for name, _ in told} == {"SPECTRUM_RAW_RETENTION_DAYS", "SPECTRUM_BACKUP_DAYS"}
    assert all(defaults[name] == number for name, number in told)
    days = {name: _days(row.how_long) for name, row in _told().items()}
    assert (days["job"], days["reconciliation"], days["audit"]) == (JOB_DAYS, JOB_DAYS, AUDIT_DAYS)


WITHOUT_END = {
    "until erased",
    "until erased, or taken back",
    "survives",
    "as long as the installation",
    "until resumed",
}


def _days(how_long: str) -> int | None:
    """How many days a cell promises; None where time alone ends nothing."""
    found = re.search(r"\b(\d+)\)? (?:days|from receipt)|\ba year\b", how_long)
    if found:
        return int(found[1] or 365)
    assert how_long.partition(":")[0] in WITHOUT_END, f"teach this test what {how_long!r} means"
    return None


AGES_BY = {
    "sealed_text": "received_at",
    "idempotency_key": "created_at",
    "job": "finished_at",
    "audit": "at",
    "reconciliation": "at",
    "model_call": "at",
    "safety_decision": "at",
    "rubric_score": "at",
    "shadow_text": "at",
    "blind_pair": "at",
    "blind_judgement": "at",
    "device": "seen_at",
    "event": "received_at",
    "push": "at",
    "assignment": "assigned_at",
    "upgrade": "received_at",
    "webhook_delivery": "at",
}
"""From which moment the days of a table are counted."""
_AGE = """
    UPDATE {0} t SET {1} = now() - make_interval(days => $1, hours => CASE n % 2 WHEN 0 THEN 1 ELSE -1 END, secs => n)
    FROM (SELECT tableoid, ctid, row_number() OVER () AS n FROM {0} WHERE {1} IS NOT NULL) AS i
    WHERE i.tableoid = t.tableoid AND i.ctid = t.ctid
"""
"""Every other row is an hour past its days, and the rest have an hour left."""
_OLD = "SELECT count(*) FROM {0} WHERE {1} < now() - make_interval(days => $1)"
_YOUNG = "SELECT count(*) FROM {0} WHERE {1} BETWEEN now() - make_interval(days => $1) AND now() - interval '6 days'"
_MOMENTS = """
    SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
      AND atttypid = 'timestamptz'::regtype
"""


@pytest.fixture(scope="module")
async def full(spectrum: Spectrum, owner: Any) -> None:
    """Fill every table, those with a time with two rows or more."""
    somebody = await furnished(spectrum, owner, "somebody")
    plain = await owner.fetchval(
        "SELECT id FROM session s WHERE person_id = $1"
        " AND NOT EXISTS (SELECT FROM correction c WHERE c.session_id = s.id)"
        " AND NOT EXISTS (SELECT FROM exclusion e WHERE e.session_id = s.id) LIMIT 1",
        somebody.at.id,
    )
    await forget_sessions(spectrum.ports, somebody.at.id, [plain], actor="the app")
    await work_off(spectrum, owner)
    await exclude.put_back(spectrum.ports, somebody.at, uuid4(), [somebody.first("exclusion")])
    async with spectrum.ports.store.for_everyone() as tx:
        await promises.keep_miss(tx, PeriodKind.WEEK, JUNE.date())
        await activations.keep(tx, ACTIVATED)
        await queues.keep_paused(tx, JobKind.MONTHLY_NARRATIVE, actor="somebody", reason="a test")
    for _ in range(2):
        await furnish(spectrum, somebody.at)
        async with spectrum.ports.store.for_everyone() as tx:
            await reconciliation.keep_reconciliation(tx, days=1)
    await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")


async def _keep_house(spectrum: Spectrum, owner: Any) -> None:
    """Let a worker do the hour's upkeep; the job itself leaves nothing."""
    async with spectrum.ports.store.for_everyone() as tx:
        await planning.keep_upkeep(tx)
    await Runner(spectrum.ports).work_off(Queue.HOURS)
    assert await owner.fetchval("SELECT status FROM job WHERE kind = 'UPKEEP'") == "SUCCEEDED"
    await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")


@pytest.mark.usefixtures("full")
async def test_what_has_a_time_goes_when_it_is_over(spectrum: Spectrum, owner: Any) -> None:
    """Of each table with a time on the page, upkeep erases what is an hour past it, and keeps what has an hour left."""
    days = {name: count for name, row in _told().items() if (count := _days(row.how_long))}
    assert set(days) == set(AGES_BY)
    for table, column in AGES_BY.items():
        await owner.execute(_AGE.format(table, column), days[table])
    young = {table: await owner.fetchval(_YOUNG.format(table, AGES_BY[table]), days[table]) for table in days}
    old = {table: await owner.fetchval(_OLD.format(table, AGES_BY[table]), days[table]) for table in days}
    assert all((*young.values(), *old.values())), (young, old)
    await _keep_house(spectrum, owner)
    for table, column in AGES_BY.items():
        assert await owner.fetchval(_OLD.format(table, column), days[table]) == 0, table
        assert await owner.fetchval(_YOUNG.format(table, column), days[table]) == young[table], table


@pytest.mark.usefixtures("full")
async def test_what_has_none_stays(spectrum: Spectrum, owner: Any) -> None:
    """Ten years take nothing of what survives, lasts until it is erased, or is a dead letter that waits."""
    await owner.execute("UPDATE job SET status = 'DEAD' WHERE kind = 'WEEKLY_AGGREGATION'")
    kept = {name: "true" for name, row in _told().items() if _days(row.how_long) is None} | {"job": "status = 'DEAD'"}
    before = {name: await owner.fetchval(f"SELECT count(*) FROM {name} WHERE {which}") for name, which in kept.items()}
    assert [name for name, count in before.items() if not count] == []
    for table in kept:
        for column in [row["name"] for row in await owner.fetch(_MOMENTS, table)]:
            await owner.execute(f"UPDATE {table} SET {column} = {column} - interval '3650 days'")
    await _keep_house(spectrum, owner)
    for name, which in kept.items():
        assert await owner.fetchval(f"SELECT count(*) FROM {name} WHERE {which}") == before[name], name


STORES = {
    "Redis", "Redis, passing", "Redis, points", "caches", "checked tokens", "logs", "metrics", "backups and WAL",
    "journal of erasures", "memory, core dumps, swap", "spans",
}  # fmt: skip


def _told_stores() -> dict[str, str]:
    """What the page says of each store that is no table, all cells in one."""
    section = PAGE.read_text().partition("| store that is no table |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").partition(" | ") for line in section.splitlines()[2:]]
    return {name: rest for name, _, rest in rows}


async def test_the_page_tells_of_the_nudges_there_are(servers: Servers) -> None:
    """Redis holds a queue's nudges under the prefix of the page, with nobody's id in them, and for a minute at most."""
    told = _told_stores()["Redis"]
    assert "`spectrum:<queue>`" in told
    assert "| a minute |" in told
    url = servers.redis_url.replace("db=0", "db=9")  # where no other test's worker takes them away
    nudger = Nudger(url)
    async with redis.asyncio.Redis.from_url(url) as client:
        await nudger.nudge(Queue)
        keys = {key.decode() async for key in client.scan_iter()}
        lives = [await client.pttl(key) for key in keys if key.startswith("arq:")]
    await nudger.close()
    assert {key for key in keys if not key.startswith("arq:")} == {f"spectrum:{queue}" for queue in Queue}
    assert len(lives) == len(Queue)
    assert all(0 < life <= 60_000 for life in lives)


@pytest.mark.usefixtures("full")
async def test_the_page_tells_of_points(servers: Servers, spectrum: Spectrum) -> None:
    """Redis holds what somebody may spend under the page's key, two numbers and no id, no longer than it says."""
    told = _told_stores()["Redis, points"]
    assert "`spectrum:points:<pseudonym>`" in told
    assert f"| {LIMIT / RESTORE_PER_S + 1:.0f} s at most |" in told
    person_id = spectrum.ports.keyring.identity.person_id("somebody")
    shared = SharedPoints(servers.redis_url.replace("db=0", "db=8"))
    await shared.take(spectrum.ports.keyring.identity.pseudonym("points", person_id), least=1, most=LIMIT)
    await shared.close()
    async with redis.asyncio.Redis.from_url(servers.redis_url.replace("db=0", "db=8")) as client:
        (key,) = [key.decode() async for key in client.scan_iter()]
        assert key.startswith("spectrum:points:")
        assert not {str(person_id), person_id.hex} & {key, key.rpartition(":")[2]}
        assert set(await client.hkeys(key)) == {b"points", b"at"}
        assert 0 < await client.pttl(key) <= (LIMIT / RESTORE_PER_S + 1) * 1000
        await client.delete(key)


async def test_the_page_tells_of_the_journal(spectrum: Spectrum) -> None:
    """It lies where the page says, and its lines name what the page says, and nothing else."""
    assert set(_told_stores()) == STORES
    assert "`SPECTRUM_TOMBSTONES_DIR`" in _told_stores()["journal of erasures"]
    assert spectrum.ports.journal.path.parent.name == "tombstones"
    lines = [json.loads(line)["statement"] for line in spectrum.ports.journal.path.read_text().splitlines()]
    named = {name for line in lines for name in json.loads(line)}
    assert named == {"type", "subject", "scope", "epoch", "operation", "erased_at", "sessions"}
