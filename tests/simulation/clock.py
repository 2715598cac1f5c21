"""A database whose now() is what the simulation says, and the gates to it: one transaction that is never committed.

No statement of the product is changed: its unqualified now() is found in the schema `virtual` before pg_catalog.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg

from app.gateways.events import Change, Events
from app.gateways.queue import Nudger
from app.jobs import Queue
from app.pipeline.ports import Ports, Rules
from app.storage.store import Store, Tx

VACUUM_EVERY = 50
_CLOCK = "LANGUAGE sql STABLE RETURN current_setting('virtual.now')::timestamptz"
_PREPARE = f"""
CREATE SCHEMA virtual;
CREATE FUNCTION virtual.now() RETURNS timestamptz {_CLOCK};
CREATE FUNCTION virtual.clock_timestamp() RETURNS timestamptz {_CLOCK};
CREATE TABLE virtual.effect (job_id uuid NOT NULL, token bigint NOT NULL);
GRANT USAGE ON SCHEMA virtual TO spectrum_batch;
GRANT SELECT, INSERT ON virtual.effect TO spectrum_batch;
DO $$ DECLARE d record; BEGIN
  FOR d IN SELECT adrelid::regclass AS place, attname, pg_get_expr(adbin, adrelid) AS value
           FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE pg_get_expr(adbin, adrelid) IN ('now()', 'clock_timestamp()') LOOP
    EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT virtual.%s', d.place, d.attname, d.value);
  END LOOP;
END $$;
"""
_SETTINGS = {
    "search_path": "virtual, public, pg_catalog",
    "role": "spectrum_batch",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
"""The role is the workers': what they may not do, the simulation cannot either."""


class _Transaction:
    """What storage asks of a transaction, over a bare connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.fetch = connection.fetch
        self.fetchrow = connection.fetchrow
        self.fetchval = connection.fetchval
        self._connection = connection

    async def execute(self, sql: str, *args: object) -> int:
        """Run `sql`; how many rows it touched."""
        status: str = await self._connection.execute(sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0


class VirtualStore:
    """Both gates of the store, as savepoints of one transaction; each begins at the moment `now`."""

    def __init__(self, connection: asyncpg.Connection, owner: asyncpg.Connection) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self._connection = connection
        self._owner = owner
        self._runs = 0
        self.tx = cast(Tx, _Transaction(connection))

    @asynccontextmanager
    async def never_committed(self) -> AsyncIterator[None]:
        """Everything inside leaves nothing."""
        await self._connection.execute("BEGIN; SAVEPOINT step")
        try:
            yield
        finally:
            await self._connection.execute("ROLLBACK")
            self._runs += 1
            if self._runs % VACUUM_EVERY == 0:  # what was rolled back still lies in the tables
                await self._owner.execute("VACUUM job, person, session, sealed_text, virtual.effect")

    @asynccontextmanager
    async def for_everyone(self) -> AsyncIterator[Tx]:
        """One short transaction; an error inside undoes it."""
        await self._connection.execute(
            f"RELEASE SAVEPOINT step; SAVEPOINT step; SET LOCAL virtual.now = '{self.now.isoformat()}'"
        )
        try:
            yield self.tx
        except BaseException:
            await self._connection.execute("ROLLBACK TO SAVEPOINT step")
            raise

    @asynccontextmanager
    async def for_person(self, _: UUID) -> AsyncIterator[Tx]:
        """The same: isolation is not what is simulated."""
        async with self.for_everyone() as tx:
            yield tx


class _NobodyListens:
    """Nudges and events that are lost: whatever is done without them is done by the workers' own loop."""

    async def nudge(self, queues: Iterable[Queue]) -> None:
        for _ in queues:
            pass

    async def publish(self, changes: Iterable[Change]) -> None:
        for _ in changes:
            pass


def ports_over(store: VirtualStore) -> Ports:
    """What stages and planner are given; keys, analyser and models are not there, since nobody asks for them."""
    absent: Any = None
    return Ports(
        store=cast(Store, store),
        queue=cast(Nudger, _NobodyListens()),
        events=cast(Events, _NobodyListens()),
        keyring=absent,
        analyser=absent,
        analyser_version="simulated",
        routes={},
        models=absent,
        experiments=(),
        web_push=absent,
        webhooks=absent,
        zones=frozenset(),
        rules=Rules(raw_retention_days=30, backup_days=30, default_plan="PLUS"),
        journal=absent,
        elsewhere=(),
    )


@asynccontextmanager
async def virtual_store(url: str) -> AsyncIterator[VirtualStore]:
    """Put the migrated database at `url` on the virtual clock, and open the gates to it."""
    owner = await asyncpg.connect(url)
    connection = None
    try:
        await owner.execute(_PREPARE)
        connection = await asyncpg.connect(url, server_settings=_SETTINGS)
        yield VirtualStore(connection, owner)
    finally:
        if connection is not None:
            await connection.close()
        await owner.close()
