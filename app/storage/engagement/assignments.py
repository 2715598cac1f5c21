"""Which arms of experiments people are in, and since when they met what the arms differ in."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.storage.store import Tx


async def list_exposed(tx: Tx, person_id: UUID) -> frozenset[str]:
    """The experiments that a person has met, or would have met had they been in another arm."""
    rows = await tx.fetch(
        "SELECT experiment FROM assignment WHERE person_id = $1 AND exposed_at IS NOT NULL", person_id
    )
    return frozenset(row["experiment"] for row in rows)


async def keep_exposed(tx: Tx, person_id: UUID, arms: Mapping[str, str]) -> None:
    """Say that a person has met these experiments, by arm, now; the first time counts."""
    await tx.execute(
        """
        INSERT INTO assignment AS a (person_id, experiment, arm, exposed_at)
        SELECT $1, i.experiment, i.arm, now() FROM unnest($2::text[], $3::text[]) AS i(experiment, arm)
        ORDER BY i.experiment
        ON CONFLICT (person_id, experiment) DO UPDATE SET exposed_at = coalesce(a.exposed_at, now()),
          kept_at = clock_timestamp()
        """,
        *(person_id, list(arms), list(arms.values())),
    )


async def keep_arms(tx: Tx, person_id: UUID, arms: Mapping[str, str]) -> None:
    """Put a person into these arms, by experiment, where they are in none yet."""
    await tx.execute(
        """
        INSERT INTO assignment (person_id, experiment, arm)
        SELECT $1, i.experiment, i.arm FROM unnest($2::text[], $3::text[]) AS i(experiment, arm) ORDER BY i.experiment
        ON CONFLICT DO NOTHING
        """,
        *(person_id, list(arms), list(arms.values())),
    )


async def list_unassigned(tx: Tx, experiment: str, *, after: UUID, limit: int) -> list[UUID]:
    """People without a plan who are not assigned in an experiment yet, by id, those after `after`."""
    rows = await tx.fetch(
        """
        SELECT p.id FROM person p WHERE p.plan = 'FREE' AND p.id > $2
          AND NOT EXISTS (SELECT FROM assignment a WHERE a.person_id = p.id AND a.experiment = $1)
        ORDER BY p.id LIMIT $3
        """,
        *(experiment, after, limit),
    )
    return [row["id"] for row in rows]


async def keep_assigned(tx: Tx, experiment: str, arms: Mapping[UUID, str]) -> int:
    """Assign people, those whom nobody else holds; how many. The others are assigned the next time."""
    return await tx.execute(
        """
        WITH held AS (
          SELECT id FROM person WHERE id = ANY ($2::uuid[]) AND plan = 'FREE' ORDER BY id FOR SHARE SKIP LOCKED)
        INSERT INTO assignment (person_id, experiment, arm)
        SELECT i.id, $1, i.arm FROM unnest($2::uuid[], $3::text[]) AS i(id, arm) JOIN held USING (id)
        ON CONFLICT DO NOTHING
        """,
        *(experiment, list(arms), list(arms.values())),
    )


async def count_arms(tx: Tx, experiments: Sequence[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """How many people are assigned and how many of them exposed, by experiment and arm."""
    rows = await tx.fetch(
        """
        SELECT experiment, arm, count(*) AS assigned, count(exposed_at) AS exposed FROM assignment
        WHERE experiment = ANY ($1) GROUP BY experiment, arm
        """,
        list(experiments),
    )
    return {(row["experiment"], row["arm"]): (row["assigned"], row["exposed"]) for row in rows}


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Erase up to `limit` assignments of more than `days` ago; how many. Waits for nobody."""
    return await tx.execute(
        """
        WITH old AS (
          SELECT person_id, experiment FROM assignment WHERE assigned_at < now() - make_interval(days => $1) LIMIT $2),
        held AS (
          SELECT id FROM person WHERE id IN (SELECT person_id FROM old) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        DELETE FROM assignment a USING old JOIN held ON held.id = old.person_id
        WHERE a.person_id = old.person_id AND a.experiment = old.experiment
        """,
        days,
        limit,
    )
