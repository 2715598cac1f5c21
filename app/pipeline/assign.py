"""Puts people into the arms of the experiments that run: everybody in time, and whoever meets one at once.

An exposure is written the same way in every arm, by what was asked for and not by what was shown: so the arms that show
nothing have theirs, too.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from app.domain.experiments import Arm, Experiment, assigned
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.engagement import assignments
from app.storage.people import Head

AT_ONCE = 2_000
MOST_ROUNDS = 500
"""A million people an hour and experiment."""
FIRST = UUID(int=0)
"""No person's id, and before all."""


async def expose(ports: Ports, head: Head) -> Mapping[str, Arm]:
    """The arms of somebody without a plan who asks for what arms differ in; kept when it is the first time.

    Somebody of whom nothing is kept yet is in none, and may be shown nothing that is being tried.
    """
    person, arms = head.person, assigned(ports.experiments, head.person.id, head.now)
    if not arms or not head.known:
        return arms
    async with ports.store.for_person(person.id) as tx:
        met = await assignments.list_exposed(tx, person.id)
        new = {key: arm.key for key, arm in arms.items() if key not in met}
        if new:
            await people.keep_epoch(tx, person)
            await assignments.keep_exposed(tx, person.id, new)
    return arms


async def assign_all(ports: Ports) -> int:
    """Assign everybody without a plan to what runs now; how many were new. Who is held out is in the holdout alone."""
    async with ports.store.for_everyone() as tx:
        now: datetime = await tx.fetchval("SELECT now()")
    running = [each for each in ports.experiments if each.runs(now)]
    return sum([await _assign(ports, experiment, now) for experiment in running])


async def _assign(ports: Ports, experiment: Experiment, now: datetime) -> int:
    count, last = 0, FIRST
    for _ in range(MOST_ROUNDS):
        async with ports.store.for_everyone() as tx:
            found = await assignments.list_unassigned(tx, experiment.key, after=last, limit=AT_ONCE)
            arms = {id_: assigned(ports.experiments, id_, now).get(experiment.key) for id_ in found}
            mine = {id_: arm.key for id_, arm in arms.items() if arm is not None}
            count += await assignments.keep_assigned(tx, experiment.key, mine)
        if len(found) < AT_ONCE:
            break
        last = found[-1]
    return count
