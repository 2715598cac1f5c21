"""Asks language models for words: inside budgets, in the order of the route, at most three times a job.

Believes no answer before its checks, has a refused one mended once, and gives up quietly: the composer is always there.
"""

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from app.domain.cost import Engine, Feature
from app.domain.narrative import Brief, CheckReport, brief_to_json, check
from app.gateways.language_model import Models, NoAnswer, Question, Said, most_cost
from app.gateways.routes import Deployment, Routes
from app.jobs import Claimed, PersonAt
from app.pipeline.ports import Ports
from app.storage.money import budgets, calls
from app.storage.money.calls import KnownAnswer, NotReserved, Outcome, Purpose, Receipt, Reservation
from app.telemetry import MODEL_CALLS, MODEL_COST, MODEL_SECONDS, logger
from prompts import Revision

LOOK_S = 1.0
"""How often it is looked whether somebody else's call over the same brief is over."""
LONGEST_REFUSED = 8_000
"""Characters of a refused answer that a model is shown again."""

log = logger("asking")


@dataclass(frozen=True, slots=True)
class Words:
    """A model's answer that passed its checks: the parsed JSON, the names of the checks, and who gave it."""

    answer: Any
    checks_passed: tuple[str, ...]
    model: str
    engine: Engine


@dataclass(slots=True)
class Asked:
    """What came of asking: words or none, the checks that drafts failed, the calls, and their micro-dollars.

    `degraded`: a cheaper writer was used, since a budget was nearly or wholly gone.
    """

    words: Words | None = None
    failed: list[str] = field(default_factory=list)
    calls: int = 0
    cost: int = 0
    degraded: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nobody else is to be asked: there are words, or refused ones, or no money."""
        return self.words is not None or bool(self.failed) or self.degraded


async def ask_models(ports: Ports, brief: Brief, revision: Revision, job: Claimed) -> Asked:
    """The words of the first model of the route that has any; none without a route, money, or a model that can."""
    feature = Feature(revision.feature)
    tiers = ports.routes.get(feature, ())
    if not tiers:
        return Asked()
    assert job.person is not None, "words are somebody's"
    models = await ports.models()
    models.begin()
    async with ports.store.for_everyone() as tx:
        gone = max((budget.share for budget in await budgets.list_budgets(tx, feature)), default=1.0)
    within = [tier.deployment for tier in tiers if gone < tier.while_budget_under]
    asking = _Asking(ports, models, brief, revision, job.person, job)
    for model in within:
        if models.is_left_alone(model):
            continue
        if asking.asked.is_over or (asking.asked.calls and not models.may_repeat()):
            break
        await asking.ask(model)
    asking.asked.degraded |= len(within) < len(tiers)
    return asking.asked


def content_of(brief: Brief) -> str:
    """The brief as a model is given it: typed aggregates alone."""
    return orjson.dumps(brief_to_json(brief)).decode()


def question_for(brief: Brief, revision: Revision) -> Question:
    """What a model is asked by `revision` over `brief`."""
    return Question(
        instructions=revision.body,
        content=content_of(brief),
        schema=orjson.loads(revision.output_schema),
        most_tokens_written=int(revision.parameters["max_output_tokens"]),
        temperature=float(revision.parameters["temperature"]),
    )


def read_answer(text: str, brief: Brief, revision: Revision) -> tuple[Any, CheckReport]:
    """A model's text as JSON, and what it passes and fails; text that is no JSON fails `schema`."""
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None, CheckReport((), (("schema", "the answer is not JSON"),))
    return answer, check(answer, brief, fixed=revision.sayings)


