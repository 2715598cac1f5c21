"""Arms are drawn by a hash: as often as planned, the same always, and independently of each other."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.experiments import Arm, ArmRole, Experiment, Plan, assigned, teaser_of

NOW = datetime(2027, 1, 1, tzinfo=UTC)
PEOPLE = [UUID(int=number * 2_654_435_761 << 60 | number) for number in range(20_000)]


def _experiment(key: str, *arms: Arm) -> Experiment:
    return Experiment(key, "It matters.", "upgrades", NOW, NOW + timedelta(days=30), Plan(arms, 100))


HOLDOUT = _experiment("hold", Arm("out", ArmRole.HOLDOUT, 0.1, None), Arm("in", ArmRole.TREATMENT, 0.9, "standard"))
ONE = _experiment("one", Arm("a", ArmRole.CONTROL, 0.5, None), Arm("b", ArmRole.TREATMENT, 0.5, "brief"))
TWO = _experiment("two", Arm("a", ArmRole.CONTROL, 0.5, None), Arm("b", ArmRole.TREATMENT, 0.5, "standard"))


@pytest.mark.parametrize("experiment", [HOLDOUT, ONE], ids=lambda each: each.key)
def test_shares_are_kept(experiment: Experiment) -> None:
    """Within 4 standard errors of what was planned."""
    found = Counter(experiment.arm_of(person).key for person in PEOPLE)
    for arm in experiment.plan.arms:
        error = (arm.share * (1 - arm.share) * len(PEOPLE)) ** 0.5
        assert abs(found[arm.key] - arm.share * len(PEOPLE)) < 4 * error


def test_experiments_do_not_follow_each_other() -> None:
    """Half of one arm of an experiment is in each arm of another."""
    both = sum(ONE.arm_of(person).key == "a" == TWO.arm_of(person).key for person in PEOPLE)
    assert abs(both - len(PEOPLE) / 4) < 4 * (len(PEOPLE) * 3 / 16) ** 0.5


def test_an_arm_is_forever() -> None:
    """Fixed values: another hash would put everybody somewhere else in the middle of an experiment."""
    arms = "".join(ONE.arm_of(UUID(int=number)).key for number in range(32))
    assert arms == "abbbaabaaababaaaaaaababbaabbaaaa"


def test_whoever_is_held_out_is_in_nothing_else() -> None:
    """And is shown no teaser; the others are in all that runs."""
    held = next(person for person in PEOPLE if HOLDOUT.arm_of(person).key == "out")
    offered = next(person for person in PEOPLE if HOLDOUT.arm_of(person).key == "in")
    assert {key: arm.key for key, arm in assigned([ONE, TWO, HOLDOUT], held, NOW).items()} == {"hold": "out"}
    assert set(assigned([ONE, TWO, HOLDOUT], offered, NOW)) == {"hold", "one", "two"}
    assert teaser_of(assigned([HOLDOUT], held, NOW)) is None
    assert teaser_of(assigned([HOLDOUT], offered, NOW)) == "standard"


def test_an_experiment_has_a_beginning_and_an_end() -> None:
    """From its start on, and not at its end any more."""
    person = PEOPLE[0]
    assert assigned([ONE], person, NOW - timedelta(seconds=1)) == {}
    assert set(assigned([ONE], person, NOW)) == {"one"}
    assert assigned([ONE], person, NOW + timedelta(days=30)) == {}


def test_one_control_is_enough_for_no_teaser() -> None:
    """Shown none by one experiment and one by another: none."""
    nothing, brief, usual = (
        Arm("x", ArmRole.CONTROL, 1, None),
        *(Arm("x", ArmRole.TREATMENT, 1, t) for t in ("brief", "standard")),
    )
    assert teaser_of({}) == "standard"
    assert teaser_of({"one": nothing, "two": brief}) is None
    assert teaser_of({"one": brief, "two": usual}) == "brief"
    assert teaser_of({"one": usual}) == "standard"
