"""Scores of texts, through jobs: each by rule once, a sample by a model inside budgets; and revisions on trial."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.cost import Feature
from app.domain.rubric import WRITING, Scorer
from app.gateways.language_model import Models
from app.gateways.routes import Routes
from app.jobs import Claimed, JobKind, PersonAt, Queue, Skipped, scoring
from app.pipeline import score
from app.pipeline.commit import commit
from app.pipeline.erasing import erase_sessions
from app.pipeline.ports import Ports
from app.pipeline.score import drawn, prepare_with
from app.storage.jobs import ledger
from app.storage.words import scores
from app.wiring import Spectrum
from prompts import Shadow, load_revision
from tests.client import Client
from tests.conftest import AUTH_SECRET
from tests.life import at, lived, work_off
from tests.models.routes import routes_to
from tests.models.scoring import FOUR, GARBAGE, shown
from tests.models.scoring import scores as scores_by
from tests.models.service import Reply, says, service_that
from tests.stories.unzipping import taken
from workers.handlers import HANDLERS
from workers.runner import Runner

BY = "SELECT scorer, count(*) AS n FROM rubric_score WHERE person_id = $1 GROUP BY 1 ORDER BY 1"
TEXTS = "SELECT count(*) FROM writing WHERE person_id = $1 AND status <> 'WITHDRAWN'"
TRIED = Shadow(load_revision("weekly-card", 1), 1.0)


@pytest.fixture(autouse=True)
async def nothing_scored(owner: Any) -> None:
    """Begin each test with nobody, no scores, and full budgets."""
    await owner.execute(
        "TRUNCATE writing, event, rubric_score, shadow_text, budget_use, model_call, spending, safety_decision, job"
    )
    await owner.execute("UPDATE budget SET allowed = 10000000, person_allowed = NULL")


@pytest.fixture
async def somebody(spectrum: Spectrum, owner: Any, person: str) -> PersonAt:
    """Give a person whose two weeks are written, and not scored yet."""
    found = await at(owner, await lived(spectrum, owner, person, weeks=2))
    await owner.execute("TRUNCATE rubric_score, job")
    return found


async def _ports(spectrum: Spectrum, routes: Routes, *, share: float = 1.0) -> Ports:
    models = await Models.opened(routes, {})

    async def opened() -> Models:
        return models

    return replace(
        spectrum.ports, routes=routes, models=opened, rules=replace(spectrum.ports.rules, scored_share=share)
    )


async def _job(ports: Ports, *, time: int = 1) -> Claimed:
    """Ask for the scoring of the `time`-th hour, and claim it."""
    async with ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, [scoring(hour=str(time))])
        jobs = await ledger.claim(tx, Queue.HOURS, "a worker")
        await ledger.begin(tx, jobs)
    return next(job for job in jobs if job.kind is JobKind.SCORING)


async def _score(ports: Ports, *, time: int = 1) -> None:
    async with ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, [scoring(hour=str(time))])
    await Runner(ports).work_off(Queue.HOURS)


async def _try(ports: Ports, *, time: int = 1) -> None:
    """Let a worker score, with the first revision of the cards on trial over all briefs."""
    job = await _job(ports, time=time)
    result = await prepare_with(job, ports, [TRIED])
    assert not isinstance(result, Skipped)
    await commit(ports, lambda tx: score.keep(tx, result), person=None, job=job)


async def test_upkeep_has_every_text_scored_by_rule_once(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Each text has one score by rule; another hour adds none, and asks for no job; a new edition is scored anew."""
    person_id = await lived(spectrum, owner, person, weeks=2)
    await owner.execute("DELETE FROM job")
    await work_off(spectrum, owner)
    texts = await owner.fetchval(TEXTS, person_id)
    assert texts
    assert [tuple(row) for row in await owner.fetch(BY, person_id)] == [("RULE", texts)]
    before = await owner.fetch("SELECT * FROM rubric_score ORDER BY finding_key, first_day")
    await owner.execute("DELETE FROM job")
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT count(*) FROM job WHERE kind = 'SCORING'") == 0
    await _score(spectrum.ports)
    assert await owner.fetchval("SELECT status FROM job WHERE kind = 'SCORING'") == "SUCCEEDED"
    assert await owner.fetch("SELECT * FROM rubric_score ORDER BY finding_key, first_day") == before
    await owner.execute("UPDATE writing SET edition = edition + 1 WHERE person_id = $1", person_id)
    await _score(spectrum.ports, time=2)
    assert await owner.fetchval("SELECT count(*) FROM rubric_score") == 2 * texts


