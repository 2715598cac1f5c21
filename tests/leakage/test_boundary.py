"""What goes wrong inside, with words in its message, comes out as a class and a place: in answers, logs and jobs."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from app.jobs import Claimed, JobKind, Kept
from app.pipeline.ports import Ports
from app.storage.store import Store, Tx
from app.wiring import Spectrum
from tests.client import HEAVY, Client, session
from tests.conftest import AUTH_SECRET
from tests.leakage.canaries import canary, found_in
from tests.life import JUNE, take, who, work_off
from workers.handlers import HANDLERS, Stage
from workers.runner import Runner

WORDS = f"I wrote that {canary(1)} was my fault"


def _noted() -> Exception:
    error = ValueError(WORDS)
    error.add_note(WORDS)
    return error


def _chained() -> Exception:
    error = RuntimeError(WORDS)
    error.__cause__ = KeyError(WORDS)
    return error


ERRORS: dict[str, Callable[[], Exception]] = {
    "ValueError": _noted,
    "RuntimeError": _chained,
    "KeyError": lambda: KeyError(WORDS),
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS),
    "JSONDecodeError": lambda: json.JSONDecodeError(WORDS, WORDS, 0),
    "ExceptionGroup": lambda: ExceptionGroup(WORDS, [ValueError(WORDS)]),
}
STATEMENTS = {
    "DataError": ("SELECT $1::int", [WORDS]),
    "InvalidTextRepresentationError": ("SELECT $1::text::int", [WORDS]),
    "UndefinedTableError": (f'SELECT FROM "{canary(1)}"', []),
    "RaiseError": (f"DO $$ BEGIN RAISE EXCEPTION '{WORDS}' USING DETAIL = '{WORDS}', HINT = '{WORDS}'; END $$", []),
    "UniqueViolationError": ("INSERT INTO pause (name, actor, reason) VALUES ($1, $1, $1), ($1, $1, $1)", [WORDS]),
}
"""Errors of PostgreSQL and its driver that quote a value, and what provokes them."""


class _Broken(Store):
    """A store whose person transactions fail with an error of the given kind."""

    def __init__(self, store: Store, provoke: Callable[[Tx], Awaitable[object]]) -> None:
        self._whole = store
        self._provoke = provoke

    @asynccontextmanager
    async def for_person(self, person_id: UUID) -> AsyncIterator[Tx]:
        async with self._whole.for_person(person_id) as tx:
            await self._provoke(tx)
            yield tx

    @asynccontextmanager
    async def as_it_is(self, person_id: UUID) -> AsyncIterator[Tx]:
        async with self._whole.as_it_is(person_id) as tx:
            await self._provoke(tx)
            yield tx

    @asynccontextmanager
    async def for_everyone(self) -> AsyncIterator[Tx]:
        async with self._whole.for_everyone() as tx:
            yield tx

    async def glance(self, sql: str, person_id: UUID) -> Any:
        return await self._whole.glance(sql, person_id)


def _raising(name: str) -> Callable[[Tx], Awaitable[object]]:
    async def fail(_: Tx) -> object:
        error = ERRORS[name]()
        raise error

    return fail


def _asking(name: str) -> Callable[[Tx], Awaitable[object]]:
    sql, arguments = STATEMENTS[name]

    async def ask(tx: Tx) -> object:
        return await tx.fetch(sql, *arguments)

    return ask


PROVOKED = {name: _raising(name) for name in ERRORS} | {name: _asking(name) for name in STATEMENTS}


@pytest.mark.parametrize("name", PROVOKED)
async def test_a_resolver_that_fails_says_a_request_id(
    spectrum: Spectrum, person: str, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """The answer is INTERNAL without a word; the log has the class, the place and the request."""
    broken = replace(spectrum, ports=replace(spectrum.ports, store=_Broken(spectrum.ports.store, PROVOKED[name])))
    document = "query($id: ID!) { viewer { timeZone } node(id: $id) { id } }"
    async with Client.of(broken, AUTH_SECRET) as client:
        answer = await client.post(document, {"id": canary(2)}, subject=person)
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    said = "".join(capfd.readouterr())
    assert codes == {"INTERNAL"}
    if name not in ("UniqueViolationError", "InsufficientPrivilegeError"):
        assert f"error={name}" in said
    assert "where=" in said
    assert found_in(repr(answer).encode() + said.encode()) == set()


@pytest.mark.parametrize("name", PROVOKED)
async def test_a_job_that_fails_keeps_its_class_and_place(
    spectrum: Spectrum, owner: Any, person: str, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """Every attempt, the dead letter and the log name the class and the line; no column of the job holds a word."""

    async def prepare(job: Claimed, ports: Ports) -> object:
        assert job.person is not None
        async with ports.store.for_person(job.person.id) as tx:
            await PROVOKED[name](tx)
        raise AssertionError("it was provoked")

    async def keep(_: Tx, __: object) -> Kept:
        raise AssertionError("it never comes so far")

    stage = Stage(prepare, keep)
    await take(spectrum, session(person, JUNE, HEAVY))
    await work_off(spectrum, owner, Runner(spectrum.ports, {**HANDLERS, JobKind.SESSION_ANALYSIS: stage}))
    query = "SELECT status, attempts, to_jsonb(job)::text AS whole FROM job WHERE person_id = $1 AND kind = $2"
    row = await owner.fetchrow(query, who(spectrum, person), JobKind.SESSION_ANALYSIS)
    assert row["status"] == "DEAD"
    messages = {attempt["message"] for attempt in orjson.loads(row["attempts"])}
    assert all(" at " in message and message.rpartition(":")[2].isdigit() for message in messages), messages
    said = "".join(capfd.readouterr())
    assert "job_failed" in said
    assert found_in(row["whole"].encode() + said.encode()) == set()


@pytest.mark.parametrize("name", STATEMENTS)
async def test_the_errors_that_are_provoked_do_quote(spectrum: Spectrum, person: str, name: str) -> None:
    """What PostgreSQL or its driver says itself holds the words: or nothing was kept back above."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which class it is stands in the table
        async with spectrum.ports.store.for_everyone() as tx:
            await PROVOKED[name](tx)
    error = caught.value
    told = f"{error} {getattr(error, 'detail', '')}"
    assert found_in(told.encode())
    assert isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | ValueError)


SILENT = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_min_messages": "log",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
    "debug_print_plan": "off",
    "log_lock_waits": "off",
    "shared_preload_libraries": "",
}


async def test_the_bundled_server_is_set_to_say_nothing(owner: Any) -> None:
    """Statements, parameters and texts of errors stay out of its log, and no extension remembers statements."""
    assert {name: await owner.fetchval(f"SHOW {name}") for name in SILENT} == SILENT
    assert await owner.fetchval("SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'") == 0
