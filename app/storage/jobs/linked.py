"""Which traces a piece of work rests on: those of the sessions it folded, those of the words it reads.

Only what was recorded is named. Asked only while somebody traces.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.domain.periods import Period
from app.jobs import JobKind
from app.storage.store import Tx

PUBLISHING = (JobKind.WEEKLY_AGGREGATION, JobKind.MONTHLY_NARRATIVE)
"""Kinds of job that publish words."""


async def list_folded(tx: Tx, periods: Mapping[UUID, Period], *, limit: int) -> dict[UUID, Sequence[str]]:
    """By person, the trace contexts of the analyses of their period's sessions; the newest `limit` of each.

    Of sessions whose job is pruned already (30 days) nobody knows.
    """
    rows = await tx.fetch(
        """
        SELECT i.person_id, array_agg(found.traceparent) AS contexts
        FROM unnest($1::uuid[], $2::date[], $3::date[]) AS i(person_id, first, last) CROSS JOIN LATERAL (
          SELECT j.traceparent FROM job j
          JOIN session s ON s.person_id = j.person_id AND s.id = (j.scope->>'session_id')::uuid
          WHERE j.person_id = i.person_id AND j.kind = 'SESSION_ANALYSIS' AND j.traceparent LIKE '%01'
            AND s.local_date BETWEEN i.first AND i.last
          ORDER BY j.id DESC LIMIT $4) AS found
        GROUP BY i.person_id
        """,
        list(periods),
        [period.first for period in periods.values()],
        [period.last for period in periods.values()],
        limit,
    )
    return {row["person_id"]: row["contexts"] for row in rows}


async def list_published(tx: Tx, person_id: UUID, *, limit: int) -> list[str]:
    """The trace contexts of the person's newest `limit` jobs that published words."""
    rows = await tx.fetch(
        "SELECT traceparent FROM job WHERE person_id = $1 AND kind = ANY($2) AND status = 'SUCCEEDED'"
        " AND traceparent LIKE '%01' ORDER BY finished_at DESC LIMIT $3",
        *(person_id, list(PUBLISHING), limit),
    )
    return [row["traceparent"] for row in rows]
