"""What every migration may use: tables made by our own DDL, and row-level security for personal ones.

Tortoise knows neither composite keys nor partitions; it is told the model, PostgreSQL gets the statements.
"""

from collections.abc import Sequence
from typing import Any

from tortoise.migrations.operations import CreateModel
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

PARTITIONS = 8
CURRENT_PERSON = "nullif(current_setting('app.person', true), '')::uuid"


class CreateModelAs(CreateModel):
    """A model in Tortoise's state whose table is made by `forward_sql`; `description` is the model's docstring."""

    def __init__(
        self, name: str, fields: list[tuple[str, Any]], *, forward_sql: Sequence[str], table: str, description: str
    ) -> None:
        options = {"table": table, "app": "spectrum", "pk_attr": "id", "table_description": description}
        super().__init__(name, fields, options=options)
        self.forward_sql = tuple(forward_sql)
        self.table = table

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor:
            for statement in self.forward_sql:
                await state_editor._run_sql(statement)

    async def database_backward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor:
            await state_editor._run_sql(f"DROP TABLE {self.table}")


def partitioned(table: str, columns: str) -> list[str]:
    """A table split by hash of `person_id` into 8 parts; reached through the parent only."""
    return [
        f"CREATE TABLE {table} ({columns}) PARTITION BY HASH (person_id)",
        *(
            f"CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            for part in range(PARTITIONS)
        ),
    ]


def personal(table: str, *, person: str, batch: str, key: str = "person_id") -> list[str]:
    """Forced row-level security: the person role sees one person, the batch role all; grants as named."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY person ON {table} TO spectrum_person"
        f" USING ({key} = {CURRENT_PERSON}) WITH CHECK ({key} = {CURRENT_PERSON})",
        f"CREATE POLICY batch ON {table} TO spectrum_batch USING (true) WITH CHECK (true)",
        f"GRANT {person} ON {table} TO spectrum_person",
        f"GRANT {batch} ON {table} TO spectrum_batch",
    ]


def concurrently(name: str, table: str, columns: str, *, is_partitioned: bool = False) -> list[str]:
    """An index on a table that is in use, made while others write; for a migration that is not atomic.

    Repeatable from its beginning, as whoever was interrupted leaves an index that is not valid. What is made so waits
    as long as it takes, since nobody waits behind it. PostgreSQL makes no index of a partitioned table so: an empty one
    of the whole comes first, which others would wait behind, so that it gives way as migrations do; then each part's.
    """
    parts = [f"_{part}" for part in range(PARTITIONS)] if is_partitioned else [""]
    whole = [f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON ONLY {table} {columns}"]
    statements = [*(whole if is_partitioned else []), "SET lock_timeout = 0"]
    for part in parts:
        statements.append(f"DROP INDEX CONCURRENTLY IF EXISTS {name}{part}")
        statements.append(f"CREATE INDEX CONCURRENTLY {name}{part} ON {table}{part} {columns}")
    statements.append("RESET lock_timeout")
    if is_partitioned:
        statements += [f"ALTER INDEX {name} ATTACH PARTITION {name}{part}" for part in parts]
    return statements
