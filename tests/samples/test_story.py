"""Holds the stories to what their sentences promise: the change is in the words, not only in the plan."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.affect import ThinkingPattern, TimeOfDay, time_of_day
from app.samples import SAMPLE_PEOPLE, SamplePerson, sample_sessions
from app.samples.people import Theme
from app.samples.story import story_week

TODAYS = (date(2026, 11, 2), date(2026, 11, 23), date(2026, 11, 29), date(2027, 6, 15))
PEOPLE = {person.subject_key.removeprefix("sample-"): person for person in SAMPLE_PEOPLE}
Session = dict[str, Any]
Rule = Callable[[Session], bool]


@pytest.fixture(scope="module", params=TODAYS, ids=str)
def told(request: pytest.FixtureRequest) -> tuple[date, list[Session]]:
    """Pair a day with everything that the sample people wrote before it."""
    today: date = request.param
    return today, list(sample_sessions(today))


def local_start(session: Session) -> datetime:
    """Read when a session began on the person's own clock."""
    utc = datetime.strptime(session["startedAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return utc.astimezone(ZoneInfo(session["timeZone"]))


def mine(sessions: list[Session], name: str) -> list[Session]:
    """List the sessions of one person."""
    return [session for session in sessions if session["subjectKey"] == f"sample-{name}"]


def matcher(person: SamplePerson, sentences: tuple[str, ...]) -> re.Pattern[str]:
    """Match any of the sentences, whatever fills their slots."""
    slots = {key: "(?:" + "|".join(map(re.escape, values)) + ")" for key, values in person.slots.items()}
    parts = [re.sub(r"\\\{(\w+)\\\}", lambda m: slots[m[1]], re.escape(sentence)) for sentence in sentences]
    return re.compile("|".join(parts), re.IGNORECASE)


def says(person: SamplePerson, sentences: tuple[str, ...]) -> Rule:
    """Ask of a session whether the person says one of these sentences in it; a typo hides some."""
    pattern = matcher(person, sentences)
    return lambda session: any(pattern.search(turn["text"]) for turn in session["turns"] if turn["speaker"] == "PERSON")


def thoughts(person: SamplePerson, pattern: ThinkingPattern) -> tuple[str, ...]:
    """List a person's sentences in which a thinking pattern shows."""
    return tuple(sentence for theme in person.themes.values() for sentence in theme.thoughts.get(pattern, ()))


def heavy(person: SamplePerson) -> Rule:
    """Ask of a session whether it is about something heavy."""

    def hard(theme: Theme) -> tuple[str, ...]:
        return theme.heavy + theme.exploring_heavy + tuple(s for bank in theme.thoughts.values() for s in bank)

    return says(person, tuple(sentence for theme in person.themes.values() for sentence in hard(theme)))


def share(sessions: list[Session], rule: Rule) -> float:
    """Count the part of the sessions for which the rule holds, 0..1."""
    return sum(map(rule, sessions)) / len(sessions)


def split(sessions: list[Session], today: date, week: int) -> tuple[list[Session], list[Session]]:
    """Part sessions into those before a week of the story and those from it on."""
    early = [s for s in sessions if story_week(local_start(s).date(), today) < week]
    return early, [s for s in sessions if s not in early]


def test_jorinde_becomes_lighter_and_her_musts_rarer(told: tuple[date, list[Session]]) -> None:
    """In her last weeks heavy sessions and should-statements are rarer by far more than chance."""
    today, sessions = told
    jorinde = PEOPLE["jorinde"]
    early, late = split(mine(sessions, "jorinde"), today, 16)
    should = says(jorinde, thoughts(jorinde, ThinkingPattern.SHOULD_STATEMENTS))
    assert share(early, should) > 0.35
    assert share(late, should) < 0.12
    assert share(early, heavy(jorinde)) - share(late, heavy(jorinde)) > 0.3
    assert len(late) >= 30


def test_devans_evenings_are_heavier_than_his_mornings(told: tuple[date, list[Session]]) -> None:
    """His heavy sessions lie in the evening and at night, in both halves of the story."""
    today, sessions = told
    for half in split(mine(sessions, "devan"), today, 11):
        parts: dict[bool, list[Session]] = {True: [], False: []}
        for session in half:
            start = local_start(session)
            part = time_of_day(start.hour * 60 + start.minute)
            if part is not TimeOfDay.AFTERNOON:
                parts[part is TimeOfDay.MORNING].append(session)
        assert share(parts[False], heavy(PEOPLE["devan"])) - share(parts[True], heavy(PEOPLE["devan"])) > 0.4


def test_tess_is_steady(told: tuple[date, list[Session]]) -> None:
    """Her share of heavy sessions hardly moves between the halves of the story."""
    today, sessions = told
    early, late = split(mine(sessions, "tess"), today, 11)
    assert abs(share(early, heavy(PEOPLE["tess"])) - share(late, heavy(PEOPLE["tess"]))) < 0.25


def test_odell_grieves_falls_silent_and_comes_back(told: tuple[date, list[Session]]) -> None:
    """The third month is heavy, at least three weeks are silent, and afterwards it grows lighter again."""
    today, sessions = told
    odell = PEOPLE["odell"]
    before, rest = split(mine(sessions, "odell"), today, 9)
    loss, after = split(rest, today, 12)
    dark = thoughts(odell, ThinkingPattern.CATASTROPHIZING) + thoughts(odell, ThinkingPattern.FORTUNE_TELLING)
    gap = local_start(after[0]).date() - local_start(loss[-1]).date()
    assert timedelta(weeks=4) < gap < timedelta(weeks=6)
    assert share(loss, heavy(odell)) > 0.85
    assert share(loss, says(odell, dark)) > 2 * share(before, says(odell, dark))
    _, back = split(after, today, 19)
    assert share(loss, heavy(odell)) - share(back, heavy(odell)) > 0.3


def test_most_turns_end_in_a_kinder_sentence_but_not_all(told: tuple[date, list[Session]]) -> None:
    """A Turn session ends in a reframe of the person's own in most cases, and some stay stuck."""
    kinder = Counter[bool]()
    for name, person in PEOPLE.items():
        reframed = says(person, tuple(sentence for theme in person.themes.values() for sentence in theme.reframes))
        kinder.update(reframed(session) for session in mine(told[1], name) if session["source"] == "TURN")
    assert 0.6 < kinder[True] / kinder.total() < 0.9


def test_every_thinking_pattern_is_thought_by_somebody(told: tuple[date, list[Session]]) -> None:
    """Each of the twelve patterns shows in at least three sessions."""
    for pattern in ThinkingPattern:
        found = sum(
            says(person, thoughts(person, pattern))(session)
            for name, person in PEOPLE.items()
            if thoughts(person, pattern)
            for session in mine(told[1], name)
        )
        assert found >= 3, pattern


def test_no_sentence_speaks_of_harming_oneself() -> None:
    """The sample people are sad at times, never at risk: none of these words is in any sentence of theirs."""
    words = re.compile(r"\b(suicid\w*|kill\w*|die|dying|dead|burden|self-harm|cut myself|overdose|disappear)\b", re.I)
    for person in PEOPLE.values():
        voice = person.voice
        banks = [getattr(voice, field) for field in voice.__slots__ if isinstance(getattr(voice, field), tuple)]
        for theme in person.themes.values():
            banks += [theme.heavy, theme.light, theme.exploring_heavy, theme.exploring_light, theme.reframes]
            banks += theme.thoughts.values()
        found = [sentence for bank in banks for sentence in bank if words.search(sentence)]
        assert found == []


@pytest.mark.parametrize("person", SAMPLE_PEOPLE, ids=lambda p: p.name)
def test_chapters_cover_the_story(person: SamplePerson) -> None:
    """Chapters begin in the first week, ascend, and name themes that the person has."""
    weeks = [chapter.first_week for chapter in person.chapters]
    assert weeks[0] == 0
    assert weeks == sorted(set(weeks))
    assert all(chapter.themes.keys() <= person.themes.keys() for chapter in person.chapters)
    assert person.story.count(".") == 1