async def test_the_composers_texts_pass_by_rule(spectrum: Spectrum, somebody: PersonAt) -> None:
    """What the composer writes passes the rubric, and the three kinds of scorers are told apart."""
    await _score(spectrum.ports)
    async with spectrum.ports.store.for_everyone() as tx:
        rows = await tx.fetch("SELECT DISTINCT prompt_revision FROM writing WHERE person_id = $1", somebody.id)
        names = [row["prompt_revision"] for row in rows]
        found = await scores.list_quality(tx, [*names, "weekly-card@99"], WRITING)
    for name in names:
        assert set(found[name]) == {Scorer.RULE}
        assert found[name][Scorer.RULE].passed == found[name][Scorer.RULE].scored > 0
    assert found["weekly-card@99"] == {}


async def test_a_model_scores_what_it_is_shown(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """It sees brief and draft and nobody's id; its scores stand beside the rule's, paid by the scoring's budget."""
    async with service_that(scores_by()) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url, Feature.RUBRIC_SCORING))
        await _score(ports)
        asked = len(service.requests)
        await _score(ports, time=2)
        assert len(service.requests) == asked
    assert asked
    assert all(set(shown(request)) == {"brief", "draft"} for request in service.requests)
    assert str(somebody.id) not in bytes(service.heard).decode()
    rows = await owner.fetch("SELECT * FROM rubric_score WHERE scorer = 'MODEL'")
    assert len(rows) == asked
    assert {(row["rater"], row["mean"], row["passed"]) for row in rows} == {("small", 4.0, True)}
    assert await owner.fetchval("SELECT sum(cost) FROM spending WHERE feature = 'RUBRIC_SCORING'") == 162 * asked
    assert await owner.fetchval("SELECT max(cost_microusd) FROM job") == 162 * asked


@pytest.mark.parametrize("how", GARBAGE)
async def test_garbage_is_paid_and_is_no_score(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path, how: str
) -> None:
    """An answer that is no set of scores is kept nowhere, and costs what it costs; the rule's scores stand."""
    async with service_that(says(GARBAGE[how], read=1_000, written=20)) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url, Feature.RUBRIC_SCORING))
        await _score(ports)
    assert service.requests
    texts = await owner.fetchval(TEXTS, somebody.id)
    assert [tuple(row) for row in await owner.fetch(BY, somebody.id)] == [("RULE", texts)]
    assert await owner.fetchval("SELECT sum(refused_cost) FROM spending") == 162 * len(service.requests)
    assert await owner.fetchval("SELECT count(*) FROM model_call WHERE answer IS NOT NULL") == 0


async def test_without_money_rules_score_alone(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """A budget that is gone asks nobody, and a share of none asks nobody either."""
    reply: Reply = scores_by()
    async with service_that(reply) as service:
        routes = routes_to(tmp_path / "models.toml", service.url, Feature.RUBRIC_SCORING)
        await owner.execute("UPDATE budget SET allowed = 10 WHERE feature = 'RUBRIC_SCORING'")
        await _score(await _ports(spectrum, routes))
        await owner.execute("UPDATE budget SET allowed = 10000000")
        await owner.execute("TRUNCATE rubric_score")
        await _score(await _ports(spectrum, routes, share=0.0), time=2)
        assert service.requests == []
    assert [row["scorer"] for row in await owner.fetch(BY, somebody.id)] == ["RULE"]


async def test_a_worker_that_died_has_paid_once(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """What it had asked before it could keep anything is not asked again."""
    async with service_that(scores_by()) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url, Feature.RUBRIC_SCORING))
        await HANDLERS[JobKind.SCORING].prepare(await _job(ports), ports)
        asked = len(service.requests)
        assert asked
        await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE status = 'RUNNING'")
        await Runner(ports).work_off(Queue.HOURS)
        assert len(service.requests) == asked
    assert await owner.fetchval("SELECT count(*) FROM rubric_score WHERE scorer = 'MODEL'") == asked


