"""Many people at once: one person who was really analysed, copied in the database as often as asked.

Copies differ in their ids alone, so that closing their weeks does all the work that the first one's does.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid5

from app.domain.periods import week_of
from app.domain.sessions import FinishedSession, session_from_json
from app.jobs import Queue
from app.pipeline.ingest import ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from workers.runner import Runner

WEEKS = 4
AT_ONCE = 5_000

_COLUMNS = """
    SELECT string_agg(CASE WHEN attname = $2 THEN 'i.id' ELSE 's.' || quote_ident(attname) END, ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
"""
_KEYS = {"person": "id", "session": "person_id", "session_numbers": "person_id", "packed_month": "person_id"}


def _last_weeks(weeks: int) -> list[FinishedSession]:
    """A sample person's sessions of the last full week and those before it, `weeks` in all."""
    today = datetime.now(UTC).date()
    last = week_of(today - timedelta(weeks=1))
    found = [session_from_json(each) for each in sample_sessions(today)]
    mine = [session for session in found if session.subject_key == found[0].subject_key]
    first = last.first - timedelta(weeks=weeks - 1)
    return [session for session in mine if first <= session.started_at.date() <= last.last]


def sessions_of_copy(copy: int) -> list[FinishedSession]:
    """The sample people's sessions under the names of copy number `copy`."""
    found = [session_from_json(each) for each in sample_sessions(datetime.now(UTC).date())]
    return [
        replace(s, subject_key=f"{s.subject_key}-{copy}", session_key=uuid5(s.session_key, str(copy))) for s in found
    ]


async def make_crowd(ports: Ports, people: int, weeks: int = WEEKS) -> None:
    """Make `people` people with sessions in the last `weeks` weeks, for whom exactly the last one is due."""
    sessions = _last_weeks(weeks)
    await ingest(ports, sessions)
    await Runner(ports).work_off(Queue.SECONDS)
    person = ports.keyring.identity.person_id(sessions[0].subject_key)
    week = week_of(max(session.started_at for session in sessions).date())
    async with ports.store.for_everyone() as tx:
        await tx.execute(
            "UPDATE person SET week_due = $2, week_due_at = $3, month_due = '2200-01-01', month_due_at = '2200-01-01'"
            " WHERE id = $1",
            person,
            week.first,
            datetime.now(UTC) - timedelta(minutes=1),
        )
    for start in range(1, people, AT_ONCE):
        async with ports.store.for_everyone() as tx:
            for table, key in _KEYS.items():
                columns = await tx.fetchval(_COLUMNS, table, key)
                await tx.execute(
                    f"INSERT INTO {table} SELECT {columns} FROM {table} s,"
                    f" (SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid AS id"
                    f"  FROM generate_series($2::int, $3::int) AS n) AS i WHERE s.{key} = $1",
                    person,
                    start,
                    min(start + AT_ONCE, people) - 1,
                )
