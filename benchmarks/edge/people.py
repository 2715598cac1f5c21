"""Some hundred people with a year of sessions, closed weeks and months and cards; and what peers read of their tables.

One year is really lived through the whole pipeline, and then copied in the database: copies differ in their ids alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from app.domain.sessions import FinishedSession, session_from_json
from app.jobs import Queue
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from workers.runner import Runner
from workers.schedule import plan_due

SAMPLE = "sample-jorinde"
SAMPLE_WEEKS, YEAR_WEEKS = 22, 58
AT_ONCE = 50
COPIED = {
    "person": "id",
    "session": "person_id",
    "session_numbers": "person_id",
    "packed_month": "person_id",
    "period_aggregate": "person_id",
    "writing": "person_id",
}

_COLUMNS = """
    SELECT string_agg(CASE WHEN attname = $2 THEN 'i.id' ELSE 's.' || quote_ident(attname) END, ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
"""

PEERS = """
CREATE SCHEMA peer;
CREATE VIEW peer.viewer AS SELECT id, zone, locale, plan FROM public.person;
CREATE VIEW peer.week AS
  SELECT person_id, first_day, revision, session_count, day_count, excluded_count,
    valence_sum::float8 / 10000 / nullif(session_count, 0) AS valence,
    arousal_sum::float8 / 10000 / nullif(session_count, 0) AS arousal,
    EMOTIONS
  FROM public.period_aggregate WHERE kind = 'WEEK';
CREATE VIEW peer.month AS
  SELECT person_id, first_day, session_count, day_count, valence_sum, arousal_sum, digest
  FROM public.period_aggregate WHERE kind = 'MONTH';
CREATE VIEW peer.card AS
  SELECT person_id, id, insight_kind, status, confidence, edition, rank, first_day, last_day, published_at, seen_at,
    content #>> '{headline,text}' AS headline,
    ARRAY(SELECT part ->> 'text' FROM jsonb_array_elements(content -> 'body') AS part) AS body
  FROM public.writing WHERE period_kind = 'WEEK' AND status <> 'WITHDRAWN';
CREATE VIEW peer.slice AS
  SELECT person_id, source, count(*)::int AS sessions, avg(valence)::float8 AS valence, avg(arousal)::float8 AS arousal
  FROM public.session_numbers GROUP BY person_id, source;
COMMENT ON VIEW peer.viewer IS '@primaryKey id';
COMMENT ON VIEW peer.week IS '@primaryKey person_id,first_day';
COMMENT ON VIEW peer.month IS '@primaryKey person_id,first_day';
COMMENT ON VIEW peer.card IS '@primaryKey person_id,id';
COMMENT ON VIEW peer.slice IS '@primaryKey person_id,source';
CREATE TABLE peer.ready (person_id uuid PRIMARY KEY, body text NOT NULL);
""".replace(
    "EMOTIONS",
    ", ".join(f"emotion_sums[{n}]::float8 / 10000 / nullif(session_count, 0) AS emotion_{n}" for n in range(1, 9)),
)
"""What PostGraphile is shown of the same tables, as its users do: views with the columns that may be seen; means, and
nothing else, are computed. And the ready answers of the limit."""


def key_of(number: int) -> str:
    """What the app calls one of the people."""
    return f"bench-{number}"


def _year() -> list[FinishedSession]:
    """A sample person's weeks, again and again, back over a year."""
    found = [session_from_json(each) for each in sample_sessions(datetime.now(UTC).date())]
    mine = [session for session in found if session.subject_key == SAMPLE]
    first = max(session.ended_at for session in mine) - timedelta(weeks=YEAR_WEEKS)
    years = []
    for turn in range(-(-YEAR_WEEKS // SAMPLE_WEEKS)):
        back = timedelta(weeks=SAMPLE_WEEKS * turn)
        for session in mine:
            moved = replace(
                session,
                subject_key=key_of(0),
                session_key=uuid5(session.session_key, str(turn)),
                started_at=session.started_at - back,
                ended_at=session.ended_at - back,
                turns=tuple(replace(each, at=each.at - back) for each in session.turns),
            )
            if moved.started_at > first:
                years.append(moved)
    return sorted(years, key=lambda session: session.started_at)


async def make_people(ports: Ports, people: int) -> Sequence[str]:
    """Let one person live a year, and copy it; the keys of all of them."""
    year = _year()
    for start in range(0, len(year), MAX_BATCH):
        await ingest(ports, year[start : start + MAX_BATCH])
    await _work_off(ports)
    keys = [key_of(number) for number in range(people)]
    ids = [ports.keyring.identity.person_id(key) for key in keys]
    for start in range(1, people, AT_ONCE):
        await _copy(ports, ids[0], ids[start : start + AT_ONCE])
    return keys


async def _work_off(ports: Ports) -> None:
    runner, ran = Runner(ports), 1
    while ran:
        async with ports.store.for_everyone() as tx:
            await tx.execute("UPDATE job SET run_after = now() WHERE status IN ('QUEUED', 'RETRYING')")
        ran = await plan_due(ports)
        for queue in Queue:
            ran += await runner.work_off(queue)


async def _copy(ports: Ports, person: UUID, copies: Sequence[UUID]) -> None:
    async with ports.store.for_everyone() as tx:
        for table, key in COPIED.items():
            columns = await tx.fetchval(_COLUMNS, table, key)
            await tx.execute(
                f"INSERT INTO {table} SELECT {columns} FROM {table} s, unnest($2::uuid[]) AS i(id) WHERE s.{key} = $1",
                person,
                list(copies),
            )
