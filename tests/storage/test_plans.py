"""Every index has a statement that needs it, and no hot statement reads more than it must: asked of plans."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import uuid4

import pytest

from app.jobs import JobStatus
from app.storage.forgetting import operations
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs.ledger import NOT_ENDED
from app.storage.store import Tx
from app.wiring import Spectrum
from tests.life import JUNE, at, furnish, lived
from tests.storage.crowd import make_crowd
from tests.storage.hot import (
    ACROSS,
    BY_KEY,
    FORGETTING,
    FROM_A_SIZE_ON,
    IN_A_WAVE,
    OF_A_BATCH,
    OF_A_HUNDRED,
    OF_ONE,
    Call,
    Known,
)

PARTITIONED = ("session", "sealed_text", "session_numbers", "packed_month", "event")
_INDEXES = """
    SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND NOT i.indisunique
"""
_PARENTS = """
    SELECT c.relname AS part, p.relname AS parent FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_class p ON p.oid = i.inhparent WHERE c.relnamespace = 'public'::regnamespace
"""
"""Partitions by their table, and partitions' indexes by their index."""

_FETCHED = (
    "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'job'"
)
MOST_OF_A_FEW = 500
"""Rows of ten people's jobs, of whom each has some dozen."""
MOST_OF_A_HUNDRED = 10_000
"""Rows of a hundred people's, some times over: half of a wave."""

Plan = Mapping[str, Any]


class _Undo(Exception):
    """Ends a transaction that nothing is kept of."""


@pytest.fixture(scope="module")
async def known(spectrum: Spectrum, owner: Any) -> Known:
    """Fill the tables with a crowd; somebody of it."""
    person_id = await lived(spectrum, owner, "template")
    person = await at(owner, person_id)
    await furnish(spectrum, person)
    async with spectrum.ports.store.for_person(person_id) as tx:
        operation = await operations.keep_new(tx, person_id, ResetScope.DERIVED, uuid4())
    await make_crowd(owner, person_id)
    found = {
        "session": await owner.fetchval("SELECT id FROM session WHERE person_id = $1 LIMIT 1", person_id),
        "prompt_hash": await owner.fetchval("SELECT prompt_hash FROM writing WHERE person_id = $1 LIMIT 1", person_id),
        "writing": await owner.fetchval("SELECT id FROM writing WHERE person_id = $1 LIMIT 1", person_id),
        "review": await owner.fetchval("SELECT review_id FROM blind_pair LIMIT 1 OFFSET 5"),
        "webhook": await owner.fetchval("SELECT webhook_id FROM webhook_delivery LIMIT 1 OFFSET 5"),
    }
    return Known(person, operation=operation, first=JUNE.date(), today=datetime.now(UTC).date(), **found)


@asynccontextmanager
async def _undone(gate: AbstractAsyncContextManager[Tx]) -> AsyncIterator[Tx]:
    with suppress(_Undo):
        async with gate as tx:
            yield tx
            raise _Undo


async def _plans(tx: Tx, call: Call, known: Known, *, kept: bool = False, whole: bool = True) -> list[tuple[str, Plan]]:
    """Let the store call the database; every statement that it sent, with its plan for whoever sent it.

    `kept`: the plan that is made once for all arguments. `whole`: tables may be read as a whole.
    """
    sent: list[Any] = []
    connection = tx._connection
    connection.add_query_logger(sent.append)
    await call(tx, known)
    await asyncio.sleep(0)  # loggers are called a turn later
    connection.remove_query_logger(sent.append)
    await tx.execute(f"SET LOCAL enable_seqscan = {whole}; SET LOCAL plan_cache_mode = force_generic_plan")
    found = []
    for query in sent:
        if query.query.lstrip().split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            explain = _explain_kept if kept else _explain
            found.append((query.query, json.loads(await explain(tx, query.query, query.args or ()))[0]["Plan"]))
    assert found, "it has sent something"
    return found


async def _explain(tx: Tx, sql: str, arguments: Sequence[Any]) -> Any:
    return await tx.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)


async def _explain_kept(tx: Tx, sql: str, arguments: Sequence[Any]) -> Any:
    """EXPLAIN by itself always sees the arguments; a prepared statement may have a plan that does not."""
    await tx.execute(f"PREPARE hot AS {sql}")
    given = f"({', '.join(map(_literal, arguments))})" if arguments else ""
    plan = await tx.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE hot{given}")
    await tx.execute("DEALLOCATE hot")
    return plan


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    return f"'{{{','.join(map(str, value))}}}'" if isinstance(value, list) else f"'{value}'"


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


async def _parents(owner: Any) -> dict[str, str]:
    return {row["part"]: row["parent"] for row in await owner.fetch(_PARENTS)}


async def test_every_index_has_its_statement(owner: Any) -> None:
    """An index that is there for no statement costs every write; one that keeps something unique is its own reason."""
    indexes = {row[0] for row in await owner.fetch(_INDEXES)}
    assert indexes == set(ACROSS) | set(OF_ONE)


@pytest.mark.parametrize("index", [*ACROSS, *OF_ONE])
async def test_the_statement_uses_its_index(spectrum: Spectrum, owner: Any, known: Known, index: str) -> None:
    """Over thousands of people's data the planner takes the index that the statement is the reason for."""
    store, parents = spectrum.ports.store, await _parents(owner)
    gate = store.for_everyone() if index in ACROSS else store.for_person(known.person.id)
    async with _undone(gate) as tx:
        plans = await _plans(tx, (ACROSS | OF_ONE)[index], known, whole=index not in FROM_A_SIZE_ON)
    used = {
        parents.get(node["Index Name"], node["Index Name"])
        for _, plan in plans
        for node in _nodes(plan)
        if "Index Name" in node
    }
    assert index in used, _told(plans)


