"""What is kept beside texts: answers until they are published, how well each revision writes, and by which index."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from app.domain.feedback import FeedbackVerdict
from app.domain.narrative import SAFETY_CHECKS
from app.domain.periods import Period, PeriodKind, week_of
from app.domain.rubric import WRITING
from app.domain.safety import SafetyAction
from app.jobs import PersonAt
from app.storage.money import calls
from app.storage.store import Tx
from app.storage.words import decisions, faults, feedback, made, pairs, scores, shadows, writings
from app.storage.words.aggregates import AggregateRef
from app.storage.words.decisions import REVIEW, Decision
from app.storage.words.quality import list_quality
from app.storage.words.scores import SHADOW, TextKey
from app.storage.words.shadows import ShadowText
from app.storage.words.writings import Making, NewWriting
from app.wiring import Spectrum

MONDAY = date(2026, 6, 1)
ON = AggregateRef(PeriodKind.WEEK, MONDAY, 1, "digest")
TRIED, OTHER = "weekly-card@701", "weekly-card@702"
"""Revisions of these tests alone."""


def _text(finding: str, revision: str = TRIED, *, cost: int = 0) -> NewWriting:
    made = Making("TEMPLATE", None, revision, "hash", {}, "digest", None, ("length",), cost, False, "seed")
    return NewWriting(PeriodKind.WEEK, week_of(MONDAY), finding, 0, "TREND", "MEDIUM", {"h": finding}, made)


def _decision(finding: str, *failed: str, action: SafetyAction = SafetyAction.REWRITTEN) -> Decision:
    return Decision(PeriodKind.WEEK, MONDAY, finding, failed, action, TRIED)


async def test_a_revision_is_told_by_its_texts(spectrum: Spectrum) -> None:
    """Texts, their cost, whose drafts failed what, and what people said: counted by hand; a review is no failure."""
    one, two = uuid4(), uuid4()
    async with spectrum.ports.store.for_everyone() as tx:
        new = [(who, _text(name, cost=30)) for who in (one, two) for name in ("a", "b", "c")]
        await writings.keep(tx, [(who, text, ON) for who, text in [*new, (one, _text("d", OTHER))]])
        await decisions.keep(
            tx,
            [
                (one, _decision("a", "tone", "no-diagnosis")),
                (one, _decision("a", "no-diagnosis")),
                (one, _decision("b", "length", action=SafetyAction.TEMPLATE_USED)),
                (one, _decision("c", REVIEW, action=SafetyAction.WITHHELD)),
                (two, _decision("gone", "length", action=SafetyAction.WITHHELD)),
            ],
        )
        for who, finding, verdict in (
            (one, "a", FeedbackVerdict.RINGS_TRUE),
            (one, "b", FeedbackVerdict.NOT_QUITE),
            (two, "a", FeedbackVerdict.UPSETTING),
        ):
            text = await writings.find_for(tx, who, PeriodKind.WEEK, MONDAY, finding)
            assert text is not None
            assert await feedback.keep(tx, who, text.id, verdict)
        found = await list_quality(tx, [TRIED, OTHER], safety=SAFETY_CHECKS)
        assert await faults.count(tx, TRIED, SAFETY_CHECKS) == 2
        assert await faults.count(tx, TRIED, ["length", "tone"]) == 3
        assert await faults.count(tx, TRIED, [REVIEW]) == await faults.count(tx, OTHER, SAFETY_CHECKS) == 0
    told = found[TRIED]
    assert (told.texts, told.cost) == (6, 180)
    assert (told.tried, told.failed, told.unsafe) == (7, 3, 1)
    assert (told.verdicts, told.rings_true) == (2, 1)
    assert (found[OTHER].texts, found[OTHER].tried, found[OTHER].failed) == (1, 1, 0)


async def test_an_answer_is_forgotten_when_its_own_text_is_published(spectrum: Spectrum, owner: Any) -> None:
    """Neither that over another brief, nor by another revision, nor anybody else's."""
    one, two = uuid4(), uuid4()
    kept = [(one, "brief", "hash"), (one, "another", "hash"), (one, "brief", "another"), (two, "brief", "hash")]
    for who, digest, hash_ in kept:
        await owner.execute(
            "INSERT INTO model_call (person_id, id, feature, model, engine, prompt_revision, prompt_hash, brief_digest,"
            " reserved, outcome, cost, answer) VALUES ($1, gen_random_uuid(), 'MONTHLY_NARRATIVE', 'm', 'SMALL_MODEL',"
            " $2, $3, $4, 1, 'TEXT', 1, '{}')",
            *(who, TRIED, hash_, digest),
        )
    async with spectrum.ports.store.for_everyone() as tx:
        await calls.keep_published(tx, kept[:1])
    left = await owner.fetch(
        "SELECT person_id, brief_digest, prompt_hash FROM model_call WHERE person_id = ANY($1) AND answer IS NOT NULL",
        [one, two],
    )
    assert {tuple(row) for row in left} == set(kept[1:])


