"""What must hold after every step, and at the end of a run: one function for each promise.

Sees the ledger as it was and is, and what the step did; knows no SQL, so that it cannot repeat a mistake of ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.jobs import AGGREGATION, LIMITS, MAX_LOST, PERIOD, Claimed, FailureClass, JobKind
from tests.simulation.people import Closing, Person
from tests.simulation.world import Jobs, Row, World

OPEN = ("QUEUED", "RETRYING", "RUNNING")
ENDED = ("SUCCEEDED", "DEAD", "DISCARDED")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was claimed in it, what its worker held before, and what the planner had to plan."""

    before: Jobs
    after: Jobs
    now: datetime
    people: dict[UUID, Person]
    paused: frozenset[str]
    claimed: Sequence[Claimed] = ()
    held: Sequence[Claimed] = ()
    attempts: Sequence[tuple[Claimed, int]] = ()
    closings: Sequence[tuple[Person, Closing]] = ()
    by_team: bool = False


def each_success_has_one_effect(step: Step) -> None:
    """A job that succeeded has exactly one effect, one that was dropped or has not ended has none."""
    for row in step.after.values():
        assert row["effects"] == (row["status"] == "SUCCEEDED" and row["note"] is None), f"{row['effects']} effects"


def no_effect_outlives_its_epoch(step: Step) -> None:
    """Whatever takes effect does so in its person's present epoch."""
    for job_id, row in step.after.items():
        if row["person_id"] and row["effects"] > (step.before[job_id]["effects"] if job_id in step.before else 0):
            assert row["epoch"] == step.people[row["person_id"]].epoch, "an effect for an erased person"


def tokens_only_grow(step: Step) -> None:
    """A claim raises the token by one, and nothing else changes it."""
    claimed = {job.id: job.token for job in step.claimed}
    for job_id, row in step.after.items():
        earlier = step.before[job_id]["token"] if job_id in step.before else 0
        assert row["token"] == earlier + (job_id in claimed), "a token changed without a claim"
        assert claimed.get(job_id, row["token"]) == row["token"], "a claim tells another token than was kept"


def a_stale_token_writes_nothing(step: Step) -> None:
    """Whose lease was taken over, or whose job has ended, changes nothing of it any more, whatever they try."""
    for job in step.held:
        row = step.before.get(job.id)
        is_held = row is not None and row["token"] == job.token and row["status"] == "RUNNING"
        if not is_held and job.id in step.after:
            assert step.after[job.id] == row, "a worker without the lease changed the job"


def what_has_ended_stays(step: Step) -> None:
    """Only the team discards a dead letter or lets it begin anew; nothing else that ended ever changes."""
    for job_id, row in step.before.items():
        if row["status"] in ENDED and job_id in step.after and step.after[job_id] != row:
            assert row["status"] == "DEAD", "a job that had ended well, or was discarded, changed"
            assert step.by_team, "a dead letter changed by itself"
            anew = step.after[job_id]
            assert anew["status"] == "DISCARDED" or (anew["attempt"], anew["lost"]) == (0, 0), "retried with a past"


def nothing_vanishes(step: Step) -> None:
    """Jobs go when their person is erased, and not otherwise."""
    for job_id, row in step.before.items():
        if job_id not in step.after:
            assert row["person_id"], "a job of nobody's is gone"
            assert row["epoch"] < step.people[row["person_id"]].epoch, "a job is gone"


def only_the_exhausted_are_dead(step: Step) -> None:
    """A dead letter has used up its attempts or its workers, or failed for good."""
    for row in step.after.values():
        if row["status"] == "DEAD":
            used_up = row["attempt"] >= row["max_attempts"] or row["lost"] >= MAX_LOST
            assert used_up or row["last_failure"] == FailureClass.VALIDATION, "given up too early"


def limits_hold(step: Step) -> None:
    """No job has more attempts than its limit, nor silences more workers; one that is exhausted is not begun again."""
    for job_id, row in step.after.items():
        assert 0 <= row["attempt"] <= row["max_attempts"], f"{row['attempt']} attempts"
        assert row["lost"] <= MAX_LOST, f"{row['lost']} workers lost"
        earlier = step.before.get(job_id)
        if earlier and earlier["lost"] >= MAX_LOST and not step.by_team:
            assert row["attempt"] <= earlier["attempt"], "begun again though it silenced too many"


def attempts_are_counted_right(step: Step) -> None:
    """A failure counts; waiting, a dependency that is away and a worker that stops do not."""
    for job, attempt in step.attempts:
        row = step.before.get(job.id)
        if row is not None and row["token"] == job.token and row["status"] == "RUNNING":
            assert step.after[job.id]["attempt"] == attempt, f"{step.after[job.id]['attempt']} attempts, not {attempt}"


def silence_is_counted_once(step: Step) -> None:
    """A claim counts the worker that fell silent in the middle of the job, and nothing else counts one."""
    claimed = {job.id for job in step.claimed}
    for job_id, row in step.after.items():
        earlier = step.before.get(job_id)
        if earlier is not None and not (step.by_team and row["lost"] == 0):
            silent = job_id in claimed and earlier["status"] == "RUNNING" and earlier["started_at"] is not None
            assert row["lost"] == earlier["lost"] + silent, "a silent worker was not counted right"


