"""A finished session as the app hands it over, and what must hold before it is taken.

Checks everything at once, so that a caller sees all problems; never repeats a person's words in one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from app.domain.affect import UNIT, Source, Speaker, TurnKind
from app.errors import ErrorCode, Problem, Refused

MAX_TURNS = 100
MAX_TURN_CHARACTERS = 8_000
MAX_SESSION_CHARACTERS = 64_000
MAX_SUBJECT_KEY_CHARACTERS = 200
MAX_NAMED_KEY_CHARACTERS = 40
"""A longer key is no name, but words that ended up in its place: it is not shown."""
MAX_SELF_RATING = 10
MAX_AHEAD = timedelta(minutes=5)
MAX_DURATION = timedelta(days=1)
EARLIEST_YEAR = 2000
_SURROGATE = re.compile("[\ud800-\udfff]")


class SessionStatus(StrEnum):
    """How far a session's analysis is; SKIPPED: its text was gone before it could be analysed."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a session. `text` is the person's (or the app's) words: it is never printed."""

    index: int
    speaker: Speaker
    kind: TurnKind
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FinishedSession:
    """A session that has ended; times are aware instants, `self_before` and `self_after` 0..10 or both None."""

    subject_key: str = field(repr=False)
    session_key: UUID
    source: Source
    started_at: datetime
    ended_at: datetime
    zone: str
    turns: tuple[Turn, ...]
    self_before: int | None = None
    self_after: int | None = None

    @property
    def self_shift(self) -> int | None:
        """Impact by the person's own rating in 1/10,000, None without one.

        MIRROR and TURN rate how heavy it feels, (before - after) / 10; LENS how strong, (after - before) / 10.
        """
        return self_shift(self.source, self.self_before, self.self_after)


def self_shift(source: Source, before: int | None, after: int | None) -> int | None:
    """The same from its parts, as they are kept."""
    if before is None or after is None:
        return None
    change = after - before if source is Source.LENS else before - after
    return change * UNIT // MAX_SELF_RATING


def check_session(session: FinishedSession, *, now: datetime, zones: frozenset[str]) -> tuple[Problem, ...]:
    """Everything that is wrong with `session` at `now`; empty when it can be taken. `zones`: names accepted."""
    return (
        *_check_key(session.subject_key),
        *_check_times(session, now, zones),
        *_check_turns(session.turns, session.started_at, session.ended_at),
        *_check_rating(session),
    )


def _invalid(message: str, *path: str) -> Problem:
    return Problem(ErrorCode.INVALID, message, path)


def _range(message: str, *path: str) -> Problem:
    return Problem(ErrorCode.OUT_OF_RANGE, message, path)


def check_subject_key(key: str) -> tuple[Problem, ...]:
    """What is wrong with the app's key of a person."""
    return tuple(_check_key(key))


def _check_key(key: str) -> Iterator[Problem]:
    if not key.strip():
        yield Problem(ErrorCode.REQUIRED, "subjectKey must not be empty", ("subjectKey",))
    elif len(key) > MAX_SUBJECT_KEY_CHARACTERS:
        yield _range(f"subjectKey must have at most {MAX_SUBJECT_KEY_CHARACTERS} characters", "subjectKey")
    elif "\0" in key or _has_surrogate(key):
        yield _invalid("subjectKey must not hold NUL characters or broken Unicode", "subjectKey")


def _check_times(session: FinishedSession, now: datetime, zones: frozenset[str]) -> Iterator[Problem]:
    if session.zone not in zones:
        yield _invalid("timeZone is not a known IANA time zone name", "timeZone")
    if session.started_at.year < EARLIEST_YEAR:
        yield _range(f"startedAt must not lie before the year {EARLIEST_YEAR}", "startedAt")
    if session.ended_at < session.started_at:
        yield _invalid("endedAt must not lie before startedAt", "endedAt")
    elif session.ended_at - session.started_at > MAX_DURATION:
        yield _range("a session lasts at most 24 hours", "endedAt")
    if max(session.started_at, session.ended_at) > now + MAX_AHEAD:
        yield _range("the session must not end more than 5 minutes in the future", "endedAt")


def _check_turns(turns: Sequence[Turn], started_at: datetime, ended_at: datetime) -> Iterator[Problem]:
    if not 1 <= len(turns) <= MAX_TURNS:
        yield _range(f"turns must be 1 to {MAX_TURNS}", "turns")
        return
    if sum(len(turn.text) for turn in turns) > MAX_SESSION_CHARACTERS:
        yield _range(f"a session must have at most {MAX_SESSION_CHARACTERS:,} characters", "turns")
    if [turn.index for turn in turns] != list(range(len(turns))):
        yield _invalid("turn indexes must count up from 0", "turns")
    if not any(turn.speaker is Speaker.PERSON for turn in turns):
        yield Problem(ErrorCode.REQUIRED, "at least one turn must be the person's own", ("turns",))
    for place, turn in enumerate(turns):
        path = ("turns", str(place))
        if not turn.text.strip():
            yield Problem(ErrorCode.REQUIRED, "text must not be empty", (*path, "text"))
        elif len(turn.text) > MAX_TURN_CHARACTERS:
            yield _range(f"text must have at most {MAX_TURN_CHARACTERS:,} characters", *path, "text")
        elif "\0" in turn.text or _has_surrogate(turn.text):
            yield _invalid("text must not hold NUL characters or broken Unicode", *path, "text")
        if not started_at <= turn.at <= ended_at and started_at <= ended_at:
            yield _range("at must lie between startedAt and endedAt", *path, "at")


def _has_surrogate(text: str) -> bool:
    return _SURROGATE.search(text) is not None


def _check_rating(session: FinishedSession) -> Iterator[Problem]:
    for name, value in (("before", session.self_before), ("after", session.self_after)):
        if value is not None and not 0 <= value <= MAX_SELF_RATING:
            yield _range(f"{name} must be 0 to {MAX_SELF_RATING}", "selfRating", name)


KNOWN_KEYS = frozenset(
    {"subjectKey", "sessionKey", "source", "startedAt", "endedAt", "timeZone", "turns", "selfRating"}
)

KNOWN_TURN_KEYS = frozenset({"index", "speaker", "kind", "at", "text"})
KNOWN_RATING_KEYS = frozenset({"before", "after"})


def unknown_keys(value: object) -> frozenset[str]:
    """Keys of a parsed line that are no input of ours, as `mood` or `turns.mood`; only names are looked at."""
    if not isinstance(value, Mapping):
        return frozenset()
    turns = value.get("turns")
    parts = [("", value, KNOWN_KEYS), ("selfRating.", value.get("selfRating"), KNOWN_RATING_KEYS)]
    parts += [("turns.", turn, KNOWN_TURN_KEYS) for turn in (turns if isinstance(turns, list) else ())]
    return frozenset(
        f"{place}{key}"
        for place, part, known in parts
        if isinstance(part, Mapping)
        for key in part
        if key not in known and key.isidentifier() and len(key) <= MAX_NAMED_KEY_CHARACTERS
    )


def session_from_json(value: object) -> FinishedSession:
    """The session that a parsed JSON object (the names of `IngestSessionInput`) describes; unknown keys are left.

    Refused with a problem for each field that is missing or of the wrong kind.
    """
    reader = _Reader()
    data = reader.mapping(value, ())
    rating = data.get("selfRating")
    ratings = reader.mapping(rating, ("selfRating",)) if rating is not None else {}
    session_key = reader.uuid(data, "sessionKey")
    source = reader.choice(data, "source", Source)
    started_at, ended_at = reader.instant(data, "startedAt"), reader.instant(data, "endedAt")
    subject_key, zone = reader.text(data, "subjectKey"), reader.text(data, "timeZone")
    turns = tuple(reader.turn(turn, place) for place, turn in enumerate(reader.turns(data)))
    before = reader.integer(ratings, "before", "selfRating") if ratings else None
    after = reader.integer(ratings, "after", "selfRating") if ratings else None
    if reader.problems:
        raise Refused(*reader.problems)
    return FinishedSession(
        subject_key=subject_key,
        session_key=session_key,
        source=source,
        started_at=started_at,
        ended_at=ended_at,
        zone=zone,
        turns=turns,
        self_before=before,
        self_after=after,
    )


_Choice = TypeVar("_Choice", bound=StrEnum)


class _Reader:
    """Reads typed values out of parsed JSON; a wrong one is noted and stood in for, so that all are found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def _note(self, path: tuple[str, ...], expected: str) -> None:
        name = path[-1] if path else "the line"
        self.problems.append(_invalid(f"{name} must be {expected}", *path))

    def mapping(self, value: object, path: tuple[str, ...]) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self._note(path, "an object")
        return {}

    def text(self, data: Mapping[str, Any], key: str, *path: str) -> str:
        value = data.get(key)
        if isinstance(value, str):
            return value
        self._note((*path, key), "a string")
        return "?"

    def integer(self, data: Mapping[str, Any], key: str, *path: str) -> int:
        value = data.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._note((*path, key), "a whole number")
        return 0

    def uuid(self, data: Mapping[str, Any], key: str) -> UUID:
        value = data.get(key)
        try:
            if isinstance(value, str) and len(value) == 36:
                return UUID(value)
        except ValueError:
            pass
        self._note((key,), "a UUID")
        return UUID(int=0)

    def choice(self, data: Mapping[str, Any], key: str, choices: type[_Choice], *path: str) -> _Choice:
        value = data.get(key)
        if isinstance(value, str) and value in choices.__members__:
            return choices[value]
        self._note((*path, key), "one of " + ", ".join(choices))
        return next(iter(choices))

    def instant(self, data: Mapping[str, Any], key: str, *path: str) -> datetime:
        value = data.get(key)
        try:
            if isinstance(value, str):
                instant = datetime.fromisoformat(value)
                if instant.tzinfo is not None:
                    return instant
        except ValueError:
            pass
        self._note((*path, key), "an RFC 3339 instant such as 2026-07-01T09:30:00Z")
        return datetime.min.replace(tzinfo=UTC)

    def turns(self, data: Mapping[str, Any]) -> Sequence[object]:
        value = data.get("turns")
        if isinstance(value, list):
            return value[: MAX_TURNS + 1]
        self._note(("turns",), "a list")
        return ()

    def turn(self, value: object, place: int) -> Turn:
        path = ("turns", str(place))
        data = self.mapping(value, path)
        return Turn(
            index=self.integer(data, "index", *path),
            speaker=self.choice(data, "speaker", Speaker, *path),
            kind=self.choice(data, "kind", TurnKind, *path),
            at=self.instant(data, "at", *path),
            text=self.text(data, "text", *path),
        )
