"""What the database itself promises, asked of its catalogue, so that a new table fails until it is handled."""

from typing import Any
from uuid import UUID

from app.storage.catalogue import UNTOLD, list_personal
from app.storage.forgetting.erasure import SURVIVES_EVERYTHING
from app.wiring import Spectrum
from migrations._ddl import PARTITIONS
from tests.life import PERSONAL

PARTITIONED = {"session", "sealed_text", "session_numbers", "packed_month", "event"}
NO_PERSON_FIRST = {"job", "webhook_delivery"}
"""The ledger is claimed for everybody at once; a delivery may be about nobody. Their keys are their own."""
OF_NOBODY = {
    "audit",
    "blind_review",
    "budget",
    "budget_use",
    "erased_session",
    "pause",
    "prompt_activation",
    "reconciliation",
    "report",
    "revision_fault",
    "secret",
    "sla_miss",
    "spending",
    "tombstone",
    "tortoise_migrations",
    "webhook",
}


async def test_every_table_is_somebodys_or_named_here(owner: Any) -> None:
    """A table without a person is one that this test was told of."""
    tables = {
        row["relname"]
        for row in await owner.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
    }
    personal = {row["name"] for row in await owner.fetch(PERSONAL)}
    assert personal > PARTITIONED
    assert tables - personal == OF_NOBODY


async def test_every_personal_table_forces_row_level_security(owner: Any) -> None:
    """Each has it enabled and forced, with exactly one policy for each of the two roles that run."""
    for table in await owner.fetch(PERSONAL):
        name = table["name"]
        flags = await owner.fetchrow(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass", name
        )
        assert tuple(flags) == (True, True), name
        policies = await owner.fetch(
            "SELECT roles::text[] AS roles, qual, with_check, cmd FROM pg_policies WHERE tablename = $1", name
        )
        by_role = {row["roles"][0]: row for row in policies}
        assert len(policies) == 2, name
        assert set(by_role) == {"spectrum_person", "spectrum_batch"}, name
        own = by_role["spectrum_person"]
        assert own["qual"].lstrip("(").startswith(f"{table['key']} = (NULLIF(current_setting('app.person'"), name
        assert f"{table['key']} = (NULLIF(current_setting('app.person'" in own["with_check"], name


ABOUT_US = {
    ("person", "master_key"),
    ("job", "worker"),
    ("job", "attempts"),
    ("job", "traceparent"),
    ("rubric_score", "rater"),
}
"""Columns that are told to nobody, although they hold no bytes: they say something of our machines, keys and team."""
UNCHOSEN = {("shadow_text", "draft")}
"""Words that were never to be read, over numbers that are told."""


async def test_every_column_of_bytes_is_told_or_named(owner: Any) -> None:
    """A new column of bytes is either key material or a packed copy, and said to be, or this test fails."""
    columns = {
        (table["name"], row["attname"])
        for table in await owner.fetch(PERSONAL)
        for row in await owner.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND NOT attisdropped"
            " AND atttypid = 'bytea'::regtype",
            table["name"],
        )
    }
    assert columns == UNTOLD - ABOUT_US - UNCHOSEN


async def test_the_export_knows_every_personal_table(spectrum: Spectrum, owner: Any) -> None:
    """The export's own look at the catalogue finds exactly the personal tables, and an order of rows in each."""
    async with spectrum.ports.store.for_person(UUID(int=0)) as tx:
        found = await list_personal(tx)
    assert {(table.name, table.key.strip('"')) for table in found} == {
        (table["name"], table["key"]) for table in await owner.fetch(PERSONAL)
    }
    assert [table.name for table in found if not table.order] == ["person"]


