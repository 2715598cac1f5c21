"""What calls of models cost, summed by day of UTC: whoever was asked, and for what. Names nobody."""

from dataclasses import dataclass
from datetime import date

from app.domain.cost import Engine, Feature
from app.domain.periods import Period
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Spending:
    """Calls of one kind on one UTC day. Costs are micro-dollars; `reused` counts answers that spared a call.

    `refused_cost` went to texts that failed their checks, `silent_cost` to calls that gave none.
    """

    day: date
    feature: Feature
    model: str
    engine: Engine
    prompt_revision: str
    calls: int
    reused: int
    tokens_read: int
    tokens_written: int
    cost: int
    refused_cost: int
    silent_cost: int


async def list_spending(tx: Tx, days: Period) -> list[Spending]:
    """What was spent on the UTC days of `days`, by day, feature, model, engine and revision."""
    rows = await tx.fetch(
        "SELECT * FROM spending WHERE day BETWEEN $1 AND $2 ORDER BY day, feature, model, engine, prompt_revision",
        *(days.first, days.last),
    )
    return [Spending(**{**row, "feature": Feature(row["feature"]), "engine": Engine(row["engine"])}) for row in rows]
