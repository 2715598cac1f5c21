"""How many texts of each prompt revision had a draft that failed which check. Of nobody: it outlasts every erasure."""

from collections import Counter
from collections.abc import Collection, Iterable

from app.storage.store import Tx


async def keep(tx: Tx, new: Iterable[tuple[str, Collection[str]]]) -> None:
    """Count texts: of each, the revision, and the checks that its drafts failed."""
    counts = Counter((revision, name) for revision, failed in new for name in set(failed))
    if not counts:
        return
    in_order = sorted(counts)  # so that two transactions never wait for each other
    await tx.execute(
        """
        INSERT INTO revision_fault AS f (prompt_revision, name, texts)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
        ON CONFLICT (prompt_revision, name) DO UPDATE SET texts = f.texts + excluded.texts
        """,
        [revision for revision, _ in in_order],
        [name for _, name in in_order],
        [counts[each] for each in in_order],
    )


async def count(tx: Tx, revision: str, names: Collection[str]) -> int:
    """How often drafts of a revision failed one of the checks called `names`, of all texts that there ever were."""
    found: int = await tx.fetchval(
        "SELECT coalesce(sum(texts), 0)::bigint FROM revision_fault WHERE prompt_revision = $1 AND name = ANY($2)",
        *(revision, list(names)),
    )
    return found
