"""A language model that refuses, fails, talks nonsense, or says nothing: every period has its words all the same."""

import pytest

from app.gateways.language_model import Engine
from app.jobs import JobKind
from tests.faults.harness import World
from tests.faults.model import BEHAVIOURS, model_that
from tests.faults.truth import compare_with_twins
from tests.programs import thaw

PEOPLE = [f"person-{number}" for number in range(3)]
WEEKS = 3
"""Enough of June to be told of; a model that never answers is waited for at every card."""


@pytest.mark.faults
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
async def test_a_model_costs_nobody_their_words(world: World, behaviour: str) -> None:
    """The model is really asked, and the local composer writes what it did not: the same as for the twins, and once."""
    await world.take(PEOPLE, weeks=WEEKS)
    async with model_that(behaviour) as model:
        worker = world.start("model", model.url, module="tests.faults.worker")
        await world.caught(worker, kind=JobKind.WEEKLY_AGGREGATION)
        thaw(worker.pid)
        await world.at_rest(patience_s=900 if behaviour == "never" else 180)
        await world.stop(worker)
    written = await world.look("SELECT count(*) FROM writing WHERE engine = $1", Engine.TEMPLATE)
    assert model.asked >= written > 0
    world.note("asked", model.asked)
    assert await world.look("SELECT count(*) FROM writing WHERE period_kind = 'MONTH'") >= len(PEOPLE)
    await compare_with_twins(world, PEOPLE, weeks=WEEKS)
