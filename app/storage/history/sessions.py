"""Sessions and their sealed words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.affect import CareLevel, Source
from app.domain.exclusions import Place
from app.domain.periods import Period
from app.domain.sessions import SessionStatus
from app.jobs import PersonAt
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as Spectrum knows it: times and numbers, no words."""

    id: UUID
    source: Source
    started_at: datetime
    ended_at: datetime
    local_date: date
    local_minute: int
    turn_count: int
    self_before: int | None
    self_after: int | None
    status: SessionStatus


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to keep, its words already sealed."""

    person_id: UUID
    session: KeptSession
    zone: str
    sealed: bytes
    epoch: int
    content_hmac: bytes
    care: CareLevel


@dataclass(frozen=True, slots=True, repr=False)
class SealedText:
    """Sealed words, what they are bound to, the wrapped key that opens them and what wraps it, and their care level."""

    body: bytes
    epoch: int
    wrapped_key: bytes
    master_key: str | None
    care: CareLevel


_OUTDATED = """
    n.analyser_version <> $1 AND date_trunc('month', n.local_date) > now() - make_interval(days => $2)
    AND n.analysed_at > now() - make_interval(days => $2 + 2)
    AND EXISTS (SELECT FROM sealed_text t WHERE t.person_id = n.person_id AND t.session_id = n.session_id)
"""
"""A month of which some words are gone stays as it was read: half by another version, it would compare with nothing.

That nobody is read before they have lived, in whichever zone, spares looking at what was read long ago.
"""

COLUMNS = "id, source, started_at, ended_at, local_date, local_minute, turn_count, self_before, self_after, status"


def _session(row: object) -> KeptSession:
    values = dict(row)  # type: ignore[call-overload]  # asyncpg's Record is a mapping, untyped
    values["source"] = Source(values["source"])
    values["status"] = SessionStatus(values["status"])
    return KeptSession(**values)


async def list_known(tx: Tx, people: Sequence[UUID], keys: Sequence[UUID]) -> dict[tuple[UUID, UUID], bytes | None]:
    """Which of these (person, session) are kept already, with the HMAC of their content while text is kept."""
    rows = await tx.fetch(
        """
        SELECT s.person_id, s.id, t.content_hmac
        FROM unnest($1::uuid[], $2::uuid[]) AS i(person_id, id)
        JOIN session s USING (person_id, id)
        LEFT JOIN sealed_text t ON t.person_id = s.person_id AND t.session_id = s.id
        """,
        list(people),
        list(keys),
    )
    return {(row["person_id"], row["id"]): row["content_hmac"] for row in rows}


async def keep_new(tx: Tx, sessions: Sequence[NewSession]) -> None:
    """Insert sessions and their sealed text, set-based; the caller holds the people's locks."""
    await tx.execute(
        f"""
        INSERT INTO session (person_id, zone, {COLUMNS})
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                             $7::date[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[], $12::text[])
        """,
        [n.person_id for n in sessions],
        [n.zone for n in sessions],
        [n.session.id for n in sessions],
        [n.session.source for n in sessions],
        [n.session.started_at for n in sessions],
        [n.session.ended_at for n in sessions],
        [n.session.local_date for n in sessions],
        [n.session.local_minute for n in sessions],
        [n.session.turn_count for n in sessions],
        [n.session.self_before for n in sessions],
        [n.session.self_after for n in sessions],
        [n.session.status for n in sessions],
    )
    await tx.execute(
        """
        INSERT INTO sealed_text (person_id, session_id, body, epoch, content_hmac, care)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::int[], $5::bytea[], $6::text[])
        """,
        [n.person_id for n in sessions],
        [n.session.id for n in sessions],
        [n.sealed for n in sessions],
        [n.epoch for n in sessions],
        [n.content_hmac for n in sessions],
        [n.care for n in sessions],
    )


async def find(tx: Tx, person_id: UUID, session_id: UUID) -> KeptSession | None:
    """One session, None when it is not this person's."""
    row = await tx.fetchrow(f"SELECT {COLUMNS} FROM session WHERE person_id = $1 AND id = $2", person_id, session_id)
    return None if row is None else _session(row)


