"""What a resolver may use: the ports, who calls, and the caller's numbers, read and folded once in a request.

Decides nothing and shows nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from gettext import NullTranslations
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
from strawberry.dataloader import DataLoader

from app.domain.access import Caller
from app.domain.affect import SessionNumbers
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, fold
from app.domain.periods import Period, PeriodKind, baseline_of, previous
from app.errors import ErrorCode, Problem, Refused, Unauthenticated
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.history import exclusions, numbers
from app.storage.history.exclusions import KeptExclusion
from app.storage.people import Head
from graphql_schema.language import ENGLISH

_Value = TypeVar("_Value")
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PersonNumbers:
    """Session numbers of a span of days, and all that is left out of them."""

    numbers: tuple[SessionNumbers, ...]
    targets: tuple[ExclusionTarget, ...]


@dataclass(slots=True)
class Context:
    """One request. `caller` is None for anonymous calls; `language` is the one its fixed words are said in."""

    ports: Ports
    caller: Caller | None
    request_id: str
    language: NullTranslations = ENGLISH
    _once: dict[object, asyncio.Task[Any]] = field(default_factory=dict)
    _together: dict[object, DataLoader[Any, Any]] = field(default_factory=dict)

    def person_id(self) -> UUID:
        """Whose data this request may see. Unauthenticated without a caller."""
        if self.caller is None:
            raise Unauthenticated("Sign in to see this.")
        return self.ports.keyring.identity.person_id(self.caller.subject)

    def actor(self) -> str:
        """Who decides something, as a pseudonym of the audit log. Unauthenticated without a caller."""
        return self.ports.keyring.identity.pseudonym("audit", self.person_id())

    async def once(self, key: object, work: Coroutine[Any, Any, _Value]) -> _Value:
        """The answer of `work`, done once per request and key however many resolvers ask for it."""
        task = self._once.get(key)
        if task is None:
            task = self._once[key] = asyncio.ensure_future(work)
        else:
            work.close()
        answer: _Value = await task
        return answer

    async def together(self, key: _Key, work: "Callable[[Context, list[_Key]], Awaitable[list[_Value]]]") -> _Value:
        """The answer of `work` to `key`; keys that are asked for at the same time are answered in one go, once."""
        loader = self._together.get(work)
        if loader is None:
            loader = self._together[work] = DataLoader(lambda keys: work(self, keys))
        answer: _Value = await loader.load(key)
        return answer

    async def head(self) -> Head:
        """The caller's head; of someone unknown, one that says so."""
        return await self.once("head", self._find_head())

    async def known_head(self) -> Head:
        """The caller's head. Refused when nothing is kept of them: there is nothing to change then."""
        head = await self.head()
        if not head.known:
            raise Refused(Problem(ErrorCode.NOT_FOUND, "There are no sessions yet."))
        return head

    async def _find_head(self) -> Head:
        person_id = self.person_id()
        async with self.ports.store.for_person(person_id) as tx:
            head = await people.find_head(tx, person_id)
            if head is None:
                now: datetime = await tx.fetchval("SELECT now()")
                head = people.unknown(person_id, self.ports.rules.default_plan, now)
        return head

    async def numbers(self, period: Period) -> PersonNumbers:
        """The caller's numbers of `period` and of everything it can be compared with."""
        first = min(baseline_of(period).first, previous(PeriodKind.MONTH, period).first)
        return await self.once(("numbers", first, period.last), self._find_numbers(Period(first, period.last)))

    async def fold(self, period: Period, compared_with: Period | None = None) -> Fold:
        """The caller's fold of `period`, or of a period that it is compared with; made once in a request."""
        folded = compared_with or period
        return await self.once(("fold", period, folded), self._fold(period, folded))

    async def _fold(self, period: Period, folded: Period) -> Fold:
        read = await self.numbers(period)
        alike = await self.fold(period) if folded == baseline_of(period) else None
        return fold(read.numbers, read.targets, folded, alike=alike)

    async def _find_numbers(self, span: Period) -> PersonNumbers:
        person_id = self.person_id()
        async with self.ports.store.for_person(person_id) as tx:
            found = await numbers.list_numbers(tx, person_id, span)
            targets = await exclusions.list_targets(tx, person_id)
        return PersonNumbers(tuple(found), tuple(targets))

    async def active_exclusions(self) -> list[KeptExclusion]:
        """What the caller leaves out now."""
        return await self.once("exclusions", self._find_exclusions())

    async def _find_exclusions(self) -> list[KeptExclusion]:
        person_id = self.person_id()
        async with self.ports.store.for_person(person_id) as tx:
            return await exclusions.list_active(tx, person_id)

    def forget_reads(self) -> None:
        """Read again from here on: something was changed."""
        self._once.clear()
        self._together.clear()


Info = strawberry.Info[Context, None]


def local_today(head: Head) -> date:
    """The person's own date at the moment of the reading."""
    return head.now.astimezone(ZoneInfo(head.zone)).date()
