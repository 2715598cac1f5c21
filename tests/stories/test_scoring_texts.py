"""The team scores texts, and reads how well a revision writes: rules, models and people apart."""

from typing import Any

import pytest

from app.domain.access import Role
from app.domain.rubric import WRITING, Scorer, mean_of
from app.jobs import Queue, agreement_report
from app.storage.jobs import ledger
from app.storage.words import scores
from app.storage.words.scores import Score
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import Client
from tests.life import lived, work_off
from tests.models.scoring import FOUR
from workers.runner import Runner

SCORE = """mutation($input: ScoreInsightInput!) { scoreInsight(input: $input) {
  userErrors { code field message } mean passed } }"""
REPORT = """query($id: ID!, $range: RangeInput) { ops { rubricReport(revisionId: $id, range: $range) {
  revision { name } rubric { id name } scored passRate(scorer: HUMAN) { numerator suppressed }
  byCriterion { criterion { key } scorer n mean low high }
  modelHumanAgreement { alpha low high raters items } } } }"""
RUBRICS = "{ ops { rubrics { id name revision passMark criteria { key label weight min max floor } } } }"
RUBRIC = encode("Rubric", "writing@1")


@pytest.fixture(autouse=True)
async def nothing_scored(owner: Any) -> None:
    """Begin each test with nobody's texts, scores and reports."""
    await owner.execute("TRUNCATE writing, event, rubric_score, report, job")


def _marks(score: int = 4, **more: int) -> list[dict[str, Any]]:
    return [{"key": key, "score": more.get(key, score)} for key in FOUR]


async def _texts(spectrum: Spectrum, owner: Any, person: str) -> list[Any]:
    """Give the cards of somebody's six weeks: their ids and revision."""
    person_id = await lived(spectrum, owner, person, weeks=6)
    rows: list[Any] = await owner.fetch(
        "SELECT id, prompt_revision FROM writing WHERE person_id = $1 AND period_kind = 'WEEK'"
        " AND status <> 'WITHDRAWN' ORDER BY id",
        person_id,
    )
    assert len(rows) >= 5
    return rows


def _input(writing_id: object, marks: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    given = {"insightId": encode("Insight", writing_id), "rubricId": RUBRIC, "scores": marks or _marks()}
    return {"input": given | more}


async def test_a_reviewer_scores_once_and_the_last_counts(
    client: Client, spectrum: Spectrum, owner: Any, person: str
) -> None:
    """The mean and whether it passes come back; again replaces; another rater stands beside; all is audited."""
    (text, *_) = await _texts(spectrum, owner, person)
    said = await client.team(SCORE, _input(text["id"]), Role.REVIEWER)
    assert said["scoreInsight"] == {"userErrors": [], "mean": 4.0, "passed": True}
    said = await client.team(SCORE, _input(text["id"], _marks(5, kind=2)), Role.REVIEWER)
    expected = mean_of(WRITING, {**dict.fromkeys(WRITING.keys(), 5), "kind": 2})
    assert said["scoreInsight"] == {"userErrors": [], "mean": expected, "passed": False}
    query = "SELECT rater, mean, passed FROM rubric_score WHERE scorer = 'HUMAN'"
    ((rater, mean, passed),) = await owner.fetch(query)
    assert (mean, passed) == (expected, False)
    await client.post(SCORE, _input(text["id"]), subject="another", roles=(Role.ADMIN,), path="/ops/graphql")
    assert len({row["rater"] for row in await owner.fetch(query)}) == 2
    audited = await owner.fetch("SELECT actor, targets FROM audit WHERE action = 'score insight'")
    assert [row["targets"] for row in audited] == [[text["id"]]] * 3
    assert rater not in {row["actor"] for row in audited}, "a pseudonym per purpose"


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"insightId": encode("Insight", "00000000-0000-4000-8000-000000000000")}, "NOT_FOUND", "insightId"),
        ({"insightId": "nonsense"}, "NOT_FOUND", "insightId"),
        ({"rubricId": encode("Rubric", "writing@99")}, "NOT_FOUND", "rubricId"),
        ({"scores": []}, "INVALID", "scores"),
        ({"scores": _marks()[1:]}, "INVALID", "scores"),
        ({"scores": [*_marks(), {"key": "charming", "score": 5}]}, "INVALID", "scores"),
        ({"scores": [*_marks(), {"key": "kind", "score": 5}]}, "INVALID", "scores"),
        ({"scores": _marks(kind=6)}, "INVALID", "scores"),
        ({"scores": _marks(kind=0)}, "INVALID", "scores"),
    ],
)
async def test_what_is_no_score_is_refused(
    client: Client, spectrum: Spectrum, owner: Any, person: str, more: dict[str, Any], code: str, field: str
) -> None:
    """An unknown text or rubric, a missing, unknown or doubled criterion, a number off the scale: nothing is kept."""
    (text, *_) = await _texts(spectrum, owner, person)
    said = (await client.team(SCORE, _input(text["id"], **more), Role.REVIEWER))["scoreInsight"]
    assert {(error["code"], tuple(error["field"])) for error in said["userErrors"]} == {(code, ("input", field))}
    assert (said["mean"], said["passed"]) == (None, None)
    assert "charming" not in str(said)
    assert await owner.fetchval("SELECT count(*) FROM rubric_score WHERE scorer = 'HUMAN'") == 0


