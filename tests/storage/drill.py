"""An installation that can be backed up, restored and opened again, on the tests' own servers. Checks nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from app.embedded import Servers
from app.gateways.journal import read_journal
from app.jobs import Queue
from app.pipeline import forget
from app.pipeline.restore import Replayed, read_erasures, replay
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum, opened
from tests.conftest import settings_for
from tests.life import at, database_url, who
from workers.runner import Runner


@dataclass
class Drill:
    """A database, the state beside it, and the backup that was made of the database at some time."""

    servers: Servers
    name: str
    state: Path

    @asynccontextmanager
    async def opened(self, *, restored: bool = False) -> AsyncIterator[tuple[Spectrum, Any]]:
        """Open the installation as it is now, and look past row-level security."""
        url = database_url(self.servers, self.name)
        async with opened(settings_for(url, self.servers, self.state), restored=restored) as spectrum:
            owner = await asyncpg.connect(url)
            try:
                yield spectrum, owner
            finally:
                await owner.close()

    async def back_up(self) -> None:
        """Copy the database as it is."""
        await self.admin(f"CREATE DATABASE {self.name}_backup TEMPLATE {self.name}")

    async def restore(self) -> None:
        """Put the copy in the database's place."""
        await self.admin(f"DROP DATABASE {self.name} WITH (FORCE)")
        await self.admin(f"CREATE DATABASE {self.name} TEMPLATE {self.name}_backup")

    async def end(self) -> None:
        """Drop both."""
        for name in (self.name, f"{self.name}_backup"):
            await self.admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def admin(self, statement: str) -> None:
        """Run a statement that no database can run about itself."""
        connection = await asyncpg.connect(database_url(self.servers, "postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def reset(spectrum: Spectrum, owner: Any, key: str, scope: ResetScope) -> UUID:
    """Let somebody erase at once; the operation."""
    operation_id = await forget.request(spectrum.ports, await at(owner, who(spectrum, key)), scope, uuid4())
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    return operation_id


async def guard(spectrum: Spectrum, *paths: Path) -> Replayed:
    """Do what `spectrum restore-guard` does, with this machine's journal or those that are given."""
    erasures, strange = read_erasures(
        spectrum.ports, chain.from_iterable(map(read_journal, paths or [spectrum.ports.journal.path]))
    )
    assert strange == 0
    return await replay(spectrum.ports, erasures)
