"""Leaves sessions out and puts them back: numbers at once, words within a minute.

An exclusion is a line in a list that every fold reads; nothing is erased, so that taking it back is the identity.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from app.domain.exclusions import ExclusionTarget
from app.domain.periods import MAX_RANGE_DAYS, Period
from app.errors import ErrorCode, Problem, Refused
from app.jobs import Job, Kept, PersonAt
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_again
from app.storage import exclusions, operations, sessions
from app.storage.store import Tx

MAX_TARGETS = 50
MAX_ACTIVE = 500

Change = Callable[[Tx], Awaitable[tuple[UUID, ...]]]


@dataclass(frozen=True, slots=True)
class Wish:
    """One call of a person: its idempotency key, which mutation it was, and a digest of what it asked for."""

    key: UUID
    mutation: str
    digest: str


def wish(key: UUID, mutation: str, asked: object) -> Wish:
    """The wish to do `asked` (plain JSON types, UUIDs and dates)."""
    canonical = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS, default=str)  # the driver's UUIDs are a subclass
    return Wish(key, mutation, hashlib.sha256(canonical).hexdigest())


async def exclude(ports: Ports, person: PersonAt, key: UUID, targets: Sequence[ExclusionTarget]) -> tuple[UUID, ...]:
    """Leave `targets` out; the ids of the exclusions, in order. A repeated call gives the first answer again.

    Refused when a target is not the person's, too long, or there are too many.
    """
    asked = wish(key, "exclude", [[t.session_id, t.first, t.last, t.source] for t in targets])

    async def change(tx: Tx) -> tuple[UUID, ...]:
        await _check(tx, person.id, targets)
        return tuple(await exclusions.keep_new(tx, person.id, targets))

    return await _once(ports, person, asked, change)


async def put_back(ports: Ports, person: PersonAt, key: UUID, ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Put back what these exclusions left out. Refused when one is not the person's."""
    asked = wish(key, "put_back", list(ids))

    async def change(tx: Tx) -> tuple[UUID, ...]:
        if not 1 <= len(ids) <= MAX_TARGETS:
            raise Refused(
                Problem(ErrorCode.TOO_MANY, f"exclusionIds must be 1 to {MAX_TARGETS}", ("input", "exclusionIds"))
            )
        known = {exclusion.id for exclusion in await exclusions.list_by_id(tx, person.id, ids)}
        missing = [
            Problem(ErrorCode.NOT_FOUND, "There is no such exclusion.", ("input", "exclusionIds", str(place)))
            for place, id_ in enumerate(ids)
            if id_ not in known
        ]
        if missing:
            raise Refused(*missing)
        await exclusions.keep_removed(tx, person.id, ids)
        return tuple(ids)

    return await _once(ports, person, asked, change)


async def _once(ports: Ports, person: PersonAt, asked: Wish, change: Change) -> tuple[UUID, ...]:
    """Carry out a wish once: a replay answers as before, the same key with another wish is refused."""
    answer: tuple[UUID, ...] = ()

    async def keep(tx: Tx) -> Kept:
        nonlocal answer
        first = await operations.find_answer(tx, person.id, asked.key)
        if first is not None:
            if (first.mutation, first.input_digest) != (asked.mutation, asked.digest):
                message = "This idempotency key was used for something else."
                raise Refused(Problem(ErrorCode.IDEMPOTENCY_CONFLICT, message, ("input", "idempotencyKey")))
            answer = first.ids
            return Kept()
        answer = await change(tx)
        await operations.keep_answer(
            tx, person.id, asked.key, mutation=asked.mutation, input_digest=asked.digest, ids=answer
        )
        changed = await exclusions.list_by_id(tx, person.id, answer)
        return Kept(await _rewrite(tx, person, [exclusion.target for exclusion in changed]))

    await commit(ports, keep, person=person)
    return answer


async def _check(tx: Tx, person_id: UUID, targets: Sequence[ExclusionTarget]) -> None:
    problems = []
    if not 1 <= len(targets) <= MAX_TARGETS:
        problems.append(Problem(ErrorCode.TOO_MANY, f"targets must be 1 to {MAX_TARGETS}", ("input", "targets")))
    elif len(await exclusions.list_active(tx, person_id)) + len(targets) > MAX_ACTIVE:
        problems.append(Problem(ErrorCode.TOO_MANY, f"at most {MAX_ACTIVE} exclusions can be active", ()))
    wanted = [target.session_id for target in targets if target.session_id is not None]
    known = {session.id for session in await sessions.list_by_id(tx, person_id, wanted)}
    for place, target in enumerate(targets[:MAX_TARGETS]):
        path = ("input", "targets", str(place))
        if target.session_id is not None and target.session_id not in known:
            problems.append(Problem(ErrorCode.NOT_FOUND, "There is no such session.", (*path, "sessionId")))
        if target.first is not None and target.last is not None:
            days = (target.last - target.first).days + 1
            if days < 1:
                problems.append(Problem(ErrorCode.INVALID, "to must not lie before from", (*path, "dates", "to")))
            elif days > MAX_RANGE_DAYS:
                message = "to must be at most 366 days after from"
                problems.append(Problem(ErrorCode.OUT_OF_RANGE, message, (*path, "dates", "to")))
    if problems:
        raise Refused(*problems)


async def _rewrite(tx: Tx, person: PersonAt, targets: Sequence[ExclusionTarget]) -> tuple[Job, ...]:
    spans = [span for target in targets if (span := await _span(tx, person.id, target)) is not None]
    jobs = await ask_again(tx, person.id, spans)
    await exclusions.keep_settled(tx, [person.id])
    return jobs


async def _span(tx: Tx, person_id: UUID, target: ExclusionTarget) -> Period | None:
    if target.first is not None and target.last is not None:
        return Period(target.first, target.last)
    if target.session_id is not None:
        session = await sessions.find(tx, person_id, target.session_id)
        return None if session is None else Period(session.local_date, session.local_date)
    return await sessions.find_span(tx, person_id)
