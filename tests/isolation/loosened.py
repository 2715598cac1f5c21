"""A store that leaves the owner out of every statement of a person's transaction: what it may see then, RLS decides.

A mutation of the product for tests: it rewrites the text of statements on their way and changes nothing else.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.storage.engine_asyncpg import SafeAsyncpgClient, SafeTransaction, Transaction
from app.storage.store import DatabaseUrls, Store, Tx

_COLUMN = r'(?:(?:\w+|"\w+")\.)?(?:"person_id"|\bperson_id\b)'
_GIVEN = r"\$\d+(?:::\w+)?"
_LIST = r"(?:\s*=\s*ANY\(\$\d+(?:::uuid\[\])?\)|\s+IN\s*\([$\d, ]+\))"
_OWNER = re.compile(rf"{_COLUMN}(?:\s*=\s*{_GIVEN}(?!\s*\()|{_LIST})", re.IGNORECASE)
"""`person_id = $1`, `s.person_id = ANY($1)`, Tortoise's `"person_id"=$1` and `"person_id" IN ($1,$2)`."""
_OF_INPUT = re.compile(r"\b(\w+)\.person_id = i\.person_id\b")
"""A set-based statement names its people in `unnest(…) AS i(person_id, …)`."""
_PERSON = re.compile(
    rf"((?:FROM|UPDATE)\s+person\b(?:\(\)|(?!\bFROM\b|\)).)*?WHERE\s+)((?:\w+\.)?id(?:\s*=\s*{_GIVEN}|{_LIST}))",
    re.IGNORECASE | re.DOTALL,
)
"""A person's own row is named by `id`."""


def loosened(sql: str) -> str:
    """`sql` without its owner: whatever says whose rows are meant is true of everybody's."""
    found = _OWNER.sub(r"(\g<0> OR true)", sql)
    found = _OF_INPUT.sub(r"(\g<0> OR true)", found)
    return _PERSON.sub(r"\1(\2 OR true)", found)


@dataclass
class Statements:
    """What went through: how often each statement was loosened, and those that name no owner."""

    loosened: Counter[str] = field(default_factory=Counter)
    untouched: Counter[str] = field(default_factory=Counter)

    def rewrite(self, sql: str) -> str:
        """Loosen one statement, and remember that it came by."""
        text = " ".join(sql.split())
        found = loosened(sql)
        (self.untouched if found == sql else self.loosened)[text] += 1
        return found


class _Loose(Transaction):
    """A transaction whose statements are loosened, plain ones and Tortoise's."""

    def __init__(self, connection: SafeAsyncpgClient, statements: Statements, prelude: str) -> None:
        super().__init__(connection, prelude=prelude)
        self._statements = statements

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        return await super().fetch(self._statements.rewrite(sql), *args)

    async def fetchrow(self, sql: str, *args: object) -> Record | None:
        return await super().fetchrow(self._statements.rewrite(sql), *args)

    async def fetchval(self, sql: str, *args: object) -> Any:
        return await super().fetchval(self._statements.rewrite(sql), *args)

    async def execute(self, sql: str, *args: object) -> int:
        return await super().execute(self._statements.rewrite(sql), *args)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[dict[Any, Any]]]:
        found: tuple[int, list[dict[Any, Any]]] = await super().execute_query(self._statements.rewrite(query), values)
        return found

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[Any, Any]]:
        found: list[dict[Any, Any]] = await super().execute_query_dict(self._statements.rewrite(query), values)
        return found


class LooseStore(Store):
    """The store as it is, but nobody's statements name their owner. `unguarded`: and row-level security is off, too.

    Only a superuser's login can do without row-level security: it is forced on the owner of the tables as well.
    """

    def __init__(self, urls: DatabaseUrls, *, unguarded: bool = False) -> None:
        super().__init__(urls, pool=4)
        self.statements = Statements()
        self._unguarded = unguarded

    @asynccontextmanager
    async def for_person(self, person_id: UUID) -> AsyncIterator[Tx]:
        prelude = f"SELECT set_config('app.person', '{person_id}', true)"
        if self._unguarded:
            prelude += "; SET LOCAL ROLE NONE"
        client = self._client("person")
        transaction = _Loose(client, self.statements, prelude)
        async with SafeTransaction(transaction, client._pool_init_lock) as tx:
            assert isinstance(tx, Transaction)
            yield tx

    @asynccontextmanager
    async def as_it_is(self, person_id: UUID) -> AsyncIterator[Tx]:
        async with self.for_person(person_id) as tx:
            tx.is_shared = True
            yield tx


@asynccontextmanager
async def loose_store(database_url: str, *, unguarded: bool = False) -> AsyncIterator[LooseStore]:
    """Open such a store over a database."""
    store = LooseStore(DatabaseUrls.one(database_url), unguarded=unguarded)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
