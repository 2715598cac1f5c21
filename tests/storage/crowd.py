"""Thousands of people in every personal table, so that plans are made as over everybody's data: a life, copied in SQL.

The catalogue says what to copy, so that a new table is filled by itself. Copies differ in ids and times, and in
whatever plans tell apart (`_VARIED`); they are good for being planned over, and for nothing else.
"""

from typing import Any
from uuid import UUID

from tests.life import PERSONAL

PEOPLE = 4_000
SHARED = 20
"""Reviews, webhooks, revisions of prompts and experiments that the people are spread over."""

_COLUMNS = """
    SELECT attname AS name, atttypid::regtype::text AS type FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_CHANCE = "abs(hashtext(s.{}::text || i.n) % {})"
_OF_SOME = "md5(s.{0}::text || i.n % {1})::uuid"
_VARIED = {
    ("person", "week_due_at"): "now() + (i.n - 20) * interval '2 minutes'",
    ("person", "month_due_at"): "now() + (i.n - 20) * interval '10 minutes'",
    ("person", "master_key"): "CASE WHEN i.n % 400 = 0 THEN 'old' ELSE s.master_key END",
    ("session", "status"): f"CASE {_CHANCE.format('id', 500)} WHEN 0 THEN 'PENDING' ELSE s.status END",
    ("job", "status"): f"CASE {_CHANCE.format('id', 300)} WHEN 0 THEN 'QUEUED' WHEN 1 THEN 'DEAD' ELSE s.status END",
    ("job", "idempotency_key"): "s.idempotency_key || i.n",
    ("job", "scope"): "s.scope || jsonb_build_object('first_day', date '2026-01-05' + 7 * (i.n % 52))",
    ("model_call", "answer"): f"CASE {_CHANCE.format('id', 20)} WHEN 0 THEN '{{}}'::jsonb END",
    ("writing", "answer"): f"CASE {_CHANCE.format('id', 20)} WHEN 0 THEN '{{}}'::jsonb END",
    ("writing", "pulled"): f"{_CHANCE.format('id', 500)} = 0",
    ("assignment", "experiment"): f"'experiment-' || i.n % {SHARED}",
    ("period_aggregate", "first_day"): "s.first_day + 7 * (i.n % 40)",
    ("period_aggregate", "due_at"): "s.closed_at",
}
"""What differs between people, as SQL over the copied row `s` and the number `i.n` of its new owner."""
_SPREAD = {
    "prompt_revision": f"'weekly-card@' || (1 + i.n % {SHARED})",
    "review_id": _OF_SOME.format("review_id", SHARED),
    "webhook_id": _OF_SOME.format("webhook_id", SHARED),
    **{name: f"s.{name}::text || i.n" for name in ("event_key", "endpoint", "brief_digest")},
}
"""The same, in whichever table."""
_OF_NOBODY = (
    "INSERT INTO audit (at, actor, action, targets, reason) SELECT now() - n * interval '1 hour', 'actor-' || n % 500,"
    " 'EXPORT', '{}', 'asked' FROM generate_series(1, 8000) AS n",
    "INSERT INTO tombstone (subject_hash, epoch, operation_id, erased_at, scope) SELECT md5(n::text), 0,"
    " md5(n::text)::uuid, now(), 'EVERYTHING' FROM generate_series(1, 8000) AS n",
)


async def make_crowd(owner: Any, person_id: UUID) -> None:
    """Copy everything of a person `PEOPLE` times, and gather statistics, as autovacuum would have done."""
    await owner.execute("SET session_replication_role = replica")  # without the checks of single rows
    for table in await owner.fetch(PERSONAL):
        columns = await owner.fetch(_COLUMNS, table["name"])
        values = [_value(table["name"], table["key"], column["name"], column["type"]) for column in columns]
        await owner.execute(
            f"INSERT INTO {table['name']} ({', '.join(column['name'] for column in columns)})"
            f" SELECT {', '.join(values)} FROM {table['name']} s,"
            f" (SELECT n, md5('person-' || n)::uuid AS id FROM generate_series(1, {PEOPLE}) AS n) AS i"
            f" WHERE s.{table['key']} = $1",
            person_id,
        )
    for statement in _OF_NOBODY:
        await owner.execute(statement)
    await owner.execute("SET session_replication_role = origin")
    await owner.execute("ANALYZE")


def _value(table: str, key: str, column: str, kind: str) -> str:
    """Give a column of a copy, in SQL."""
    if column == key:
        return "i.id"
    if (table, column) in _VARIED:
        return _VARIED[table, column]
    if column in _SPREAD:
        return _SPREAD[column]
    if kind == "uuid":
        return f"md5(s.{column}::text || i.n)::uuid"
    return f"s.{column} - i.n * interval '10 minutes'" if kind == "timestamp with time zone" else f"s.{column}"
