"""Asks one model one question, inside budgets: reserve, ask, read, pay. The same question is paid for once.

Decides neither whom to ask nor what to do with an answer.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from app import tracing
from app.domain.cost import Feature
from app.domain.global_ids import encode
from app.domain.webhooks import WebhookEvent
from app.gateways.language_model import Models, NoAnswer, Question, Said, most_cost
from app.gateways.routes import Deployment, Routes
from app.pipeline.announcing import announce
from app.pipeline.ports import Ports
from app.storage.jobs import ledger
from app.storage.money import budgets, calls
from app.storage.money.budgets import Turned
from app.storage.money.calls import KnownAnswer, NotReserved, Outcome, Purpose, Receipt, Reservation
from app.storage.notify.webhooks import Announcement
from app.telemetry import MODEL_CALLS, MODEL_COST, MODEL_NOT_ASKED, MODEL_SECONDS, logger
from app.tracing import Kind

LOOK_S = 1.0
"""How often it is looked whether somebody else's call over the same question is over."""
LOOKS = 15
"""And how many times: whoever waited so long goes without, so that one call holds nobody up."""

log = logger("asking")
_Verdict = TypeVar("_Verdict")


@dataclass(frozen=True, slots=True)
class Heard(Generic[_Verdict]):
    """A model's words, paid for: `answer` is what may be used of them (None: refused), `verdict` what was found."""

    text: str
    answer: Any
    verdict: _Verdict
    cost: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A model that was to be paid and said nothing, and what that cost."""

    cost: int


Read = Callable[[str], tuple[Any, _Verdict]]
"""What may be used of a model's text (None: nothing), and what was found."""


async def list_within(ports: Ports, feature: Feature) -> list[Deployment]:
    """The models of the feature's route that its budgets leave, in their order; all of them while little is gone.

    None while a budget is full.
    """
    tiers = ports.routes.get(feature, ())
    if not tiers:
        return []
    async with ports.store.for_everyone() as tx:
        found = await budgets.list_budgets(tx, feature)
    gone = 1.0 if any(budget.is_full for budget in found) else max((each.share for each in found), default=1.0)
    return [tier.deployment for tier in tiers if gone < tier.while_budget_under]


async def ask_once(
    ports: Ports, model: Deployment, *, purpose: Purpose, question: Question, read: Read[_Verdict]
) -> Heard[_Verdict] | Silent | KnownAnswer | NotReserved:
    """Put money aside, ask, read, and pay; an answer that is known already is not asked for again."""
    models = await ports.models()
    too_long = question.most_tokens_read > question.longest
    reserved = NotReserved.TOO_LONG if too_long else await _reserve(ports, purpose, most_cost(model, question))
    if isinstance(reserved, KnownAnswer):
        return reserved
    if isinstance(reserved, NotReserved):
        MODEL_NOT_ASKED.labels(purpose.feature, reserved).inc()
        return reserved
    said = await _say(models, model, purpose, question)
    if isinstance(said, NoAnswer):
        await _pay(ports, reserved, Receipt(Outcome.SILENT, said.cost))
        return Silent(said.cost)
    answer, verdict = read(said.text)
    outcome = Outcome.REFUSED if answer is None else Outcome.TEXT
    await _pay(ports, reserved, Receipt(outcome, said.cost, said.tokens_read, said.tokens_written, answer))
    return Heard(said.text, answer, verdict, said.cost)


async def _reserve(ports: Ports, purpose: Purpose, amount: int) -> Reservation | KnownAnswer | NotReserved:
    """Money for one call, or the answer to a question that was asked before."""
    for _ in range(LOOKS):
        async with ports.store.for_everyone() as tx:
            reserved = await calls.reserve(tx, purpose, amount)
        if reserved is not NotReserved.ASKED:
            return reserved
        await asyncio.sleep(LOOK_S)
    return NotReserved.ASKED


async def _say(models: Models, model: Deployment, purpose: Purpose, question: Question) -> Said | NoAnswer:
    start = time.monotonic()
    with tracing.span("model", role=Kind.CLIENT, model=model.name, feature=purpose.feature) as span:
        try:
            said = await models.ask(model, question)
        except NoAnswer as silent:
            log.warning("model_silent", kind=purpose.feature, error=str(silent))
            span.set(outcome=Outcome.SILENT)
            return silent
        finally:
            MODEL_SECONDS.labels(model.name).observe(time.monotonic() - start, span.exemplar)
        span.set(tokens_read=said.tokens_read, tokens_written=said.tokens_written)
        return said


async def _pay(ports: Ports, reserved: Reservation, receipt: Receipt) -> None:
    async with ports.store.for_everyone() as tx:
        await calls.settle(tx, reserved, receipt)
    await tell_turned(ports)
    purpose = reserved.purpose
    MODEL_CALLS.labels(purpose.feature, purpose.model, receipt.outcome).inc()
    MODEL_COST.labels(purpose.feature, purpose.model).inc(receipt.cost)


async def tell_lacking(ports: Ports, feature: Feature, amount: int) -> None:
    """Write down that no model could be paid the `amount` of the cheapest one, and what that makes of the budgets."""
    async with ports.store.for_everyone() as tx:
        await budgets.keep_locked(tx, feature)
        await budgets.keep_lacking(tx, feature, amount)
    await tell_turned(ports)


async def tell_turned(ports: Ports) -> None:
    """Write down and log which budgets came into another state; in a transaction that holds all of them, in order."""
    async with ports.store.for_everyone() as tx:
        await budgets.keep_locked(tx)
        turned = await budgets.keep_states(tx, cheaper_from(ports.routes))
        now: datetime = await tx.fetchval("SELECT now()")
        await ledger.keep_jobs(tx, await announce(tx, [_turned(each, now) for each in turned]))
    for each in turned:
        log.warning("budget_state_changed", kind=each.feature, scope=each.period, outcome=each.state)


def _turned(turned: Turned, now: datetime) -> Announcement:
    key = f"{turned.feature}.{turned.period}"
    data = {"budget": encode("Budget", key)}
    return Announcement(WebhookEvent.BUDGET_STATE_CHANGED, f"budget:{key}:{turned.state}:{now.isoformat()}", now, data)


def cheaper_from(routes: Routes) -> dict[Feature, float]:
    """From which share of a feature's budget on a cheaper model writes."""
    return {feature: tiers[0].while_budget_under for feature, tiers in routes.items()}
