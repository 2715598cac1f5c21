"""How well each revision of a prompt writes: its texts, what they cost, and what their drafts failed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Quality:
    """Texts of a revision that are kept, and their cost in micro-dollars; of all that were `tried`, those that failed.

    `unsafe` counts those that failed a check of safety, `verdicts` the people who said anything of them.
    """

    texts: int = 0
    cost: int = 0
    tried: int = 0
    failed: int = 0
    unsafe: int = 0
    verdicts: int = 0
    rings_true: int = 0


async def list_quality(tx: Tx, revisions: Sequence[str], *, safety: Collection[str]) -> Mapping[str, Quality]:
    """The quality of each of `revisions` ("weekly-card@2"); `safety` are the names of the checks of safety."""
    rows = await tx.fetch(
        """
        SELECT r.name, w.texts, w.cost, d.tried, d.failed, d.unsafe, f.verdicts, f.rings_true
        FROM unnest($1::text[]) AS r (name)
        CROSS JOIN LATERAL (
          SELECT count(*) AS texts, coalesce(sum(cost), 0)::bigint AS cost FROM writing WHERE prompt_revision = r.name
        ) AS w
        CROSS JOIN LATERAL (
          SELECT count(*) AS tried, count(*) FILTER (WHERE failed) AS failed, count(*) FILTER (WHERE unsafe) AS unsafe
          FROM (
            SELECT bool_or(kind IS NOT NULL) AS failed,
              coalesce(bool_or(string_to_array(kind, ', ') && $2::text[]), false) AS unsafe
            FROM (
              SELECT person_id, period_kind, first_day, finding_key, kind FROM safety_decision
              WHERE prompt_revision = r.name AND kind <> 'review'
              UNION ALL
              SELECT person_id, period_kind, first_day, finding_key, NULL FROM writing WHERE prompt_revision = r.name
            ) AS seen
            GROUP BY person_id, period_kind, first_day, finding_key
          ) AS texts
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
