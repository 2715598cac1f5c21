"""Words by language models, through jobs: grounded or composed, at most three calls, inside budgets, paid once."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from prometheus_client import REGISTRY

from app.domain.cost import Engine, Feature
from app.domain.narrative import brief_from_json, compose
from app.domain.safety import SafetyAction
from app.gateways.language_model import Models
from app.gateways.routes import Routes, Tier
from app.jobs import Claimed, JobKind, PersonAt, Queue, monthly_narrative
from app.pipeline.ports import Ports
from app.pipeline.writing import write
from app.storage.jobs import ledger
from app.wiring import Spectrum
from prompts import first_revision
from tests.life import JUNE, at, lived, work_off
from tests.models.routes import routes_to
from tests.models.saying import SPOILT, speaks
from tests.models.service import FAULTS, Reply, Service, service_that
from workers.handlers import HANDLERS
from workers.runner import Runner

MONTH = """
    SELECT engine, model, prompt_revision, answer, cost, degraded, status, edition, content FROM writing
    WHERE person_id = $1 AND period_kind = 'MONTH' AND first_day = $2
"""
_TIMES = itertools.count(1)
DECIDED = "SELECT kind, action FROM safety_decision WHERE person_id = $1"


@pytest.fixture(autouse=True)
async def nothing_spent(owner: Any) -> None:
    """Begin each test with full budgets, and with no answer that could be used again."""
    await owner.execute("TRUNCATE budget_use, model_call, spending, safety_decision")
    await owner.execute("UPDATE budget SET allowed = 10000000, person_allowed = 10000000")
    await owner.execute("UPDATE writing SET answer = NULL, cost = 0")
    await owner.execute("UPDATE job SET cost_microusd = 0")


@pytest.fixture(scope="module")
async def somebody(spectrum: Spectrum, owner: Any) -> PersonAt:
    """Give a person whose June is written; what a test leaves of it, the next one writes again."""
    return await at(owner, await lived(spectrum, owner, "somebody", weeks=5))


async def _ports(spectrum: Spectrum, routes: Routes) -> Ports:
    models = await Models.opened(routes, {})

    async def opened() -> Models:
        return models

    return replace(spectrum.ports, routes=routes, models=opened)


async def _write_june(ports: Ports, person: PersonAt) -> None:
    """Let a worker write the month again."""
    async with ports.store.for_person(person.id) as tx:
        again = monthly_narrative(person, JUNE.date(), revision=-next(_TIMES))
        await ledger.keep_jobs(tx, [again])
    assert await Runner(ports).work_off(Queue.MINUTES) == 1


async def test_a_good_answer_is_published(spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path) -> None:
    """The month is the model's; who wrote it, by what, and for how much, is kept beside it, and on the job."""
    async with service_that(speaks()) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url))
        await _write_june(ports, somebody)
    row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
    assert (row["engine"], row["model"], row["degraded"], row["status"]) == ("SMALL_MODEL", "small", False, "ACTIVE")
    assert row["answer"] is not None
    assert row["cost"] == 315  # 900 x 0.15 + 300 x 0.6
    assert await owner.fetchval("SELECT max(cost_microusd) FROM job WHERE person_id = $1", somebody.id) == 315
    assert await owner.fetchval("SELECT answer FROM model_call WHERE person_id = $1", somebody.id) is None
    assert await owner.fetch(DECIDED, somebody.id) == []
    assert len(service.requests) == 1
    heard = bytes(service.heard).decode()
    assert str(somebody.id) not in heard
    assert '"facts"' in heard.replace('\\"', '"')


def _bad_at_first(how: str) -> Callable[[Service, Any], Awaitable[None]]:
    spoilt, good = speaks(SPOILT[how]), speaks()

    async def reply(service: Service, writer: Any) -> None:
        mending = "refused" in service.requests[-1]["messages"][-1]["content"]
        await (good if mending else spoilt)(service, writer)

    return reply


