"""Holds the sample sessions to the shape of `IngestSessionInput`, to their calendar and to repeatability."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.domain.affect import Source, Speaker, TurnKind
from app.samples import SAMPLE_PEOPLE, sample_sessions

DAYS = 154
TODAYS = (
    date(2026, 11, 23),  # a Monday; clocks have changed in three of the zones
    date(2026, 3, 30),  # the morning after Europe's change to summer time
    date(2026, 4, 6),  # the morning after New Zealand's change to standard time
    date(2027, 1, 1),
    date(2028, 2, 29),
)
Session = dict[str, Any]


@pytest.fixture(scope="module", params=TODAYS, ids=str)
def told(request: pytest.FixtureRequest) -> tuple[date, list[Session]]:
    """Pair a day with everything that the sample people wrote before it."""
    today: date = request.param
    return today, list(sample_sessions(today))


def instant(text: str) -> datetime:
    """Read RFC 3339 in UTC to the second; anything else is a ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def local_day(session: Session) -> date:
    """Find the person's own day on which a session began."""
    return instant(session["startedAt"]).astimezone(ZoneInfo(session["timeZone"])).date()


def own_turns(session: Session) -> list[Session]:
    """List what the person wrote."""
    return [turn for turn in session["turns"] if turn["speaker"] == "PERSON"]


def test_fields_are_those_of_the_contract(told: tuple[date, list[Session]]) -> None:
    """Every session and turn has exactly the fields of the contract, with values that it knows."""
    people = {person.subject_key: person for person in SAMPLE_PEOPLE}
    required = {"subjectKey", "sessionKey", "source", "startedAt", "endedAt", "timeZone", "turns"}
    for session in told[1]:
        assert set(session) - {"selfRating"} == required
        assert session["timeZone"] == people[session["subjectKey"]].time_zone
        assert session["subjectKey"].startswith("sample-")
        assert UUID(session["sessionKey"]).version == 5
        Source(session["source"])
        for turn in session["turns"]:
            assert set(turn) == {"index", "speaker", "kind", "at", "text"}
            Speaker(turn["speaker"])
            TurnKind(turn["kind"])


def test_turns_keep_the_limits_of_ingest(told: tuple[date, list[Session]]) -> None:
    """A session has 1 to 100 turns, numbered from 0, each of 1 to 8,000 characters, without an open slot."""
    for session in told[1]:
        turns = session["turns"]
        assert 1 <= len(turns) <= 100
        assert [turn["index"] for turn in turns] == list(range(len(turns)))
        for turn in turns:
            assert 1 <= len(turn["text"].strip()) <= 8_000
            assert "{" not in turn["text"]
            assert "}" not in turn["text"]


def test_times_ascend_inside_the_session(told: tuple[date, list[Session]]) -> None:
    """Turns come one after another between the start and the end, and no session lasts an hour."""
    for session in told[1]:
        start, end = instant(session["startedAt"]), instant(session["endedAt"])
        times = [start, *(instant(turn["at"]) for turn in session["turns"]), end]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert end - start < timedelta(hours=1)


def test_nothing_lies_in_the_future(told: tuple[date, list[Session]]) -> None:
    """No session begins or ends after the person's yesterday, nor after the UTC day before today."""
    today, sessions = told
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for session in sessions:
        end = instant(session["endedAt"])
        assert end <= midnight
        assert end.astimezone(ZoneInfo(session["timeZone"])).date() < today
        assert local_day(session) >= today - timedelta(days=DAYS)


def test_sessions_begin_in_waking_hours_on_every_clock(told: tuple[date, list[Session]]) -> None:
    """Local starts lie between six and eleven at night, also in the weeks in which clocks change."""
    for session in told[1]:
        local = instant(session["startedAt"]).astimezone(ZoneInfo(session["timeZone"]))
        assert 6 * 60 <= local.hour * 60 + local.minute < 23 * 60


def test_ordered_by_start(told: tuple[date, list[Session]]) -> None:
    """Sessions of all people come in the order in which they began."""
    starts = [instant(session["startedAt"]) for session in told[1]]
    assert starts == sorted(starts)


def test_session_keys_are_unique(told: tuple[date, list[Session]]) -> None:
    """No two sessions share a key, so that nothing is taken for a duplicate."""
    keys = [session["sessionKey"] for session in told[1]]
    assert len(set(keys)) == len(keys)


