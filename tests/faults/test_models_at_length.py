"""Language models that misbehave a thousand times: nothing untrue is shown, no month is missing, and the bill is small.

Each month is another brief, so that no call is spared by an answer that is known already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from app.domain.cost import Feature
from app.gateways.language_model import COOLDOWN_S, Models
from app.gateways.routes import Routes
from app.jobs import PersonAt, Queue
from app.pipeline.narrate import MONTHLY_NARRATIVE
from app.pipeline.ports import Ports
from app.storage.money.calls import MOST_CALLS
from app.wiring import Spectrum
from prompts import first_revision
from tests.models.crowd import ask_for_months, begin_again, crowd
from tests.models.judging import objections_to
from tests.models.routes import routes_to
from tests.models.saying import BEHAVIOURS, SPOILT, speaks
from tests.models.service import FAULTS, Reply, Service, service_that
from workers.runner import Runner

JOBS = 1_000
AT_A_TIME = 50
SLOW = frozenset({"never", "drips"})
FEW = 12
MANY = JOBS * 9 // 8
NO_COOLDOWN_S = 1e-9
PLENTY = 10**12
MOST_A_JOB = 1.1
DIFFERENT = 0.99
_HAPPENED = """
SELECT (SELECT count(*) FROM job WHERE status = 'SUCCEEDED') AS jobs,
  (SELECT count(*) FROM job WHERE status <> 'SUCCEEDED' OR attempt > 1) AS failed,
  (SELECT count(*) FROM writing WHERE period_kind = 'MONTH' AND status = 'ACTIVE') AS published,
  (SELECT count(DISTINCT brief_digest) FROM writing) AS briefs,
  (SELECT count(*) FROM writing WHERE brief->>'manner' = 'PLAIN') AS plain,
  (SELECT count(*) FROM writing WHERE answer IS NOT NULL) AS by_models,
  (SELECT count(*) FROM model_call) AS calls,
  (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM model_call GROUP BY job_id) AS of_jobs) AS most_calls,
  (SELECT count(*) FROM (SELECT FROM model_call WHERE outcome = 'TEXT' GROUP BY brief_digest HAVING count(*) > 1) AS x)
    AS paid_twice,
  (SELECT count(*) FROM model_call WHERE outcome IS NULL OR answer IS NOT NULL) AS left_over
"""
_BILLS = """
SELECT (SELECT coalesce(sum(cost), 0) FROM model_call)::bigint AS of_calls,
  (SELECT coalesce(sum(cost), 0) FROM spending)::bigint AS of_days,
  (SELECT coalesce(sum(cost_microusd), 0) FROM job)::bigint AS of_jobs,
  (SELECT coalesce(sum(spent), 0) FROM budget_use WHERE period = 'DAY')::bigint AS spent_by_days,
  (SELECT coalesce(sum(spent), 0) FROM budget_use WHERE period = 'MONTH')::bigint AS spent_by_months
"""

Note = Callable[[str, object], None]
_JUDGED: set[tuple[object, ...]] = set()
"""Briefs, answers and words that were looked at, and found well: the composer's are the same each time."""


@dataclass(frozen=True)
class People:
    """Everybody whose June is to be written, and where."""

    spectrum: Spectrum
    owner: Any
    all: Sequence[PersonAt]


@pytest.fixture(scope="module")
async def few(spectrum: Spectrum, owner: Any) -> People:
    """Give a few dozen people."""
    return People(spectrum, owner, await crowd(spectrum, owner, FEW, lives=6))


@pytest.fixture(scope="module")
async def many(spectrum: Spectrum, owner: Any) -> People:
    """Give so many people that a model is asked about a thousand of their months."""
    return People(spectrum, owner, await crowd(spectrum, owner, MANY, lives=40))


def _by_turns(reply: Reply, *, good_at: Callable[[Service], bool]) -> Reply:
    async def by_turns(service: Service, writer: Any) -> None:
        await (BEHAVIOURS["well"] if good_at(service) else reply)(service, writer)

    return by_turns


def _is_second(service: Service) -> bool:
    return len(service.requests) % 2 == 0


def _is_mending(service: Service) -> bool:
    return "refused" in service.requests[-1]["messages"][-1]["content"]


