"""What people said of their texts: one of four answers each, the last one counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.feedback import FeedbackVerdict
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Feedback:
    """An answer, and when it was given last."""

    verdict: FeedbackVerdict
    given_at: datetime


async def keep(tx: Tx, person_id: UUID, writing_id: UUID, verdict: FeedbackVerdict) -> bool:
    """Keep what a person says of a text of theirs, by the revision that wrote it; False when there is no such text."""
    return bool(
        await tx.execute(
            """
            INSERT INTO feedback (person_id, writing_id, verdict, prompt_revision)
            SELECT person_id, id, $3, prompt_revision FROM writing
            WHERE person_id = $1 AND id = $2 AND status <> 'WITHDRAWN'
            ON CONFLICT (person_id, writing_id) DO UPDATE SET verdict = excluded.verdict,
              prompt_revision = excluded.prompt_revision, given_at = now(), kept_at = clock_timestamp()
            """,
            person_id,
            writing_id,
            verdict,
        )
    )


async def list_feedback(tx: Tx, person_id: UUID, writing_ids: Sequence[UUID]) -> Mapping[UUID, Feedback]:
    """What a person said of these texts, by text; without those of which they said nothing."""
    rows = await tx.fetch(
        "SELECT writing_id, verdict, given_at FROM feedback WHERE person_id = $1 AND writing_id = ANY($2)",
        person_id,
        list(writing_ids),
    )
    return {row["writing_id"]: Feedback(FeedbackVerdict(row["verdict"]), row["given_at"]) for row in rows}


async def erase_orphans(tx: Tx, person_id: UUID) -> None:
    """Erase what a person said of texts that are not there any more."""
    await tx.execute(
        "DELETE FROM feedback f WHERE person_id = $1"
        " AND NOT EXISTS (SELECT FROM writing w WHERE w.person_id = f.person_id AND w.id = f.writing_id)",
        person_id,
    )