async def test_a_text_taken_back_is_no_text(client: Client, spectrum: Spectrum, owner: Any, person: str) -> None:
    """What nobody reads any more is not scored either."""
    (text, *_) = await _texts(spectrum, owner, person)
    await owner.execute("UPDATE writing SET status = 'WITHDRAWN' WHERE id = $1", text["id"])
    said = (await client.team(SCORE, _input(text["id"]), Role.REVIEWER))["scoreInsight"]
    assert [error["code"] for error in said["userErrors"]] == ["NOT_FOUND"]


async def test_the_rubric_is_told(client: Client) -> None:
    """Every criterion with its range and floor, as people and models are given them."""
    (told,) = (await client.team(RUBRICS, None, Role.ANALYST))["ops"]["rubrics"]
    assert (told["id"], told["name"], told["passMark"]) == (RUBRIC, "writing", WRITING.pass_mark)
    assert [(each["key"], each["floor"]) for each in told["criteria"]] == [
        (each.key, each.floor) for each in WRITING.criteria
    ]
    assert {(each["min"], each["max"]) for each in told["criteria"]} == {(1, 5)}


async def _score_by_model(spectrum: Spectrum, texts: list[Any], marks: list[int]) -> None:
    """Let a model have scored these texts, each all alike."""
    async with spectrum.ports.store.for_everyone() as tx:
        for row, mark in zip(texts, marks, strict=True):
            text = await scores.find_text(tx, row["id"])
            assert text is not None
            given = dict.fromkeys(WRITING.keys(), mark)
            await scores.keep(
                tx, [Score(text.key, Scorer.MODEL, "small", WRITING.name, 1, given, float(mark), passed=mark > 3)]
            )


async def test_a_report_tells_each_kind_of_scorer_apart(
    client: Client, spectrum: Spectrum, owner: Any, person: str
) -> None:
    """Means with intervals from five texts on, null under; agreement after the hour's report; a range of days."""
    texts = (await _texts(spectrum, owner, person))[:5]
    revision = {"id": encode("PromptRevision", texts[0]["prompt_revision"])}
    await owner.execute("TRUNCATE rubric_score")
    marks = [3, 4, 5, 4, 3]
    await _score_by_model(spectrum, texts, marks)
    for text, mark in zip(texts[:4], marks[:4], strict=True):
        await client.team(SCORE, _input(text["id"], _marks(mark)), Role.REVIEWER)
    found = (await client.team(REPORT, revision, Role.ANALYST))["ops"]["rubricReport"]
    assert (found["scored"], found["modelHumanAgreement"]) == (5, None)
    by = {(each["criterion"]["key"], each["scorer"]): each for each in found["byCriterion"]}
    assert {scorer for _, scorer in by} == {"MODEL", "HUMAN"}
    assert (by["kind", "MODEL"]["n"], by["kind", "MODEL"]["mean"]) == (5, pytest.approx(3.8))
    assert 1 <= by["kind", "MODEL"]["low"] < 3.8 < by["kind", "MODEL"]["high"] <= 5
    assert (by["kind", "HUMAN"]["n"], by["kind", "HUMAN"]["mean"], by["kind", "HUMAN"]["low"]) == (4, None, None)
    assert found["passRate"] == {"numerator": None, "suppressed": True}
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, [agreement_report(hour="now")])
    await Runner(spectrum.ports).work_off(Queue.HOURS)
    agreed = (await client.team(REPORT, revision, Role.ANALYST))["ops"]["rubricReport"]["modelHumanAgreement"]
    assert (agreed["alpha"], agreed["raters"], agreed["items"]) == (pytest.approx(1.0), 2, 4)
    last_year = revision | {"range": {"dates": {"from": "2025-01-01", "to": "2025-02-01"}}}
    assert (await client.team(REPORT, last_year, Role.ANALYST))["ops"]["rubricReport"]["scored"] == 0
    unknown = {"id": encode("PromptRevision", "weekly-card@99")}
    assert (await client.team(REPORT, unknown, Role.ANALYST))["ops"]["rubricReport"] is None


async def test_upkeep_asks_for_a_report_once_people_scored(
    client: Client, spectrum: Spectrum, owner: Any, person: str
) -> None:
    """Without a person's score there is none to compute; with one it is computed, and not again until the next."""
    (text, *_) = await _texts(spectrum, owner, person)
    asked = "SELECT count(*) FROM job WHERE kind = 'REPORT'"
    await owner.execute("DELETE FROM job")
    await work_off(spectrum, owner)
    assert await owner.fetchval(asked) == 0
    await client.team(SCORE, _input(text["id"]), Role.REVIEWER)
    for expected in (1, 0):
        await owner.execute("DELETE FROM job")
        await work_off(spectrum, owner)
        assert await owner.fetchval(asked) == expected
    assert await owner.fetchval("SELECT content->>'items' FROM report WHERE name = 'agreement'") == "0"