async def _fails_and_lies(service: Service, writer: Any) -> None:
    is_first = service.requests[-1]["model"] == "small-1"
    await (FAULTS["500"] if is_first else BEHAVIOURS["diagnoses"])(service, writer)


SOMETIMES: Mapping[str, Reply] = {
    "every second fails": _by_turns(FAULTS["500"], good_at=_is_second),
    "every second lies": _by_turns(speaks(SPOILT["invented numbers"]), good_at=_is_second),
    "the first of two lies": _by_turns(speaks(SPOILT["invented numbers"]), good_at=_is_mending),
    "one fails, the other lies": _fails_and_lies,
}
"""Models that are good now and then, and two that make the most calls that a month can have."""
EVERY_WAY = {**BEHAVIOURS, **SOMETIMES}


def _two_models(folder: Path, service: Service, *, timeout_s: float) -> Routes:
    """A route as it is by default: one model, and another when that one has no words."""
    (first,) = routes_to(folder / "models.toml", service.url, timeout_s=timeout_s)[Feature.MONTHLY_NARRATIVE]
    (second,) = routes_to(folder / "models.toml", service.url, name="other", timeout_s=timeout_s)[
        Feature.MONTHLY_NARRATIVE
    ]
    return {Feature.MONTHLY_NARRATIVE: (first, second)}


async def _ports(
    spectrum: Spectrum, routes: Routes, *, cooldown_s: float = COOLDOWN_S, tireless: bool = False
) -> Ports:
    """The installation's ports with these models; `tireless`: as if texts enough had paid for every second call."""
    models = await Models.opened(routes, {}, cooldown_s=cooldown_s)

    async def opened() -> Models:
        for _ in range(60 * tireless):
            models.begin()
        return models

    return replace(spectrum.ports, routes=routes, models=opened)


async def _write(ports: Ports, people: Sequence[PersonAt], *, time: int = 1) -> None:
    await ask_for_months(ports.store, people, time=time)
    assert await Runner(ports).work_off(Queue.MINUTES) == len(people)


async def _nothing_untrue_is_shown(people: People) -> None:
    revision = first_revision(MONTHLY_NARRATIVE)
    rows = await people.owner.fetch(
        "SELECT brief, answer, seed, content FROM writing WHERE prompt_hash = $1", revision.hash
    )
    assert len(rows) == await people.owner.fetchval("SELECT count(*) FROM writing")
    unseen = {tuple(row): row for row in rows if tuple(row) not in _JUDGED}
    objections = [objection for row in unseen.values() for objection in objections_to(row, revision)]
    assert objections == []
    _JUDGED.update(unseen)


async def _all_adds_up(people: People, written: int, service: Service) -> Any:
    """Every month is told once, and every bill says the same; what happened, in figures."""
    happened = await people.owner.fetchrow(_HAPPENED)
    assert (happened["jobs"], happened["failed"], happened["published"]) == (written, 0, written)
    assert happened["briefs"] >= DIFFERENT * written, "hardly two have the same to be told"
    assert happened["most_calls"] <= MOST_CALLS
    assert (happened["paid_twice"], happened["left_over"]) == (0, 0)
    assert len(service.requests) <= happened["calls"]
    bills = await people.owner.fetchrow(_BILLS)
    assert len(set(bills.values())) == 1, dict(bills)
    assert await people.owner.fetchval("SELECT coalesce(sum(reserved), 0) FROM budget_use") == 0
    return happened


async def _lie(people: People, folder: Path, behaviour: str, attempts: int, note: Note) -> None:
    """Let a model that is never left alone behave like this until it was really asked so often."""
    await begin_again(people.owner, allowed=PLENTY)
    written = 0
    async with service_that(EVERY_WAY[behaviour]) as service:
        routes = _two_models(folder, service, timeout_s=0.05 if behaviour in SLOW else 20.0)
        ports = await _ports(people.spectrum, routes, cooldown_s=NO_COOLDOWN_S, tireless=True)
        while len(service.requests) < attempts and written < len(people.all):
            asked = people.all[written : written + AT_A_TIME]
            await _write(ports, asked)
            written += len(asked)
        happened = await _all_adds_up(people, written, service)
    assert len(service.requests) >= DIFFERENT * min(attempts, happened["plain"]), "of a hard month no model is asked"
    await _nothing_untrue_is_shown(people)
    assert happened["by_models"] == happened["plain"] or behaviour != "well"
    assert happened["most_calls"] == MOST_CALLS or behaviour != "one fails, the other lies"
    note("attempts", len(service.requests))
    note("months", written)
    note("by models", happened["by_models"])
    note("calls of a job at most", happened["most_calls"])


