"""Session numbers, one row a session as it was estimated, and the packed months that reads use.

A packed month is derived: all session numbers of one person and month as they count, a correction in place of its
estimate, in one value (`packed`) that is written again with each change. Nothing here folds; that is the domain's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.affect import SessionNumbers
from app.domain.corrections import corrected
from app.domain.findings import Before
from app.domain.periods import Period, month_of
from app.domain.table import SessionTable
from app.storage.history import corrections
from app.storage.history.corrections import correction_of
from app.storage.history.packed import COLUMNS, numbers_of, pack, unpack, values_of
from app.storage.store import Tx

_AS_IT_COUNTS = (
    f"SELECT {', '.join(f'n.{name}' for name in COLUMNS)}, {', '.join(f'c.{name}' for name in corrections.COLUMNS)}"
    " FROM session_numbers n LEFT JOIN correction c USING (person_id, session_id)"
)


def _as_it_counts(row: Any) -> SessionNumbers:
    values = tuple(row)
    return corrected(numbers_of(values[: len(COLUMNS)]), correction_of(values[len(COLUMNS) :]))


async def keep(tx: Tx, person_id: UUID, numbers: SessionNumbers) -> None:
    """Keep one session's numbers, in place of earlier ones, and repack its month."""
    places = ", ".join(f"${n}" for n in range(2, len(COLUMNS) + 2))
    updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    await tx.execute(
        f"INSERT INTO session_numbers (person_id, {', '.join(COLUMNS)}) VALUES ($1, {places})"
        f" ON CONFLICT (person_id, session_id) DO UPDATE SET {updates},"
        " analysed_at = now(), kept_at = clock_timestamp()",
        person_id,
        *values_of(numbers),
    )
    await repack(tx, person_id, month_of(numbers.local_date))


async def repack(tx: Tx, person_id: UUID, month: Period) -> None:
    """Write the packed month again from the session numbers as this transaction sees them."""
    rows = await tx.fetch(
        f"{_AS_IT_COUNTS} WHERE n.person_id = $1 AND n.local_date BETWEEN $2 AND $3"
        " ORDER BY n.local_date, n.local_minute, n.session_id",
        person_id,
        month.first,
        month.last,
    )
    if not rows:
        await tx.execute("DELETE FROM packed_month WHERE person_id = $1 AND month = $2", person_id, month.first)
        return
    await tx.execute(
        "INSERT INTO packed_month (person_id, month, body) VALUES ($1, $2, $3)"
        " ON CONFLICT (person_id, month) DO UPDATE SET body = excluded.body, kept_at = clock_timestamp()",
        person_id,
        month.first,
        pack(map(_as_it_counts, rows)),
    )


async def list_numbers(tx: Tx, person_id: UUID, period: Period | None = None) -> SessionTable:
    """The session numbers of the days in `period` (of all days without one), oldest first; from packed months."""
    days = period or Period(date.min, date.max)
    return (await list_numbers_by_person(tx, {person_id: days}))[person_id]


async def list_numbers_by_person(tx: Tx, spans: Mapping[UUID, Period]) -> dict[UUID, SessionTable]:
    """The same of each person's own span of days, in one read."""
    rows = await tx.fetch(
        """
        SELECT m.person_id, m.body FROM unnest($1::uuid[], $2::date[], $3::date[]) AS i(person_id, first, last)
        JOIN packed_month m ON m.person_id = i.person_id AND m.month BETWEEN i.first AND i.last
        ORDER BY m.person_id, m.month
        """,
        list(spans),
        [month_of(span.first).first for span in spans.values()],
        [span.last for span in spans.values()],
    )
    months: dict[UUID, list[SessionTable]] = {person_id: [] for person_id in spans}
    for row in rows:
        months[row["person_id"]].append(unpack(row["body"]))
    return {person_id: SessionTable.joined(of).within(spans[person_id]) for person_id, of in months.items()}


Packed = Mapping[date, bytes]
"""Bodies of packed months by their first day, as they are kept."""


async def list_packed(tx: Tx, person_id: UUID, months: Period) -> Packed:
    """The packed months of the days in `months`, not read yet."""
    rows = await tx.fetch(
        "SELECT month, body FROM packed_month WHERE person_id = $1 AND month BETWEEN $2 AND $3",
        person_id,
        month_of(months.first).first,
        months.last,
    )
    return {row["month"]: row["body"] for row in rows}


@dataclass(frozen=True, slots=True)
class Counted:
    """A session's numbers as they count, and whether its person corrected them."""

    numbers: SessionNumbers
    is_corrected: bool


async def list_by_session(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Counted]:
    """The numbers of those of `ids` that were analysed."""
    rows = await tx.fetch(f"{_AS_IT_COUNTS} WHERE n.person_id = $1 AND n.session_id = ANY($2)", person_id, list(ids))
    return {
        row["session_id"]: Counted(_as_it_counts(row), any(value is not None for value in tuple(row)[len(COLUMNS) :]))
        for row in rows
    }


async def count(tx: Tx, person_id: UUID) -> int:
    """How many of the person's sessions have numbers."""
    found: int = await tx.fetchval("SELECT count(*) FROM session_numbers WHERE person_id = $1", person_id)
    return found


async def find_fresh(tx: Tx, person_id: UUID) -> datetime | None:
    """When a session of the person's was last turned into numbers, None when none was."""
    found: datetime | None = await tx.fetchval(
        "SELECT max(analysed_at) FROM session_numbers WHERE person_id = $1", person_id
    )
    return found


async def find_estimated(tx: Tx, person_id: UUID, session_id: UUID) -> SessionNumbers | None:
    """A session's numbers as the analyser estimated them, None when it was not analysed."""
    row = await tx.fetchrow(
        f"SELECT {', '.join(COLUMNS)} FROM session_numbers WHERE person_id = $1 AND session_id = $2",
        person_id,
        session_id,
    )
    return None if row is None else numbers_of(tuple(row))


async def list_before(tx: Tx, firsts: Mapping[UUID, date]) -> dict[UUID, Before]:
    """How many sessions were analysed before each person's day, and the day of the last; left out ones too."""
    rows = await tx.fetch(
        """
        SELECT i.person_id, count(n.local_date) AS sessions, max(n.local_date) AS last
        FROM unnest($1::uuid[], $2::date[]) AS i(person_id, first)
        LEFT JOIN session_numbers n ON n.person_id = i.person_id AND n.local_date < i.first
        GROUP BY i.person_id
        """,
        list(firsts),
        list(firsts.values()),
    )
    return {row["person_id"]: Before(row["sessions"], row["last"]) for row in rows}