async def list_by_id(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> list[KeptSession]:
    """Those of `ids` that are this person's, in no order."""
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM session WHERE person_id = $1 AND id = ANY($2)", person_id, list(ids))
    return [_session(row) for row in rows]


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions to list. The lists hold what is left out; empty lists leave nothing out."""

    period: Period | None = None
    without_sessions: tuple[UUID, ...] = ()
    without_ranges: tuple[Period, ...] = ()
    without_sources: tuple[Source, ...] = ()


async def list_page(
    tx: Tx, person_id: UUID, chosen: SessionFilter, *, first: int, after: tuple[datetime, UUID] | None
) -> tuple[list[KeptSession], int]:
    """Up to `first` sessions, newest first, that follow the key `after`; and how many there are in all."""
    where = """
        person_id = $1
        AND ($2::date IS NULL OR local_date BETWEEN $2 AND $3)
        AND NOT id = ANY($4) AND NOT source = ANY($5)
        AND NOT EXISTS (SELECT FROM unnest($6::date[], $7::date[]) AS r(a, b) WHERE local_date BETWEEN r.a AND r.b)
    """
    arguments = (
        person_id,
        chosen.period.first if chosen.period else None,
        chosen.period.last if chosen.period else None,
        list(chosen.without_sessions),
        list(chosen.without_sources),
        [period.first for period in chosen.without_ranges],
        [period.last for period in chosen.without_ranges],
    )
    total: int = await tx.fetchval(f"SELECT count(*) FROM session WHERE {where}", *arguments)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM session WHERE {where} AND ($8::timestamptz IS NULL OR (started_at, id) < ($8, $9))"
        " ORDER BY started_at DESC, id DESC LIMIT $10",
        *arguments,
        after[0] if after else None,
        after[1] if after else None,
        first,
    )
    return [_session(row) for row in rows], total


async def find_sealed(tx: Tx, person_id: UUID, session_id: UUID) -> SealedText | None:
    """The sealed words of a session, None when they are gone."""
    row = await tx.fetchrow(
        "SELECT t.body, t.epoch, t.care, p.data_key, p.master_key"
        " FROM sealed_text t JOIN person p ON p.id = t.person_id"
        " WHERE t.person_id = $1 AND t.session_id = $2",
        person_id,
        session_id,
    )
    if row is None:
        return None
    return SealedText(row["body"], row["epoch"], row["data_key"], row["master_key"], CareLevel(row["care"]))


async def keep_status(tx: Tx, person_id: UUID, session_id: UUID, status: SessionStatus) -> None:
    """Say how far the session's analysis is."""
    await tx.execute("UPDATE session SET status = $3 WHERE person_id = $1 AND id = $2", person_id, session_id, status)


async def count_by_status(tx: Tx, person_id: UUID) -> dict[SessionStatus, int]:
    """How many of the person's sessions are in each status."""
    rows = await tx.fetch("SELECT status, count(*) AS n FROM session WHERE person_id = $1 GROUP BY status", person_id)
    return {SessionStatus(row["status"]): row["n"] for row in rows}


async def list_outdated_people(tx: Tx, analyser_version: str, *, retention_days: int, limit: int) -> list[PersonAt]:
    """People of whose months that are wholly kept in words another version read something; at most `limit`.

    Without those for whom this version was asked already and has not answered or gave up, and without people who
    paused or have no plan that reads. They are locked, but for those whom somebody else holds.
    """
    rows = await tx.fetch(
        f"""
        SELECT p.id, p.epoch FROM person p
        WHERE NOT p.paused AND p.plan <> 'FREE'
          AND p.id IN (SELECT n.person_id FROM session_numbers n WHERE {_OUTDATED})
          AND NOT EXISTS (
            SELECT FROM job j WHERE j.person_id = p.id AND j.kind = 'REBUILD' AND j.scope->>'analyser_version' = $1
              AND j.status IN ('QUEUED', 'RETRYING', 'RUNNING', 'DEAD'))
        ORDER BY p.id LIMIT $3 FOR NO KEY UPDATE OF p SKIP LOCKED
        """,
        analyser_version,
        retention_days,
        limit,
    )
    return [PersonAt(row["id"], row["epoch"]) for row in rows]


async def list_outdated(
    tx: Tx, person_id: UUID, analyser_version: str, *, retention_days: int, limit: int
) -> list[KeptSession]:
    """The person's sessions, newest first, that another version read, of months that are wholly kept in words."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM session WHERE person_id = $4 AND id IN ("
        f" SELECT n.session_id FROM session_numbers n WHERE n.person_id = $4 AND {_OUTDATED})"
        " ORDER BY started_at DESC LIMIT $3",
        analyser_version,
        retention_days,
        limit,
        person_id,
    )
    return [_session(row) for row in rows]


async def find_unanalysed(tx: Tx, person_id: UUID) -> UUID | None:
    """The person's oldest session whose words are kept and that waits, failed, or was read and has no numbers."""
    found: UUID | None = await tx.fetchval(
        """
        SELECT s.id FROM session s
        JOIN sealed_text t ON t.person_id = s.person_id AND t.session_id = s.id
        LEFT JOIN session_numbers n ON n.person_id = s.person_id AND n.session_id = s.id
        WHERE s.person_id = $1 AND (s.status IN ('PENDING', 'FAILED') OR (s.status = 'DONE' AND n.session_id IS NULL))
        ORDER BY s.started_at LIMIT 1
        """,
        person_id,
    )
    return found


async def list_waiting(tx: Tx, person_id: UUID) -> list[UUID]:
    """The person's sessions that wait for analysis, in no order."""
    rows = await tx.fetch("SELECT id FROM session WHERE person_id = $1 AND status = 'PENDING'", person_id)
    return [row["id"] for row in rows]


async def list_days(tx: Tx, person_id: UUID, *, since: date) -> list[date]:
    """The local days from `since` on that have a session, oldest first."""
    rows = await tx.fetch(
        "SELECT DISTINCT local_date FROM session WHERE person_id = $1 AND local_date >= $2 ORDER BY local_date",
        person_id,
        since,
    )
    return [row["local_date"] for row in rows]


async def list_places(tx: Tx, person_id: UUID) -> list[Place]:
    """Of all the person's sessions what an exclusion goes by, analysed or not, in no order."""
    rows = await tx.fetch("SELECT id, local_date, source, status FROM session WHERE person_id = $1", person_id)
    return [
        Place(row["id"], row["local_date"], Source(row["source"]), has_numbers=row["status"] == SessionStatus.DONE)
        for row in rows
    ]


async def find_span(tx: Tx, person_id: UUID) -> Period | None:
    """From the first session's day to the last one's, None without sessions."""
    row = await tx.fetchrow(
        "SELECT min(local_date) AS first, max(local_date) AS last FROM session WHERE person_id = $1", person_id
    )
    return None if row is None or row["first"] is None else Period(row["first"], row["last"])


async def list_care(tx: Tx, periods: Mapping[UUID, Period]) -> dict[UUID, CareLevel]:
    """The highest care level of each person's sessions of a period whose text is still kept."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT s.person_id, t.care FROM unnest($1::uuid[], $2::date[], $3::date[]) AS i(person_id, first, last)
        JOIN session s ON s.person_id = i.person_id AND s.local_date BETWEEN i.first AND i.last
        JOIN sealed_text t ON t.person_id = s.person_id AND t.session_id = s.id
        """,
        *_bounds(periods),
    )
    levels: dict[UUID, set[CareLevel]] = {person_id: {CareLevel.NONE} for person_id in periods}
    for row in rows:
        levels[row["person_id"]].add(CareLevel(row["care"]))
    by_weight = (CareLevel.EXPLICIT, CareLevel.MENTION, CareLevel.NONE)
    return {person_id: next(level for level in by_weight if level in found) for person_id, found in levels.items()}


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When the first session of a period arrived, and whether one of its sessions could not be analysed (yet)."""

    first_received: datetime
    unread: bool


async def list_arrivals(tx: Tx, periods: Mapping[UUID, Period]) -> dict[UUID, Arrivals]:
    """How the sessions of each person's period arrived; without people who have none in it."""
    rows = await tx.fetch(
        """
        SELECT s.person_id, min(s.received_at) AS first_received,
               bool_or(s.status IN ('PENDING', 'FAILED')) AS unread
        FROM unnest($1::uuid[], $2::date[], $3::date[]) AS i(person_id, first, last)
        JOIN session s ON s.person_id = i.person_id AND s.local_date BETWEEN i.first AND i.last
        GROUP BY s.person_id
        """,
        *_bounds(periods),
    )
    return {row["person_id"]: Arrivals(row["first_received"], row["unread"]) for row in rows}