@pytest.mark.parametrize("behaviour", ["well", "flipped directions", "one fails, the other lies"])
async def test_a_few_lies_are_not_shown(few: People, tmp_path: Path, behaviour: str, record_property: Note) -> None:
    """However a model answers some dozens of times, what is shown is true, by two judges."""
    await _lie(few, tmp_path, behaviour, len(few.all), record_property)


@pytest.mark.faults
@pytest.mark.parametrize("behaviour", [*BEHAVIOURS, "one fails, the other lies"])
async def test_a_thousand_lies_are_not_shown(
    many: People, tmp_path: Path, behaviour: str, record_property: Note
) -> None:
    """However a model answers a thousand times, what is shown is true."""
    await _lie(many, tmp_path, behaviour, JOBS, record_property)


async def _misbehave(people: People, folder: Path, reply: Reply, cooldown_s: float, note: Note) -> None:
    """Write everybody's month with a model that behaves like this."""
    await begin_again(people.owner, allowed=PLENTY)
    timeout_s = 1.0 if reply in map(FAULTS.get, SLOW) else 20.0
    async with service_that(reply) as service:
        ports = await _ports(people.spectrum, _two_models(folder, service, timeout_s=timeout_s), cooldown_s=cooldown_s)
        await _write(ports, people.all)
        happened = await _all_adds_up(people, len(people.all), service)
    assert happened["calls"] <= ceil(MOST_A_JOB * len(people.all))
    await _nothing_untrue_is_shown(people)
    note("jobs", len(people.all))
    note("calls", happened["calls"])
    note("calls of a job at most", happened["most_calls"])
    note("by models", happened["by_models"])
    note("micro-dollars", await people.owner.fetchval("SELECT coalesce(sum(cost), 0)::bigint FROM model_call"))


@pytest.mark.parametrize("behaviour", ["the first of two lies"])
async def test_a_few_months_cost_little(few: People, tmp_path: Path, behaviour: str, record_property: Note) -> None:
    """A model that fails now and then, and is never left alone, is asked at most 1.1 times a month."""
    await _misbehave(few, tmp_path, SOMETIMES[behaviour], NO_COOLDOWN_S, record_property)


@pytest.mark.faults
@pytest.mark.parametrize("behaviour", EVERY_WAY)
async def test_a_thousand_months_cost_little(
    many: People, tmp_path: Path, behaviour: str, record_property: Note
) -> None:
    """With the product's own settings: every month is told, and a model is asked at most 1.1 times for each."""
    await _misbehave(many, tmp_path, EVERY_WAY[behaviour], COOLDOWN_S, record_property)


@pytest.mark.faults
@pytest.mark.parametrize("behaviour", ["every second lies", "the first of two lies"])
async def test_a_thousand_months_cost_little_without_a_rest(
    many: People, tmp_path: Path, behaviour: str, record_property: Note
) -> None:
    """Even where no model is ever left alone, second and third calls stay within a tenth of the months."""
    await _misbehave(many, tmp_path, EVERY_WAY[behaviour], NO_COOLDOWN_S, record_property)


async def test_what_is_known_is_not_paid_again(few: People, tmp_path: Path) -> None:
    """All months written a second time cost nothing: each answer is still known."""
    await begin_again(few.owner, allowed=PLENTY)
    async with service_that(BEHAVIOURS["well"]) as service:
        ports = await _ports(few.spectrum, _two_models(tmp_path, service, timeout_s=20.0))
        await _write(ports, few.all)
        asked = len(service.requests)
        assert asked > len(few.all) / 2, "of a hard month no model is asked"
        await _write(ports, few.all, time=2)
        assert len(service.requests) == asked
    assert await few.owner.fetchval("SELECT sum(reused) FROM spending") == asked
