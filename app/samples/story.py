"""Lays the sample people's sessions over the five months that end yesterday.

Reads no clock and keeps nothing: the same day always gives the same sessions, byte for byte.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.domain.affect import TimeOfDay
from app.samples.composer import Script, compose
from app.samples.people import SAMPLE_PEOPLE, Chapter, SamplePerson

STORY_WEEKS = 22
TELLING_WEEKS = 4
"""The story is moved forward this many weeks at a time; between two moves every old day stays as it was."""

_ANCHOR = date(2024, 1, 1)  # a Monday
_KEYS = UUID("5a3c1de2-7f54-4b0e-9d2b-6f1c0f1e8a47")
_STARTS: dict[TimeOfDay, tuple[int, int]] = {
    TimeOfDay.MORNING: (6 * 60 + 10, 9 * 60 + 50),
    TimeOfDay.AFTERNOON: (12 * 60, 15 * 60 + 40),
    TimeOfDay.EVENING: (17 * 60 + 45, 21 * 60 + 15),
    TimeOfDay.NIGHT: (22 * 60 + 5, 22 * 60 + 50),
}
"""First and last local start, in minutes after midnight; no clock change in any zone of ours falls into them."""


def sample_sessions(today: date) -> Iterator[dict[str, Any]]:
    """All sessions of `SAMPLE_PEOPLE` on the 154 days that end the day before `today`, ordered by `startedAt`.

    `today` is the UTC date of now. Each dict has the shape of `IngestSessionInput`, camelCase, instants as RFC 3339
    UTC to the second; `selfRating` is left out where the person gave none. Local days count; a session that has not
    ended when `today` begins in UTC (a late evening west of Greenwich) comes a day later.

    On another day: a day's texts depend on the person, the date and the chapter of the story alone, and keys on the
    person, the date and the part of the day alone. So a later run drops days at the far end, adds the new ones and
    repeats all others unchanged, until the story moves forward, every fourth Monday. Then at most the 28 days beside
    each border of two chapters change: same keys and other words there, a few sessions come or go; the rest repeats.
    """
    midnight = datetime.combine(today, time.min, UTC)
    found = [
        session
        for person in SAMPLE_PEOPLE
        for session in _sessions_of(person, today)
        if session["endedAt"] <= _instant(midnight)
    ]
    yield from sorted(found, key=lambda s: (s["startedAt"], s["subjectKey"]))


def story_week(day: date, today: date) -> int:
    """Return the week of the story that `day` falls into when it is told on `today`.

    It is 0 or more for each of the 154 days before `today`; 21 is the last told week, later weeks live on as it did.
    """
    told = today - timedelta(days=(today - _ANCHOR).days % (TELLING_WEEKS * 7))
    return STORY_WEEKS + (day - told).days // 7


def _sessions_of(person: SamplePerson, today: date) -> Iterator[dict[str, Any]]:
    for ago in range(STORY_WEEKS * 7, 0, -1):
        day = today - timedelta(days=ago)
        chapter = person.chapter_at(story_week(day, today))
        for part in TimeOfDay:
            # One draw per part of a day, whatever the chapter: a change of chapter moves as few sessions as it can.
            if _seeded(person, day, part).random() < chapter.chances.get(part, 0.0):
                yield _session(person, chapter, day, part)


def _session(person: SamplePerson, chapter: Chapter, day: date, part: TimeOfDay) -> dict[str, Any]:
    rng = _seeded(person, day, part, chapter.name)
    script = compose(rng, person, chapter, heavy=rng.random() < chapter.heavy.get(part, 0.0))
    start = datetime.combine(day, time.min) + timedelta(minutes=rng.randint(*_STARTS[part]), seconds=rng.randint(0, 59))
    started_at = start.replace(tzinfo=ZoneInfo(person.time_zone)).astimezone(UTC)
    times = _times(rng, started_at, script)
    session: dict[str, Any] = {
        "subjectKey": person.subject_key,
        "sessionKey": str(uuid5(_KEYS, f"{person.subject_key}/{day.isoformat()}/{part.value}")),
        "source": script.source.value,
        "startedAt": _instant(started_at),
        "endedAt": _instant(times[-1] + timedelta(seconds=rng.randint(2, 40))),
        "timeZone": person.time_zone,
        "turns": [
            {"index": i, "speaker": said.speaker.value, "kind": said.kind.value, "at": _instant(at), "text": said.text}
            for i, (said, at) in enumerate(zip(script.turns, times, strict=True))
        ],
    }
    if script.rating is not None:
        session["selfRating"] = {"before": script.rating[0], "after": script.rating[1]}
    return session


def _times(rng: Random, started_at: datetime, script: Script) -> list[datetime]:
    """When each turn was sent: writing takes about a second for three letters, and a pause."""
    at, times = started_at, []
    for said in script.turns:
        at += timedelta(seconds=rng.randint(3, 25) + len(said.text) // 3)
        times.append(at)
    return times


def _seeded(person: SamplePerson, day: date, part: TimeOfDay, chapter: str = "") -> Random:
    seed = f"{person.subject_key}/{day.isoformat()}/{part.value}/{chapter}"
    return Random(seed)  # noqa: S311 - invented diaries need repeatable draws, not secret ones


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