async def test_a_text_that_is_gone_and_was_taken_back_stays_back(spectrum: Spectrum) -> None:
    """What the pipeline withdrew, and a reviewer then took back, is not shown when its finding returns unchanged."""
    who = uuid4()
    async with spectrum.ports.store.for_everyone() as tx:
        await writings.keep(tx, [(who, _text("a"), ON)])
        text = await writings.find_for(tx, who, PeriodKind.WEEK, MONDAY, "a")
        assert text is not None
        assert await writings.keep_withdrawn(tx, PeriodKind.WEEK, {who: (MONDAY, [])}) == 1
        assert await made.keep_pulled(tx, who, text.id)
        assert not await made.keep_pulled(tx, who, text.id), "again is no news"
        await writings.keep(tx, [(who, _text("a"), ON)])
        again = await writings.find_for(tx, who, PeriodKind.WEEK, MONDAY, "a")
    assert again is not None
    assert again.status is writings.WritingStatus.WITHDRAWN


async def test_what_is_failed_on_trial_is_counted_once(spectrum: Spectrum) -> None:
    """Texts on trial count, too; kept again they do not."""
    key = TextKey(PersonAt(uuid4(), 0), PeriodKind.WEEK, MONDAY, "a", SHADOW, "digest", "weekly-card@703", "hash")
    tried = [
        ShadowText(key, None, None, ("tone", "length"), 0),
        ShadowText(replace(key, finding_key="b"), None, None, ("tone",), 0),
    ]
    async with spectrum.ports.store.for_everyone() as tx:
        for _ in range(2):
            await shadows.keep(tx, tried)
        assert await faults.count(tx, "weekly-card@703", ["tone"]) == 2
        assert await faults.count(tx, "weekly-card@703", ["length"]) == 1


Ask = Callable[[Tx], Awaitable[object]]
WEEK = Period(MONDAY, MONDAY + timedelta(days=6))
FOUND_BY: dict[str, tuple[Ask, set[str]]] = {
    "a known answer": (
        lambda tx: calls.find_answer(tx, "d", "h"),
        {"writing_question", "model_call_question", "writing_pulled"},
    ),
    "one refused lately": (lambda tx: calls.was_refused(tx, "d", "h"), {"model_call_question"}),
    "a text by its id": (lambda tx: made.find(tx, uuid4()), {"writing_id"}),
    "a text to be scored": (lambda tx: scores.find_text(tx, uuid4()), {"writing_id"}),
    "the scores of a revision": (lambda tx: scores.list_quality(tx, [TRIED], WRITING), {"rubric_score_revision"}),
    "a pair": (lambda tx: pairs.find_standing(tx, uuid4(), 2), {"blind_pair_review", "blind_judgement_review"}),
    "the safety log": (lambda tx: decisions.list_decisions(tx, WEEK, first=9, after=None), {"safety_decision_at"}),
}


class _Explaining:
    """Asks the server how it would answer, where scanning a small table is forbidden, and answers with nothing."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.plans: list[str] = []

    async def fetch(self, sql: str, *args: object) -> list[Any]:
        self.plans += [row[0] for row in await self.owner.fetch(f"EXPLAIN {sql}", *args)]
        return []

    async def fetchrow(self, sql: str, *args: object) -> None:
        await self.fetch(sql, *args)

    fetchval = fetchrow


@pytest.mark.parametrize("what", FOUND_BY)
async def test_what_is_asked_often_has_its_index(owner: Any, what: str) -> None:
    """Each is found by an index that was made for it, however many texts there are."""
    ask, indexes = FOUND_BY[what]
    explaining = _Explaining(owner)
    await owner.execute("SET enable_seqscan = off")
    try:
        await ask(cast(Tx, explaining))
    finally:
        await owner.execute("RESET enable_seqscan")
    plan = "\n".join(explaining.plans)
    assert {name for name in indexes if name not in plan} == set(), plan
