"""Scores published texts: each by rule, a sample by a model; and lets revisions on trial write beside some of them.

Nobody waits for it, and nothing of it is shown to a person. What people score is kept elsewhere.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from app.domain.cost import Feature
from app.domain.narrative import (
    Brief,
    Draft,
    Manner,
    brief_from_json,
    brief_to_json,
    check,
    compose,
    draft_from_json,
    draft_to_json,
)
from app.domain.rubric import WRITING, MalformedScores, Scorer, Scores, mean_of, passes, score_by_rule, scores_from_json
from app.errors import Gone
from app.gateways.language_model import Question, most_cost
from app.jobs import Claimed, Kept, Skipped
from app.pipeline.asking import question_of
from app.pipeline.paying import Heard, ask_once, list_within, tell_lacking
from app.pipeline.ports import Ports
from app.pipeline.writing import find_active, write
from app.storage import people
from app.storage.money.calls import KnownAnswer, NotReserved, Purpose
from app.storage.store import Tx
from app.storage.words import scores, shadows
from app.storage.words.scores import SHADOW, Score, ScoredText, TextKey
from app.storage.words.shadows import ShadowText
from app.telemetry import logger
from prompts import Revision, Shadow, list_prompts, list_revisions, list_shadows

TEXTS_AT_ONCE = 500
"""Of one run, the newest first; what lies beyond is scored in the next hour, or never when more come than that."""
LONGEST_S = 150.0
"""Where models take their time, nothing further is begun: the rest waits for the next hour."""
RUBRIC_SCORE = "rubric-score"
RULE = "rubric"
"""The rater of all scores by rule."""

log = logger("score")


@dataclass(slots=True)
class Scored:
    """What is to be kept: scores, and texts on trial."""

    scores: list[Score] = field(default_factory=list)
    shadows: list[ShadowText] = field(default_factory=list)


async def prepare(job: Claimed, ports: Ports) -> Scored | Skipped:
    """Read · score by rule · ask a model about some · let those on trial write about some."""
    return await prepare_with(job, ports, list_shadows())


async def prepare_with(job: Claimed, ports: Ports, on_trial: Sequence[Shadow]) -> Scored | Skipped:
    """The same, with these revisions on trial."""
    held = held_revisions()
    async with ports.store.for_everyone() as tx:
        texts = await scores.list_unscored(tx, list(held), WRITING, limit=TEXTS_AT_ONCE)
        judge = await find_active(tx, RUBRIC_SCORE)
    if not texts:
        return Skipped("Every text has its score.")
    work = _Scoring(ports, job, judge, on_trial, until=_now() + LONGEST_S)
    for text in texts:
        if work.is_late:
            break
        try:
            await work.score(text, held[text.key.prompt_hash])
        except Gone:
            continue  # whoever it was about was erased meanwhile
        except (KeyError, ValueError) as error:
            log.warning("text_unreadable", kind=text.key.period_kind, error=type(error).__name__)
        await asyncio.sleep(0)  # so that the heartbeat goes on
    return work.scored


async def keep(tx: Tx, result: Scored) -> Kept:
    """Keep what still belongs to somebody and to a text that stands; once, however often it is kept."""
    keys = [each.text for each in result.scores] + [each.text for each in result.shadows]
    locked = await people.list_locked(tx, list({key.person.id for key in keys}))
    standing = await scores.list_standing(tx, keys)

    def stands(key: TextKey) -> bool:
        there = locked.get(key.person.id)
        same = (key.person.id, key.period_kind, key.first_day, key.finding_key, key.brief_digest) in standing
        return same and there is not None and there.at == key.person

    await scores.keep(tx, [each for each in result.scores if stands(each.text)])
    await shadows.keep(tx, [each for each in result.shadows if stands(each.text)])
    return Kept()


def held_revisions() -> Mapping[str, Revision]:
    """Every revision that writes and that this build holds, by its hash."""
    return {
        revision.hash: revision
        for prompt in list_prompts()
        if prompt.feature != Feature.RUBRIC_SCORING
        for revision in list_revisions(prompt.key)
    }


def drawn(key: str, share: float) -> bool:
    """Whether what is called `key` belongs to a sample of this share (0..1): the same each time."""
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return place < share * 2**64


def draft_of(text: ScoredText, revision: Revision) -> tuple[Brief, Draft]:
    """The brief of a text, and its words again: the answer that is kept, or what the composer makes of the brief."""
    brief = brief_from_json(text.brief)
    if text.answer is not None:
        return brief, draft_from_json(text.answer, brief.form)
    return brief, compose(brief, revision.phrases, seed=text.seed)


def scored(key: TextKey, by: tuple[Scorer, str], found: Scores) -> Score:
    """A score by the writing rubric, by whom: the kind of scorer, and its name."""
    scorer, rater = by
    return Score(
        text=key,
        scorer=scorer,
        rater=rater,
        rubric=WRITING.name,
        rubric_revision=WRITING.revision,
        scores=found,
        mean=mean_of(WRITING, found),
        passed=passes(WRITING, found),
    )


def _now() -> float:
    return asyncio.get_running_loop().time()


@dataclass(slots=True)
class _Scoring:
    """A run over texts, and what it has found so far."""

    ports: Ports
    job: Claimed
    judge: Revision
    on_trial: Sequence[Shadow]
    until: float
    scored: Scored = field(default_factory=Scored)

    @property
    def is_late(self) -> bool:
        """Whether nothing further is to be begun."""
        return _now() >= self.until

    async def score(self, text: ScoredText, revision: Revision) -> None:
        """Score one text; what is found before a surprise is kept."""
        brief, draft = draft_of(text, revision)
        self._by_rule(text.key, brief, (draft, revision))
        if brief.manner is Manner.PLAIN and drawn(str(text.id), self.ports.rules.scored_share):
            await self._by_model(text.key, brief, draft)
        for trial in self.on_trial:
            tried = trial.revision
            beside = tried.prompt == revision.prompt and tried.hash != revision.hash
            if beside and not self.is_late and drawn(f"{tried.name}:{text.key.brief_digest}", trial.share):
                await self._on_trial(text.key, brief, tried)

    def _by_rule(self, key: TextKey, brief: Brief, written: tuple[Draft, Revision]) -> None:
        draft, revision = written
        report = check(draft_to_json(draft), brief, fixed=revision.sayings)
        self.scored.scores.append(scored(key, (Scorer.RULE, RULE), score_by_rule(draft, brief, report)))

    async def _by_model(self, key: TextKey, brief: Brief, draft: Draft) -> None:
        """One call at most; an answer that is no set of scores is paid, and is no score."""
        models = await self.ports.models() if self.ports.routes.get(Feature.RUBRIC_SCORING) else None
        within = await list_within(self.ports, Feature.RUBRIC_SCORING) if models else []
        model = next((each for each in within if models and not models.is_left_alone(each)), None)
        if model is None:
            return
        question = question_about(brief, draft, self.judge)
        purpose = Purpose(
            person=key.person,
            job_id=self.job.id,
            feature=Feature.RUBRIC_SCORING,
            model=model.name,
            engine=model.engine,
            prompt_revision=self.judge.name,
            prompt_hash=self.judge.hash,
            brief_digest=hashlib.sha256(question.content.encode()).hexdigest(),
        )
        heard = await ask_once(self.ports, model, purpose=purpose, question=question, read=read_scores)
        if isinstance(heard, KnownAnswer):
            found, rater = read_scores(orjson.dumps(heard.answer).decode())[1], heard.model
        elif isinstance(heard, Heard):
            found, rater = heard.verdict, model.name
        else:
            if heard is NotReserved.NO_MONEY:
                await tell_lacking(self.ports, Feature.RUBRIC_SCORING, most_cost(model, question))
            return
        if found is not None:
            self.scored.scores.append(scored(key, (Scorer.MODEL, rater), found))

    async def _on_trial(self, key: TextKey, brief: Brief, tried: Revision) -> None:
        """Let a revision write over the same brief, for nobody; what it wrote is scored by rule."""
        own = replace(key, edition=SHADOW, prompt_revision=tried.name, prompt_hash=tried.hash)
        async with self.ports.store.for_everyone() as tx:
            if await shadows.has_one(tx, own):
                return
        attempt = await write(self.ports, brief, tried, replace(self.job, person=key.person), erasures=None)
        text = attempt.text
        self.scored.shadows.append(
            ShadowText(
                text=own,
                engine=text.engine if text else None,
                draft=draft_to_json(text.draft) if text else None,
                failed=attempt.failed,
                cost=attempt.cost,
            )
        )
        if text:
            self._by_rule(own, brief, (text.draft, tried))


def question_about(brief: Brief, draft: Draft, judge: Revision) -> Question:
    """What a model is asked about a text: it sees the brief and the draft, and nothing else."""
    content: dict[str, Any] = {"brief": brief_to_json(brief), "draft": draft_to_json(draft)}
    return question_of(judge, orjson.dumps(content).decode())


def read_scores(text: str) -> tuple[Any, Scores | None]:
    """A model's text as scores by the writing rubric, twice: to be kept, and to be read; None twice when it is none."""
    try:
        found = scores_from_json(orjson.loads(text), WRITING)
    except (orjson.JSONDecodeError, MalformedScores):
        return None, None
    return dict(found), found