def _bounds(periods: Mapping[UUID, Period]) -> tuple[list[UUID], list[date], list[date]]:
    spans = periods.values()
    return list(periods), [span.first for span in spans], [span.last for span in spans]


@dataclass(frozen=True, slots=True)
class ExpiredText:
    """A batch: how many texts were found, how many went, and the days of those that had asked for care."""

    found: int
    count: int
    care_days: tuple[tuple[UUID, date], ...]


async def erase_expired_text(tx: Tx, retention_days: int, *, limit: int) -> ExpiredText:
    """Erase sealed text received more than `retention_days` ago, at most `limit` rows, while their people are locked.

    Sessions that were never analysed become SKIPPED: nothing can read them any more. The care level goes with the
    text, so that what was written under it has to be written again.
    """
    old = await tx.fetch(
        "SELECT person_id, session_id FROM sealed_text WHERE received_at < now() - make_interval(days => $1) LIMIT $2",
        retention_days,
        limit,
    )
    held = [row["person_id"] for row in old]
    await tx.execute("SELECT FROM person WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", held)
    await tx.execute("UPDATE person SET revision = revision + 1 WHERE id = ANY($1)", held)
    rows = await tx.fetch(
        """
        DELETE FROM sealed_text t USING unnest($1::uuid[], $2::uuid[]) AS i(person_id, session_id)
        WHERE t.person_id = i.person_id AND t.session_id = i.session_id
          AND t.received_at < now() - make_interval(days => $3)
        RETURNING t.person_id, t.session_id, t.care
        """,
        held,
        [row["session_id"] for row in old],
        retention_days,
    )
    people, ids = [row["person_id"] for row in rows], [row["session_id"] for row in rows]
    await tx.execute(
        """
        UPDATE session s SET status = 'SKIPPED'
        FROM unnest($1::uuid[], $2::uuid[]) AS i(person_id, id)
        WHERE s.person_id = i.person_id AND s.id = i.id AND s.status = 'PENDING'
        """,
        people,
        ids,
    )
    days = await tx.fetch(
        """
        SELECT DISTINCT s.person_id, s.local_date
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS i(person_id, id, care) JOIN session s USING (person_id, id)
        WHERE i.care <> 'NONE'
        """,
        people,
        ids,
        [row["care"] for row in rows],
    )
    return ExpiredText(len(old), len(rows), tuple((row["person_id"], row["local_date"]) for row in days))