@pytest.mark.parametrize("how", ["wrong JSON", "wrong evidence", "invented numbers", "diagnoses"])
async def test_a_refused_answer_is_mended_once(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path, how: str
) -> None:
    """The model is told what was wrong and answers again; the month is its own, and both calls are paid."""
    async with service_that(_bad_at_first(how)) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url))
        await _write_june(ports, somebody)
    row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
    assert (row["engine"], row["cost"], len(service.requests)) == (Engine.SMALL_MODEL, 630, 2)
    ((kind, action),) = await owner.fetch(DECIDED, somebody.id)
    assert action == "REWRITTEN"
    assert kind
    assert await owner.fetchval("SELECT refused_cost FROM spending") == 315


@pytest.mark.parametrize("how", ["instructions", "invented numbers", "500", "401", "no text", "8 MB", "never"])
async def test_what_stays_bad_is_composed_and_left_alone(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path, how: str
) -> None:
    """Words that fail twice, or none, leave the month to the composer; the next text asks nobody.

    Every other behaviour is in `tests/faults`.
    """
    await _write_june(spectrum.ports, somebody)
    before = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
    reply: Reply = speaks(SPOILT[how]) if how in SPOILT else FAULTS[how]
    async with service_that(reply) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url, timeout_s=1.5))
        await _write_june(ports, somebody)
        asked = len(service.requests)
        await _write_june(ports, somebody)
        assert len(service.requests) == asked == (2 if how in SPOILT else 1)
    row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
    assert (row["engine"], row["content"], row["edition"]) == ("TEMPLATE", before["content"], before["edition"])
    assert row["degraded"] is False
    decided = await owner.fetch(DECIDED, somebody.id)
    assert [each["action"] for each in decided] == (["TEMPLATE_USED"] if how in SPOILT else [])


