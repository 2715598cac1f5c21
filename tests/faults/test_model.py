"""A language model that refuses, fails, lies, or says nothing: every period has its words all the same, true ones."""

import time

import pytest

from app.domain.cost import Engine, Feature
from app.storage.money.calls import MOST_CALLS
from tests.faults.harness import World
from tests.faults.truth import compare_with_twins
from tests.models.routes import models_file
from tests.models.saying import BEHAVIOURS
from tests.models.service import service_that

PEOPLE = [f"person-{number}" for number in range(3)]
UNHARMED = {"well", "flipped directions"}
"""What may be published: good words, and those in which there was no direction to flip; twins have the same."""
WEEKS = 3
"""Enough of June to be told of."""


@pytest.mark.faults
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
async def test_a_model_costs_nobody_their_words(world: World, behaviour: str) -> None:
    """The model is really asked, and the composer writes what it did not: the same as for the twins, and once."""
    await world.take(PEOPLE, weeks=WEEKS)
    async with service_that(BEHAVIOURS[behaviour]) as service:
        world.hit_at = time.monotonic()
        file = models_file(world.folder / "models.toml", service.url, *Feature)
        worker = world.start("worker", environment={"SPECTRUM_MODELS_FILE": str(file)})
        await world.at_rest(patience_s=180)
        await world.stop(worker)
    by_model = await world.look("SELECT count(*) FROM writing WHERE engine <> $1", Engine.TEMPLATE)
    assert (by_model > 0) == (behaviour in UNHARMED)
    assert len(service.requests) > 0
    world.note("asked", len(service.requests))
    calls = "SELECT max(n) FROM (SELECT count(*) AS n FROM model_call GROUP BY person_id, job_id) AS of_jobs"
    assert await world.look(calls) <= MOST_CALLS
    assert await world.look("SELECT count(*) FROM model_call WHERE outcome IS NULL OR answer IS NOT NULL") == 0
    assert await world.look("SELECT count(*) FROM writing WHERE period_kind = 'MONTH'") >= len(PEOPLE)
    await compare_with_twins(world, PEOPLE, weeks=WEEKS)
