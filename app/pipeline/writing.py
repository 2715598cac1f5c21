"""From a brief to checked words: ask the writer, check, fall back to the composer, never publish what failed."""

import asyncio
from dataclasses import dataclass

from app.domain.narrative import Brief, Draft, brief_to_json, check, draft_from_json
from app.errors import ModelUnavailable
from app.gateways.language_model import Answer, Composer, Engine, LanguageModel
from app.pipeline.ports import Ports
from app.storage.words.writings import Making
from app.telemetry import logger
from prompts import Revision, load_revision

MODEL_TIMEOUT_S = 15.0
"""How long a writer may take; three cards of one job fit into its own limit."""

log = logger("writing")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that passed every check, and what it was made with."""

    draft: Draft
    brief: Brief
    revision: Revision
    engine: Engine
    checks_passed: tuple[str, ...]


async def write(ports: Ports, brief: Brief, prompt: str) -> Written | None:
    """Write `brief` with the newest revision of `prompt`; None when nothing that was written passes its checks."""
    revision = load_revision(prompt)
    written = await _asked(ports.writer, brief, revision)
    if written is None and not isinstance(ports.writer, Composer):
        written = await _asked(Composer(), brief, revision)
    return written


async def _asked(writer: LanguageModel, brief: Brief, revision: Revision) -> Written | None:
    """What `writer` wrote, if it answers in time and passes; a model that is away costs nobody an insight."""
    try:
        async with asyncio.timeout(MODEL_TIMEOUT_S):
            answer = await writer.write(brief, revision)
    except (ModelUnavailable, TimeoutError) as error:
        log.warning("model_unavailable", kind=brief.form, error=type(error).__name__)
        return None
    return _checked(answer, brief, revision)


def _checked(answer: Answer, brief: Brief, revision: Revision) -> Written | None:
    report = check(answer.draft, brief, fixed=revision.sayings)
    if report.failed:
        log.warning("draft_refused", kind=brief.form, error=",".join(name for name, _ in report.failed))
        return None
    draft = answer.draft if isinstance(answer.draft, Draft) else draft_from_json(answer.draft, brief.form)
    return Written(draft, brief, revision, answer.engine, report.passed)


def making(text: Written) -> Making:
    """What is kept of how `text` was made."""
    return Making(
        engine=text.engine,
        prompt_revision=text.revision.name,
        prompt_hash=text.revision.hash,
        brief=brief_to_json(text.brief),
        brief_digest=text.brief.digest,
        checks_passed=text.checks_passed,
    )
