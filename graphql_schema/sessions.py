"""Sessions as Spectrum knows them, and the exclusions that cover them: times and numbers, no words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

import strawberry

from app.domain.affect import (
    EMOTIONS,
    PATTERNS,
    UNIT,
    Emotion,
    SessionNumbers,
    Source,
    ThinkingPattern,
    TimeOfDay,
    TurnKind,
    time_of_day,
)
from app.domain.exclusions import ExclusionTarget
from app.domain.measures import label
from app.domain.periods import Period as Days
from app.domain.sessions import SessionStatus
from app.storage.history import numbers, sessions
from app.storage.history.exclusions import KeptExclusion
from app.storage.history.numbers import Counted
from app.storage.history.sessions import KeptSession, SessionFilter
from app.storage.people import Head
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.node import Node, PageInfo, page_size
from graphql_schema.numbers import Period

LEAST_INTENSITY = 0.05
MOST_PATTERNS = 5


@strawberry.type
class SessionEmotion:
    emotion: Emotion
    label: str = strawberry.field(description="In the request's language.", metadata=IN_THEIR_LANGUAGE)
    intensity: float = strawberry.field(description="0..1.")


@strawberry.type
class SessionPattern:
    pattern: ThinkingPattern
    label: str = strawberry.field(description="In the request's language.", metadata=IN_THEIR_LANGUAGE)
    probability: float = strawberry.field(description="Calibrated, 0..1.")


@strawberry.type
class TurnVector:
    index: int = strawberry.field(description="0-based place in the session.")
    kind: TurnKind
    valence: float = strawberry.field(description="-1..1 after this turn.")
    arousal: float = strawberry.field(description="-1..1 after this turn.")


@strawberry.enum(description="PERSON once corrected: the correction is the truth from then on.")
class VectorOrigin(StrEnum):
    ANALYSER = "ANALYSER"
    PERSON = "PERSON"


@strawberry.type(description="One session's emotional vector.")
class EmotionVector:
    valence: float = strawberry.field(description="-1 unpleasant .. 1 pleasant.")
    arousal: float = strawberry.field(description="-1 still .. 1 activated.")
    emotions: list[SessionEmotion] = strawberry.field(description="All emotions above 0.05, strongest first.")
    patterns: list[SessionPattern] = strawberry.field(description="Strongest first, at most 5.")
    confidence: float = strawberry.field(
        description="How far to trust this vector, 0..1, calibrated on labelled sessions; 1 when the person set it."
    )
    origin: VectorOrigin = strawberry.field(description="Whose numbers these are.")
    turns: list[TurnVector] = strawberry.field(description="The person's own turns.")
    analyser_version: str

    @classmethod
    def of(cls, counted: Counted) -> Self:
        read = counted.numbers
        felt = sorted(zip(read.emotions, EMOTIONS, strict=True), key=lambda pair: -pair[0])
        seen = sorted(
            (pair for pair in zip(read.patterns, PATTERNS, strict=True) if pair[1] in read.patterns_present),
            key=lambda pair: -pair[0],
        )
        return cls(
            valence=read.valence / UNIT,
            arousal=read.arousal / UNIT,
            emotions=[
                SessionEmotion(emotion=emotion, label=label(emotion), intensity=strength / UNIT)
                for strength, emotion in felt
                if strength / UNIT > LEAST_INTENSITY
            ],
            patterns=[
                SessionPattern(pattern=pattern, label=label(pattern), probability=probability / UNIT)
                for probability, pattern in seen[:MOST_PATTERNS]
            ],
            confidence=read.confidence / UNIT,
            origin=VectorOrigin.PERSON if counted.is_corrected else VectorOrigin.ANALYSER,
            turns=[
                TurnVector(index=turn.index, kind=turn.kind, valence=turn.valence / UNIT, arousal=turn.arousal / UNIT)
                for turn in read.turns
            ],
            analyser_version=read.analyser_version,
        )


@strawberry.type
class Session(Node):
    kept: strawberry.Private[KeptSession]
    covering: strawberry.Private[list[KeptExclusion]]
    read: strawberry.Private[Counted | None]
    id: strawberry.ID
    source: Source
    started_at: datetime = strawberry.field(description="Start as the app reported it.")
    local_date: date = strawberry.field(description="Day it counts toward: local date of the start.")
    time_of_day: TimeOfDay
    duration_seconds: int = strawberry.field(description="Start to end, whole seconds.")
    turn_count: int = strawberry.field(description="Turns of both sides.")
    analysis: SessionStatus
    counts_toward_insights: bool

    @strawberry.field(description="Null until analysed, or when excluded.")
    def vector(self) -> EmotionVector | None:
        return None if self.read is None or self.covering else EmotionVector.of(self.read)

    @strawberry.field(description="Every exclusion that covers it; empty when it counts.")
    async def exclusions(self, info: Info) -> list["Exclusion"]:
        return await show_exclusions(info.context, self.covering)


@strawberry.enum
class ExclusionStatus(StrEnum):
    APPLYING = "APPLYING"
    ACTIVE = "ACTIVE"
    REMOVING = "REMOVING"
    REMOVED = "REMOVED"


@strawberry.type
class SessionTarget:
    session_id: strawberry.Private[UUID]

    @strawberry.field(description="Null when the session itself was erased.")
    async def session(self, info: Info) -> Session | None:
        return await find_session(info.context, self.session_id)


@strawberry.type
class DateRangeTarget:
    period: Period


@strawberry.type
class SourceTarget:
    source: Source
    first: date | None = strawberry.field(name="from", description="Null: from the first session on.")


Target = Annotated[SessionTarget | DateRangeTarget | SourceTarget, strawberry.union("ExclusionTarget")]


@strawberry.type(description="Reversible: data stay, but no number, sentence or model sees them. To erase, use reset.")
class Exclusion(Node):
    kept: strawberry.Private[KeptExclusion]
    id: strawberry.ID
    target: Target
    status: ExclusionStatus
    created_at: datetime = strawberry.field(description="When the viewer asked.")
    effective_at: datetime | None = strawberry.field(
        description="When every number and sentence had taken it into account; null while APPLYING or REMOVING."
    )

    @strawberry.field(description="Sessions it covers today.")
    async def session_count(self, info: Info) -> int:
        return await info.context.together(self.kept.target, _count_covered)


async def _count_covered(context: Context, targets: list[ExclusionTarget]) -> list[int]:
    """How many of the caller's sessions each target covers."""
    person_id = context.person_id()
    single = [target.session_id for target in targets if target.session_id is not None]
    async with context.read() as tx:
        known = {session.id for session in await sessions.list_by_id(tx, person_id, single)} if single else set()
        counts = []
        for target in targets:
            if target.session_id is not None:
                counts.append(int(target.session_id in known))
                continue
            covered = SessionFilter(
                period=Days(target.first, target.last) if target.first and target.last else None,
                without_sources=tuple(s for s in Source if target.source and s is not target.source),
            )
            counts.append((await sessions.list_page(tx, person_id, covered, first=0, after=None))[1])
    return counts


