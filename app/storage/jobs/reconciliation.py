"""Where every acknowledged session is: done, dead, pending, or lost, which must never be. Mends nothing."""

from dataclasses import dataclass
from datetime import datetime

from app.storage.jobs.ledger import NOT_ENDED
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Sessions that were taken in and are still kept, by where they are."""

    at: datetime
    acknowledged: int
    done: int
    dead: int
    pending: int

    @property
    def lost(self) -> int:
        """Acknowledged and nowhere else: 0, or something is wrong."""
        return self.acknowledged - self.done - self.dead - self.pending


_COLUMNS = "at, acknowledged, done, dead, pending"


async def keep_reconciliation(tx: Tx, *, days: int) -> Reconciliation:
    """Count the sessions of the last `days` days, in one snapshot, and keep the counts.

    Done: analysed, with numbers, or passed over when its text went. Dead: its analysis was given up. Pending: a job
    will do it, or it waits for a plan, the end of a pause or of a reset.
    """
    row = await tx.fetchrow(
        f"""
        INSERT INTO reconciliation ({_COLUMNS})
        SELECT now(), count(*),
          count(*) FILTER (WHERE s.status = 'SKIPPED' OR (s.status = 'DONE' AND n.session_id IS NOT NULL)),
          count(*) FILTER (WHERE s.status = 'FAILED'),
          count(*) FILTER (WHERE (s.status = 'PENDING' AND (p.paused OR p.plan = 'FREE' OR EXISTS (
              SELECT FROM job j WHERE j.person_id = s.person_id AND j.kind = 'SESSION_ANALYSIS'
                AND j.scope->>'session_id' = s.id::text AND j.{NOT_ENDED})))
            OR (s.status IN ('PENDING', 'DONE') AND n.session_id IS NULL AND EXISTS (
              SELECT FROM operation o WHERE o.person_id = s.person_id AND o.status IN ('RUNNING', 'FAILED'))))
        FROM session s JOIN person p ON p.id = s.person_id
        LEFT JOIN session_numbers n ON n.person_id = s.person_id AND n.session_id = s.id
          AND n.analysed_at >= now() - make_interval(days => $1 + 1)  -- read since it was received; a day for clocks
        WHERE s.received_at >= now() - make_interval(days => $1)
        RETURNING {_COLUMNS}
        """,
        days,
    )
    assert row is not None, "an insertion answers with its row"
    return Reconciliation(**row)


async def find_newest(tx: Tx) -> Reconciliation | None:
    """The newest counts, None before the first."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM reconciliation ORDER BY at DESC LIMIT 1")
    return None if row is None else Reconciliation(**row)


async def erase_old(tx: Tx, *, days: int) -> int:
    """Prune counts of more than `days` days ago; how many."""
    return await tx.execute("DELETE FROM reconciliation WHERE at < now() - make_interval(days => $1)", days)
