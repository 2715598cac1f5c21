"""A hard cap and fifty jobs at once: no call is made that the budget cannot pay, and every month is told."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from app.domain.cost import Engine, Feature
from app.gateways.language_model import Models, Question, most_cost
from app.gateways.routes import Deployment
from app.jobs import Claimed, JobKind, Queue
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage.jobs import ledger
from app.wiring import Spectrum
from tests.models.crowd import ask_for_months, begin_again, crowd
from tests.models.routes import routes_to
from tests.models.saying import brief_of, well
from tests.models.service import Service, says, service_that
from workers.handlers import HANDLERS

AT_ONCE = 50
ALLOWED = 35_000
"""Micro-dollars for about ten calls."""

uncounted = says(lambda request: orjson.dumps(well(brief_of(request))).decode(), read=None, written=None)
"""Good words, of which it does not say how many they were: they are paid to the full."""


@dataclass
class Thinker:
    """Answers well, but nobody before each of the fifty has asked or has gone without."""

    asking: int = 0
    composing: int = 0
    all_decided: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, service: Service, writer: Any) -> None:
        asked = Service(uncounted, requests=service.requests[-1:])  # others will be the last by then
        self.asking += 1
        self._look()
        await self.all_decided.wait()
        await uncounted(asked, writer)

    def went_without(self) -> None:
        """Another one has ended; before anybody was answered, that is without a call."""
        self.composing += not self.all_decided.is_set()
        self._look()

    def _look(self) -> None:
        if self.asking + self.composing >= AT_ONCE:
            self.all_decided.set()


def _price_of(request: Mapping[str, Any], model: Deployment) -> int:
    """What a request may cost, as it was heard."""
    instructions, content = (message["content"] for message in request["messages"])
    schema = request["response_format"]["json_schema"]["schema"]
    written, temperature = request["max_tokens"], request["temperature"]
    return most_cost(model, Question(instructions, content, schema, len(content), written, temperature))


async def _claimed(ports: Ports) -> list[Claimed]:
    jobs: list[Claimed] = []
    async with ports.store.for_everyone() as tx:
        while claimed := await ledger.claim(tx, Queue.MINUTES, "one of fifty"):
            jobs += claimed
        await ledger.begin(tx, jobs)
    return jobs


async def _work(ports: Ports, job: Claimed, thinker: Thinker) -> None:
    stage = HANDLERS[JobKind.MONTHLY_NARRATIVE]
    result = await stage.prepare(job, ports)
    await commit(ports, lambda tx: stage.keep(tx, result), person=job.person, job=job)
    thinker.went_without()


async def test_fifty_at_once_keep_to_a_cap(spectrum: Spectrum, owner: Any, tmp_path: Path) -> None:
    """With money for about ten calls no eleventh is heard; whoever comes too late composes, and the text says so.

    Of a hard month no model is asked, and who has the same brief as another does not wait for long.
    """
    people = await crowd(spectrum, owner, AT_ONCE, lives=3)
    await begin_again(owner, allowed=ALLOWED)
    thinker = Thinker()
    async with service_that(thinker) as service:
        routes = routes_to(tmp_path / "models.toml", service.url, timeout_s=30)
        models = await Models.opened(routes, {})

        async def opened() -> Models:
            return models

        ports = replace(spectrum.ports, routes=routes, models=opened)
        await ask_for_months(ports.store, people)
        jobs = await _claimed(ports)
        assert len(jobs) == AT_ONCE
        await asyncio.gather(*(_work(ports, job, thinker) for job in jobs))
    (tier,) = routes[Feature.MONTHLY_NARRATIVE]
    prices = [_price_of(request, tier.deployment) for request in service.requests]
    assert sum(prices) <= ALLOWED < sum(prices) + 2 * max(prices)
    assert thinker.asking == len(prices) >= 8
    assert thinker.composing == AT_ONCE - len(prices), "all who could pay were asking at the same time"
    spent = await owner.fetch("SELECT spent, reserved FROM budget_use WHERE feature = 'MONTHLY_NARRATIVE'")
    assert [tuple(row) for row in spent] == [(sum(prices), 0)] * 2
    told = {tuple(row) for row in await owner.fetch("SELECT engine, degraded FROM writing GROUP BY 1, 2")}
    assert {(Engine.SMALL_MODEL, False), (Engine.TEMPLATE, True)} <= told
    assert (Engine.SMALL_MODEL, True) not in told
    by_model = await owner.fetchval("SELECT count(*) FROM writing WHERE engine <> $1", Engine.TEMPLATE)
    assert (by_model, await owner.fetchval("SELECT count(*) FROM writing")) == (len(prices), AT_ONCE)
