"""From a brief to checked words: ask the models of the route, fall back to the composer, show nothing that failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.cost import Engine
from app.domain.narrative import Brief, Draft, brief_to_json, draft_from_json, draw
from app.domain.periods import PeriodKind
from app.domain.safety import SafetyAction
from app.jobs import Claimed
from app.pipeline.asking import Asked, ask_models
from app.pipeline.ports import Ports
from app.storage.store import Tx
from app.storage.words import activations
from app.storage.words.decisions import Decision
from app.storage.words.writings import Making
from app.telemetry import logger
from prompts import Revision, first_revision, list_revisions

log = logger("writing")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that passed every check, and what it was made with.

    `answer` is what a model answered, None where the composer wrote; `cost` as in `Attempt`, `degraded` as in `Asked`;
    `seed` is what the composer drew its words by.
    """

    draft: Draft
    brief: Brief
    revision: Revision
    engine: Engine
    checks_passed: tuple[str, ...]
    model: str | None = None
    answer: Mapping[str, Any] | None = None
    cost: int = 0
    degraded: bool = False
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of writing a text: words, or none that may be shown; the checks that drafts failed on the way.

    `cost` is what all its calls cost, in micro-dollars.
    """

    text: Written | None
    revision: Revision
    failed: tuple[str, ...] = ()
    cost: int = 0

    @property
    def action(self) -> SafetyAction | None:
        """What was done about the drafts that failed; None when none did."""
        if not self.failed:
            return None
        if self.text is None:
            return SafetyAction.WITHHELD
        return SafetyAction.TEMPLATE_USED if self.text.engine is Engine.TEMPLATE else SafetyAction.REWRITTEN


async def find_active(tx: Tx, prompt: str) -> Revision:
    """The revision that writes: the newest activated one that this build holds, the catalogue's first without one."""
    held = {revision.hash: revision for revision in list_revisions(prompt)}
    chosen = await activations.find_active(tx, prompt, list(held))
    return first_revision(prompt) if chosen is None else held[chosen]


async def write(ports: Ports, brief: Brief, revision: Revision, job: Claimed, *, erasures: int | None) -> Attempt:
    """Write `brief` with `revision`; without words when nothing that was written passes its checks.

    `erasures`: how many the person had had of sessions when the brief was made; no model is asked about what is erased.
    """
    asked = await ask_models(ports, brief, revision, job, erasures=erasures)
    if asked.words is not None:
        return Attempt(_worded(asked, brief, revision), revision, tuple(asked.failed), asked.cost)
    assert job.person is not None, "words are somebody's"
    text, failed = _composed(brief, revision, asked, reader=job.person.id)
    if asked.failed or failed:
        log.warning("draft_refused", kind=brief.form, error=",".join(sorted({*asked.failed, *failed})))
    return Attempt(text, revision, (*asked.failed, *failed), asked.cost)


def _worded(asked: Asked, brief: Brief, revision: Revision) -> Written:
    words = asked.words
    assert words is not None, "the caller has looked"
    return Written(
        draft=draft_from_json(words.answer, brief.form),
        brief=brief,
        revision=revision,
        engine=words.engine,
        checks_passed=words.checks_passed,
        model=words.model,
        answer=words.answer,
        cost=asked.cost,
        degraded=asked.degraded,
    )


def _composed(
    brief: Brief, revision: Revision, asked: Asked, *, reader: UUID
) -> tuple[Written | None, tuple[str, ...]]:
    """The composer's words for a reader, and the checks that were failed on the way."""
    drawn = draw(brief, revision.phrases, fixed=revision.sayings, reader=reader)
    if drawn.draft is None:
        return None, drawn.failed
    text = Written(
        draft=drawn.draft,
        brief=brief,
        revision=revision,
        engine=Engine.TEMPLATE,
        checks_passed=drawn.checks_passed,
        cost=asked.cost,
        degraded=asked.degraded,
        seed=drawn.seed,
    )
    return text, drawn.failed


def decision_on(attempt: Attempt, kind: PeriodKind, first_day: date, finding_key: str) -> Decision | None:
    """What is kept of drafts that failed their checks; None when none did."""
    action = attempt.action
    if action is None:
        return None
    return Decision(kind, first_day, finding_key, attempt.failed, action, attempt.revision.name)


def making(text: Written) -> Making:
    """What is kept of how `text` was made."""
    return Making(
        engine=text.engine,
        model=text.model,
        prompt_revision=text.revision.name,
        prompt_hash=text.revision.hash,
        brief=brief_to_json(text.brief),
        brief_digest=text.brief.digest,
        answer=text.answer,
        checks_passed=text.checks_passed,
        cost=text.cost,
        degraded=text.degraded,
        seed=text.seed,
    )