@dataclass(slots=True)
class _Asking:
    """One text that is asked for, and what came of it so far."""

    ports: Ports
    models: Models
    brief: Brief
    revision: Revision
    person: PersonAt
    job: Claimed
    asked: Asked = field(default_factory=Asked)

    async def ask(self, model: Deployment) -> None:
        """Ask one model; when its words are refused, once more with the reasons."""
        question = question_for(self.brief, self.revision)
        refused = await self._call(model, question)
        if refused is None:
            return
        if self.models.may_repeat():
            refused = await self._call(model, replace(question, content=f"{question.content}\n\n{refused}"))
        if refused is not None:
            self.models.leave_alone(model)

    async def _call(self, model: Deployment, question: Question) -> str | None:
        """Reserve, ask, read, check, and pay; how to mend what was refused, None when nothing was."""
        reserved = await self._reserve(model, question)
        if isinstance(reserved, KnownAnswer):
            report = check(reserved.answer, self.brief, fixed=self.revision.sayings)
            if report.ok:
                self.asked.words = Words(reserved.answer, report.passed, reserved.model, reserved.engine)
            return None
        if not isinstance(reserved, Reservation):
            self.asked.degraded = reserved is NotReserved.NO_MONEY
            return None
        said = await self._say(model, question)
        if isinstance(said, NoAnswer):
            await self._pay(reserved, Receipt(Outcome.SILENT, said.cost))
            return None
        answer, report = read_answer(said.text, self.brief, self.revision)
        outcome, kept = (Outcome.TEXT, answer) if report.ok else (Outcome.REFUSED, None)
        await self._pay(reserved, Receipt(outcome, said.cost, said.tokens_read, said.tokens_written, kept))
        if report.ok:
            self.asked.words = Words(answer, report.passed, model.name, model.engine)
            return None
        self.asked.failed += [name for name, _ in report.failed]
        return _mending(self.revision, said, report)

    async def _reserve(self, model: Deployment, question: Question) -> Reservation | KnownAnswer | NotReserved:
        """Money for one call, or the answer to a question that was asked before."""
        purpose = Purpose(
            person=self.person,
            job_id=self.job.id,
            feature=Feature(self.revision.feature),
            model=model.name,
            engine=model.engine,
            prompt_revision=self.revision.name,
            prompt_hash=self.revision.hash,
            brief_digest=self.brief.digest,
        )
        for _ in range(calls.LONGEST_CALL_S + 1):
            async with self.ports.store.for_everyone() as tx:
                reserved = await calls.reserve(tx, purpose, most_cost(model, question))
            if reserved is not NotReserved.ASKED:
                return reserved
            await asyncio.sleep(LOOK_S)
        return NotReserved.ASKED

    async def _say(self, model: Deployment, question: Question) -> Said | NoAnswer:
        start = time.monotonic()
        try:
            return await self.models.ask(model, question)
        except NoAnswer as silent:
            log.warning("model_silent", kind=self.revision.feature, error=str(silent))
            return silent
        finally:
            MODEL_SECONDS.labels(model.name).observe(time.monotonic() - start)

    async def _pay(self, reserved: Reservation, receipt: Receipt) -> None:
        async with self.ports.store.for_everyone() as tx:
            await calls.settle(tx, reserved, receipt)
            turned = await budgets.keep_states(tx, cheaper_from(self.ports.routes))
        for each in turned:
            log.warning("budget_turned", kind=each.feature, scope=each.period, outcome=each.state)
        self.asked.calls += 1
        self.asked.cost += receipt.cost
        purpose = reserved.purpose
        MODEL_CALLS.labels(purpose.feature, purpose.model, receipt.outcome).inc()
        MODEL_COST.labels(purpose.feature, purpose.model).inc(receipt.cost)


def cheaper_from(routes: Routes) -> dict[Feature, float]:
    """From which share of a feature's budget on a cheaper model writes."""
    return {feature: tiers[0].while_budget_under for feature, tiers in routes.items()}


def _mending(revision: Revision, said: Said, report: CheckReport) -> str:
    """What is added to a question that was answered badly."""
    reasons = [f"{name}: {reason}" for name, reason in report.failed]
    refused = orjson.dumps({"answer": said.text[:LONGEST_REFUSED], "refused": reasons}).decode()
    return f"{revision.mending}\n{refused}"
