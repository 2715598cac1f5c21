"""Spans of jobs: each goes on with the trace that its row names, and is linked to what it folds. Runs nothing."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app import tracing
from app.domain.periods import period_of
from app.jobs import AGGREGATION, PERIOD, Claimed
from app.pipeline.ports import Ports
from app.storage.jobs import linked
from app.tracing import MAX_LINKS, Kind, Span

LINKING_S = 1.0
"""What a job waits at most to know what it is linked to."""


def span_of(job: Claimed, *, batch: int = 1) -> Span:
    """The span of one run of a job, begun; a job that goes on with nothing begins a trace of its own."""
    span = tracing.span(
        f"job {job.kind}",
        role=Kind.CONSUMER,
        follows=job.traceparent,
        alone=True,
        kind=job.kind,
        queue=job.queue,
        waited_ms=round(job.waited_s * 1000),
    )
    if batch > 1:
        span.set(batch=batch)
    return span


def known_by(job: Claimed, span: Span) -> Claimed:
    """The job under its own span: what follows from it goes on there."""
    return replace(job, traceparent=span.context or job.traceparent)


@contextlib.contextmanager
def spans_of(jobs: Sequence[Claimed]) -> Iterator[tuple[Sequence[Claimed], Mapping[UUID, Span]]]:
    """The jobs of a batch, each under a span of its own, which end together; without tracing as they are."""
    if not tracing.is_on():
        yield jobs, {}
        return
    spans = {job.id: span_of(job, batch=len(jobs)) for job in jobs}
    try:
        yield [known_by(job, spans[job.id]) for job in jobs], spans
    finally:
        for span in spans.values():
            span.end()


async def link_folded(ports: Ports, jobs: Sequence[Claimed], spans: Mapping[UUID, Span]) -> None:
    """Link the spans of jobs about a week or month to the sessions that are folded in it."""
    folding = [job for job in jobs if job.kind in AGGREGATION.values() and job.person]
    mine = [job for job in folding if job.id in spans and spans[job.id].is_kept]
    if not mine:
        return
    periods = {job.person.id: period_of(PERIOD[job.kind], job.first_day) for job in mine if job.person}
    with contextlib.suppress(Exception):  # a trace without its links is no reason for a job to fail, or to be late
        async with asyncio.timeout(LINKING_S), ports.store.for_everyone() as tx:
            found = await linked.list_folded(tx, periods, limit=MAX_LINKS)
        for job in mine:
            if job.person:
                spans[job.id].link(found.get(job.person.id, ()))