@pytest.mark.parametrize("name", [*OF_ONE, *BY_KEY, *FORGETTING])
@pytest.mark.parametrize("kept", [False, True], ids=["", "kept"])
async def test_one_persons_rows_are_looked_for_in_one_partition(
    spectrum: Spectrum, owner: Any, known: Known, name: str, kept: bool
) -> None:
    """Whatever is read of one person reads one partition of eight by an index, also once the plan is kept for all."""
    store = spectrum.ports.store
    gate = store.for_everyone() if name in FORGETTING else store.for_person(known.person.id)
    async with _undone(gate) as tx:
        plans = await _plans(tx, (OF_ONE | BY_KEY | FORGETTING)[name], known, kept=kept)
    parents = await _parents(owner)
    for query, plan in plans:
        looked_at = [node for node in _nodes(plan) if node.get("Relation Name") in parents and _reads(node)]
        assert not [node for node in looked_at if node["Node Type"] == "Seq Scan"], _told([(query, plan)])
        parts: dict[tuple[str, str], set[str]] = {}
        for node in looked_at:
            parts.setdefault((parents[node["Relation Name"]], node["Alias"].rpartition("_")[0]), set()).add(
                node["Relation Name"]
            )
        assert all(len(each) == 1 for each in parts.values()), f"{parts}{_told([(query, plan)])}"


def _told(plans: Sequence[tuple[str, Plan]]) -> str:
    """Give statements and plans as they are read best: a line a node, partitions of one scan alike left out."""
    lines = []
    for query, plan in plans:
        lines += ["", *(line.strip() for line in query.strip().splitlines())]
        lines += [line for line, _ in groupby(_lines(plan))]
    return "\n".join(lines)


def _lines(plan: Plan, depth: int = 1) -> Iterator[str]:
    where = re.sub(r"_\d", "_N", " ".join(str(plan[key]) for key in ("Index Name", "Relation Name") if key in plan))
    how = re.sub(r"_\d", "_N", str(plan.get("Index Cond") or plan.get("Filter") or ""))
    yield f"{'  ' * depth}{plan['Node Type']} {where} rows={plan['Plan Rows']} {how}".rstrip()
    for child in plan.get("Plans", ()):
        yield from _lines(child, depth + 1)


def _reads(node: Plan) -> bool:
    return "Scan" in node["Node Type"]


@pytest.mark.parametrize("name", OF_A_BATCH)
async def test_batches_find_their_people_by_index(spectrum: Spectrum, owner: Any, known: Known, name: str) -> None:
    """What a batch reads of its people is looked for by their ids: nobody else's rows are passed over."""
    parents = await _parents(owner)
    async with _undone(spectrum.ports.store.for_everyone()) as tx:
        plans = await _plans(tx, OF_A_BATCH[name], known)
    for query, plan in plans:
        whole = [
            node["Relation Name"]
            for node in _nodes(plan)
            if node["Node Type"] == "Seq Scan" and parents.get(node["Relation Name"]) in PARTITIONED
        ]
        assert not whole, _told([(query, plan)])


@pytest.mark.parametrize("name", [*IN_A_WAVE, *OF_A_HUNDRED])
async def test_a_wave_that_the_planner_has_not_seen_is_not_passed_over(
    spectrum: Spectrum, owner: Any, known: Known, name: str
) -> None:
    """Statistics of a quiet hour know of no open job; then everybody's week ends. A person's jobs are still theirs."""
    async with _undone(spectrum.ports.store.for_everyone()) as tx:
        await tx.execute("SET LOCAL ROLE NONE")
        await tx.execute(f"UPDATE job SET status = 'SUCCEEDED', finished_at = now() WHERE {NOT_ENDED}")
        await tx.execute("ANALYZE job")
        await tx.execute("UPDATE job SET status = 'QUEUED', finished_at = NULL WHERE kind = 'WEEKLY_AGGREGATION'")
        await tx.execute(f"SET LOCAL ROLE {'spectrum_person' if name == 'head' else 'spectrum_batch'}")
        before = await tx.fetchval(_FETCHED)
        await (IN_A_WAVE | OF_A_HUNDRED)[name](tx, known)
        fetched = await tx.fetchval(_FETCHED) - before
    await owner.execute("ANALYZE job")  # how many there are is told at once, and is not undone
    most = MOST_OF_A_FEW if name in IN_A_WAVE else MOST_OF_A_HUNDRED
    assert fetched < most, f"{fetched} rows of the ledger were looked at"


async def test_what_has_not_ended_is_said_alike(owner: Any) -> None:
    """A state that is added belongs to one side or the other, here and in the function that every request asks."""
    ended = set(re.findall(r"'([A-Z]+)'", NOT_ENDED))
    assert ended | {JobStatus.QUEUED, JobStatus.SCHEDULED, JobStatus.RETRYING, JobStatus.RUNNING} == set(JobStatus)
    assert NOT_ENDED in await owner.fetchval("SELECT prosrc FROM pg_proc WHERE oid = 'head(uuid)'::regprocedure")


async def test_a_scrape_finds_who_is_due_by_index(spectrum: Spectrum, known: Known) -> None:
    """Of weeks and of months the first entry is enough: nobody's scrape passes over everybody."""
    async with _undone(spectrum.ports.store.for_everyone()) as tx:
        ((query, plan),) = await _plans(tx, OF_A_BATCH["who should have been planned"], known)
    used = {node.get("Index Name") for node in _nodes(plan)}
    assert {"person_week_planned", "person_month_planned"} <= used, _told([(query, plan)])
