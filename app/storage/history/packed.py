"""Session numbers as rows and as packed months: a month's sessions in one value, column by column, for quick reading.

What most pictures look at stands first; feelings, patterns and turns follow, and are read when somebody asks for them.
Reads and writes nothing by itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, overload
from uuid import UUID

import orjson
from asyncpg.pgproto.pgproto import UUID as PostgresUUID  # noqa: N811 - the driver's own, read ten times as quickly

from app.domain.affect import EMOTIONS, PATTERNS, SessionNumbers, Source, TurnKind, TurnReading, Use
from app.domain.table import Column, SessionTable
from app.storage.history.masks import emotions_of, mask_of, patterns_of

_KINDS = tuple(TurnKind)
_reading = partial(tuple.__new__, TurnReading)
"""A turn of its four values, in half the time of its own constructor."""
_EMOTIONS = tuple(emotion.lower() for emotion in EMOTIONS)
_PATTERNS = tuple(pattern.lower() for pattern in PATTERNS)
_TURNS = ("turn_index", "turn_kind", "turn_valence", "turn_arousal")
COLUMNS = (
    "session_id", "local_date", "local_minute", "source", "use", "valence", "arousal", *_EMOTIONS, "emotions_present",
    *_PATTERNS, "patterns_present", *_TURNS, "self_shift", "confidence", "analyser_version",
)  # fmt: skip
"""Of a row of session numbers."""
_FIRST = (
    "session_id", "local_date", "local_minute", "source", "use", "valence", "arousal", "confidence", "analyser_version",
)  # fmt: skip
"""What most pictures look at, and nothing else."""
_APART = b"\n"
"""Between the parts of a month: its first columns, the others, its turns. JSON as it is written here has none."""


def values_of(numbers: SessionNumbers) -> list[Any]:
    """The row of a session, in the order of `COLUMNS`."""
    return [
        numbers.session_id,
        numbers.local_date,
        numbers.local_minute,
        numbers.source,
        numbers.use,
        numbers.valence,
        numbers.arousal,
        *numbers.emotions,
        mask_of(numbers.emotions_present, EMOTIONS),
        *numbers.patterns,
        mask_of(numbers.patterns_present, PATTERNS),
        [turn.index for turn in numbers.turns],
        [_KINDS.index(turn.kind) for turn in numbers.turns],
        [turn.valence for turn in numbers.turns],
        [turn.arousal for turn in numbers.turns],
        numbers.self_shift,
        numbers.confidence,
        numbers.analyser_version,
    ]


def numbers_of(values: Sequence[Any]) -> SessionNumbers:
    """The session of a row."""
    return next(_from_rows([values]))


def pack(numbers: Iterable[SessionNumbers]) -> bytes:
    """A month's sessions, of which there is at least one, in one value."""
    columns = dict(zip(COLUMNS, zip(*map(values_of, numbers), strict=True), strict=True))
    turns = [columns.pop(name) for name in _TURNS]
    counts = [len(each) for each in turns[0]]
    flat = [[value for each in column for value in each] for column in turns]
    first = {name: columns.pop(name) for name in _FIRST}
    parts = orjson.dumps(first, default=str), orjson.dumps(columns), orjson.dumps([counts, *flat])
    return _APART.join(parts)


def unpack(body: bytes) -> SessionTable:
    """The sessions of a packed month, in their order; each column is read when it is asked for."""
    if body.startswith(b"["):  # row by row, as months were packed at first; the next change writes it anew
        return SessionTable.of(_from_rows(orjson.loads(body)), in_order=True)
    first, *others, turns = body.split(_APART)  # no others: as months were packed for a while
    columns = orjson.loads(first)
    size = len(columns["session_id"])

    def load(name: str) -> Column:
        if name == "turns":
            month = _Month(turns)
            return [_Turns(month, place) for place in range(size)]
        if others and name not in columns:
            columns.update(orjson.loads(others.pop()))
        return _read(columns, name)

    return SessionTable(size, load, in_order=True)


def _from_rows(rows: Sequence[Sequence[Any]]) -> Iterator[SessionNumbers]:
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    turns = zip(*(columns[name] for name in _TURNS), strict=True)
    fields = [
        [_readings(*each) for each in turns] if name == "turns" else _read(columns, name)
        for name in SessionNumbers._fields
    ]
    return map(SessionNumbers._make, zip(*fields, strict=True))


def _read(kept: Mapping[str, Column], name: str) -> Column:
    """One field of every session, out of the columns as they are kept: without a step of ours for each session."""
    match name:
        case "emotions":
            return list(zip(*[kept[each] for each in _EMOTIONS], strict=True))
        case "patterns":
            return list(zip(*[kept[each] for each in _PATTERNS], strict=True))
    column, read = kept[name], _READERS.get(name)
    if read is None or isinstance(column[0], UUID | date):  # of a row, which asyncpg has read
        return column
    return list(map(read, column))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "session_id": PostgresUUID,
    "source": {source.value: source for source in Source}.__getitem__,
    "local_date": date.fromisoformat,
    "use": {use.value: use for use in Use}.__getitem__,
    "emotions_present": emotions_of,
    "patterns_present": patterns_of,
}
"""What makes a field of what is kept; enums are looked up, three times as quick as their own calls."""


def _readings(*columns: Iterable[int]) -> tuple[TurnReading, ...]:
    index, kind, valence, arousal = columns
    return tuple(map(_reading, zip(index, map(_KINDS.__getitem__, kind), valence, arousal, strict=True)))


class _Month:
    """The turns of a packed month, read at once when the first is asked for."""

    __slots__ = ("_body", "_read")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._read: list[tuple[TurnReading, ...]] = []

    def turns(self, place: int) -> tuple[TurnReading, ...]:
        """Those of the session at `place`."""
        if not self._read:
            counts, *columns = orjson.loads(self._body)
            readings, ends = _readings(*columns), list(accumulate(counts, initial=0))
            self._read = [readings[start:end] for start, end in pairwise(ends)]
        return self._read[place]


class _Turns(Sequence[TurnReading]):
    """The turns of one session of a packed month; equal to a tuple of the same."""

    __slots__ = ("_month", "_place")

    def __init__(self, month: _Month, place: int) -> None:
        self._month = month
        self._place = place

    @overload
    def __getitem__(self, at: int) -> TurnReading: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[TurnReading, ...]: ...
    def __getitem__(self, at: int | slice) -> TurnReading | tuple[TurnReading, ...]:
        return self._month.turns(self._place)[at]

    def __len__(self) -> int:
        return len(self._month.turns(self._place))

    def __iter__(self) -> Iterator[TurnReading]:
        return iter(self._month.turns(self._place))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, _Turns) else other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
