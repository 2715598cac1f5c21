"""What a resolver may use: the ports, who calls, and the caller's numbers, read and folded once in a request.

Decides nothing and shows nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from gettext import NullTranslations
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
from strawberry.dataloader import DataLoader

from app.domain.access import Caller
from app.domain.affect import Source
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, fold
from app.domain.periods import Period, PeriodKind, baseline_of, months_of, previous
from app.domain.table import SessionTable
from app.errors import ErrorCode, Problem, Refused, Unauthenticated
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.history import exclusions, numbers
from app.storage.history.exclusions import KeptExclusion
from app.storage.history.packed import unpack
from app.storage.people import Head
from app.storage.store import Tx
from graphql_schema.language import ENGLISH

_Value = TypeVar("_Value")
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PersonNumbers:
    """Session numbers of whole months, and all that is left out of them."""

    numbers: SessionTable
    targets: tuple[ExclusionTarget, ...]


@dataclass(frozen=True, slots=True)
class RateLimited:
    """What a request costs at most, in points, what its caller has left, and in how many seconds they have all."""

    cost: int
    available: int
    full_in_s: float


class _History:
    """The caller's packed months, each read once and unpacked when its sessions are asked for."""

    def __init__(self) -> None:
        self._asked: dict[date, asyncio.Task[None]] = {}
        self._packed: dict[date, bytes] = {}
        self._unpacked: dict[date, SessionTable] = {}

    def ask(self, context: "Context", span: Period) -> set["asyncio.Task[None]"]:
        """Begin to read those months that `span` touches and nobody has asked for; what to wait for, for all of it."""
        wanted = list(months_of(span))
        missing = [month for month in wanted if month not in self._asked]
        if missing:
            reading = asyncio.ensure_future(self._read(context, Period(missing[0], missing[-1])))
            reading.add_done_callback(_heard)
            self._asked.update(dict.fromkeys(missing, reading))
        return {self._asked[month] for month in wanted}

    def stop(self) -> None:
        """End what is being read, and whoever waits for it."""
        for reading in self._asked.values():
            reading.cancel()

    async def _read(self, context: "Context", months: Period) -> None:
        async with context.read() as tx:
            self._packed.update(await numbers.list_packed(tx, context.person_id(), months))

    def sessions(self, span: Period) -> SessionTable:
        """The session numbers of the months that `span` touches, which were read before, oldest month first."""
        return SessionTable.joined([self._month(month) for month in months_of(span) if month in self._packed])

    def _month(self, month: date) -> SessionTable:
        unpacked = self._unpacked.get(month)
        if unpacked is None:
            unpacked = self._unpacked[month] = unpack(self._packed[month])
        return unpacked


