"""Session numbers column by column, and one by one for whoever asks: a picture of a year looks at few of the columns.

Computes nothing of what it holds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, overload

from app.domain.affect import SessionNumbers
from app.domain.periods import Period

FIELDS = SessionNumbers._fields
_BY_NAME = {name: itemgetter(place) for place, name in enumerate(FIELDS)}
Column = Sequence[Any]
Load = Callable[[str], Column]


class SessionTable(Sequence[SessionNumbers]):
    """Sessions, equal to any sequence of the same; columns are made by `load` when they are asked for, and rows too.

    `in_order` says that they are known to be in order of local date, local minute and id.
    """

    __slots__ = ("_columns", "_load", "_rows", "_size", "in_order")

    def __init__(
        self, size: int, load: Load, *, in_order: bool, rows: tuple[SessionNumbers, ...] | None = None
    ) -> None:
        self._size = size
        self._load = load
        self._columns: dict[str, Column] = {}
        self._rows = rows
        self.in_order = in_order

    @classmethod
    def of(cls, numbers: Iterable[SessionNumbers], *, in_order: bool = False) -> "SessionTable":
        """The table of these; of a table, itself."""
        if isinstance(numbers, SessionTable):
            return numbers
        rows = tuple(numbers)
        return cls(len(rows), lambda name: list(map(_BY_NAME[name], rows)), in_order=in_order, rows=rows)

    @classmethod
    def joined(cls, parts: Sequence["SessionTable"]) -> "SessionTable":
        """One table of several, the first one's sessions first; what is in order in each is in order in all."""
        if len(parts) == 1:
            return parts[0]

        def load(name: str) -> Column:
            return list(chain.from_iterable([part.column(name) for part in parts]))

        return cls(sum(map(len, parts)), load, in_order=all(part.in_order for part in parts))

    def column(self, name: str) -> Column:
        """One of `FIELDS` of every session, in their order."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._load(name)
        return found

    def rows(self) -> tuple[SessionNumbers, ...]:
        """Every session."""
        if self._rows is None:
            self._rows = tuple(map(SessionNumbers._make, zip(*map(self.column, FIELDS), strict=True)))
        return self._rows

    def part(self, start: int, end: int) -> "SessionTable":
        """The sessions at the places `start` to before `end`."""
        if (start, end) == (0, self._size):
            return self
        rows = None if self._rows is None else self._rows[start:end]
        return SessionTable(end - start, lambda name: self.column(name)[start:end], in_order=self.in_order, rows=rows)

    def pick(self, places: Sequence[int]) -> "SessionTable":
        """The sessions at these places, which rise."""
        if len(places) == self._size:
            return self

        def load(name: str) -> Column:
            column = self.column(name)
            return [column[place] for place in places]

        return SessionTable(len(places), load, in_order=self.in_order)

    def within(self, days: Period) -> "SessionTable":
        """The sessions of these local days, in order."""
        table = self if self.in_order else SessionTable.of(sorted(self.rows(), key=_IN_ORDER), in_order=True)
        dates = table.column("local_date")
        return table.part(bisect_left(dates, days.first), bisect_right(dates, days.last))

    @overload
    def __getitem__(self, at: int) -> SessionNumbers: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[SessionNumbers, ...]: ...
    def __getitem__(self, at: int | slice) -> SessionNumbers | tuple[SessionNumbers, ...]:
        return self.rows()[at]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[SessionNumbers]:
        return iter(self.rows())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.rows() == tuple(other)

    def __hash__(self) -> int:
        return hash(self.rows())

    def __repr__(self) -> str:
        return repr(self.rows())


_IN_ORDER = itemgetter(*map(FIELDS.index, ("local_date", "local_minute", "session_id")))

Day = tuple[SessionNumbers, ...]


class Days(Sequence[Day]):
    """The sessions of a table in order by local day, oldest first; no day is empty.

    `bounds`: where each day begins in the table, and where the last one ends.
    """

    __slots__ = ("_means", "_whole", "bounds", "table")

    def __init__(self, table: SessionTable, bounds: Sequence[int], *, whole: "tuple[Days, int] | None" = None) -> None:
        self.table = table
        self.bounds = bounds
        self._whole = whole
        self._means: dict[tuple[str, int], tuple[float, ...]] = {}

    @classmethod
    def of(cls, table: SessionTable) -> "Days":
        """The days of a table whose sessions are in order of their days."""
        dates = table.column("local_date")
        changes = [place for place, (before, day) in enumerate(pairwise(dates), 1) if before != day]
        return cls(table, [0, *changes, len(dates)] if len(dates) else [0])

    @property
    def session_count(self) -> int:
        """Sessions of all days."""
        return self.bounds[-1] - self.bounds[0]

    def sizes(self) -> list[int]:
        """Sessions of each day."""
        return [end - start for start, end in pairwise(self.bounds)]

    def dates(self) -> list[date]:
        """Each day's date."""
        column = self.table.column("local_date")
        return [column[start] for start in self.bounds[:-1]]

    def column(self, name: str) -> Column:
        """A column of their sessions."""
        return self.table.column(name)[self.bounds[0] : self.bounds[-1]]

    def sessions(self) -> SessionTable:
        """Their sessions alone."""
        return self.table.part(self.bounds[0], self.bounds[-1])

    def part(self, start: int, end: int) -> "Days":
        """The days from the place `start` to before `end`."""
        return Days(self.table, self.bounds[start : end + 1], whole=(self, start))

    def means(self, name: str, unit: int) -> tuple[float, ...]:
        """Each day's mean of a column of integers, in units of `unit`."""
        found = self._means.get((name, unit))
        if found is None:
            if self._whole is not None:
                days, start = self._whole
                found = days.means(name, unit)[start : start + len(self)]
            else:
                column = self.table.column(name)
                found = tuple(
                    [
                        column[start] / unit if end - start == 1 else sum(column[start:end]) / ((end - start) * unit)
                        for start, end in pairwise(self.bounds)
                    ]
                )
            self._means[name, unit] = found
        return found

    def only(self, name: str, choice: Callable[[Any], bool]) -> "Days":
        """The days of those sessions alone whose value in a column is chosen."""
        column, first = self.table.column(name), self.bounds[0]
        places = [place for place in range(first, self.bounds[-1]) if choice(column[place])]
        return self if len(places) == self.session_count else Days.of(self.table.pick(places))

    @overload
    def __getitem__(self, at: int) -> Day: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Day, ...]: ...
    def __getitem__(self, at: int | slice) -> Day | tuple[Day, ...]:
        if isinstance(at, slice):
            return tuple(self)[at]
        place = range(len(self))[at]
        return self.table.rows()[self.bounds[place] : self.bounds[place + 1]]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __iter__(self) -> Iterator[Day]:
        rows = self.table.rows()
        return (rows[start:end] for start, end in pairwise(self.bounds))
