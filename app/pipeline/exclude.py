"""Leaves sessions out and puts them back: shown before it is done, numbers at once, words within a minute.

An exclusion is a line in a list that every fold reads; nothing is erased, so that taking it back is the identity.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from uuid import UUID

import orjson

from app.domain.affect import Source
from app.domain.exclusions import ExclusionTarget, Place, changing_sides
from app.domain.news import News, RevisionReason
from app.domain.periods import MAX_RANGE_DAYS, Period, week_of
from app.domain.wording import Sentence
from app.errors import ErrorCode, Problem, Refused
from app.jobs import Kept, PersonAt
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_again
from app.storage import people
from app.storage.forgetting import operations
from app.storage.history import exclusions, sessions
from app.storage.people import Head
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
    return Wish(key, mutation, hashlib.sha256(_canonical(asked)).hexdigest())


def _canonical(asked: object) -> bytes:
    return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS, default=str)  # the driver's UUIDs are a subclass


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be left out, and which exclusions are to be put back."""

    add: tuple[ExclusionTarget, ...] = ()
    remove: tuple[UUID, ...] = ()


async def exclude(ports: Ports, person: PersonAt, key: UUID, targets: Sequence[ExclusionTarget]) -> tuple[UUID, ...]:
    """Leave `targets` out; the ids of the exclusions, in order. A repeated call gives the first answer again.

    Refused when a target is not the person's, too long, or there are too many.
    """
    asked = wish(key, "exclude", [[t.session_id, t.first, t.last, t.source] for t in targets])

    async def change(tx: Tx) -> tuple[UUID, ...]:
        if not 1 <= len(targets) <= MAX_TARGETS:
            raise Refused(
                Problem(
                    ErrorCode.TOO_MANY, Sentence("targets must be 1 to {most}", most=MAX_TARGETS), ("input", "targets")
                )
            )
        _refuse(await _problems(tx, person.id, Choice(add=tuple(targets)), ("input", "targets"), ()))
        return tuple(await exclusions.keep_new(tx, person.id, targets))

    return await _once(ports, person, asked, change)


async def exclude_as_previewed(ports: Ports, person: PersonAt, key: UUID, token: str) -> tuple[UUID, ...]:
    """Do exactly what a preview showed: the ids of the new exclusions, then of those put back.

    Refused (PREVIEW_EXPIRED) when anything of the person's changed since, and when the token is no token of theirs.
    """
    asked = wish(key, "exclude_as_previewed", token)
    field = ("input", "previewToken")
    expired = Refused(
        Problem(ErrorCode.PREVIEW_EXPIRED, "This preview is out of date: look at a new one first.", field)
    )

    async def change(tx: Tx) -> tuple[UUID, ...]:
        head = await people.find_head(tx, person.id)
        read = _read_token(ports, token)
        if head is None or read is None or read[0] != _seen(head.person, head.revision - 1):  # the fence raised it
            raise expired
        choice = read[1]  # possible when it was looked at, and nothing has changed since
        new = await exclusions.keep_new(tx, person.id, choice.add)
        await exclusions.keep_removed(tx, person.id, choice.remove)
        return (*new, *choice.remove)

    return await _once(ports, person, asked, change)