async def test_the_second_model_writes_what_the_first_does_not(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """The first of the route is silent, the second writes; then the first is left alone, and nothing is asked twice."""
    async with service_that(FAULTS["500"]) as broken, service_that(speaks()) as good:
        (first,) = routes_to(tmp_path / "models.toml", broken.url)[Feature.MONTHLY_NARRATIVE]
        (second,) = routes_to(tmp_path / "models.toml", good.url, name="other")[Feature.MONTHLY_NARRATIVE]
        ports = await _ports(spectrum, {Feature.MONTHLY_NARRATIVE: (first, second)})
        await _write_june(ports, somebody)
        row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
        assert (row["model"], row["degraded"]) == ("other", False)
        await owner.execute("UPDATE writing SET answer = NULL")
        await _write_june(ports, somebody)
    assert (len(broken.requests), len(good.requests)) == (1, 2)


async def test_a_budget_that_is_nearly_gone_writes_cheaper(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """From its share on the second model writes, from its end on the composer; both times the text says so."""
    async with service_that(speaks()) as dear, service_that(speaks()) as cheap:
        (first,) = routes_to(tmp_path / "models.toml", dear.url)[Feature.MONTHLY_NARRATIVE]
        (second,) = routes_to(tmp_path / "models.toml", cheap.url, name="cheap")[Feature.MONTHLY_NARRATIVE]
        tiers = (Tier(deployment=first.deployment, while_budget_under=0.5), second)
        ports = await _ports(spectrum, {Feature.MONTHLY_NARRATIVE: tiers})
        told = []
        for gone in (0.0, 0.6, 1.0):
            await owner.execute("TRUNCATE budget_use")
            await owner.execute(
                "INSERT INTO budget_use (feature, period, first_day, spent) VALUES ('MONTHLY_NARRATIVE', 'DAY',"
                " (now() AT TIME ZONE 'UTC')::date, $1)",
                round(10_000_000 * gone),
            )
            await owner.execute("UPDATE writing SET answer = NULL")
            await _write_june(ports, somebody)
            row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
            told.append((row["engine"], row["model"], row["degraded"]))
    assert told == [("SMALL_MODEL", "small", False), ("SMALL_MODEL", "cheap", True), ("TEMPLATE", None, True)]
    assert (len(dear.requests), len(cheap.requests)) == (1, 1)


@pytest.mark.parametrize("share", ["allowed", "person_allowed"])
async def test_what_is_too_dear_is_written_cheaper(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path, share: str
) -> None:
    """Where the first model does not fit what is left, of all or for one person, the second one is asked."""
    async with service_that(speaks()) as dear, service_that(speaks()) as cheap:
        (first,) = routes_to(tmp_path / "models.toml", dear.url)[Feature.MONTHLY_NARRATIVE]
        (second,) = routes_to(tmp_path / "models.toml", cheap.url, name="cheap")[Feature.MONTHLY_NARRATIVE]
        costly = first.deployment.model_copy(update={"dollars_per_million_written": Decimal(900)})
        tiers = (Tier(deployment=costly, while_budget_under=1.0), second)
        ports = await _ports(spectrum, {Feature.MONTHLY_NARRATIVE: tiers})
        await owner.execute(f"UPDATE budget SET {share} = 100000 WHERE period = 'MONTH'")
        await _write_june(ports, somebody)
        row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
        assert (row["engine"], row["model"], row["degraded"]) == ("SMALL_MODEL", "cheap", True)
        assert (len(dear.requests), len(cheap.requests)) == (0, 1)
        assert await owner.fetchval("SELECT count(lacked) FROM budget_use") == 0, "a writer had room"
        await owner.execute("UPDATE writing SET answer = NULL")
        await owner.execute(f"UPDATE budget SET {share} = 600 WHERE period = 'MONTH'")
        await _write_june(ports, somebody)
        row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
        assert (row["engine"], row["degraded"], len(cheap.requests)) == ("TEMPLATE", True, 1)
    full = await owner.fetch("SELECT period FROM budget_use WHERE lacked IS NOT NULL")
    assert [row["period"] for row in full] == (["MONTH"] if share == "allowed" else [])


async def test_an_identical_brief_is_paid_once(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """Written again without a change, and by a worker that died before it could publish, the answer is used again."""
    async with service_that(speaks()) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url))
        async with ports.store.for_person(somebody.id) as tx:
            await ledger.keep_jobs(tx, [monthly_narrative(somebody, JUNE.date(), revision=-next(_TIMES))])
        async with ports.store.for_everyone() as tx:
            (job,) = await ledger.claim(tx, Queue.MINUTES, "a worker that dies")
        await HANDLERS[JobKind.MONTHLY_NARRATIVE].prepare(job, ports)
        assert await owner.fetchval("SELECT count(*) FROM model_call WHERE answer IS NOT NULL") == 1
        await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE status = 'RUNNING'")
        assert await Runner(ports).work_off(Queue.MINUTES) == 1
        assert (await owner.fetchrow(MONTH, somebody.id, JUNE.date()))["engine"] == Engine.SMALL_MODEL
        await _write_june(ports, somebody)
    assert len(service.requests) == 1
    assert await owner.fetchval("SELECT reused || '/' || calls FROM spending") == "2/1"


async def test_a_known_answer_needs_neither_money_nor_a_model(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """What was paid for once is told again while every budget is empty and the model is gone."""
    async with service_that(speaks()) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url))
        await _write_june(ports, somebody)
        (tier,) = ports.routes[Feature.MONTHLY_NARRATIVE]
        await owner.execute("UPDATE budget SET allowed = 0")
        (await ports.models()).leave_alone(tier.deployment)
        await _write_june(ports, somebody)
    row = await owner.fetchrow(MONTH, somebody.id, JUNE.date())
    assert (row["engine"], row["degraded"], row["status"], len(service.requests)) == ("SMALL_MODEL", False, "ACTIVE", 1)