async def show_exclusions(context: Context, kept: list[KeptExclusion]) -> list[Exclusion]:
    """The same exclusions as types."""
    head = await context.head()
    return [
        Exclusion(
            kept=exclusion,
            id=encode("Exclusion", exclusion.id),
            target=_show_target(exclusion.target, head),
            status=_status(exclusion),
            created_at=exclusion.created_at,
            effective_at=exclusion.effective_at,
        )
        for exclusion in kept
    ]


def _show_target(target: ExclusionTarget, head: Head) -> SessionTarget | DateRangeTarget | SourceTarget:
    if target.session_id is not None:
        return SessionTarget(session_id=target.session_id)
    if target.first is not None and target.last is not None:
        return DateRangeTarget(period=Period.of(Days(target.first, target.last), head))
    assert target.source is not None, "a target is one of the three"
    return SourceTarget(source=target.source, first=None)


def _status(exclusion: KeptExclusion) -> ExclusionStatus:
    if exclusion.removed_at is None:
        return ExclusionStatus.ACTIVE if exclusion.effective_at else ExclusionStatus.APPLYING
    return ExclusionStatus.REMOVED if exclusion.effective_at else ExclusionStatus.REMOVING


async def show_sessions(context: Context, kept: list[KeptSession]) -> list[Session]:
    """The sessions with their numbers and what covers them, in the same order."""
    person_id = context.person_id()
    async with context.read() as tx:
        read = await numbers.list_by_session(tx, person_id, [session.id for session in kept])
    excluded = await context.active_exclusions()
    return [_show(session, excluded, read.get(session.id)) for session in kept]