def test_five_months_of_everybody(told: tuple[date, list[Session]]) -> None:
    """Each person has 70 to 160 sessions, from the first week of the five months to the last."""
    today, sessions = told
    for person in SAMPLE_PEOPLE:
        days = [local_day(session) for session in sessions if session["subjectKey"] == person.subject_key]
        assert 70 <= len(days) <= 160
        assert min(days) <= today - timedelta(days=DAYS - 7)
        assert max(days) >= today - timedelta(days=7)


def test_kinds_follow_the_source(told: tuple[date, list[Session]]) -> None:
    """Mirror and Turn open, Lens affirms, and the app and the person take turns throughout."""
    for session in told[1]:
        speakers = [turn["speaker"] for turn in session["turns"]]
        assert speakers == ["APP", "PERSON"] * (len(speakers) // 2)
        kinds = [turn["kind"] for turn in own_turns(session)]
        assert kinds[0] == "OPENING"
        if session["source"] == "MIRROR":
            assert set(kinds[1:-1]) == {"EXPLORING"}
            assert kinds[-1] == "CLOSING"
        elif session["source"] == "TURN":
            assert len(kinds) >= 3
            assert kinds.index("NAMING_PATTERN") < kinds.index("REFRAMING")
        else:
            assert kinds[1] == "AFFIRMING"


def test_each_person_uses_all_three_sources(told: tuple[date, list[Session]]) -> None:
    """Everybody mirrors, turns and looks through the lens, often enough for a share to be shown."""
    counts = Counter((session["subjectKey"], session["source"]) for session in told[1])
    for person in SAMPLE_PEOPLE:
        assert min(counts[person.subject_key, source.value] for source in Source) >= 5


def test_some_rate_themselves(told: tuple[date, list[Session]]) -> None:
    """A part of the sessions, never all, carries the person's own rating, before and after in 0..10."""
    rated = [session["selfRating"] for session in told[1] if "selfRating" in session]
    assert 0.2 < len(rated) / len(told[1]) < 0.6
    for rating in rated:
        assert set(rating) == {"before", "after"}
        assert all(0 <= value <= 10 for value in rating.values())


def test_people_rarely_repeat_themselves(told: tuple[date, list[Session]]) -> None:
    """At least nine of ten things that a person says, they say once."""
    for person in SAMPLE_PEOPLE:
        mine = [session for session in told[1] if session["subjectKey"] == person.subject_key]
        texts = [turn["text"] for session in mine for turn in own_turns(session)]
        assert len(set(texts)) / len(texts) >= 0.9


def test_short_and_long_entries(told: tuple[date, list[Session]]) -> None:
    """Everybody writes a line on some days and a paragraph on others."""
    for person in SAMPLE_PEOPLE:
        mine = [session for session in told[1] if session["subjectKey"] == person.subject_key]
        lengths = [sum(len(turn["text"]) for turn in own_turns(session)) for session in mine]
        assert min(lengths) < 150
        assert max(lengths) > 400


def test_the_same_day_gives_the_same_sessions() -> None:
    """Two runs on one day are equal in every byte."""
    assert list(sample_sessions(TODAYS[0])) == list(sample_sessions(TODAYS[0]))


@pytest.mark.parametrize("days", [1, 13, 27])
def test_a_later_day_adds_and_keeps(days: int) -> None:
    """Until the story moves forward, old days stay as they were and only new days are added."""
    first_day = date(2026, 11, 2)  # the first day of a telling
    first = {session["sessionKey"]: session for session in sample_sessions(first_day)}
    later_day = first_day + timedelta(days=days)
    later = {session["sessionKey"]: session for session in sample_sessions(later_day)}
    assert all(later[key] == first[key] for key in first.keys() & later.keys())
    gone = [first[key] for key in first.keys() - later.keys()]
    assert all(local_day(session) < later_day - timedelta(days=DAYS) for session in gone)
    new = [later[key] for key in later.keys() - first.keys()]
    assert all(local_day(session) >= first_day - timedelta(days=1) for session in new)
    assert new


def test_a_new_telling_changes_only_the_days_beside_a_chapter_border() -> None:
    """When the story moves forward, four of five old sessions stay, and a key never names another day."""
    before = {session["sessionKey"]: session for session in sample_sessions(date(2026, 11, 29))}
    after = {session["sessionKey"]: session for session in sample_sessions(date(2026, 11, 30))}
    shared = before.keys() & after.keys()
    assert sum(before[key] == after[key] for key in shared) >= 0.8 * len(shared)
    assert all(local_day(before[key]) == local_day(after[key]) for key in shared)
