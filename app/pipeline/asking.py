"""Asks language models for words: inside budgets, in the order of the route, at most three times a job.

Believes no answer before its checks, has a refused one mended once, and gives up quietly: the composer is always there.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from app.domain.cost import Engine, Feature
from app.domain.narrative import Brief, CheckReport, Manner, brief_to_json, check
from app.gateways.language_model import Models, Question, most_cost
from app.gateways.routes import Deployment
from app.jobs import Claimed, PersonAt
from app.pipeline.paying import Silent, ask_once, list_within, tell_lacking
from app.pipeline.ports import Ports
from app.storage.money import calls
from app.storage.money.calls import KnownAnswer, NotReserved, Purpose
from prompts import Revision

LONGEST_REFUSED = 8_000
"""Characters of a refused answer that a model is shown again."""


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
        """Whether nobody else is to be asked: there are words, or refused ones."""
        return self.words is not None or bool(self.failed)


async def ask_models(ports: Ports, brief: Brief, revision: Revision, job: Claimed, *, erasures: int | None) -> Asked:
    """The words of the first model of the route that has any; none without a route, money, or a model that can.

    Of a hard week no model is asked: what is said then was written by people.
    """
    feature = Feature(revision.feature)
    tiers = ports.routes.get(feature, ())
    if not tiers or brief.manner is not Manner.PLAIN:
        return Asked()
    assert job.person is not None, "words are somebody's"
    known = await _find_known(ports, brief, revision)
    if known is not None:
        return known
    models = await ports.models()
    models.begin()
    within = await list_within(ports, feature)
    asking = _Asking(ports, models, brief, revision, job.person, job, erasures)
    for model in within:
        if models.is_left_alone(model):
            continue
        if asking.asked.is_over or (asking.asked.calls and not models.may_repeat()):
            break
        await asking.ask(model)
    asked = asking.asked
    asked.degraded |= len(within) < len(tiers)
    if asking.lacked and asked.words is None:
        await tell_lacking(ports, feature, min(asking.lacked))
    return asked


async def _find_known(ports: Ports, brief: Brief, revision: Revision) -> Asked | None:
    """What came of the same question before: its words, or that they were refused lately; None when it is new."""
    async with ports.store.for_everyone() as tx:
        known = await calls.find_answer(tx, brief.digest, revision.hash)
        if known is None:
            return Asked() if await calls.was_refused(tx, brief.digest, revision.hash) else None
        report = check(known.answer, brief, fixed=revision.sayings)
        if not report.ok:
            return Asked()
        await calls.keep_reused(tx, Feature(revision.feature), revision.name, known)
    return Asked(words=Words(known.answer, report.passed, known.model, known.engine))


def content_of(brief: Brief) -> str:
    """The brief as a model is given it: typed aggregates alone."""
    return orjson.dumps(brief_to_json(brief)).decode()


def question_for(brief: Brief, revision: Revision) -> Question:
    """What a model is asked by `revision` over `brief`."""
    return question_of(revision, content_of(brief))


def question_of(revision: Revision, content: str) -> Question:
    """What a model is asked by `revision` over `content`, which is JSON."""
    return Question(
        instructions=revision.body,
        content=content,
        schema=orjson.loads(revision.output_schema),
        longest=revision.limits.max_input_tokens,
        most_tokens_written=min(int(revision.parameters["max_output_tokens"]), revision.limits.max_output_tokens),
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
    """One text that is asked for, and what came of it so far; `lacked` is what there was no money for."""

    ports: Ports
    models: Models
    brief: Brief
    revision: Revision
    person: PersonAt
    job: Claimed
    erasures: int | None
    asked: Asked = field(default_factory=Asked)
    lacked: list[int] = field(default_factory=list)

    async def ask(self, model: Deployment) -> None:
        """Ask one model; when its words are refused, once more with the reasons, and when they stay so, no more."""
        question = question_for(self.brief, self.revision)
        refused = await self._call(model, question)
        if refused is not None and self.models.may_repeat():
            await self._call(model, replace(question, content=f"{question.content}\n\n{refused}"))
        if refused is not None and self.asked.words is None:
            self.models.leave_alone(model)

    async def _call(self, model: Deployment, question: Question) -> str | None:
        """Ask once, and see what came of it; how to mend what was refused, None when nothing was."""
        heard = await ask_once(self.ports, model, purpose=self._purpose(model), question=question, read=self._read)
        if isinstance(heard, KnownAnswer):
            report = check(heard.answer, self.brief, fixed=self.revision.sayings)
            if report.ok:
                self.asked.words = Words(heard.answer, report.passed, heard.model, heard.engine)
            return None
        if isinstance(heard, NotReserved):
            self.asked.degraded |= heard in (NotReserved.NO_MONEY, NotReserved.NO_SHARE)
            self.lacked += [most_cost(model, question)] * (heard is NotReserved.NO_MONEY)
            return None
        self.asked.calls += 1
        self.asked.cost += heard.cost
        if isinstance(heard, Silent):
            return None
        if heard.verdict.ok:
            self.asked.words = Words(heard.answer, heard.verdict.passed, model.name, model.engine)
            return None
        self.asked.failed += [name for name, _ in heard.verdict.failed]
        return _mending(self.revision, heard.text, heard.verdict)

    def _read(self, text: str) -> tuple[Any, CheckReport]:
        answer, report = read_answer(text, self.brief, self.revision)
        return (answer if report.ok else None), report

    def _purpose(self, model: Deployment) -> Purpose:
        return Purpose(
            person=self.person,
            job_id=self.job.id,
            feature=Feature(self.revision.feature),
            model=model.name,
            engine=model.engine,
            prompt_revision=self.revision.name,
            prompt_hash=self.revision.hash,
            brief_digest=self.brief.digest,
            erasures=self.erasures,
        )


def _mending(revision: Revision, said: str, report: CheckReport) -> str:
    """What is added to a question that was answered badly."""
    reasons = [f"{name}: {reason}" for name, reason in report.failed]
    refused = orjson.dumps({"answer": said[:LONGEST_REFUSED], "refused": reasons}).decode()
    return f"{revision.mending}\n{refused}"