def _show(session: KeptSession, excluded: list[KeptExclusion], read: Counted | None) -> Session:
    covering = [e for e in excluded if e.target.covers(session.id, session.local_date, session.source)]
    return Session(
        kept=session,
        covering=covering,
        read=read,
        id=encode("Session", session.id),
        source=session.source,
        started_at=session.started_at,
        local_date=session.local_date,
        time_of_day=time_of_day(session.local_minute),
        duration_seconds=int((session.ended_at - session.started_at).total_seconds()),
        turn_count=session.turn_count,
        analysis=session.status,
        counts_toward_insights=read is not None and not covering,
    )


async def find_session(context: Context, session_id: UUID) -> Session | None:
    """One session of the caller's, None when it is not theirs; those asked for together are read together."""
    return await context.together(session_id, _find_sessions)


async def _find_sessions(context: Context, ids: list[UUID]) -> list[Session | None]:
    """The caller's sessions with these ids, None where one is not theirs."""
    person_id = context.person_id()
    async with context.read() as tx:
        kept = await sessions.list_by_id(tx, person_id, ids)
    shown = {session.kept.id: session for session in await show_sessions(context, kept)}
    return [shown.get(id_) for id_ in ids]


@strawberry.type
class SessionEdge:
    cursor: str
    node: Session


@strawberry.type
class SessionConnection:
    edges: list[SessionEdge]
    nodes: list[Session]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Sessions in the whole list.")


async def list_sessions(
    context: Context, *, first: int, after: str | None, period: Days | None, include_excluded: bool = True
) -> SessionConnection:
    """A page of the caller's sessions, newest first."""
    size = page_size(first)
    person_id = context.person_id()
    chosen = SessionFilter(period) if include_excluded else await _without_excluded(context, period)
    async with context.read() as tx:
        rows, total = await sessions.list_page(tx, person_id, chosen, first=size + 1, after=_place(after))
    shown = await show_sessions(context, rows[:size])
    cursors = [encode_cursor("session", node.kept.started_at.isoformat(), node.kept.id) for node in shown]
    return SessionConnection(
        edges=[SessionEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
        total_count=total,
    )


async def _without_excluded(context: Context, period: Days | None) -> SessionFilter:
    targets = [exclusion.target for exclusion in await context.active_exclusions()]
    return SessionFilter(
        period,
        without_sessions=tuple(t.session_id for t in targets if t.session_id is not None),
        without_ranges=tuple(Days(t.first, t.last) for t in targets if t.first is not None and t.last is not None),
        without_sources=tuple(t.source for t in targets if t.source is not None),
    )


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    key = decode_cursor("session", after, 2)
    try:
        return None if key is None else (datetime.fromisoformat(key[0]).astimezone(UTC), UUID(key[1]))
    except (ValueError, OverflowError):
        raise bad_cursor() from None


async def list_counted(
    context: Context, counted: Sequence[SessionNumbers], *, first: int, after: str | None
) -> SessionConnection:
    """A page of the sessions that a number counted; `counted` in the order of a fold, shown newest first."""
    size, place = page_size(first), _counted_place(after)
    rest = [one for one in reversed(counted) if place is None or _counted_key(one) < place]
    page = rest[:size]
    shown = await _find_sessions(context, [one.session_id for one in page])
    found = [
        (encode_cursor("counted", *_counted_key(one)), node) for one, node in zip(page, shown, strict=True) if node
    ]
    return SessionConnection(
        edges=[SessionEdge(cursor=cursor, node=node) for cursor, node in found],
        nodes=[node for _, node in found],
        page_info=PageInfo.of([cursor for cursor, _ in found], more=len(rest) > size, after=after),
        total_count=len(counted),
    )


def _counted_key(one: SessionNumbers) -> tuple[date, int, UUID]:
    return one.local_date, one.local_minute, one.session_id


def _counted_place(after: str | None) -> tuple[date, int, UUID] | None:
    key = decode_cursor("counted", after, 3)
    try:
        return None if key is None else (date.fromisoformat(key[0]), int(key[1]), UUID(key[2]))
    except ValueError:
        raise bad_cursor() from None