def only_what_is_free_is_claimed(step: Step) -> None:
    """What is claimed was waiting and its time had come, or its lease had run out; it is none that is paused."""
    for job in step.claimed:
        row = step.before[job.id]
        assert row["status"] in OPEN, f"claimed though {row['status']}"
        assert row["run_after"] <= step.now, "claimed before its time"
        assert row["status"] != "RUNNING" or row["lease_expires_at"] < step.now, "two workers hold one job"
        assert not step.paused & {row["queue"], row["kind"]}, "claimed though it is paused"


def a_claim_is_of_one_kind(step: Step) -> None:
    """A claim holds one kind, no more than its limit, and what may have silenced a worker is alone."""
    assert len({job.kind for job in step.claimed}) <= 1, "a claim of two kinds"
    for job in step.claimed:
        assert len(step.claimed) <= LIMITS[job.kind].claim, "a claim above its limit"
        assert job.lost == 0 or len(step.claimed) == 1, "a suspect shares its claim"


def _is_running(row: Row, now: datetime) -> bool:
    return row["status"] == "RUNNING" and bool(row["lease_expires_at"] >= now)


def periods_are_claimed_in_order(step: Step) -> None:
    """A person's week or month is claimed when no earlier one of the kind is due, and none of the kind is running."""
    ours = [job for job in step.claimed if job.kind in AGGREGATION.values() and job.person]
    assert len({job.person for job in ours}) == len(ours), "two periods of one person in one claim"
    for job in ours:
        for row in step.before.values():
            if job.person and (row["person_id"], row["kind"]) == (job.person.id, job.kind) and row["id"] != job.id:
                assert not _is_running(row, step.now), "a person's periods run side by side"
                if row["status"] in OPEN and row["run_after"] <= step.now:
                    assert (row["first_day"], row["id"]) > (job.first_day, job.id), "claimed before an earlier period"


def periods_close_as_the_calendar_says(step: Step) -> None:
    """Each week and month with a session is planned once, in order, due when it ends where the person is."""
    must = [(p.id, c.kind, c.first_day, c.due_at) for p, c in step.closings]
    made = [
        (row["person_id"], PERIOD[JobKind(row["kind"])], row["first_day"], row["due_at"])
        for job_id, row in step.after.items()
        if job_id not in step.before and row["key"].startswith("close:")
    ]
    assert sorted(made) == sorted(must), f"planned {made}, not {must}"
    for person, closing in step.closings:
        ours = [first_day for person_id, kind, first_day, _ in made if (person_id, kind) == (person.id, closing.kind)]
        assert ours == sorted(ours), "planned out of order"
        assert closing.due_at <= step.now, "planned before its end"


RULES: tuple[Callable[[Step], None], ...] = (
    each_success_has_one_effect,
    no_effect_outlives_its_epoch,
    tokens_only_grow,
    a_stale_token_writes_nothing,
    what_has_ended_stays,
    nothing_vanishes,
    only_the_exhausted_are_dead,
    limits_hold,
    attempts_are_counted_right,
    silence_is_counted_once,
    only_what_is_free_is_claimed,
    a_claim_is_of_one_kind,
    periods_are_claimed_in_order,
    periods_close_as_the_calendar_says,
)


def everything_has_ended(world: World) -> None:
    """After a stretch without faults nothing is left open."""
    left = [world.name(row["id"]) for row in world.jobs.values() if row["status"] not in ENDED]
    assert not left, f"{left} never ended"


def every_session_was_asked_for(world: World) -> None:
    """Each session of a paying person has its analysis in the ledger."""
    analyses = {row["session_id"]: row for row in world.jobs.values() if row["kind"] == JobKind.SESSION_ANALYSIS}
    for person in world.people.values():
        for session in person.sessions.values():
            if session.asked:
                assert str(session.id) in analyses, f"a session of {person.name} is lost"


def every_period_was_planned(world: World) -> None:
    """What the calendar closed has its job, unless its person was erased since."""
    keys = {row["key"] for row in world.jobs.values()}
    for person_id, epoch, kind, first_day in world.closings:
        person = world.people[person_id]
        if person.known and person.epoch == epoch:
            assert f"close:{kind}:{person_id}:{epoch}:{first_day}" in keys, f"a {kind} of {person.name} is lost"


def every_number_was_told(world: World) -> None:
    """A closed week or month was folded with every session that has numbers, however late it came."""
    given_up = {
        (row["person_id"], row["epoch"], PERIOD[JobKind(row["kind"])], row["first_day"])
        for row in world.jobs.values()
        if row["kind"] in AGGREGATION.values() and row["status"] in ("DEAD", "DISCARDED")
    }
    for person in world.people.values():
        for session in person.sessions.values():
            for period in person.closed_periods_of(session):
                told = any(session.id in seen for seen in world.folds[period]) or period in given_up
                assert told, f"{period[2]} {period[3]} of {person.name} never saw the session of {session.day}"


FINAL_RULES: tuple[Callable[[World], None], ...] = (
    everything_has_ended,
    every_session_was_asked_for,
    every_period_was_planned,
    every_number_was_told,
)