async def put_back(ports: Ports, person: PersonAt, key: UUID, ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Put back what these exclusions left out. Refused when one is not the person's."""
    asked = wish(key, "put_back", list(ids))

    async def change(tx: Tx) -> tuple[UUID, ...]:
        field = ("input", "exclusionIds")
        if not 1 <= len(ids) <= MAX_TARGETS:
            raise Refused(
                Problem(ErrorCode.TOO_MANY, Sentence("exclusionIds must be 1 to {most}", most=MAX_TARGETS), field)
            )
        _refuse(await _problems(tx, person.id, Choice(remove=tuple(ids)), (), field))
        await exclusions.keep_removed(tx, person.id, ids)
        return tuple(ids)

    return await _once(ports, person, asked, change)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a choice would do: the list that would hold, the sessions that change sides, and the token to do it.

    `spans` hold their days, for the words that rest on them.
    """

    now: tuple[ExclusionTarget, ...]
    then: tuple[ExclusionTarget, ...]
    changing: tuple[Place, ...]
    spans: tuple[Period, ...]
    token: str


async def foresee(tx: Tx, ports: Ports, head: Head, choice: Choice) -> Foreseen:
    """Look at a choice without making it. Refused when it could not be made; paths are those of a preview."""
    add, remove = ("input", "add"), ("input", "removeExclusionIds")
    for name, asked, field in (("add", choice.add, add), ("removeExclusionIds", choice.remove, remove)):
        if len(asked) > MAX_TARGETS:
            raise Refused(
                Problem(
                    ErrorCode.TOO_MANY, Sentence("{name} must be at most {most}", name=name, most=MAX_TARGETS), field
                )
            )
    person = head.person
    _refuse(await _problems(tx, person.id, choice, add, remove))
    active = await exclusions.list_active(tx, person.id)
    now = tuple(exclusion.target for exclusion in active)
    then = (*(exclusion.target for exclusion in active if exclusion.id not in choice.remove), *choice.add)
    changing = changing_sides(await sessions.list_places(tx, person.id), now, then)
    return Foreseen(now, then, changing, _spans(changing), _token(ports, _seen(person, head.revision), choice))


def _seen(person: PersonAt, revision: int) -> str:
    return f"{person.id.hex}.{person.epoch}.{revision}"


def _token(ports: Ports, seen: str, choice: Choice) -> str:
    """The choice itself, signed: nothing of a preview is kept here."""
    content = _canonical([seen, [astuple(target) for target in choice.add], choice.remove]).decode()
    return f"{base64.urlsafe_b64encode(content.encode()).decode()}.{_signature(ports, content)}"


def _read_token(ports: Ports, token: str) -> tuple[str, Choice] | None:
    """Whose data a token was made over, and its choice; None when it is not signed by us."""
    body, _, signature = token.partition(".")
    try:
        content = base64.urlsafe_b64decode(body).decode()
    except ValueError:
        return None
    if not hmac.compare_digest(signature.encode(), _signature(ports, content).encode()):
        return None
    seen, add, remove = orjson.loads(content)
    return seen, Choice(tuple(_target(*each) for each in add), tuple(map(UUID, remove)))


def _signature(ports: Ports, content: str) -> str:
    return ports.keyring.identity.pseudonym("preview", content)


def _target(session_id: str | None, first: str | None, last: str | None, source: str | None) -> ExclusionTarget:
    return ExclusionTarget(
        session_id=UUID(session_id) if session_id else None,
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        source=Source(source) if source else None,
    )


async def _once(ports: Ports, person: PersonAt, asked: Wish, change: Change) -> tuple[UUID, ...]:
    """Carry out a wish once: a replay answers as before, the same key with another wish is refused."""
    answer: tuple[UUID, ...] = ()

    async def keep(tx: Tx) -> Kept:
        nonlocal answer
        first = await _answered(tx, person.id, asked)
        if first is not None:
            answer = first
            return Kept()
        before = await exclusions.list_targets(tx, person.id)
        answer = await change(tx)
        after = await exclusions.list_targets(tx, person.id)
        await operations.keep_answer(
            tx, person.id, asked.key, mutation=asked.mutation, input_digest=asked.digest, ids=answer
        )
        changing = changing_sides(await sessions.list_places(tx, person.id), before, after)
        jobs = await ask_again(tx, person.id, _spans(changing))
        await exclusions.keep_settled(tx, [person.id])
        return Kept(jobs, News(RevisionReason.EXCLUSION_CHANGED))

    async with ports.store.for_person(person.id) as tx:
        known = await _answered(tx, person.id, asked)
    if known is not None:
        return known
    await commit(ports, keep, person=person)
    return answer


async def _answered(tx: Tx, person_id: UUID, asked: Wish) -> tuple[UUID, ...] | None:
    """What a wish was answered with before, None when it is new. Refused when its key was another wish's."""
    first = await operations.find_answer(tx, person_id, asked.key)
    if first is not None and (first.mutation, first.input_digest) != (asked.mutation, asked.digest):
        message = "This idempotency key was used for something else."
        raise Refused(Problem(ErrorCode.IDEMPOTENCY_CONFLICT, message, ("input", "idempotencyKey")))
    return None if first is None else first.ids


def _spans(changing: Sequence[Place]) -> tuple[Period, ...]:
    """The days of these sessions, as far as they have numbers; those of one week together, oldest first."""
    weeks: dict[Period, list[date]] = {}
    for place in changing:
        if place.has_numbers:
            weeks.setdefault(week_of(place.local_date), []).append(place.local_date)
    return tuple(Period(min(weeks[week]), max(weeks[week])) for week in sorted(weeks))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refused(*problems)


async def _problems(
    tx: Tx, person_id: UUID, choice: Choice, add: tuple[str, ...], remove: tuple[str, ...]
) -> list[Problem]:
    """What is wrong with a choice; `add` and `remove` are the paths of its two lists."""
    problems = []
    known = {exclusion.id for exclusion in await exclusions.list_by_id(tx, person_id, choice.remove)}
    for place, id_ in enumerate(choice.remove):
        if id_ not in known:
            problems.append(Problem(ErrorCode.NOT_FOUND, "There is no such exclusion.", (*remove, str(place))))
    active = [each for each in await exclusions.list_active(tx, person_id) if each.id not in choice.remove]
    if choice.add and len(active) + len(choice.add) > MAX_ACTIVE:
        problems.append(
            Problem(ErrorCode.TOO_MANY, Sentence("at most {most} exclusions can be active", most=MAX_ACTIVE), ())
        )
    wanted = [target.session_id for target in choice.add if target.session_id is not None]
    mine = {session.id for session in await sessions.list_by_id(tx, person_id, wanted)}
    for place, target in enumerate(choice.add):
        path = (*add, str(place))
        if target.session_id is not None and target.session_id not in mine:
            problems.append(Problem(ErrorCode.NOT_FOUND, "There is no such session.", (*path, "sessionId")))
        problems += _of_range(target, path)
    return problems


def _of_range(target: ExclusionTarget, path: tuple[str, ...]) -> list[Problem]:
    if target.first is None or target.last is None:
        return []
    days = (target.last - target.first).days + 1
    if days < 1:
        return [Problem(ErrorCode.INVALID, "to must not lie before from", (*path, "dates", "to"))]
    if days > MAX_RANGE_DAYS:
        return [Problem(ErrorCode.OUT_OF_RANGE, "to must be at most 366 days after from", (*path, "dates", "to"))]
    return []
