"""Which stage carries out which kind of job: a table of contents."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.jobs import Claimed, JobKind, Kept, Later, Skipped
from app.pipeline import (
    aggregate,
    agree,
    analyse,
    answering,
    deliver,
    forget,
    narrate,
    notify,
    rebuild,
    recount,
    reporting,
    reviewing,
    score,
    upkeep,
)
from app.pipeline.ports import Ports
from app.storage.store import Tx

Bury = Callable[[Tx, Claimed], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Many:
    """A stage's way to carry out a whole claim at once: shared reads, then one transaction for all it could prepare.

    `prepare` answers by job, an exception for one that failed alone; `keep` takes those that went well and whose people
    have not changed since, and answers with what follows from each.
    """

    prepare: Callable[[Sequence[Claimed], Ports], Awaitable[Mapping[UUID, Any | Skipped | Exception]]]
    keep: Callable[[Tx, Mapping[UUID, Any]], Awaitable[Mapping[UUID, Kept]]]


@dataclass(frozen=True, slots=True)
class Stage:
    """`prepare` reads and decides with no transaction open; `keep` writes inside one; `bury` after the last attempt.

    What `prepare` answers is what `keep` takes. `announces`: what follows may tell other systems, by jobs that are
    nobody's, so that `keep` writes as everyone.
    """

    prepare: Callable[[Claimed, Ports], Awaitable[Any | Skipped | Later]]
    keep: Callable[[Tx, Any], Awaitable[Kept]]
    bury: Bury | None = None
    many: Many | None = None
    announces: bool = False


def _by_scope(named: Mapping[str, Stage], *, otherwise: Stage) -> Stage:
    """A kind that is done for what its job names, such as one blinded review, or for all texts."""

    async def prepare(job: Claimed, ports: Ports) -> Any:
        stage = next((stage for name, stage in named.items() if name in job.scope), otherwise)
        result = await stage.prepare(job, ports)
        return result if isinstance(result, Skipped | Later) else (stage, result)

    async def keep(tx: Tx, result: tuple[Stage, Any]) -> Kept:
        stage, prepared = result
        return await stage.keep(tx, prepared)

    return Stage(prepare, keep)


_PERIODS = Many(aggregate.prepare_many, aggregate.keep_many)

HANDLERS: Mapping[JobKind, Stage] = {
    JobKind.SESSION_ANALYSIS: Stage(analyse.prepare, analyse.keep, bury=analyse.bury),
    JobKind.WEEKLY_AGGREGATION: Stage(aggregate.prepare_week, aggregate.keep_week, many=_PERIODS, announces=True),
    JobKind.MONTHLY_AGGREGATION: Stage(aggregate.prepare_month, aggregate.keep_month, many=_PERIODS),
    JobKind.MONTHLY_NARRATIVE: Stage(narrate.prepare, narrate.keep, announces=True),
    JobKind.RESET: Stage(forget.prepare, forget.keep, bury=forget.bury),
    JobKind.RECEIPT_CHECK: Stage(recount.prepare, recount.keep),
    JobKind.PUSH: Stage(notify.prepare, notify.keep),
    JobKind.WEBHOOK: Stage(deliver.prepare, deliver.keep),
    JobKind.REBUILD: Stage(rebuild.prepare, rebuild.keep),
    JobKind.SCORING: _by_scope(
        {"review_id": Stage(reviewing.prepare, reviewing.keep)}, otherwise=Stage(score.prepare, score.keep)
    ),
    JobKind.REPORT: _by_scope(
        {
            "review_id": Stage(reporting.prepare, reporting.keep),
            "report": Stage(answering.prepare, answering.keep),
        },
        otherwise=Stage(agree.prepare, agree.keep),
    ),
    JobKind.UPKEEP: Stage(upkeep.prepare, upkeep.keep),
}
