"""Which stage carries out which kind of job: a table of contents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.jobs import Claimed, JobKind, Kept, Later, Skipped
from app.pipeline import aggregate, analyse, forget, narrate, upkeep
from app.pipeline.ports import Ports
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Stage:
    """`prepare` reads and decides with no transaction open; `keep` writes inside one; `bury` after the last attempt.

    What `prepare` answers is what `keep` takes.
    """

    prepare: Callable[[Claimed, Ports], Awaitable[Any | Skipped | Later]]
    keep: Callable[[Tx, Any], Awaitable[Kept]]
    bury: Callable[[Tx, Claimed], Awaitable[None]] | None = None


HANDLERS: Mapping[JobKind, Stage] = {
    JobKind.SESSION_ANALYSIS: Stage(analyse.prepare, analyse.keep, analyse.bury),
    JobKind.WEEKLY_AGGREGATION: Stage(aggregate.prepare_week, aggregate.keep_week),
    JobKind.MONTHLY_AGGREGATION: Stage(aggregate.prepare_month, aggregate.keep_month),
    JobKind.MONTHLY_NARRATIVE: Stage(narrate.prepare, narrate.keep),
    JobKind.RESET: Stage(forget.prepare, forget.keep, forget.bury),
    JobKind.UPKEEP: Stage(upkeep.prepare, upkeep.keep),
}