@dataclass(slots=True)
class Context:
    """One request. `caller` is None for anonymous calls; `language` is the one its fixed words are said in.

    `rate_limit` is the edge's, which counts.
    """

    ports: Ports
    caller: Caller | None
    request_id: str
    language: NullTranslations = ENGLISH
    rate_limit: Callable[[], RateLimited] = lambda: RateLimited(0, 0, 0.0)
    _person_id: UUID | None = None
    _once: dict[object, asyncio.Future[Any]] = field(default_factory=dict)
    _together: dict[object, DataLoader[Any, Any]] = field(default_factory=dict)
    _history: _History = field(default_factory=_History)
    _folds: dict[tuple[Period, Period, frozenset[Source] | None], Fold] = field(default_factory=dict)
    _moment: Callable[[], Awaitable[Tx]] | None = None

    def person_id(self) -> UUID:
        """Whose data this request may see. Unauthenticated without a caller."""
        if self.caller is None:
            raise Unauthenticated("Sign in to see this.")
        if self._person_id is None:
            self._person_id = self.ports.keyring.identity.person_id(self.caller.subject)
        return self._person_id

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

    async def meet(self) -> Head:
        """The same at the very begin of a request, when nobody else can ask for it: no task is needed then."""
        head = await self._find_head()
        self._remember_head(head)
        return head

    def _remember_head(self, head: Head) -> None:
        self._once["head"] = asyncio.get_running_loop().create_future()
        self._once["head"].set_result(head)

    async def known_head(self) -> Head:
        """The caller's head. Refused when nothing is kept of them: there is nothing to change then."""
        head = await self.head()
        if not head.known:
            raise Refused(Problem(ErrorCode.NOT_FOUND, "There are no sessions yet."))
        return head

    async def _find_head(self) -> Head:
        person_id = self.person_id()
        if self._moment is None:
            head = await people.glance_head(self.ports.store, person_id)
        else:
            head = await people.see_head(await self._moment(), person_id)
        if head is None:
            async with self.read() as tx:
                now: datetime = await tx.fetchval("SELECT now()")
            head = people.unknown(person_id, self.ports.rules.default_plan, now)
        return head

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A transaction to read the caller's data in."""
        if self._moment is not None:
            yield await self._moment()
        else:
            async with self.ports.store.for_person(self.person_id()) as tx:
                yield tx

    @asynccontextmanager
    async def at_one_moment(self) -> AsyncIterator[None]:
        """All reads in here share one transaction, and see the caller's data as they are at the first of them."""
        async with AsyncExitStack() as stack:
            opening: list[asyncio.Task[Tx]] = []

            async def moment() -> Tx:
                if not opening:
                    tx = self.ports.store.as_it_is(self.person_id())
                    opening.append(asyncio.ensure_future(stack.enter_async_context(tx)))
                return await asyncio.shield(opening[0])

            self._moment = moment
            self.forget_reads()
            try:
                yield
            finally:
                self._moment = None
                self._let_go()
                for each in opening:
                    each.cancel()  # nobody waits for it any more, if it is still on its way
                    await asyncio.wait([each])

    def expect(self, head: Head) -> Awaitable[Head]:
        """Begin a moment with a head that was read before, so that nothing waits for it; the head as it is seen.

        Only when both say the same was all that was read in between read as expected.
        """
        self._remember_head(head)
        seen = self._once["head as seen"] = asyncio.ensure_future(self._find_head())
        return seen

    async def numbers(self, period: Period) -> PersonNumbers:
        """The caller's numbers of the months of `period` and of everything it can be compared with."""
        history = self._history
        targets = await self._read_for(period, history)
        return PersonNumbers(history.sessions(_comparable(period)), targets)

    async def fold(
        self, period: Period, compared_with: Period | None = None, sources: frozenset[Source] | None = None
    ) -> Fold:
        """The caller's fold of `period`, or of a period that it is compared with; made once in a request."""
        folded = compared_with or period
        key, history, folds = (period, folded, sources), self._history, self._folds
        if key not in folds:
            targets = await self._read_for(period, history)
            alike = await self.fold(period, None, sources) if folded == baseline_of(period) else None
            if key not in folds:  # somebody else may have waited for the same
                folds[key] = fold(history.sessions(folded), targets, folded, sources, alike=alike)
        return folds[key]

    async def folds(self, period: Period, sources: frozenset[Source] | None = None) -> tuple[Fold, Fold]:
        """The caller's folds of `period` and of the 12 weeks before it."""
        return await self.fold(period, None, sources), await self.fold(period, baseline_of(period), sources)

    async def _read_for(self, period: Period, history: _History) -> tuple[ExclusionTarget, ...]:
        """Read of `history` what `period` needs, and what is left out of it, at once."""
        readings = history.ask(self, _comparable(period))
        targets = await self.targets()
        for reading in readings:
            await reading
        return targets

    async def targets(self) -> tuple[ExclusionTarget, ...]:
        """What the caller leaves out, as folds need it."""
        return tuple([exclusion.target for exclusion in await self.active_exclusions()])

    async def active_exclusions(self) -> list[KeptExclusion]:
        """What the caller leaves out now."""
        return await self.once("exclusions", self._find_exclusions())

    async def _find_exclusions(self) -> list[KeptExclusion]:
        async with self.read() as tx:
            return await exclusions.list_active(tx, self.person_id())

    def _let_go(self) -> None:
        """Drop all that was read but the head, so that it is gone with the answer.

        The executor refers to itself and to its context: whatever that still holds is in memory, and in the way, until
        the garbage collector comes by.
        """
        head = self._once.get("head")
        for reading in self._once.values():
            reading.cancel()  # where nobody waits for it any more
        self._history.stop()
        self.forget_reads()
        if head is not None:
            self._once["head"] = head

    def forget_reads(self) -> None:
        """Read again from here on: something was changed."""
        self._once.clear()
        self._together.clear()
        self._folds = {}  # whoever folds what was read before keeps it in the old one
        self._history = _History()


def _heard(reading: "asyncio.Task[None]") -> None:
    """Whoever asked may have failed of something else first; asyncio would log what this failed of, values included."""
    if not reading.cancelled():
        reading.exception()


Info = strawberry.Info[Context, None]


def _comparable(period: Period) -> Period:
    """`period` and everything that it can be compared with."""
    first = min(baseline_of(period).first, previous(PeriodKind.MONTH, period).first)
    return Period(first, period.last)


def local_today(head: Head) -> date:
    """The person's own date at the moment of the reading."""
    return head.now.astimezone(ZoneInfo(head.zone)).date()
