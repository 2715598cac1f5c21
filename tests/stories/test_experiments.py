"""An experiment decides who is shown the teaser; everybody it is about is counted, whatever they are shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.experiments import Arm, ArmRole, Experiment, Plan
from app.jobs import Queue
from app.pipeline.assign import assign_all
from app.storage.jobs import planning
from app.wiring import Spectrum
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, take, who
from workers.runner import Runner

TEASER = "{ viewer { spectrumTeaser { headline } } }"
START = datetime.now(UTC) - timedelta(days=1)


def experiment(key: str, *arms: Arm, **more: Any) -> Experiment:
    """One that runs."""
    return replace(Experiment(key, "It matters.", "upgrades", START, None, Plan(arms, 100)), **more)


HOLDOUT = experiment("held", Arm("out", ArmRole.HOLDOUT, 0.2, None), Arm("offered", ArmRole.TREATMENT, 0.8, "standard"))
TEASERS = experiment("teaser", Arm("none", ArmRole.CONTROL, 0.5, None), Arm("brief", ArmRole.TREATMENT, 0.5, "brief"))


@pytest.fixture
async def running(spectrum: Spectrum) -> Spectrum:
    """Give the installation with a holdout and an experiment."""
    return replace(spectrum, ports=replace(spectrum.ports, experiments=(TEASERS, HOLDOUT)))


async def _free_people(spectrum: Spectrum, owner: Any, person: str, count: int) -> list[str]:
    people = [f"{person}-{number}" for number in range(count)]
    await take(spectrum, *(session(each, JUNE) for each in people))
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = ANY ($1)", [who(spectrum, each) for each in people])
    return people


def _expected(spectrum: Spectrum, person: str) -> str | None:
    person_id = who(spectrum, person)
    if HOLDOUT.arm_of(person_id).role is ArmRole.HOLDOUT:
        return None
    return "Your sessions, seen over time" if TEASERS.arm_of(person_id).key == "brief" else None


async def test_each_arm_sees_its_own(running: Spectrum, owner: Any, person: str) -> None:
    """Held out and controls see no teaser, the others theirs; the first look is kept in every arm, and only once."""
    people = await _free_people(running, owner, person, 24)
    async with Client.of(running, AUTH_SECRET) as client:
        for each in people:
            seen = (await client.ask(TEASER, subject=each))["viewer"]["spectrumTeaser"]
            assert (seen and seen["headline"]) == _expected(running, each)
            await client.ask(TEASER, subject=each)
    rows = await owner.fetch("SELECT person_id, experiment, arm, exposed_at FROM assignment")
    assert all(row["exposed_at"] is not None for row in rows)
    kept = {(row["person_id"], row["experiment"]): row["arm"] for row in rows}
    for each in people:
        person_id = who(running, each)
        held = HOLDOUT.arm_of(person_id).key
        assert kept[person_id, "held"] == held
        assert kept.get((person_id, "teaser")) == (None if held == "out" else TEASERS.arm_of(person_id).key)


async def test_everybody_without_a_plan_is_assigned(running: Spectrum, owner: Any, person: str) -> None:
    """Also who never asks; who has a plan is in no arm, and a second hour changes nothing."""
    people = await _free_people(running, owner, person, 12)
    await take(running, session(f"{person}-paying", JUNE))
    await assign_all(running.ports)
    assert await assign_all(running.ports) == 0
    rows = await owner.fetch(
        "SELECT person_id, experiment, arm, exposed_at FROM assignment WHERE person_id = ANY ($1)",
        [who(running, each) for each in (*people, f"{person}-paying")],
    )
    assert {row["exposed_at"] for row in rows} == {None}
    assert sum(row["experiment"] == "held" for row in rows) == len(people)
    offered = sum(row["arm"] == "offered" for row in rows)
    assert sum(row["experiment"] == "teaser" for row in rows) == offered


async def test_what_does_not_run_assigns_nobody(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Before its start and after its end an experiment is not there: everybody sees the usual teaser."""
    (free,) = await _free_people(spectrum, owner, person, 1)
    now = datetime.now(UTC)
    over = experiment("over", *TEASERS.plan.arms, ends_at=now - timedelta(hours=1))
    later = experiment("later", *TEASERS.plan.arms, started_at=now + timedelta(hours=1))
    idle = replace(spectrum, ports=replace(spectrum.ports, experiments=(over, later)))
    assert await assign_all(idle.ports) == 0
    async with Client.of(idle, AUTH_SECRET) as client:
        seen = (await client.ask(TEASER, subject=free))["viewer"]["spectrumTeaser"]
    assert seen["headline"] == "What Spectrum shows"
    assert await owner.fetchval("SELECT count(*) FROM assignment WHERE person_id = $1", who(spectrum, free)) == 0


async def test_the_hours_upkeep_assigns(running: Spectrum, owner: Any, person: str) -> None:
    """Nobody has to ask for anything: an hour after an experiment begins everybody without a plan is in it."""
    people = await _free_people(running, owner, person, 6)
    async with running.ports.store.for_everyone() as tx:
        await planning.keep_upkeep(tx)
    await Runner(running.ports).work_off(Queue.HOURS)
    rows = await owner.fetch(
        "SELECT person_id, arm FROM assignment WHERE experiment = 'held' AND person_id = ANY ($1)",
        [who(running, each) for each in people],
    )
    expected = {who(running, each): HOLDOUT.arm_of(who(running, each)).key for each in people}
    assert {row["person_id"]: row["arm"] for row in rows} == expected
