"""The simulated week that capacity is computed by: nobody is forgotten in it, and more cores never make it worse."""

from dataclasses import replace
from itertools import pairwise

import pytest

from benchmarks.capacity.__main__ import bytes_a_year, sizes_of
from benchmarks.capacity.costs import Cost, Costs
from benchmarks.capacity.week import MINUTES, ZONES, Week, cores_needed, simulate

ONE = Cost(0.05, 0.002)
COSTS = Costs(
    ingested=Cost(0.001, 0.0005),
    analysed=Cost(0.02, 0.003),
    week=ONE,
    month=ONE,
    planned=Cost(0.00001, 0.00005),
    uncached=Cost(0.01, 0.002),
    cached=Cost(0.001, 0.0001),
    session_bytes=800.0,
    text_bytes=900.0,
    month_bytes=2_500.0,
    aggregate_bytes=700.0,
    writing_bytes=3_000.0,
    writings_a_week=2.0,
    job_bytes=700.0,
    person_bytes=500.0,
    redis_bytes=1_000_000.0,
)
PEOPLE = 1_000_000


def _week(cores: int, **more: bool) -> Week:
    return simulate(PEOPLE, COSTS, most_cores=cores, **more)


def test_the_same_seed_gives_the_same_week() -> None:
    """A figure of the documentation can be computed again; another seed is another week."""
    assert _week(60) == _week(60)
    assert simulate(PEOPLE, COSTS, most_cores=60, seed=2) != _week(60)


def test_the_largest_wave_is_the_largest_zones() -> None:
    """Everybody's week ends in their own zone: a wave is its share of mankind, or everybody where all live together."""
    assert _week(60).wave == round(PEOPLE * max(ZONES.values()) / sum(ZONES.values()))
    assert _week(200, one_zone=True).wave == PEOPLE


def test_too_few_cores_tell_too_late_and_more_never_later() -> None:
    """With fewer cores than the work takes in an hour many are late; lags only fall as cores are added."""
    weeks = [_week(cores) for cores in (2, 8, 30, 200)]
    assert weeks[0].late > 0.2
    assert weeks[-1].late == 0
    for fewer, more in pairwise(weeks):
        assert more.p99_min <= fewer.p99_min


def test_whoever_still_waits_at_the_end_counts() -> None:
    """A wave that is never worked off is as late as the week is long, and not left out."""
    hopeless = simulate(PEOPLE, replace(COSTS, week=Cost(60.0, 1.0)), most_cores=4)
    assert hopeless.longest_min > MINUTES / 2
    assert hopeless.late > 0.8


@pytest.mark.parametrize("one_zone", [False, True])
def test_the_cores_that_are_named_keep_the_promise(one_zone: bool) -> None:
    """What the table names tells 99 % within three quarters of an hour, and a tenth fewer would be named if it did."""
    cores = cores_needed(PEOPLE, COSTS, one_zone=one_zone)
    week = simulate(PEOPLE, COSTS, most_cores=cores, one_zone=one_zone)
    assert week.p99_min <= 45
    assert week.minutes_cores <= cores
    assert simulate(PEOPLE, COSTS, most_cores=int(cores / 2), one_zone=one_zone).p99_min > 45


def test_ten_times_the_people_need_about_ten_times_as_much() -> None:
    """Nothing in it grows faster than the people do; storage is theirs alone."""
    small, large = _week(100), simulate(10 * PEOPLE, COSTS, most_cores=1_000)
    assert large.api_cores == pytest.approx(10 * small.api_cores)
    assert large.seconds_cores == pytest.approx(10 * small.seconds_cores)
    assert bytes_a_year(COSTS) > 156 * COSTS.session_bytes
    assert sizes_of(10_000, COSTS)["PostgreSQL"] == "one"
    assert "shards" in sizes_of(100_000_000, COSTS)["PostgreSQL"]
