"""An erasure of the history is done again late over a restored database, in which life has gone on since."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.domain.exclusions import ExclusionTarget
from app.errors import ErrorCode
from app.pipeline import upkeep
from app.pipeline.erasing import subject_of
from app.pipeline.exclude import exclude
from app.pipeline.restore import replay
from app.storage.forgetting.erasure import HISTORY
from app.storage.forgetting.operations import ResetScope
from app.storage.forgetting.tombstones import Tombstone
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import at, say_how_it_was, take, told_of, who, work_off
from tests.stories.telling import checks, numbers, read, words

START = datetime(2026, 7, 6, 7, tzinfo=UTC)
"""A Monday."""
HOUR = timedelta(hours=1)
CLOSED = """
SELECT a.kind, a.first_day, a.session_count, a.day_count, a.excluded_count, a.valence_sum, a.emotion_sums, a.digest,
  (SELECT jsonb_agg(w.brief ORDER BY w.period_kind, w.rank) FROM writing w WHERE w.person_id = a.person_id
   AND w.period_kind = a.kind AND w.first_day = a.first_day AND w.status <> 'WITHDRAWN') AS words
FROM period_aggregate a WHERE a.person_id = $1 ORDER BY 1, 2
"""
PACKED = "SELECT month, convert_from(body, 'UTF8') AS body FROM packed_month WHERE person_id = $1 ORDER BY month"


def _days(key: str, *days: int) -> list[dict[str, Any]]:
    """Give a lighter morning and a heavier evening on each of these days of July, counted from its first Monday."""
    mornings = [START + timedelta(days=day) for day in days]
    sent = [session(key, morning, HEAVY, LIGHT) for morning in mornings]
    return sent + [session(key, morning + 11 * HOUR, HEAVY, source="TURN") for morning in mornings]


async def _were_kept_before(owner: Any, person_id: UUID) -> None:
    """Let all that is kept of the person have been kept two hours ago."""
    for table in HISTORY:
        await owner.execute(
            f"UPDATE {table} SET kept_at = kept_at - interval '2 hours' WHERE person_id = $1", person_id
        )


async def _forgotten(spectrum: Spectrum, owner: Any, person_id: UUID, when: datetime) -> Tombstone:
    """Give the line of the journal that says that this person forgot their history then."""
    subject, epoch = subject_of(spectrum.ports, person_id), (await at(owner, person_id)).epoch + 1
    return Tombstone(subject, epoch, uuid4(), ResetScope.FORGET_HISTORY, when)


def _of(key: str, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the same sessions as somebody else's."""
    return [{**each, "subjectKey": key} for each in sent]


async def _closed(owner: Any, person_id: UUID) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await owner.fetch(CLOSED, person_id)]


async def _packed(owner: Any, person_id: UUID) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await owner.fetch(PACKED, person_id)]


async def _ids(owner: Any, person_id: UUID) -> set[str]:
    rows = await owner.fetch("SELECT id::text AS id FROM session WHERE person_id = $1", person_id)
    return {row["id"] for row in rows}


def _keys(sent: list[dict[str, Any]]) -> set[str]:
    return {each["sessionKey"] for each in sent}


