"""Every function of storage that is about a person, found by its signature, with arguments that name somebody else."""

import enum
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import app.storage
from app.domain.engagement import Event, EventName
from app.domain.notifications import DEFAULTS, Platform, Preferences
from app.domain.periods import Period, PeriodKind
from app.jobs import PersonAt
from app.storage.catalogue import PersonalTable
from app.storage.engagement.events import Teller
from app.storage.engagement.plans import Upgrade
from app.storage.forgetting.operations import ResetScope
from app.storage.forgetting.residue import Past
from app.storage.history.sessions import SessionFilter
from app.storage.notify.devices import NewDevice
from app.storage.notify.pushes import PushKey, Sent
from tests.isolation.people import WHOLE_JUNE, Somebody
from tests.life import JUNE

Function = Callable[..., Awaitable[Any]]
LATER = datetime(2100, 1, 1, tzinfo=UTC)
_ID_OF = {"session_id": "session", "writing_id": "writing", "operation_id": "operation", "key": "idempotency_key"}
_SIMPLE: dict[Any, Any] = {
    SessionFilter: SessionFilter(),
    Period: WHOLE_JUNE,
    PersonalTable: PersonalTable("session", '"person_id"', ('"person_id"', '"id"', '"local_date"'), ('"id"',)),
    Past: Past(ResetScope.EVERYTHING, LATER, None),
    NewDevice: NewDevice(Platform.WEB, "https://push.example/made-up", "key", "secret", "1.0", "en", "UTC"),
    Preferences: DEFAULTS,
    Event: Event(UUID(int=7), EventName.FEED_VIEWED, LATER, None, None, None, None, None),
    Upgrade: Upgrade(UUID(int=8), "PLUS", LATER, None),
    Sent: Sent(1, 1, 0, 0),
    timedelta: timedelta(days=36_500),
    Teller: Teller("1.0", Platform.WEB),
    int: 50,
    float: 0.0,
    str: "MIRROR",
    bool: True,
    date: JUNE.date(),
    datetime: LATER,
}
STORES = ("session_numbers", "packed_month", "writing", "exclusion", "correction")


class CannotFill(Exception):
    """A parameter of a type that is not known here."""


@dataclass(frozen=True)
class Call:
    """A function of storage by its name, and how it is called by one person about another."""

    name: str
    function: Function

    def arguments(self, mine: Somebody, named: Somebody, theirs: Somebody) -> dict[str, Any]:
        """Arguments that name `named` as whose rows are meant, and ids of `theirs` wherever an id is asked for.

        CannotFill when one of them cannot be made up.
        """
        hints = typing.get_type_hints(self.function)
        parameters = list(inspect.signature(self.function).parameters)[1:]
        made = _Made(mine, named, theirs)
        return {name: made.value(name, hints[name]) for name in parameters}


def personal_calls() -> Iterator[Call]:
    """Give every coroutine function of storage that takes a transaction and somebody's id."""
    for found in pkgutil.walk_packages(app.storage.__path__, "app.storage."):
        module = importlib.import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ != found.name or name.startswith("_"):
                continue
            hints = typing.get_type_hints(function)
            first, *others = inspect.signature(function).parameters
            if first == "tx" and any(_names_people(other, hints[other]) for other in others):
                yield Call(f"{found.name.removeprefix('app.storage.')}.{name}", function)


def _names_people(name: str, hint: Any) -> bool:
    by_person = typing.get_origin(hint) is Mapping and typing.get_args(hint)[0] in (UUID, PersonAt)
    return name in ("person_id", "people") or hint in (PersonAt, PushKey) or by_person


@dataclass(frozen=True)
class _Made:
    """Makes arguments: a person is `named`, every other id is of `theirs`."""

    mine: Somebody
    named: Somebody
    theirs: Somebody

    def value(self, name: str, hint: Any) -> Any:
        """One argument by its name and type. CannotFill when neither is known here."""
        named = {"person_id": self.named.at.id, "stores": STORES, "erased_at": LATER}
        if name in named:
            return named[name]
        if hint is UUID:
            return self.theirs.first("operation" if name == "idempotency_key" else _ID_OF.get(name, "session"))
        if hint in _SIMPLE:
            return _SIMPLE[hint]
        if hint in (PersonAt, PushKey):
            return self.named.at if hint is PersonAt else PushKey(self.named.at.id, PeriodKind.WEEK, JUNE.date())
        if inspect.isclass(hint) and issubclass(hint, enum.Enum):
            return next(iter(hint))
        return self._several(name, hint)

    def _several(self, name: str, hint: Any) -> Any:
        origin, inside = typing.get_origin(hint), typing.get_args(hint)
        if origin in (types.UnionType, typing.Union) and types.NoneType in inside:
            return None
        if origin is tuple and inside[-1] is not ...:
            return tuple(self.value("", each) for each in inside)
        if origin in (Sequence, Collection, list, tuple):
            everything = [*self.theirs.all_ids, *self.mine.all_ids]
            items = everything if inside[0] is UUID else [self.value("", inside[0])]
            return tuple(items) if origin is tuple else items
        if origin is Mapping:
            return {key: self.value("", inside[1]) for key in self._keys(inside[0])}
        raise CannotFill(f"{name}: {hint}")

    def _keys(self, hint: Any) -> list[Any]:
        people = [self.mine.at, self.named.at]
        if hint in (UUID, PersonAt):
            return people if hint is PersonAt else [each.id for each in people]
        return [self.value("", hint)]
