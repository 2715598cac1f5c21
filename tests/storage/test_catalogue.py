"""What the database itself promises, asked of its catalogue, so that a new table fails until it is handled."""

from typing import Any
from uuid import UUID

from app.storage.catalogue import UNTOLD, list_personal
from app.storage.forgetting.erasure import SURVIVES_EVERYTHING
from app.wiring import Spectrum
from migrations._ddl import PARTITIONS
from tests.life import PERSONAL, lived

PARTITIONED = {"session", "sealed_text", "session_numbers", "packed_month", "event"}
_AGE = "upkeep erases what is past its time, of everybody; on a shard, of everybody there"
_TEAM = "the team reads it over many people: as many answers to add up as there are shards"
_LEDGER = "the ledger is claimed for everybody of a shard at once"
_RECONCILED = "each hour it is counted where all that was taken in has come to, on every shard by itself"
ACROSS_PEOPLE = {
    "assignment_age": _AGE,
    "assignment_experiment": _TEAM,
    "blind_judgement_age": _AGE,
    "blind_judgement_review": _TEAM,
    "blind_pair_age": _AGE,
    "blind_pair_review": _TEAM,
    "device_age": _AGE,
    "device_endpoint": "an address is one person's: whoever registers it takes it from whom it was (ask every shard)",
    "event_age": _AGE,
    "event_time": _TEAM,
    "feedback_revision": _TEAM,
    "job_claim": _LEDGER,
    "job_dead": _LEDGER,
    "job_finished": _AGE,
    "job_idempotency_key_key": "a job may be nobody's; the key of one that is somebody's names them",
    "job_period": _TEAM,
    "job_pkey": "as above; its ids are random",
    "model_call_age": _AGE,
    "model_call_answer": _AGE,
    "model_call_open": "who reserved money and is gone has it settled, for everybody of a shard",
    "model_call_question": "an answer to the same question is used again, whoever asked: on a shard, among its people",
    "operation_id": "a reset is run by its id, whosever it is",
    "period_aggregate_promise": _TEAM,
    "person_master_key": "keys under an old master key are wrapped anew, everybody's",
    "person_month_planned": "the calendar is one for everybody of a shard",
    "person_week_planned": "the calendar is one for everybody of a shard",
    "push_age": _AGE,
    "rubric_score_age": _AGE,
    "rubric_score_revision": _TEAM,
    "safety_decision_at": _TEAM,
    "safety_decision_revision": _TEAM,
    "sealed_text_age": _AGE,
    "session_numbers_analysed": _RECONCILED,
    "session_received": _RECONCILED,
    "shadow_text_age": _AGE,
    "upgrade_age": _AGE,
    "webhook_delivery_age": _AGE,
    "webhook_delivery_once": "an announcement may be about nobody; its key names the event",
    "webhook_delivery_page": _TEAM,
    "webhook_delivery_pkey": "as above; its ids are random",
    "writing_id": "a reviewer takes a text back by its id, whosever it is",
    "writing_pulled": "words that were taken back are used again for nobody",
    "writing_question": "an answer to the same question is used again, as of a call",
    "writing_revision": _TEAM,
    "writing_written": _TEAM,
}
"""Keys of personal tables that do not start with the person, each with what it is for and what becomes of it."""
TO_NOBODYS = {("webhook_delivery", "webhook"), ("budget_use", "budget")}
"""What refers to a table that is nobody's, and on every shard the same."""
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


_KEYS = """
    SELECT i.indexrelid::regclass::text AS name, i.indisunique AS is_unique, a.attname AS first
    FROM pg_index i LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = $1::text::regclass
"""
_REFERENCES = """
    SELECT f.conrelid::regclass::text AS source, f.confrelid::regclass::text AS target,
      (SELECT attname FROM pg_attribute WHERE attrelid = f.conrelid AND attnum = f.conkey[1]) AS from_column,
      (SELECT attname FROM pg_attribute WHERE attrelid = f.confrelid AND attnum = f.confkey[1]) AS to_column
    FROM pg_constraint f WHERE f.contype = 'f' AND f.conparentid = 0 AND f.connamespace = 'public'::regnamespace
"""


async def test_every_key_starts_with_the_person(owner: Any) -> None:
    """A database per shard needs no redesign: no key of a personal table spans people, but for those named here."""
    across: set[str] = set()
    for table in await owner.fetch(PERSONAL):
        keys = await owner.fetch(_KEYS, table["name"])
        assert any(row["is_unique"] for row in keys), table["name"]
        across |= {row["name"] for row in keys if row["first"] != table["key"]}
    assert across == set(ACROSS_PEOPLE)


async def test_what_is_unique_across_people_is_unique_on_a_shard(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The few such keys that keep something unique hold ids that no other shard makes, or name their person."""
    unique = {
        row["name"]
        for table in await owner.fetch(PERSONAL)
        for row in await owner.fetch(_KEYS, table["name"])
        if row["is_unique"] and row["first"] != table["key"]
    }
    assert unique == {"job_pkey", "job_idempotency_key_key", "webhook_delivery_pkey", "webhook_delivery_once"}
    await lived(spectrum, owner, person)
    jobs = await owner.fetch("SELECT person_id, idempotency_key AS key FROM job WHERE person_id IS NOT NULL")
    assert jobs
    assert [row["key"] for row in jobs if str(row["person_id"]) not in row["key"]] == []


async def test_references_between_personal_tables_carry_the_person(owner: Any) -> None:
    """No foreign key leads from one person's row to another's, nor from a shard to another."""
    keys = {table["name"]: table["key"] for table in await owner.fetch(PERSONAL)}
    found = await owner.fetch(_REFERENCES)
    assert found
    for row in found:
        if row["source"] in keys and row["target"] in keys:
            assert (row["from_column"], row["to_column"]) == (keys[row["source"]], keys[row["target"]]), row
        else:
            assert (row["source"], row["target"]) in TO_NOBODYS, row


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