async def test_what_came_after_the_erasure_survives_its_late_replay(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Of a life that went on, in the very same weeks, all is as if its older part had never been: a twin's shows it."""
    now: datetime = await owner.fetchval("SELECT now()")
    old, later = _days(person, 0, 2, 7, 9, 14, 16), _days(person, 1, 3, 4, 8, 10, 11, 15, 17)
    person_id, twin_id = who(spectrum, person), who(spectrum, f"{person}-twin")
    await take(spectrum, *old)
    await work_off(spectrum, owner)
    await _were_kept_before(owner, person_id)
    await take(spectrum, *later)
    await take(spectrum, *_of(f"{person}-twin", later))
    await work_off(spectrum, owner)
    assert (await read(client, person))["counted"] == len(old) + len(later)
    done = await replay(spectrum.ports, [await _forgotten(spectrum, owner, person_id, now - HOUR)])
    assert (done.told, done.resets) == (1, 1)
    await work_off(spectrum, owner)
    assert await _ids(owner, person_id) == _keys(later)
    assert await _packed(owner, person_id) == await _packed(owner, twin_id)
    assert await _closed(owner, person_id) == await _closed(owner, twin_id)
    told, expected = await read(client, person), await read(client, f"{person}-twin")
    assert numbers(told) == numbers(expected)
    assert words(told)
    assert await told_of(owner, person_id) == await told_of(owner, twin_id)
    assert checks(told) == {"MATCHES"}


async def test_what_is_sent_again_after_a_late_replay(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Old sessions are dropped, also such as never came; later ones are known, since they are there, or taken now."""
    now: datetime = await owner.fetchval("SELECT now()")
    old, later = [session(person, now - 5 * HOUR)], [session(person, now - HOUR / 4)]
    person_id = who(spectrum, person)
    await take(spectrum, *old)
    await _were_kept_before(owner, person_id)
    await take(spectrum, *later)
    await replay(spectrum.ports, [await _forgotten(spectrum, owner, person_id, now - HOUR)])
    assert await _ids(owner, person_id) == _keys(later)
    again = await take(spectrum, *old, *later)
    assert [(each.duplicate, each.problems) for each in again] == [(True, ())] * 2
    never, fresh = await take(spectrum, session(person, now - 2 * HOUR), session(person, now - HOUR / 2))
    assert (never.duplicate, fresh.duplicate) == (True, False)
    assert await _ids(owner, person_id) == {*_keys(later), str(fresh.session_id)}
    other = {**later[0], "turns": [{**turn, "text": HEAVY} for turn in later[0]["turns"]]}
    (changed,) = await take(spectrum, other)
    assert [problem.code for problem in changed.problems] == [ErrorCode.IDEMPOTENCY_CONFLICT], "it is compared"


async def test_what_was_said_of_later_sessions_stays(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Corrections and what was left out before the erasure go with the history; those of later sessions stay."""
    now: datetime = await owner.fetchval("SELECT now()")
    old, later = _days(person, 0), _days(person, 1)
    person_id = who(spectrum, person)
    await take(spectrum, *old)
    await work_off(spectrum, owner)
    await say_how_it_was(spectrum, await at(owner, person_id))
    await _leave_out(spectrum, owner, person_id, START)
    await _were_kept_before(owner, person_id)
    await take(spectrum, *later)
    await work_off(spectrum, owner)
    await _leave_out(spectrum, owner, person_id, START + timedelta(days=1))
    await replay(spectrum.ports, [await _forgotten(spectrum, owner, person_id, now - HOUR)])
    await work_off(spectrum, owner)
    left_out = await owner.fetch("SELECT first_day FROM exclusion WHERE person_id = $1", person_id)
    assert [row["first_day"] for row in left_out] == [START.date() + timedelta(days=1)]
    assert await owner.fetchval("SELECT count(*) FROM correction WHERE person_id = $1", person_id) == 0
    assert [row[2:5] for row in await _closed(owner, person_id)] == [(0, 0, 2)] * 2


async def _leave_out(spectrum: Spectrum, owner: Any, person_id: UUID, day: datetime) -> None:
    target = ExclusionTarget(first=day.date(), last=day.date())
    await exclude(spectrum.ports, await at(owner, person_id), uuid4(), [target])


async def test_what_waited_to_be_read_is_read_after_a_late_replay(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A later session whose analysis is of the epoch before is read all the same: upkeep asks for it again."""
    now: datetime = await owner.fetchval("SELECT now()")
    person_id = who(spectrum, person)
    await take(spectrum, session(person, now - 5 * HOUR))
    await _were_kept_before(owner, person_id)
    await take(spectrum, session(person, now - HOUR / 4))
    await replay(spectrum.ports, [await _forgotten(spectrum, owner, person_id, now - HOUR)])
    await work_off(spectrum, owner)
    await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job
    await work_off(spectrum, owner)
    rows = await owner.fetch(
        "SELECT s.status, n.session_id IS NOT NULL AS is_read FROM session s"
        " LEFT JOIN session_numbers n ON n.person_id = s.person_id AND n.session_id = s.id WHERE s.person_id = $1",
        person_id,
    )
    assert [tuple(row) for row in rows] == [("DONE", True)]
