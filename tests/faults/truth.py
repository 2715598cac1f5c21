"""What must hold when a fault is over: everything once, and as it is for twins who never met one. Causes no fault."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.affect import SessionNumbers
from app.pipeline.reproduce import reproduce
from app.storage.history.packed import unpack
from app.wiring import Spectrum
from tests.faults.harness import WEEKS, World, told
from tests.life import take, who, work_off

_WATCH = """
CREATE TABLE effect (place text, person_id uuid, key text);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
  INSERT INTO public.effect VALUES (TG_ARGV[0], NEW.person_id, (
    SELECT string_agg(to_jsonb(NEW)->>name, ' ') FROM unnest(string_to_array(TG_ARGV[1], ' ')) AS name));
  RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE OF valence ON session_numbers
  FOR EACH ROW EXECUTE FUNCTION watch('session_numbers', 'session_id');
CREATE TRIGGER watch AFTER INSERT OR UPDATE OF valence_sum ON period_aggregate
  FOR EACH ROW EXECUTE FUNCTION watch('period_aggregate', 'kind first_day');
CREATE TRIGGER watch AFTER INSERT OR UPDATE OF content ON writing
  FOR EACH ROW EXECUTE FUNCTION watch('writing', 'period_kind first_day finding_key');
"""
"""Counts the effects that were committed: what is written a second time in place of the first is doubled, too."""

OWN = {
    "session": ("id", "received_at", "kept_at"),
    "session_numbers": ("session_id", "analysed_at", "kept_at"),
    "period_aggregate": ("computed_at", "settled_at", "kept_at"),
    "writing": (
        *("id", "written_at", "published_at", "kept_at", "engine", "model", "answer", "cost"),
        *("seed", "content"),  # words are drawn for each reader; `brief` is what they tell
    ),
}
"""What of a row is its person's own, and differs from their twin's."""
_JOBS = """
SELECT kind || ' ' || status || (scope - 'session_id')::text || count(*) FROM job WHERE person_id = $1
GROUP BY kind, status, scope - 'session_id' ORDER BY 1
"""
_NOBODY = UUID(int=0)
_NOTHING_SUCH = {
    "sessions that are not done": "SELECT count(*) FROM session WHERE status <> 'DONE' AND NOT id = ANY($1)",
    "sessions without their one set of numbers": """
        SELECT count(*) FROM session s WHERE NOT id = ANY($1) AND 1 <> (
          SELECT count(*) FROM session_numbers n WHERE n.person_id = s.person_id AND n.session_id = s.id)
    """,
    "sessions that are not packed once": """
        SELECT count(*) FROM session s WHERE NOT id = ANY($1) AND 1 <> (
          SELECT count(*) FROM packed_month m, jsonb_array_elements_text(
            split_part(convert_from(body, 'UTF8'), E'\\n', 1)::jsonb->'session_id') AS packed
          WHERE m.person_id = s.person_id AND packed = s.id::text)
    """,
    "sessions without their one analysis": """
        SELECT count(*) FROM session s WHERE NOT id = ANY($1) AND 1 <> (
          SELECT count(*) FROM job WHERE kind = 'SESSION_ANALYSIS' AND status = 'SUCCEEDED'
            AND person_id = s.person_id AND scope->>'session_id' = s.id::text)
    """,
    "jobs that are open or dead": """
        SELECT count(*) FROM job WHERE status <> 'SUCCEEDED'
          AND NOT coalesce((scope->>'session_id')::uuid = ANY($1), false)
    """,
    "jobs that succeeded more or less than once": """
        SELECT count(*) FROM job WHERE status = 'SUCCEEDED'
          AND NOT coalesce((scope->>'session_id')::uuid = ANY($1), false)
          AND 1 <> (SELECT count(*) FROM jsonb_array_elements(attempts) AS each WHERE NOT each ? 'failure')
    """,
    "jobs of one identity": """
        SELECT count(*) - count(DISTINCT idempotency_key) FROM job WHERE $1::uuid[] IS NOT NULL
    """,
    "effects that were written twice": """
        SELECT count(*) FROM (SELECT FROM effect WHERE $1::uuid[] IS NOT NULL
                              GROUP BY place, person_id, key HAVING count(*) > 1) AS twice
    """,
}


async def watch(owner: Any) -> None:
    """Count every effect from now on."""
    await owner.execute(_WATCH)


async def unwatch(owner: Any) -> None:
    """Count no effects: an erasure looks into every table that names a person, and the count is one."""
    await owner.execute("DROP TABLE effect; DROP FUNCTION watch() CASCADE")


async def nothing_lost_or_doubled(owner: Any, *, given_up: Collection[UUID] = ()) -> None:
    """Every session and job has had its effect once, and no work is left; `given_up` are sessions of dead letters."""
    found = {name: await owner.fetchval(query, list(given_up)) for name, query in _NOTHING_SUCH.items()}
    broken = {name: count for name, count in found.items() if count}
    assert not broken, broken


async def facts_of(owner: Any, person_id: UUID) -> Mapping[str, Sequence[str]]:
    """Everything that was made of a person's sessions, in a fixed order, without what differs between twins."""
    facts = {
        table: await owner.fetch(
            f"SELECT (to_jsonb(t) - $2::text[])::text FROM {table} t WHERE person_id = $1 ORDER BY 1",
            person_id,
            ["person_id", *own],
        )
        for table, own in OWN.items()
    }
    facts["job"] = await owner.fetch(_JOBS, person_id)
    months = await owner.fetch("SELECT month, body FROM packed_month WHERE person_id = $1 ORDER BY month", person_id)
    packed = {"packed_month": [f"{month} {_without_ids(unpack(body))}" for month, body in months]}
    return {name: [row[0] for row in rows] for name, rows in facts.items()} | packed


def _without_ids(sessions: Sequence[SessionNumbers]) -> list[str]:
    """A month's sessions in a fixed order, without what differs between twins."""
    return sorted(repr(each._replace(session_id=_NOBODY)) for each in sessions)


async def same_as_twins(spectrum: Spectrum, owner: Any, keys: Sequence[str], *, weeks: int = WEEKS) -> None:
    """Let twins with the same sessions live without any fault, and find no difference."""
    for key in keys:
        await take(spectrum, *told(f"{key}-twin", weeks=weeks))
    await work_off(spectrum, owner)
    for key in keys:
        for row in await owner.fetch("SELECT id FROM writing WHERE person_id = $1", who(spectrum, key)):
            again = await reproduce(spectrum.ports, row["id"])
            assert again is not None
            assert again.same_text, again.explanation
        found = await facts_of(owner, who(spectrum, key))
        expected = await facts_of(owner, who(spectrum, f"{key}-twin"))
        assert all(expected.values()), "a twin has lived"
        for name, rows in expected.items():
            differing = {"found": set(found[name]) - set(rows), "expected": set(rows) - set(found[name])}
            assert found[name] == rows, (name, differing)


async def compare_with_twins(world: World, keys: Sequence[str], *, weeks: int = WEEKS) -> None:
    """Nothing is lost or doubled, and everything is as it is for the twins of `keys`."""
    async with world.owner() as owner:
        await nothing_lost_or_doubled(owner)
        async with world.opened() as spectrum:
            await same_as_twins(spectrum, owner, keys, weeks=weeks)
        await nothing_lost_or_doubled(owner)
