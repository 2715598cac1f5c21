"""Computes what came of a closed review, once. Until then nobody is told any of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.reviews import ReviewStatus
from app.jobs import Claimed, Kept, Skipped
from app.pipeline.ports import Ports
from app.storage.store import Tx
from app.storage.words import pairs, reviews


@dataclass(frozen=True, slots=True)
class Reported:
    """The figures of one review."""

    review_id: UUID
    figures: Mapping[str, Any]


async def prepare(job: Claimed, ports: Ports) -> Reported | Skipped:
    """Read what was said, and count; the statistics are loaded when they are needed, and run in a thread."""
    review_id = UUID(job.scope["review_id"])
    async with ports.store.for_everyone() as tx:
        review = await reviews.find(tx, review_id)
        judged = await pairs.list_judgements(tx, review_id)
    if review is None or review.status is not ReviewStatus.CLOSED or review.result is not None:
        return Skipped("The review is not closed, or has its result.")
    from app.statistics import reviews as review_figures  # noqa: PLC0415 - a second to load, in few workers

    said = [
        review_figures.Said(
            pair=pair,
            rater=each.rater,
            a_left=each.a_left,
            choice=each.choice,
            scores=(each.scores_left, each.scores_right) if each.scores_left and each.scores_right else None,
            flags=(each.flags_left, each.flags_right),
        )
        for pair, each in judged
    ]
    found = await asyncio.to_thread(
        review_figures.figures, said, seed=review_id.int % 2**32, a=review.revision_a, b=review.revision_b
    )
    return Reported(review_id, found)


async def keep(tx: Tx, result: Reported) -> Kept:
    """Keep the figures with the review."""
    await reviews.keep_result(tx, result.review_id, result.figures)
    return Kept()
