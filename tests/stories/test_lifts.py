"""What an experiment found: asked for, computed by a worker from what is kept, and silent where it may not be read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.access import Role
from app.domain.experiments import Arm, ArmRole, Experiment, Plan
from app.domain.periods import format_week, week_of
from app.jobs import Queue
from app.pipeline.upkeep import REPORT_DAYS
from app.storage.jobs import planning
from app.storage.words import reports
from app.wiring import Spectrum
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.life import take, who
from workers.runner import Runner

NOW = datetime.now(UTC)
BEGUN = NOW - timedelta(days=90)
ENDED = NOW - timedelta(days=30)
DIFFERENCE = "{ value low high method }"
CONVERSION = f"""query($key: String!, $days: Int! = 14) {{ ops {{
  conversionImpact(experimentKey: $key, withinDays: $days) {{
  experiment {{ key plannedPerArm arms {{ key role share assigned exposed }} }} withinDays
  arms {{ arm {{ key }} people upgraded rate {{ numerator denominator rate low high suppressed }} medianDaysToUpgrade }}
  difference {DIFFERENCE} relative {DIFFERENCE} exposedOnly {DIFFERENCE}
  sampleRatioP minimumDetectable readiness caveats computedAt }} }} }}"""
RETENTION = f"""query($input: RetentionInput!) {{ ops {{ retentionLift(input: $input) {{ design
  curves {{ label people points {{ unit atRisk retained low high }} }}
  atHorizon {DIFFERENCE} meanTimeRetained {DIFFERENCE} adjusted {DIFFERENCE} readiness caveats computedAt }} }} }}"""


def _experiment(key: str, planned: int, *arms: Arm) -> Experiment:
    return Experiment(key, "It matters.", "upgrades", BEGUN, ENDED, Plan(arms, planned))


TEASER = _experiment("teaser", 100, Arm("none", ArmRole.CONTROL, 0.5), Arm("shown", ArmRole.TREATMENT, 0.5, "standard"))
HELD = _experiment("held", 30, Arm("out", ArmRole.HOLDOUT, 0.5), Arm("in", ArmRole.TREATMENT, 0.5, "standard"))


class World:
    """People without sessions whose assignments, plans and sessions are written as storage keeps them."""

    def __init__(self, spectrum: Spectrum, owner: Any, client: Client, people: Iterator[UUID]) -> None:
        self.spectrum, self.owner, self.client = spectrum, owner, client
        self._people = people

    def some(self, number: int) -> list[UUID]:
        """So many people nobody has met."""
        return [next(self._people) for _ in range(number)]

    async def assign(
        self, experiment: str, arm: str, people: list[UUID], *, exposed: int = 0, at: datetime = BEGUN
    ) -> None:
        """Put people into an arm; the first `exposed` of them met it an hour later."""
        await self.owner.executemany(
            "INSERT INTO assignment (person_id, experiment, arm, assigned_at, exposed_at) VALUES ($1, $2, $3, $4, $5)",
            [
                (each, experiment, arm, at, at + timedelta(hours=1) if place < exposed else None)
                for place, each in enumerate(people)
            ],
        )

    async def upgrade(self, people: list[UUID], after: timedelta) -> None:
        """Each gets a plan so long after the experiment began."""
        await self.owner.executemany(
            "INSERT INTO upgrade (person_id, id, plan, at) VALUES ($1, $2, 'PLUS', $3)",
            [(each, uuid4(), BEGUN + after) for each in people],
        )

    async def come_back(self, people: list[UUID], weeks: int, *, since: datetime = BEGUN) -> None:
        """Each has a session in each of their first `weeks` weeks."""
        await self.owner.executemany(
            "INSERT INTO session (person_id, id, source, started_at, ended_at, local_date, local_minute, turn_count,"
            " zone, status) VALUES ($1, $2, 'MIRROR', $3, $3, $3::timestamptz::date, 600, 1, 'UTC', 'DONE')",
            [(each, uuid4(), since + timedelta(weeks=week, days=2)) for each in people for week in range(weeks)],
        )

    async def ask(self, document: str, **variables: Any) -> Any:
        """What the team is answered, under its only name."""
        ops = (await self.client.team(document, variables, Role.ANALYST))["ops"]
        (answer,) = ops.values()
        return answer

    async def answered(self, document: str, **variables: Any) -> Any:
        """The same once a worker has computed it."""
        assert (await self.ask(document, **variables))["readiness"] == "PENDING"
        await Runner(self.spectrum.ports).work_off(Queue.HOURS)
        return await self.ask(document, **variables)


@pytest.fixture
async def world(spectrum: Spectrum, owner: Any) -> Any:
    """Give a world in which nothing happened yet."""
    for table in ("assignment", "upgrade", "report", "event", "sealed_text", "session", "person"):
        await owner.execute(f"TRUNCATE {table} CASCADE")
    await owner.execute("DELETE FROM job WHERE kind = 'REPORT'")
    running = replace(spectrum, ports=replace(spectrum.ports, experiments=(TEASER, HELD)))
    async with Client.of(running, AUTH_SECRET) as client:
        yield World(running, owner, client, (UUID(int=n << 64 | n) for n in count(1)))


async def test_an_impact_is_computed_by_a_worker(world: World) -> None:
    """100 of 400 against 60 of 400: PENDING at first, then what a textbook gives, and the readiness to decide."""
    control, treated = world.some(400), world.some(400)
    await world.assign("teaser", "none", control, exposed=200)
    await world.assign("teaser", "shown", treated, exposed=200)
    await world.upgrade(control[:60], timedelta(days=4))
    await world.upgrade(treated[:100], timedelta(days=2))
    await world.upgrade(treated[100:150], timedelta(days=20))
    pending = await world.ask(CONVERSION, key="teaser")
    assert (pending["readiness"], pending["difference"]["value"]) == ("PENDING", None)
    assert pending["caveats"]
    found = await world.answered(CONVERSION, key="teaser")
    assert found["readiness"] == "READY"
    assert found["experiment"]["arms"] == [
        {"key": "none", "role": "CONTROL", "share": 0.5, "assigned": 400, "exposed": 200},
        {"key": "shown", "role": "TREATMENT", "share": 0.5, "assigned": 400, "exposed": 200},
    ]
    by_arm = {each["arm"]["key"]: each for each in found["arms"]}
    assert [(by_arm[key]["upgraded"], by_arm[key]["people"]) for key in ("none", "shown")] == [(60, 400), (100, 400)]
    assert [by_arm[key]["medianDaysToUpgrade"] for key in ("none", "shown")] == pytest.approx([4, 2])
    assert found["difference"]["value"] == pytest.approx(0.1)
    assert found["difference"]["low"] == pytest.approx(0.045, abs=0.005)
    assert found["difference"]["high"] == pytest.approx(0.155, abs=0.005)
    assert found["exposedOnly"]["value"] == pytest.approx(0.2)
    assert found["relative"]["value"] == pytest.approx(2 / 3)
    assert found["sampleRatioP"] == pytest.approx(1)
    assert found["computedAt"] is not None


async def test_a_window_is_part_of_the_question(world: World) -> None:
    """Who upgraded on the twentieth day did so within 30 days, and not within 14."""
    control, treated = world.some(200), world.some(200)
    await world.assign("teaser", "none", control, exposed=200)
    await world.assign("teaser", "shown", treated, exposed=200)
    await world.upgrade(treated[:50], timedelta(days=20))
    assert (await world.answered(CONVERSION, key="teaser"))["difference"]["value"] == 0
    longer = await world.answered(CONVERSION, key="teaser", days=30)
    assert longer["difference"]["value"] == pytest.approx(0.25)
    assert (longer["readiness"], "14 days" in longer["caveats"][0]) == ("TOO_EARLY", True)


@pytest.mark.parametrize(
    ("control", "treated", "exposed", "readiness"),
    [
        (19, 400, (19, 400), "GROUP_TOO_SMALL"),
        (99, 99, (99, 99), "TOO_EARLY"),
        (400, 400, (400, 300), "SAMPLE_RATIO_MISMATCH"),
    ],
)
async def test_what_may_not_be_read_is_not_shown(
    world: World, control: int, treated: int, exposed: tuple[int, int], readiness: str
) -> None:
    """Few people, a sample that is not reached, a split that is broken: said, and only one of them gives a figure."""
    for arm, number, met in (("none", control, exposed[0]), ("shown", treated, exposed[1])):
        await world.assign("teaser", arm, world.some(number), exposed=met)
    found = await world.answered(CONVERSION, key="teaser")
    assert found["readiness"] == readiness
    assert (found["difference"]["value"] is None) == (readiness != "TOO_EARLY")
    assert len(found["caveats"]) > 1


async def test_figures_of_an_hour_ago_are_shown_and_asked_for_again(world: World, owner: Any) -> None:
    """Nobody waits for what is there already."""
    await world.assign("teaser", "none", world.some(30), exposed=30)
    await world.assign("teaser", "shown", world.some(30), exposed=30)
    first = await world.answered(CONVERSION, key="teaser")
    await world.ask(CONVERSION, key="teaser")
    jobs = "SELECT count(*) FROM job WHERE kind = 'REPORT'"
    assert await owner.fetchval(jobs) == 1
    await owner.execute("UPDATE report SET computed_at = now() - interval '61 minutes'")
    await owner.execute("UPDATE job SET idempotency_key = idempotency_key || 'before' WHERE kind = 'REPORT'")
    stale = await world.ask(CONVERSION, key="teaser")
    assert stale["readiness"] == first["readiness"]
    assert await owner.fetchval(jobs) == 2


def _cohort(design: str, **more: Any) -> dict[str, Any]:
    weeks = {"cohortFrom": format_week(week_of(BEGUN.date())), "cohortTo": format_week(week_of(BEGUN.date()))}
    return {"design": design, "horizon": 8, **weeks, **more}


async def test_a_holdout_gives_an_effect(world: World) -> None:
    """40 who came back for eight weeks against 40 of whom half did: curves, and a difference of one half."""
    offered, held = world.some(40), world.some(40)
    await world.assign("held", "in", offered)
    await world.assign("held", "out", held)
    await world.come_back([*offered, *held[:20]], 8)
    await world.come_back(held[20:], 3)
    await world.assign("held", "in", world.some(25), at=BEGUN - timedelta(days=30))
    whole = {"experimentKey": "held", "cohortTo": format_week(week_of(ENDED.date()))}
    found = await world.answered(RETENTION, input=_cohort("RANDOMISED_HOLDOUT", **whole))
    assert found["readiness"] == "READY"
    for other in ({**whole, "horizon": 7}, {"experimentKey": "held"}):
        look = await world.answered(RETENTION, input=_cohort("RANDOMISED_HOLDOUT", **other))
        assert look["readiness"] == "TOO_EARLY", "whoever may choose a window finds one that wins"
        assert look["atHorizon"]["value"] is not None
    assert found["adjusted"] is None
    assert [(curve["label"], curve["people"]) for curve in found["curves"]] == [
        ("Offered Spectrum", 40),
        ("Held out", 40),
    ]
    assert [point["retained"] for point in found["curves"][1]["points"]] == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5]
    assert found["atHorizon"]["value"] == pytest.approx(0.5)
    assert found["meanTimeRetained"]["value"] == pytest.approx(2, abs=0.6)


async def test_users_and_others_are_described(world: World, owner: Any) -> None:
    """Said to be no effect before anything else, with the adjusted difference beside the one that was asked for."""
    keys = [f"lift-{number}" for number in range(60)]
    await take(world.spectrum, *(session(key, BEGUN + timedelta(hours=1)) for key in keys))
    people = [who(world.spectrum, key) for key in keys]
    await owner.execute("UPDATE person SET created_at = $1", BEGUN)
    await owner.execute("DELETE FROM job WHERE kind = 'SESSION_ANALYSIS'")
    users, others = people[:30], people[30:]
    await world.come_back([*users, *others[:10]], 8)
    await world.come_back(others[10:], 2)
    await owner.executemany(
        "INSERT INTO event (person_id, id, name, occurred_at, app_version, platform)"
        " VALUES ($1, $2, 'LANDSCAPE_VIEWED', $3, '1.0', 'WEB')",
        [(each, uuid4(), BEGUN + timedelta(days=3)) for each in users],
    )
    pending = await world.ask(RETENTION, input=_cohort("OBSERVATIONAL"))
    assert "chose" in pending["caveats"][0]
    found = await world.answered(RETENTION, input=_cohort("OBSERVATIONAL"))
    assert "chose" in found["caveats"][0]
    assert [curve["people"] for curve in found["curves"]] == [30, 30]
    assert found["atHorizon"]["value"] == pytest.approx(2 / 3)
    assert found["adjusted"] is not None


@pytest.mark.parametrize(
    ("document", "variables", "said"),
    [
        (CONVERSION, {"key": "nothing"}, "no such experiment"),
        (CONVERSION, {"key": "teaser", "days": 91}, "withinDays"),
        (RETENTION, {"input": _cohort("RANDOMISED_HOLDOUT")}, "experimentKey"),
        (RETENTION, {"input": _cohort("RANDOMISED_HOLDOUT", experimentKey="teaser")}, "holds nobody out"),
        (RETENTION, {"input": _cohort("OBSERVATIONAL", horizon=0)}, "horizon"),
        (RETENTION, {"input": _cohort("OBSERVATIONAL", cohortFrom="2027-W01")}, "cohortTo"),
        (RETENTION, {"input": _cohort("OBSERVATIONAL", cohortFrom="2024-W01")}, "a year"),
        (RETENTION, {"input": _cohort("OBSERVATIONAL", cohortFrom="2024-W01", cohortTo="2024-W05")}, "400 days"),
    ],
)
async def test_a_question_that_is_none_is_refused(world: World, document: str, variables: Any, said: str) -> None:
    """In a sentence."""
    answer = await world.client.post(document, variables, subject="team", roles=(Role.ANALYST,), path="/ops/graphql")
    assert said in answer["errors"][0]["message"]


async def test_figures_are_forgotten_after_a_quarter(spectrum: Spectrum, owner: Any) -> None:
    """Of experiments, by the hour's upkeep; what is asked for again is computed again, and other reports stay."""
    await owner.execute("DELETE FROM report")
    await owner.executemany(
        "INSERT INTO report (name, key, content, computed_at) VALUES ($1, $2, '{}', now() - $3::interval)",
        [
            (name, key, timedelta(days=REPORT_DAYS) + more)
            for name in (reports.CONVERSION, reports.RETENTION, reports.AGREEMENT)
            for key, more in (("old", timedelta(hours=1)), ("young", -timedelta(hours=1)))
        ],
    )
    await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")
    async with spectrum.ports.store.for_everyone() as tx:
        await planning.keep_upkeep(tx)
    await Runner(spectrum.ports).work_off(Queue.HOURS)
    left = await owner.fetch("SELECT name, key FROM report WHERE key IN ('old', 'young') ORDER BY name, key")
    assert [tuple(row) for row in left] == [
        (reports.AGREEMENT, "old"),
        (reports.AGREEMENT, "young"),
        (reports.CONVERSION, "young"),
        (reports.RETENTION, "young"),
    ]
