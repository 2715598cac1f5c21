"""What the team is told of use: right in sums, silent of few, and nobody's in particular."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.access import Role
from app.wiring import Spectrum
from tests.client import Client, session
from tests.life import take, who

ENGAGEMENT = """query($from: Date!, $to: Date!) { ops {
  engagement(range: {dates: {from: $from, to: $to}}, granularity: DAY) {
    points { period { from to } eligible activeSpectrum reach { numerator denominator }
      returning { numerator denominator }
      insightsOpened evidenceOpened ringsTrue { suppressed } }
    events { name events people } }
  spend(range: {dates: {from: $from, to: $to}}) { total perActiveViewer } } }"""
FUNNEL = """query($from: Date!, $to: Date!, $steps: [EventName!]!) { ops {
  funnel(range: {dates: {from: $from, to: $to}}, steps: $steps, withinDays: 3) {
    steps { name people fromPrevious { numerator denominator } fromFirst { rate } medianSecondsFromPrevious } } } }"""
LOADS = """query($from: Date!, $to: Date!) { ops { loadTimes(range: {dates: {from: $from, to: $to}}) {
  screen n p50Ms p75Ms p95Ms targetMs met } } }"""
MANY = 25
START = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=30)
RANGE = {"from": f"{START.date()}", "to": f"{(START + timedelta(days=3)).date()}"}


class Crowd:
    """People whose events are written as storage keeps them."""

    def __init__(self, owner: Any, people: Sequence[UUID]) -> None:
        self.owner = owner
        self.people = people

    async def do(self, name: str, at: datetime, people: Sequence[UUID], ms: int | None = None) -> None:
        """Something happens to each of them."""
        screen = "LANDSCAPE_VIEWED" if ms is not None else None
        await self.owner.executemany(
            "INSERT INTO event (person_id, id, name, occurred_at, duration_ms, screen, app_version, platform)"
            " VALUES ($1, $2, $3, $4, $5, $6, '1.0', 'WEB')",
            [(each, uuid4(), name, at, ms, screen) for each in people],
        )


@pytest.fixture(scope="module")
async def crowd(spectrum: Spectrum, owner: Any) -> Crowd:
    """Give 25 people who were there before the range."""
    keys = [f"crowd-{number}" for number in range(MANY)]
    await take(spectrum, *(session(key, START - timedelta(days=9)) for key in keys))
    people = [who(spectrum, key) for key in keys]
    await owner.execute("UPDATE person SET created_at = $1", START - timedelta(days=9))
    return Crowd(owner, people)


@pytest.fixture(autouse=True)
async def quiet(owner: Any) -> None:
    """Begin without events."""
    await owner.execute("TRUNCATE event")


async def _team(client: Client, document: str, **variables: Any) -> Any:
    return (await client.team(document, {**RANGE, **variables}, Role.ANALYST))["ops"]


async def test_days_are_counted_by_people(client: Client, crowd: Crowd, owner: Any) -> None:
    """22 look on the first day, 20 of them and 3 others on the second, 19 on the third, who are too few to tell of."""
    first, second = crowd.people[:22], [*crowd.people[:20], *crowd.people[22:]]
    await crowd.do("LANDSCAPE_VIEWED", START, first)
    await crowd.do("LANDSCAPE_VIEWED", START + timedelta(hours=1), first)
    await crowd.do("SETTINGS_OPENED", START, crowd.people)
    await crowd.do("FEED_VIEWED", START + timedelta(days=1), second)
    await crowd.do("INSIGHT_OPENED", START + timedelta(days=1), second[:5])
    await crowd.do("FEED_VIEWED", START + timedelta(days=2), crowd.people[:19])
    await owner.execute(
        "INSERT INTO spending (day, feature, model, engine, prompt_revision, calls, cost)"
        " VALUES ($1, 'MONTHLY_NARRATIVE', 'small', 'SMALL_MODEL', 'm@1', 1, 2500000)",
        START.date(),
    )
    report = await _team(client, ENGAGEMENT)
    points = report["engagement"]["points"]
    assert [point["period"]["from"] for point in points] == [f"{(START + timedelta(days=n)).date()}" for n in range(4)]
    assert [point["activeSpectrum"] for point in points] == [22, 23, None, None]
    assert [point["eligible"] for point in points] == [MANY] * 4
    assert points[0]["reach"] == {"numerator": 22, "denominator": MANY}
    assert [point["returning"] for point in points[:3]] == [
        {"numerator": None, "denominator": None},
        {"numerator": 20, "denominator": 22},
        {"numerator": None, "denominator": None},
    ]
    assert [point["insightsOpened"] for point in points] == [0, 5, None, None]
    events = {each["name"]: (each["events"], each["people"]) for each in report["engagement"]["events"]}
    assert events == {
        "FEED_VIEWED": (42, 23),
        "INSIGHT_OPENED": (5, None),
        "LANDSCAPE_VIEWED": (44, 22),
        "SETTINGS_OPENED": (25, 25),
    }
    assert report["spend"] == {"total": "2.500000", "perActiveViewer": "0.100000"}


async def test_a_funnel_goes_in_order_and_in_time(client: Client, crowd: Crowd) -> None:
    """Who taps before they were shown anything, or days later, has not come that far."""
    steps = ["TEASER_SHOWN", "TEASER_TAPPED", "PAYWALL_SHOWN"]
    await crowd.do("TEASER_SHOWN", START, crowd.people)
    await crowd.do("TEASER_SHOWN", START + timedelta(days=2), crowd.people)
    await crowd.do("TEASER_TAPPED", START - timedelta(hours=1), crowd.people[:2])
    await crowd.do("TEASER_TAPPED", START + timedelta(minutes=1), crowd.people[2:23])
    await crowd.do("TEASER_TAPPED", START + timedelta(days=4), crowd.people[23:])
    await crowd.do("PAYWALL_SHOWN", START + timedelta(minutes=3), crowd.people[:22])
    found = (await _team(client, FUNNEL, steps=steps))["funnel"]["steps"]
    assert [(each["name"], each["people"]) for each in found] == list(zip(steps, (25, 21, 20), strict=True))
    assert [each["fromPrevious"] for each in found[1:]] == [
        {"numerator": 21, "denominator": 25},
        {"numerator": 20, "denominator": 21},
    ]
    assert found[2]["fromFirst"]["rate"] == pytest.approx(0.8)
    assert [each["medianSecondsFromPrevious"] for each in found] == [None, 60, 120]


async def test_of_few_nothing_is_told(client: Client, crowd: Crowd) -> None:
    """19 people's median, share and quantiles would be somebody's."""
    await crowd.do("TEASER_SHOWN", START, crowd.people[:19])
    await crowd.do("TEASER_TAPPED", START + timedelta(minutes=1), crowd.people[:19])
    await crowd.do("SCREEN_LOADED", START, crowd.people[:19], ms=900)
    found = (await _team(client, FUNNEL, steps=["TEASER_SHOWN", "TEASER_TAPPED"]))["funnel"]["steps"]
    nothing = {"numerator": None, "denominator": None}
    assert [(each["people"], each["fromPrevious"], each["medianSecondsFromPrevious"]) for each in found] == [
        (None, nothing, None)
    ] * 2
    (load,) = (await _team(client, LOADS))["loadTimes"]
    assert (load["n"], load["p50Ms"], load["p75Ms"], load["met"]) == (19, None, None, None)


@pytest.mark.parametrize(("slow", "met"), [(6, True), (7, False)])
async def test_three_of_four_loads_decide(client: Client, crowd: Crowd, slow: int, met: bool) -> None:
    """A quarter may be slow."""
    await crowd.do("SCREEN_LOADED", START, crowd.people[slow:], ms=900)
    await crowd.do("SCREEN_LOADED", START, crowd.people[:slow], ms=4_000)
    (load,) = (await _team(client, LOADS))["loadTimes"]
    assert (load["screen"], load["n"], load["p50Ms"], load["p95Ms"]) == ("LANDSCAPE_VIEWED", 25, 900, 4_000)
    assert (load["targetMs"], load["met"]) == (1_800, met)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            "{ ops { engagement(range: {preset: LAST_7_DAYS}, granularity: SESSION) { period { from } } } }",
            "granularity",
        ),
        ("{ ops { funnel(range: {preset: LAST_7_DAYS}, steps: [FEED_VIEWED]) { period { from } } } }", "steps"),
        (
            "{ ops { funnel(range: {preset: LAST_7_DAYS}, steps: [FEED_VIEWED, INSIGHT_OPENED], withinDays: 0) "
            "{ period { from } } } }",
            "withinDays",
        ),
    ],
)
async def test_what_makes_no_sense_is_said(client: Client, document: str, said: str) -> None:
    """In a sentence that names the argument."""
    answer = await client.post(document, subject="team", roles=(Role.ANALYST,), path="/ops/graphql")
    assert said in answer["errors"][0]["message"]
