"""People as they are kept: epoch, revision, zone, plan, keys, and when their next week and month fall due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.domain.periods import PeriodKind, ends_at, month_of, week_of
from app.errors import Gone
from app.jobs import PersonAt
from app.storage.calendar import ends_at_sql
from app.storage.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Head:
    """What every read begins with; `now` is the database's clock at this reading.

    `underway` names what is being done about the person that shows, and may end without a new revision: months that are
    being written, a reset that runs. Only `glance_head` and `see_head` read it.
    """

    person: PersonAt
    revision: int
    plan: str
    zone: str
    locale: str
    paused: bool
    created_at: datetime
    week_due: date
    month_due: date
    promised_from: datetime | None
    now: datetime
    erasures: int = 0
    underway: str = ""
    known: bool = True

    @property
    def data_revision(self) -> str:
        """Changes with everything that is kept of the person, and with each erasure."""
        return f"{self.person.epoch}.{self.revision}"

    def is_promised(self, ended_at: datetime) -> bool:
        """Whether words were promised in time for a period that ended then: not when it ended in a pause."""
        return not self.paused and (self.promised_from is None or self.promised_from <= ended_at)


@dataclass(frozen=True, slots=True)
class LockedPerson:
    """A person as ingestion holds them; `master_key` is the id of the one that wraps their key, where it is known."""

    at: PersonAt
    wrapped_key: bytes
    master_key: str | None
    forget_before: datetime | None
    zone_as_of: datetime
    plan: str
    paused: bool


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person met for the first time, by the session that brought them."""

    id: UUID
    subject_hash: str
    wrapped_key: bytes
    master_key: str
    zone: str
    first_started_at: datetime
    first_day: date
    plan: str


def unknown(person_id: UUID, plan: str, now: datetime) -> Head:
    """The head of someone of whom nothing is kept (not yet, or not any more)."""
    today = now.astimezone(UTC).date()
    return Head(
        person=PersonAt(person_id, 0),
        revision=0,
        plan=plan,
        zone="UTC",
        locale="en",
        paused=False,
        created_at=now,
        week_due=today,
        month_due=today,
        promised_from=None,
        now=now,
        known=False,
    )


async def glance_head(store: Store, person_id: UUID) -> Head | None:
    """The person's head, None when they are unknown; heads that are asked for at once share a round trip."""
    row = await store.glance("SELECT head.* FROM unnest($1::uuid[]) AS asked, head(asked)", person_id)
    return None if row is None else _head(row, row["underway"])


async def see_head(tx: Tx, person_id: UUID) -> Head | None:
    """The same inside one of the person's own transactions, at its moment."""
    row = await tx.fetchrow("SELECT * FROM head($1)", person_id)
    return None if row is None else _head(row, row["underway"])


async def find_head(tx: Tx, person_id: UUID) -> Head | None:
    """The person's head, None when they are unknown."""
    return (await list_heads(tx, [person_id])).get(person_id)


async def list_heads(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Head]:
    """The heads of those who are known."""
    rows = await tx.fetch(
        "SELECT id, epoch, revision, plan, zone, locale, paused, created_at, week_due, month_due, promised_from,"
        " erasures, now() AS now"
        " FROM person WHERE id = ANY($1)",
        list(ids),
    )
    return {row["id"]: _head(row) for row in rows}


