"""How often drafts by each prompt revision failed which check, models' drafts too. Of nobody: it outlasts erasures."""

from collections import Counter
from collections.abc import Collection, Iterable

from app.storage.store import Tx


async def keep(tx: Tx, new: Iterable[tuple[str, Collection[str]]]) -> None:
    """Count what was failed: the revision of each text, and the checks that its drafts failed."""
    counts = Counter((revision, name) for revision, failed in new for name in set(failed))
    if not counts:
        return
    in_order = sorted(counts)  # so that two transactions never wait for each other
    await tx.execute(
        """
        INSERT INTO revision_fault AS f (prompt_revision, name, times)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
        ON CONFLICT (prompt_revision, name) DO UPDATE SET times = f.times + excluded.times
        """,
        [revision for revision, _ in in_order],
        [name for _, name in in_order],
        [counts[each] for each in in_order],
    )


async def count(tx: Tx, revision: str, names: Collection[str]) -> int:
    """How often drafts by a revision failed one of the checks called `names`."""
    found: int = await tx.fetchval(
        "SELECT coalesce(sum(times), 0)::bigint FROM revision_fault WHERE prompt_revision = $1 AND name = ANY($2)",
        *(revision, list(names)),
    )
    return found