async def test_nothing_is_kept_of_who_was_erased(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """Scores of somebody who began another epoch, or whose texts are gone, are dropped."""
    job = await _job(spectrum.ports)
    result = await prepare_with(job, spectrum.ports, [TRIED])
    assert not isinstance(result, Skipped)
    await owner.execute("UPDATE person SET epoch = epoch + 1 WHERE id = $1", somebody.id)
    async with spectrum.ports.store.for_everyone() as tx:
        await score.keep(tx, result)
    assert await owner.fetch(BY, somebody.id) == []
    await owner.execute("UPDATE person SET epoch = epoch - 1 WHERE id = $1", somebody.id)
    await owner.execute("DELETE FROM writing WHERE person_id = $1", somebody.id)
    async with spectrum.ports.store.for_everyone() as tx:
        await score.keep(tx, result)
    assert await owner.fetch(BY, somebody.id) == []
    assert await owner.fetchval("SELECT count(*) FROM shadow_text") == 0


async def test_one_on_trial_writes_for_nobody(spectrum: Spectrum, owner: Any, somebody: PersonAt, person: str) -> None:
    """Its texts are kept and scored apart, once; no field of the person's and no file of theirs holds its words."""
    published = await owner.fetch("SELECT * FROM writing ORDER BY id")
    await _try(spectrum.ports)
    assert await owner.fetch("SELECT * FROM writing ORDER BY id") == published
    texts = await owner.fetch(
        "SELECT draft, prompt_revision, failed FROM shadow_text WHERE person_id = $1", somebody.id
    )
    assert texts
    assert {row["prompt_revision"] for row in texts} == {TRIED.revision.name}
    of_trial = await owner.fetchval("SELECT count(*) FROM rubric_score WHERE edition = 0")
    assert of_trial == sum(1 for row in texts if row["draft"] is not None)
    await owner.execute("DELETE FROM rubric_score WHERE edition > 0")
    await _try(spectrum.ports, time=2)
    assert await owner.fetchval("SELECT count(*) FROM shadow_text") == len(texts)
    await owner.execute('UPDATE shadow_text SET draft = \'{"headline": "only-on-trial"}\'')
    async with Client.of(spectrum, AUTH_SECRET) as client:
        files = (await taken(client, person)).files
        feed = "{ viewer { spectrum { insightFeed(first: 50) { nodes { headline { text } body { text } } } } } }"
        assert "only-on-trial" not in str(await client.ask(feed, subject=person))
    assert "everything/shadow_text.jsonl" in files
    assert not any(b"only-on-trial" in content for content in files.values())


async def test_erased_sessions_take_their_scores_along(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """What was scored or tried about a period goes when a session of it is erased."""
    await _try(spectrum.ports)
    ids = [row["id"] for row in await owner.fetch("SELECT id FROM session WHERE person_id = $1", somebody.id)]
    async with spectrum.ports.store.for_everyone() as tx:
        await erase_sessions(tx, somebody.id, ids)
    for table in ("rubric_score", "shadow_text"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE person_id = $1", somebody.id) == 0


def test_a_sample_is_drawn_by_name() -> None:
    """The same names are drawn each time, a twentieth of them; none of a share of 0, all of a share of 1."""
    names = [str(number) for number in range(4_000)]
    found = [name for name in names if drawn(name, 0.05)]
    assert found == [name for name in names if drawn(name, 0.05)]
    assert 150 < len(found) < 250
    assert not any(drawn(name, 0.0) for name in names)
    assert all(drawn(name, 1.0) for name in names)
    assert set(FOUR) == set(WRITING.keys())
