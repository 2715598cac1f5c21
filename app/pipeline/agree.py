"""Computes how far people and models agree about the texts of each revision, when people scored some since."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.rubric import WRITING
from app.jobs import Claimed, Kept, Skipped
from app.pipeline.ports import Ports
from app.storage.store import AS_OF, Tx
from app.storage.words import reports, scores

MOST_TEXTS = 1_000
"""The newest of a revision that people and a model scored."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What is to be kept by revision, from what there was `read_at` then."""

    read_at: datetime
    by_revision: Mapping[str, Mapping[str, Any]]


async def prepare(_: Claimed, ports: Ports) -> Computed | Skipped:
    """Read what people scored since, and compute it anew, whole."""
    async with ports.store.for_reports(waits=True) as tx:
        read_at: datetime = await tx.fetchval(AS_OF)
        judged = await scores.list_judged(tx, WRITING, report=reports.AGREEMENT)
        rated = {name: await scores.list_rated(tx, name, WRITING, limit=MOST_TEXTS) for name in judged}
    if not rated:
        return Skipped("Nobody has scored a text since.")
    from app.statistics.agreement import agreement  # noqa: PLC0415 - a second to load, in few workers

    return Computed(read_at, {name: await asyncio.to_thread(agreement, texts) for name, texts in rated.items()})


async def keep(tx: Tx, result: Computed) -> Kept:
    """Keep what was computed, in place of what there was."""
    for revision, content in result.by_revision.items():
        await reports.keep(tx, reports.AGREEMENT, revision, content, read_at=result.read_at)
    return Kept()
