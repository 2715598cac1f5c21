"""Which tables hold rows of people, as PostgreSQL's own catalogue knows it, and one person's rows of each as JSON.

A table that is added tomorrow is in here by itself. Knows no table's meaning but of the few columns nobody is told.
"""

from dataclasses import dataclass
from uuid import UUID

from app.storage.store import Tx

UNTOLD = frozenset(
    {
        ("person", "data_key"),  # key material: it opens their words and says nothing about them
        ("person", "master_key"),  # which of our keys wraps it
        ("job", "worker"),  # a machine of ours, as in the next
        ("job", "attempts"),  # when and where work on them was tried, and the class of what failed
        ("job", "traceparent"),  # under which random number we timed work on them
        ("sealed_text", "body"),  # their words, sealed: whoever may read them is told them in the open
        ("sealed_text", "content_hmac"),  # key material: by it a changed replay of the same words is noticed
        ("rubric_score", "rater"),  # which of us, or of our rules and models, gave a score that is told
        ("shadow_text", "draft"),  # words nobody chose to show, over a brief whose published words are told
        ("packed_month", "body"),  # session_numbers and correction once more, packed for quick reading
    }
)
"""Columns that hold no information about a person that is not told elsewhere. Every other one is told."""

Place = tuple[object, ...]
"""Where a row stands among its person's rows: its primary key without the person."""


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with people's rows. `key` says whose a row is; all names are quoted and fit for a statement."""

    name: str
    key: str
    columns: tuple[str, ...]
    order: tuple[str, ...]


async def list_personal(tx: Tx) -> tuple[PersonalTable, ...]:
    """Every table with somebody's rows, with the columns that are told, by name."""
    rows = await tx.fetch(
        """
        SELECT c.relname AS name, a.attname AS key,
          ARRAY(SELECT t.attname::text FROM pg_attribute t
                WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped ORDER BY t.attnum) AS columns,
          ARRAY(SELECT t.attname::text FROM pg_index i
                CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place)
                JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum = k.number
                WHERE i.indrelid = c.oid AND i.indisprimary AND t.attname <> a.attname ORDER BY k.place) AS places
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND NOT a.attisdropped AND (a.attname = 'person_id' OR (c.relname = 'person' AND a.attname = 'id'))
        ORDER BY c.relname
        """
    )
    return tuple(
        PersonalTable(
            name=row["name"],
            key=_quoted(row["key"]),
            columns=tuple(_quoted(column) for column in row["columns"] if (row["name"], column) not in UNTOLD),
            order=tuple(map(_quoted, row["places"])),
        )
        for row in rows
    )


async def list_rows(
    tx: Tx, table: PersonalTable, person_id: UUID, *, first: int, after: Place | None
) -> list[tuple[str, Place]]:
    """Up to `first` of the person's rows, each as one line of JSON and its place, that follow the place `after`."""
    told = ", ".join(f"t.{column}" for column in table.columns)
    order = "".join(f", t.{column}" for column in table.order)
    values = after or ()
    following = ", ".join(f"${number}" for number in range(3, 3 + len(values)))
    rows = await tx.fetch(
        f"SELECT (SELECT row_to_json(r)::text FROM (SELECT {told}) AS r) AS line{order}"
        f" FROM {_quoted(table.name)} t WHERE t.{table.key} = $1"
        + (f" AND ({order[2:]}) > ({following})" if values else "")
        + (f" ORDER BY {order[2:]}" if order else "")
        + " LIMIT $2",
        person_id,
        first,
        *values,
    )
    return [(row[0], tuple(row)[1:]) for row in rows]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
