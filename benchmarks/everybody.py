"""Everybody's data, as many sessions as asked, for whoever measures what one person's read costs among them.

Some people are made with the statements of the product, from readings of the sample people; the others are copies of
them in the database, with ids of their own. Measures nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from app.domain.exclusions import ExclusionTarget
from app.domain.periods import Period, month_of
from app.domain.sessions import session_from_json
from app.jobs import Queue
from app.pipeline.ingest import ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from app.storage.history import exclusions, numbers
from app.storage.store import Tx
from app.storage.weight import KEPT_FOR_LONG
from workers.runner import Runner

MONTHS = 15
"""A year and the 12 weeks before it."""
A_MONTH = 10
EACH = MONTHS * A_MONTH
"""Sessions of one person."""
TEMPLATES = 200
"""People whose months are packed by the product; 3,000 different ones, of which everybody else has copies."""
WITH_EXCLUSIONS = 5
"""One person in so many left something out."""
AT_ONCE = 2_000
FILLED = KEPT_FOR_LONG

_HEX = "substr(encode(sha256({}), 'hex'), 1, 32)::uuid"
_ID = _HEX.format("i.n::text::bytea")
_SESSION_ID = _HEX.format("uuid_send(s.{}) || int4send(i.n)")
_NAMES = """
    SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
"""


@dataclass(frozen=True, slots=True)
class Everybody:
    """How many people there are, and the days that each of them has sessions on."""

    count: int
    days: Period

    def id(self, number: int) -> UUID:
        """The person with this number; those that leave the same rest by `TEMPLATES` have the same numbers."""
        return UUID(hashlib.sha256(str(number % self.count).encode()).hexdigest()[:32])


async def make_everybody(ports: Ports, sessions: int, tell: Callable[[int], None]) -> Everybody:
    """Make the people that `sessions` sessions are of; `tell` hears of every few thousand of these that are there."""
    people = max(TEMPLATES, sessions // EACH)
    read = await _analysed(ports)
    months = tuple(_months(datetime.now(UTC).date()))
    await _make_templates(ports, read, months)
    tell(TEMPLATES * EACH)
    for start in range(TEMPLATES, people, AT_ONCE):
        await _copy(ports, "person", (start, min(people, start + AT_ONCE)), {"id": _ID})
        await _copy(ports, "exclusion", (start, min(people, start + AT_ONCE)), {"person_id": _ID, "id": "uuidv7()"})
    for month in months:  # of everybody before the next one, as time would have it: nobody's months lie side by side
        for start in range(TEMPLATES, people, AT_ONCE):
            some = start, min(people, start + AT_ONCE)
            await _copy(ports, "session", some, {"person_id": _ID, "id": _SESSION_ID.format("id")}, month)
            renamed = {"person_id": _ID, "session_id": _SESSION_ID.format("session_id")}
            await _copy(ports, "session_numbers", some, renamed, month)
            await _copy(ports, "packed_month", some, {"person_id": _ID}, month)
            tell((some[1] - some[0]) * A_MONTH)
    return Everybody(people, Period(months[0].first, months[-1].last))


async def _analysed(ports: Ports) -> UUID:
    """A sample person whose sessions were read."""
    found = [session_from_json(each) for each in sample_sessions(datetime.now(UTC).date())]
    await ingest(ports, [session for session in found if session.subject_key == found[0].subject_key])
    await Runner(ports).work_off(Queue.SECONDS)
    return ports.keyring.identity.person_id(found[0].subject_key)


def _months(today: date) -> Iterator[Period]:
    """The last full months, oldest first."""
    places = range(today.year * 12 + today.month - 1 - MONTHS, today.year * 12 + today.month - 1)
    return (month_of(date(place // 12, place % 12 + 1, 1)) for place in places)


async def _make_templates(ports: Ports, read: UUID, months: tuple[Period, ...]) -> None:
    async with ports.store.for_everyone() as tx:
        await _insert(tx, "person", {"id": _ID}, f"generate_series(0, {TEMPLATES - 1}) AS i(n)", "s.id = $1", read)
    for month in months:
        async with ports.store.for_everyone() as tx:
            await _make_sessions(tx, read, month.first)
            for number in range(TEMPLATES):
                await numbers.repack(tx, _template(number), month)
    async with ports.store.for_everyone() as tx:
        for number in range(0, TEMPLATES, WITH_EXCLUSIONS):
            days = ExclusionTarget(first=months[number % MONTHS].first, last=months[number % MONTHS].first)
            known = await numbers.list_numbers(tx, _template(number), months[-1])
            await exclusions.keep_new(tx, _template(number), [days, ExclusionTarget(session_id=known[0].session_id)])


async def _make_sessions(tx: Tx, read: UUID, first: date) -> None:
    """A month of every template: readings of `read`, another choice each time, on days all over the month."""
    some = (
        f"(SELECT n, k, date '{first}' + (n + 3 * k) % 28 AS day, row_number() OVER (ORDER BY n, k) AS choice"
        f" FROM generate_series(0, {TEMPLATES - 1}) AS n, generate_series(1, {A_MONTH}) AS k) AS i"
    )
    chosen = "s.person_id = $1 AND s.{key} = (array(SELECT id FROM session WHERE person_id = $1 ORDER BY id))"
    chosen += f"[1 + (i.choice * 7 + {first.toordinal()}) % (SELECT count(*) FROM session WHERE person_id = $1)]"
    for table, key in (("session", "id"), ("session_numbers", "session_id")):
        named = _HEX.format(f"convert_to('{first} ' || i.n || ' ' || i.k, 'UTF8')")
        renamed = {"person_id": _ID, key: named, "local_date": "i.day"}
        await _insert(tx, table, renamed, some, chosen.format(key=key), read)


def _template(number: int) -> UUID:
    return Everybody(TEMPLATES, Period(date.min, date.max)).id(number)


async def _copy(
    ports: Ports, table: str, some: tuple[int, int], renamed: Mapping[str, str], month: Period | None = None
) -> None:
    """Give the people with the numbers of `some` what their templates have, of a month where the table has days."""
    key = "id" if table == "person" else "person_id"
    day = "month" if table == "packed_month" else "local_date"
    within = f" AND s.{day} BETWEEN '{month.first}' AND '{month.last}'" if month else ""
    template = _ID.replace("i.n", f"(i.n % {TEMPLATES})")
    async with ports.store.for_everyone() as tx:
        people = f"generate_series({some[0]}, {some[1] - 1}) AS i(n)"
        await _insert(tx, table, renamed, people, f"s.{key} = {template}{within}")


async def _insert(tx: Tx, table: str, renamed: Mapping[str, str], some: str, chosen: str, *args: object) -> None:
    """Copy the `chosen` rows (s) of a table for each of `some` (i), with the columns that are `renamed`."""
    names = await tx.fetchval(_NAMES, table)
    columns = ", ".join(renamed.get(name, f"s.{name}") for name in names)
    await tx.execute(f"INSERT INTO {table} SELECT {columns} FROM {table} s, {some} WHERE {chosen}", *args)