def _head(row: Any, underway: str = "") -> Head:
    return Head(
        person=PersonAt(row["id"], row["epoch"]),
        revision=row["revision"],
        plan=row["plan"],
        zone=row["zone"],
        erasures=row["erasures"],
        locale=row["locale"],
        paused=row["paused"],
        created_at=row["created_at"],
        week_due=row["week_due"],
        month_due=row["month_due"],
        promised_from=row["promised_from"],
        now=row["now"],
        underway=underway,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody has come: whether a reset of theirs is running, and whether they have sessions and cards."""

    is_being_erased: bool
    has_sessions: bool
    has_cards: bool


async def find_standing(tx: Tx, person_id: UUID) -> Standing:
    """How far the person has come."""
    row = await tx.fetchrow(
        """
        SELECT EXISTS (SELECT FROM operation WHERE person_id = $1 AND status = 'RUNNING') AS is_being_erased,
          EXISTS (SELECT FROM session WHERE person_id = $1) AS has_sessions,
          EXISTS (SELECT FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' AND status <> 'WITHDRAWN')
            AS has_cards
        """,
        person_id,
    )
    assert row is not None, "three answers are one row"
    return Standing(row["is_being_erased"], row["has_sessions"], row["has_cards"])


async def keep_moved(tx: Tx, person_id: UUID) -> None:
    """Something of theirs that shows has ended, whatever their epoch; nothing when they are unknown."""
    await tx.execute("UPDATE person SET revision = revision + 1 WHERE id = $1", person_id)


async def find_wrapped_key(tx: Tx, person_id: UUID) -> tuple[bytes, str | None] | None:
    """The person's data key, wrapped, and the id of the master key that did; None when they are unknown."""
    row = await tx.fetchrow("SELECT data_key, master_key FROM person WHERE id = $1", person_id)
    return None if row is None else (row["data_key"], row["master_key"])


async def find_erasures(tx: Tx, person_id: UUID) -> tuple[int, int] | None:
    """The person's epoch, and how often single sessions of theirs were erased; None when they are unknown.

    While both stay, nothing of theirs was erased but what fell due.
    """
    row = await tx.fetchrow("SELECT epoch, erasures FROM person WHERE id = $1", person_id)
    return None if row is None else (row["epoch"], row["erasures"])


async def keep_revision(tx: Tx, person: PersonAt) -> int:
    """Fence, lock and bump in one: the first statement of every change. Gone when the epoch has moved on."""
    revision: int | None = await tx.fetchval(
        "UPDATE person SET revision = revision + 1 WHERE id = $1 AND epoch = $2 RETURNING revision",
        person.id,
        person.epoch,
    )
    if revision is None:
        raise Gone("This person's data were erased meanwhile.")
    return revision


async def keep_epoch(tx: Tx, person: PersonAt) -> datetime:
    """Hold the person in their epoch until the transaction ends, and change nothing of them; the database's now.

    Others may hold them likewise; whoever changes them waits. Only for what changes the person neither before nor
    after: two that share a row and then both want to change it wait for each other. Gone as above.
    """
    now: datetime | None = await tx.fetchval(
        "SELECT now() FROM person WHERE id = $1 AND epoch = $2 FOR SHARE", person.id, person.epoch
    )
    if now is None:
        raise Gone("This person's data were erased meanwhile.")
    return now


async def keep_erasure(tx: Tx, person_id: UUID) -> None:
    """Say that sessions of a locked person were erased: their revision moves, their epoch does not."""
    await tx.execute("UPDATE person SET revision = revision + 1, erasures = erasures + 1 WHERE id = $1", person_id)


async def keep_revisions(tx: Tx, unchanged: Mapping[PersonAt, int]) -> dict[UUID, int]:
    """The same for many, in id order: those whom nobody else holds and who are still in their epoch and revision."""
    rows = await tx.fetch(
        """
        UPDATE person SET revision = revision + 1
        FROM (SELECT person.id FROM person
              JOIN unnest($1::uuid[], $2::int[], $3::bigint[]) AS i(id, epoch, revision) USING (id, epoch, revision)
              ORDER BY person.id FOR NO KEY UPDATE OF person SKIP LOCKED) AS held
        WHERE person.id = held.id RETURNING person.id, person.revision
        """,
        [person.id for person in unchanged],
        [person.epoch for person in unchanged],
        list(unchanged.values()),
    )
    return {row["id"]: row["revision"] for row in rows}


async def keep_new_people(tx: Tx, people: Sequence[NewPerson]) -> None:
    """Insert who is not known yet; someone who was erased comes back one epoch later than they left."""
    inserted = await tx.fetch(
        """
        INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, data_key, master_key,
                            week_due, week_due_at, month_due, month_due_at)
        SELECT i.id, 0, i.zone, i.started_at, 'en', i.plan, i.data_key, i.master_key,
               i.week, i.week_at, i.month, i.month_at
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::bytea[], $6::text[],
                    $7::date[], $8::timestamptz[], $9::date[], $10::timestamptz[])
             AS i(id, zone, started_at, plan, data_key, master_key, week, week_at, month, month_at)
        ORDER BY i.id
        ON CONFLICT (id) DO NOTHING RETURNING id
        """,
        [p.id for p in people],
        [p.zone for p in people],
        [p.first_started_at for p in people],
        [p.plan for p in people],
        [p.wrapped_key for p in people],
        [p.master_key for p in people],
        [week_of(p.first_day).first for p in people],
        [ends_at(week_of(p.first_day), p.zone) for p in people],
        [month_of(p.first_day).first for p in people],
        [ends_at(month_of(p.first_day), p.zone) for p in people],
    )
    new = {row["id"] for row in inserted}
    if new:
        await _keep_first_epochs(tx, [person for person in people if person.id in new])


async def _keep_first_epochs(tx: Tx, new: Sequence[NewPerson]) -> None:
    """Let people begin after their tombstones, as a statement of its own sees them.

    The one that inserts may have waited for an erasure to end, and does not see what that has left.
    """
    await tx.execute(
        """
        UPDATE person p SET epoch = left_in.epoch + 1
        FROM (SELECT i.id, max(t.epoch) AS epoch FROM unnest($1::uuid[], $2::text[]) AS i(id, subject_hash)
              JOIN tombstone t USING (subject_hash) GROUP BY i.id) AS left_in
        WHERE p.id = left_in.id
        """,
        [p.id for p in new],
        [p.subject_hash for p in new],
    )


async def list_locked(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, LockedPerson]:
    """Lock these people in id order until the transaction ends."""
    rows = await tx.fetch(
        "SELECT id, epoch, data_key, master_key, forget_before, zone_as_of, plan, paused FROM person"
        " WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        list(ids),
    )
    return {
        row["id"]: LockedPerson(
            at=PersonAt(row["id"], row["epoch"]),
            wrapped_key=row["data_key"],
            master_key=row["master_key"],
            forget_before=row["forget_before"],
            zone_as_of=row["zone_as_of"],
            plan=row["plan"],
            paused=row["paused"],
        )
        for row in rows
    }


_NEWEST_ZONE = "(CASE WHEN i.as_of >= p.zone_as_of THEN i.zone ELSE p.zone END)"


async def keep_touched(tx: Tx, ids: Sequence[UUID], zones: Sequence[str], as_of: Sequence[datetime]) -> None:
    """Bump the revisions of locked people, and move them to the zone of their newest session."""
    await tx.execute(
        f"""
        UPDATE person p SET revision = p.revision + 1, zone = {_NEWEST_ZONE},
          zone_as_of = greatest(i.as_of, p.zone_as_of),
          week_due_at = {ends_at_sql("p.week_due + 7", _NEWEST_ZONE)},
          month_due_at = {ends_at_sql("p.month_due + interval '1 month'", _NEWEST_ZONE)}
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS i(id, zone, as_of)
        WHERE p.id = i.id
        """,
        list(ids),
        list(zones),
        list(as_of),
    )


async def keep_paused(tx: Tx, person_id: UUID, *, paused: bool) -> None:
    """Pause the person's analysis, or take it up again, from when on words are promised in time."""
    await tx.execute(
        "UPDATE person SET paused = $2, promised_from = CASE WHEN $2 THEN promised_from ELSE now() END WHERE id = $1",
        person_id,
        paused,
    )


async def keep_plan(tx: Tx, person_id: UUID, plan: str) -> None:
    """Give the person a plan; with their first one, words are promised in time from now on."""
    await tx.execute(
        "UPDATE person SET plan = $2, promised_from = CASE WHEN plan = 'FREE' THEN now() ELSE promised_from END"
        " WHERE id = $1",
        person_id,
        plan,
    )


async def keep_due_now(tx: Tx, person_id: UUID) -> None:
    """Let nothing be due before the week and month that go on now; periods that ended are past, and not planned."""
    await tx.execute(
        f"""
        UPDATE person p SET week_due = i.week, week_due_at = {ends_at_sql("i.week + 7", "p.zone")},
          month_due = i.month, month_due_at = {ends_at_sql("i.month + interval '1 month'", "p.zone")}
        FROM (SELECT id, greatest(week_due, date_trunc('week', now() AT TIME ZONE zone)::date) AS week,
                     greatest(month_due, date_trunc('month', now() AT TIME ZONE zone)::date) AS month
              FROM person WHERE id = $1) AS i
        WHERE p.id = i.id
        """,
        person_id,
    )


def is_closed(kind: PeriodKind, first_day: date, head: Head) -> bool:
    """Whether the planner has already passed this period, so that a change in it must be written again."""
    return first_day < (head.week_due if kind is PeriodKind.WEEK else head.month_due)


async def list_ids(tx: Tx) -> list[UUID]:
    """Everybody, in no order."""
    return [row["id"] for row in await tx.fetch("SELECT id FROM person")]


async def list_zone_names(tx: Tx) -> frozenset[str]:
    """The time zone names PostgreSQL knows; one it does not know would abort a set-based statement."""
    return frozenset(row["name"] for row in await tx.fetch("SELECT name FROM pg_timezone_names"))
