"""Takes billing's word on a person's plan. With a first plan, what waited for one is read while its text lasts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.experiments import assigned
from app.errors import ErrorCode, Problem, Refused
from app.jobs import Kept
from app.pipeline.catching_up import catch_up
from app.pipeline.commit import commit
from app.pipeline.impressions import read_impression
from app.pipeline.newcomers import newcomer
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.engagement import assignments, plans
from app.storage.engagement.plans import Upgrade
from app.storage.people import Head
from app.storage.store import Tx

MOST_AHEAD = timedelta(days=1)
"""Billing's clock may be this fast."""
OLDEST = timedelta(days=365)
"""Words are kept longer than this, so that a late one is always seen beside those that were newer."""
NOWHERE = "UTC"
"""The zone of somebody of whom only the plan is known; their first session says where they are."""


@dataclass(frozen=True, slots=True)
class Said:
    """Billing's word: its own id, whose plan, which, since when, and the teaser's token if one led to it."""

    event_id: UUID
    subject_key: str = field(repr=False)
    plan: str
    at: datetime
    impression_token: str | None = field(default=None, repr=False)


async def record(ports: Ports, said: Said) -> bool:
    """Keep a word on a plan, and let the newest one count; whether it was kept before.

    Refused when the same id said something else, or the time is in the future or long past. A token that is none of
    this person's is left out: an upgrade is never lost for one. Of somebody nobody has met, who is said to have what
    they would have anyway, nothing is kept: an account that is gone stays gone when its plan ends.
    """
    head = await _met(ports, said)
    if head is None:
        return False
    token = said.impression_token
    impression = read_impression(ports.keyring.identity, head.person, token) if token else None
    upgrade = Upgrade(said.event_id, said.plan, said.at, impression)
    was_new = True

    async def keep(tx: Tx) -> Kept:
        nonlocal was_new
        was_new = await plans.keep(tx, head.person.id, upgrade)
        if not was_new:
            if await plans.find(tx, head.person.id, upgrade.id) != (upgrade.plan, upgrade.at):
                raise Refused(Problem(ErrorCode.IDEMPOTENCY_CONFLICT, "This eventId said something else before."))
            return Kept()
        return await _keep_newest(tx, ports, head)

    await commit(ports, keep, person=head.person)
    return not was_new


async def _keep_newest(tx: Tx, ports: Ports, head: Head) -> Kept:
    before = await people.find_head(tx, head.person.id)
    plan = await plans.find_newest(tx, head.person.id)
    assert before is not None, "the fence has just seen this person"
    assert plan is not None, "at least one was kept"
    if plan == before.plan:
        return Kept()
    if before.plan == "FREE":  # whoever pays before the hour's upkeep has seen them is of an experiment all the same
        arms = {key: arm.key for key, arm in assigned(ports.experiments, head.person.id, before.now).items()}
        await assignments.keep_arms(tx, head.person.id, arms)
    await people.keep_plan(tx, head.person.id, plan)
    is_read_again = before.plan == "FREE" and not before.paused
    return Kept(await catch_up(tx, ports, before)) if is_read_again else Kept()


async def _met(ports: Ports, said: Said) -> Head | None:
    """The person's head; somebody nobody has met is kept first, unless nothing new is said. Refused as above."""
    person_id = ports.keyring.identity.person_id(said.subject_key)
    async with ports.store.for_everyone() as tx:
        now: datetime = await tx.fetchval("SELECT now()")
        if not now - OLDEST <= said.at <= now + MOST_AHEAD:
            raise Refused(Problem(ErrorCode.OUT_OF_RANGE, "at must be in the past, by a year at most.", ("at",)))
        head = await people.find_head(tx, person_id)
        if head is None and said.plan != ports.rules.default_plan:
            await people.keep_new_people(tx, [newcomer(ports, person_id, zone=NOWHERE, since=now)])
            head = await people.find_head(tx, person_id)
    return head