async def test_a_question_that_is_too_long_is_not_asked(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, tmp_path: Path
) -> None:
    """What its prompt does not allow to be read costs nothing: the composer writes, and no budget is the reason."""
    brief = brief_from_json(await _brief_of_june(owner, somebody))
    revision = first_revision("monthly-narrative")
    short = replace(revision, hash="short", limits=replace(revision.limits, max_input_tokens=1_000))
    async with service_that(speaks()) as service:
        ports = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url))
        attempt = await write(ports, brief, short, _job_of(somebody), erasures=None)
        assert attempt.text is not None
        assert (attempt.text.engine, attempt.text.degraded, attempt.failed) == (Engine.TEMPLATE, False, ())
        assert service.requests == []
        counted = {"feature": "MONTHLY_NARRATIVE", "reason": "TOO_LONG"}
        assert (REGISTRY.get_sample_value("spectrum_model_not_asked_total", counted) or 0) >= 1
        attempt = await write(ports, brief, revision, _job_of(somebody), erasures=None)
        assert (attempt.text and attempt.text.engine, len(service.requests)) == (Engine.SMALL_MODEL, 1)


async def test_words_that_fail_are_drawn_anew(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """Where one variant of two passes nothing, most readers are told the other, and nobody the one that fails."""
    brief = brief_from_json(await _brief_of_june(owner, somebody))
    revision = first_revision("monthly-narrative")
    bad = "You have depression, because of your work."
    key = "title.month"
    spoilt = {**revision.phrases, key: tuple(each for good in revision.phrases[key] for each in (good, good, bad, bad))}
    told = []
    for number in range(24):
        reader = PersonAt(UUID(int=number), 0)
        tried = replace(revision, phrases=spoilt)
        attempt = await write(spectrum.ports, brief, tried, _job_of(reader), erasures=None)
        told.append((attempt.text is not None, bool(attempt.failed)))
        if attempt.text:
            words = [sentence.text for sentence in attempt.text.draft.everything()]
            assert not any(bad in text for text in words)
            again = compose(brief, spoilt, seed=attempt.text.seed)
            assert words == [sentence.text for sentence in again.everything()]
            assert attempt.action is (SafetyAction.TEMPLATE_USED if attempt.failed else None)
    assert told.count((True, True)) >= 4, "drawn anew"
    assert told.count((True, False)) >= 4, "at once"
    assert told.count((False, True)) <= 8, "one in eight has no luck three times"


async def _brief_of_june(owner: Any, person: PersonAt) -> Any:
    return orjson.loads(
        await owner.fetchval(
            "SELECT brief FROM writing WHERE person_id = $1 AND period_kind = 'MONTH' AND first_day = $2",
            *(person.id, JUNE.date()),
        )
    )


def _job_of(person: PersonAt) -> Claimed:
    return Claimed(uuid4(), 1, JobKind.MONTHLY_NARRATIVE, person, {}, 0, 3, 0, False, None, 0.0)


async def test_a_week_is_worded_only_where_a_route_says_so(
    spectrum: Spectrum, owner: Any, person: str, tmp_path: Path
) -> None:
    """By default weeks are composed; with a route for them a card is a model's, at most three calls a week."""
    async with service_that(speaks()) as service:
        months = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url))
        person_id = await lived(replace(spectrum, ports=months), owner, person, weeks=2)
        assert service.requests == []
        weeks = await _ports(spectrum, routes_to(tmp_path / "models.toml", service.url, Feature.WEEKLY_INSIGHTS))
        other = await lived(replace(spectrum, ports=weeks), owner, f"{person}-2", weeks=2)
    engines = "SELECT DISTINCT engine FROM writing WHERE person_id = $1"
    assert [row[0] for row in await owner.fetch(engines, person_id)] == [Engine.TEMPLATE]
    assert Engine.SMALL_MODEL in [row[0] for row in await owner.fetch(engines, other)]
    calls = await owner.fetchval("SELECT max(n) FROM (SELECT count(*) n FROM model_call GROUP BY job_id) AS of_jobs")
    assert 0 < calls <= 3
    await work_off(spectrum, owner)
