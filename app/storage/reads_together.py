"""Several reads as one statement: what is asked for at the same time is answered in one round trip.

Each read keeps its own text, arguments and rows. Knows no table and opens no transaction.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from asyncpg import Connection
from cachetools import LRUCache

_PLACE = re.compile(r"\$(\d+)")
_MOST_KNOWN = 1_000
"""Statements whose columns are remembered; there are not nearly as many in the program."""


class Row(tuple[Any, ...]):
    """A row as asyncpg's records are: by place and by name. Each statement has a class of its own."""

    __slots__ = ()
    places: ClassVar[Mapping[str, int]] = {}

    def __getitem__(self, at: Any) -> Any:
        return tuple.__getitem__(self, self.places[at] if type(at) is str else at)

    def keys(self) -> Iterable[str]:
        """The names of the columns."""
        return self.places.keys()

    def items(self) -> Iterator[tuple[str, Any]]:
        """The columns with their names."""
        return zip(self.places, self, strict=True)


@dataclass(slots=True, eq=False)
class Read:
    """A statement that somebody waits for."""

    sql: str
    args: Sequence[object]
    answer: "asyncio.Future[list[Any]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def failed(self, error: BaseException) -> None:
        """Tell whoever still waits."""
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # where nobody does, asyncio would log what it says, values included

    def answered(self, rows: list[Any]) -> None:
        """Hand over the rows."""
        if not self.answer.done():
            self.answer.set_result(rows)


_known: LRUCache[str, type[Row]] = LRUCache(_MOST_KNOWN)


async def answer(connection: Connection, reads: Sequence[Read]) -> None:
    """Answer all `reads`, in one statement where there are several. Raises what the connection raises."""
    if len(reads) == 1:
        reads[0].answered(await connection.fetch(reads[0].sql, *reads[0].args))
        return
    reads = sorted(reads, key=lambda read: read.sql)  # the same reads are the same statement, whoever was first
    kinds = [await _kind(connection, read.sql) for read in reads]
    row = await connection.fetchrow(*_as_one(reads))
    for read, kind, values in zip(reads, kinds, row, strict=True):
        read.answered([kind(each) for each in values])


async def _kind(connection: Connection, sql: str) -> type[Row]:
    """The class of a statement's rows."""
    kind = _known.get(sql)
    if kind is None:
        columns = (await connection.prepare(sql)).get_attributes()
        places = {column.name: place for place, column in enumerate(columns)}
        kind = _known[sql] = type("Row", (Row,), {"__slots__": (), "places": places})
    return kind


def _as_one(reads: Sequence[Read]) -> list[Any]:
    """One statement whose columns are the rows of each read, and the arguments of all."""
    columns: list[str] = []
    args: list[object] = []
    for read in reads:
        sql = _PLACE.sub(partial(_moved, len(args)), read.sql)
        columns.append(f"ARRAY(SELECT r FROM ({sql}) AS r)")
        args += read.args
    return [f"SELECT {', '.join(columns)}", *args]


def _moved(before: int, place: re.Match[str]) -> str:
    """A parameter's place behind those of the reads before."""
    return f"${int(place[1]) + before}"