async def test_partitions_are_reached_through_their_parent_only(owner: Any) -> None:
    """Nobody who runs may read a partition itself, where the parent's policies would not hold."""
    rows = await owner.fetch(
        "SELECT c.relname FROM pg_class c, unnest(ARRAY['spectrum_person', 'spectrum_batch']) AS r(role)"
        " WHERE c.relispartition AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    assert [row["relname"] for row in rows] == []


async def test_every_erasable_row_says_when_it_was_kept(owner: Any) -> None:
    """Each personal table has kept_at, set by the server at writing, unless it survives every erasure."""
    for table in await owner.fetch(PERSONAL):
        default = await owner.fetchval(
            "SELECT column_default FROM information_schema.columns WHERE table_name = $1 AND column_name = 'kept_at'",
            table["name"],
        )
        if table["name"] not in SURVIVES_EVERYTHING:
            assert default == "clock_timestamp()", table["name"]


async def test_every_unique_key_starts_with_the_person(owner: Any) -> None:
    """A database per shard needs no redesign: no key of a personal table spans people."""
    for table in await owner.fetch(PERSONAL):
        keys = await owner.fetch(
            "SELECT a.attname AS first FROM pg_index i"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = $1::text::regclass AND i.indisunique",
            table["name"],
        )
        assert keys, table["name"]
        if table["name"] not in NO_PERSON_FIRST:
            assert {row["first"] for row in keys} == {table["key"]}, table["name"]


async def test_large_tables_are_split_by_person_in_eight(owner: Any) -> None:
    """Exactly the tables that grow with sessions are partitioned, by hash of the person."""
    parents = {row["name"] for row in await owner.fetch(PERSONAL) if row["partitioned"]}
    assert parents == PARTITIONED
    for name in parents:
        assert await owner.fetchval("SELECT pg_get_partkeydef($1::text::regclass)", name) == "HASH (person_id)"
        bounds = {
            row[0]
            for row in await owner.fetch(
                "SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                " WHERE i.inhparent = $1::text::regclass",
                name,
            )
        }
        assert bounds == {f"FOR VALUES WITH (modulus {PARTITIONS}, remainder {part})" for part in range(PARTITIONS)}


async def test_the_roles_that_run_own_nothing(owner: Any) -> None:
    """The person and batch roles own no object, cannot log in, and no role passes row-level security."""
    roles = await owner.fetch(
        "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb,"
        " (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owned,"
        " (SELECT count(*) FROM pg_proc WHERE proowner = r.oid) AS functions"
        " FROM pg_roles r WHERE rolname LIKE 'spectrum\\_%' ORDER BY rolname"
    )
    assert [row["rolname"] for row in roles] == ["spectrum_batch", "spectrum_owner", "spectrum_person"]
    for row in roles:
        assert not any(row[flag] for flag in ("rolsuper", "rolbypassrls", "rolcanlogin", "rolcreaterole")), row
        if row["rolname"] != "spectrum_owner":
            assert (row["owned"], row["functions"]) == (0, 0), row
    foreign = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND relowner <> 'spectrum_owner'::regrole"
    )
    assert [row["relname"] for row in foreign] == []


async def test_the_batch_role_has_every_column_but_the_sealed_body(owner: Any) -> None:
    """Planning and ingestion may write words and delete them, and cannot read one."""
    columns = [
        row["attname"]
        for row in await owner.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'sealed_text'::regclass AND attnum > 0"
        )
    ]
    readable = {
        column
        for column in columns
        if await owner.fetchval("SELECT has_column_privilege('spectrum_batch', 'sealed_text', $1, 'SELECT')", column)
    }
    assert set(columns) - readable == {"body"}
    for right, expected in (("INSERT", True), ("DELETE", True), ("UPDATE", False), ("TRUNCATE", False)):
        has = await owner.fetchval("SELECT has_table_privilege('spectrum_batch', 'sealed_text', $1)", right)
        assert has is expected, right
    for secret in ("secret", "audit"):
        assert not await owner.fetchval(
            "SELECT has_table_privilege('spectrum_person', $1, 'SELECT, INSERT, UPDATE, DELETE')", secret
        )
