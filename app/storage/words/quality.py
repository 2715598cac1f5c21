"""How well each revision of a prompt writes: its texts, what they cost, and what their drafts failed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Quality:
    """Texts of one revision that are kept, their cost in micro-dollars, and how many drafts failed any check of them.

    `unsafe` counts those that failed a check of safety, `verdicts` the people who said anything of them.
    """

    texts: int = 0
    cost: int = 0
    failed: int = 0
    unsafe: int = 0
    verdicts: int = 0
    rings_true: int = 0


async def list_quality(tx: Tx, revisions: Sequence[str], *, safety: Collection[str]) -> Mapping[str, Quality]:
    """The quality of each of `revisions` ("weekly-card@2"); `safety` are the names of the checks of safety."""
    rows = await tx.fetch(
        """
        SELECT r.name, w.texts, w.cost, d.failed, d.unsafe, f.verdicts, f.rings_true
        FROM unnest($1::text[]) AS r (name)
        CROSS JOIN LATERAL (
          SELECT count(*) AS texts, coalesce(sum(cost), 0)::bigint AS cost FROM writing WHERE prompt_revision = r.name
        ) AS w
        CROSS JOIN LATERAL (
          SELECT count(*) AS failed, count(*) FILTER (WHERE string_to_array(kind, ', ') && $2::text[]) AS unsafe
          FROM safety_decision WHERE prompt_revision = r.name
        ) AS d
        CROSS JOIN LATERAL (
          SELECT count(DISTINCT person_id) AS verdicts,
            count(DISTINCT person_id) FILTER (WHERE verdict = 'RINGS_TRUE') AS rings_true
          FROM feedback WHERE prompt_revision = r.name
        ) AS f
        """,
        list(revisions),
        list(safety),
    )
    return {row["name"]: Quality(*tuple(row)[1:]) for row in rows}
