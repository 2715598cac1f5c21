"""Numbers, aggregates, writings, exclusions and answers come back as they were kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.affect import EMOTIONS, PATTERNS, SessionNumbers, Source, TurnKind, TurnReading, Use
from app.domain.exclusions import ExclusionTarget
from app.domain.periods import Period, PeriodKind, month_of, week_of
from app.domain.table import FIELDS
from app.errors import ErrorCode, Refused
from app.pipeline import exclude
from app.storage.forgetting import operations
from app.storage.history import exclusions, numbers
from app.storage.history.numbers import Counted
from app.storage.history.packed import pack, unpack, values_of
from app.storage.words import aggregates, writings
from app.storage.words.aggregates import Aggregate, AggregateRef
from app.storage.words.writings import Making, NewWriting, WritingStatus
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, at, take, who

MONDAY = JUNE.date()
SIGNED, SHARE = st.integers(-10_000, 10_000), st.integers(0, 10_000)
TURN = st.builds(TurnReading, st.integers(0, 99), st.sampled_from(TurnKind), SIGNED, SIGNED)
NUMBERS = st.builds(
    SessionNumbers,
    session_id=st.uuids(),
    source=st.sampled_from(Source),
    local_date=st.dates(date(2024, 1, 25), date(2024, 3, 5)),
    local_minute=st.integers(0, 1439),
    use=st.sampled_from(Use),
    valence=SIGNED,
    arousal=SIGNED,
    emotions=st.tuples(*[SHARE] * len(EMOTIONS)),
    emotions_present=st.frozensets(st.sampled_from(EMOTIONS)),
    patterns=st.tuples(*[SHARE] * len(PATTERNS)),
    patterns_present=st.frozensets(st.sampled_from(PATTERNS)),
    turns=st.lists(TURN, max_size=4).map(tuple),
    self_shift=st.none() | SIGNED,
    confidence=SHARE,
    analyser_version=st.text("abc0123456789.-", min_size=1, max_size=12),
)
LISTS = st.lists(NUMBERS, min_size=1, max_size=6, unique_by=lambda each: each.session_id)


def _order(each: SessionNumbers) -> tuple[date, int, UUID]:
    return each.local_date, each.local_minute, each.session_id


@given(kept=LISTS, changed=NUMBERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_packed_months_are_the_session_numbers(
    spectrum: Spectrum, owner: Any, kept: list[SessionNumbers], changed: SessionNumbers
) -> None:
    """What reads unpack is, in order and to the last unit, what was kept a session at a time; also after a change."""
    person_id = uuid4()
    changed = changed._replace(session_id=kept[0].session_id, local_date=kept[0].local_date)
    async with spectrum.ports.store.for_person(person_id) as tx:
        for each in kept:
            await numbers.keep(tx, person_id, each)
        assert await numbers.list_numbers(tx, person_id) == sorted(kept, key=_order)
        single = await numbers.list_by_session(tx, person_id, [each.session_id for each in kept])
        assert single == {each.session_id: Counted(each, is_corrected=False) for each in kept}
        february = month_of(date(2024, 2, 1))
        expected = [each for each in sorted(kept, key=_order) if each.local_date in february]
        assert await numbers.list_numbers(tx, person_id, february) == expected
        await numbers.keep(tx, person_id, changed)
        assert await numbers.list_numbers(tx, person_id) == sorted([changed, *kept[1:]], key=_order)
        earlier = [each.local_date for each in [changed, *kept[1:]] if each.local_date < february.last]
        before = (await numbers.list_before(tx, {person_id: february.last}))[person_id]
        assert (before.sessions, before.last) == (len(earlier), max(earlier, default=None))
    months = await owner.fetchval("SELECT count(*) FROM packed_month WHERE person_id = $1", person_id)
    assert months == len({month_of(each.local_date) for each in kept})
    await owner.execute("DELETE FROM session_numbers WHERE person_id = $1", person_id)
    async with spectrum.ports.store.for_person(person_id) as tx:
        for month in {month_of(each.local_date) for each in kept}:
            await numbers.repack(tx, person_id, month)
        assert await numbers.list_numbers(tx, person_id) == []


def _aggregate(digest: str) -> Aggregate:
    return Aggregate(
        kind=PeriodKind.WEEK,
        first_day=MONDAY,
        session_count=3,
        day_count=2,
        excluded_count=1,
        valence_sum=-30_000,
        arousal_sum=2**40,
        emotion_sums=tuple(range(9)),
        pattern_counts=tuple(range(12)),
        estimates={"VALENCE": [0.5, None, 1.0]},
        digest=digest,
        backfilled=False,
        closed_at=datetime(2026, 6, 8, tzinfo=UTC),
    )


async def test_an_aggregate_revision_grows_with_its_digest(spectrum: Spectrum) -> None:
    """The same numbers again are the same revision; other numbers are the next one."""
    person_id = uuid4()
    async with spectrum.ports.store.for_person(person_id) as tx:
        assert await aggregates.find_ref(tx, person_id, PeriodKind.WEEK, MONDAY) is None
        kept = [await aggregates.keep(tx, {person_id: _aggregate(digest)}) for digest in ("a", "a", "b", "a")]
        assert [each[person_id].revision for each in kept] == [1, 1, 2, 3]
        reference = await aggregates.find_ref(tx, person_id, PeriodKind.WEEK, MONDAY)
        assert reference == AggregateRef(PeriodKind.WEEK, MONDAY, 3, "a")
        assert list(await aggregates.list_first_days(tx, person_id, PeriodKind.WEEK)) == [MONDAY]


@pytest.mark.parametrize("backfilled", [False, True])
async def test_the_first_words_of_a_promised_period_have_a_lag(spectrum: Spectrum, backfilled: bool) -> None:
    """It is told once, when the words come; nothing was promised of what arrived only afterwards."""
    person_id = uuid4()
    due_at = datetime.now(UTC) - timedelta(minutes=10)
    promised = replace(_aggregate("a"), due_at=due_at, backfilled=backfilled)
    lags = []
    for told in (None, True, True):
        async with spectrum.ports.store.for_person(person_id) as tx:
            lags.append((await aggregates.keep(tx, {person_id: replace(promised, told=told)}))[person_id].lag_s)
    assert (lags[0], lags[2]) == (None, None)
    assert (lags[1] is not None and 600 <= lags[1] < 660) is not backfilled


async def test_so_has_a_month_whose_words_come_later(spectrum: Spectrum) -> None:
    """A month is told by its narrative: the lag is that of the first."""
    person_id = uuid4()
    promised = replace(_aggregate("a"), due_at=datetime.now(UTC) - timedelta(minutes=10))
    lags = []
    async with spectrum.ports.store.for_person(person_id) as tx:
        await aggregates.keep(tx, {person_id: promised})
    for _ in range(2):
        async with spectrum.ports.store.for_person(person_id) as tx:
            lags.append(await aggregates.keep_told(tx, person_id, PeriodKind.WEEK, MONDAY, told=True))
    assert lags[0] is not None
    assert 600 <= lags[0] < 660
    assert lags[1] is None


def _writing(finding: str, text: str, *, rank: int = 0, week: Period | None = None) -> NewWriting:
    made = Making(
        engine="TEMPLATE",
        model=None,
        prompt_revision="weekly-card@1",
        prompt_hash="hash",
        brief={"facts": [1]},
        brief_digest="digest",
        answer=None,
        checks_passed=("length", "grounded"),
        cost=0,
        degraded=False,
        seed=None,
    )
    return NewWriting(PeriodKind.WEEK, week or week_of(MONDAY), finding, rank, "TREND", "MEDIUM", {"h": text}, made)


ON = AggregateRef(PeriodKind.WEEK, MONDAY, 1, "digest")


async def test_a_text_is_rewritten_in_place(spectrum: Spectrum) -> None:
    """Other words are the next edition of the same text; the same words only stand again."""
    person_id = uuid4()
    store = spectrum.ports.store

    async def keep(text: str) -> writings.Writing:
        async with store.for_person(person_id) as tx:
            await writings.keep(tx, [(person_id, _writing("lighter", text), ON)])
            found = await writings.find_for(tx, person_id, PeriodKind.WEEK, MONDAY, "lighter")
        assert found is not None
        return found

    first, same, other = await keep("one"), await keep("one"), await keep("two")
    assert (first.edition, same.edition, other.edition) == (1, 1, 2)
    assert first == same
    assert first.id == other.id
    assert other.written_at > first.written_at
    assert other.published_at == first.published_at
    async with store.for_person(person_id) as tx:
        assert await writings.keep_stale(tx, person_id, PeriodKind.WEEK, [MONDAY]) == 1
        assert await writings.keep_stale(tx, person_id, PeriodKind.WEEK, [MONDAY]) == 0
    again = await keep("two")
    assert (again.status, again.edition, again.content) == (WritingStatus.ACTIVE, 2, {"h": "two"})


async def test_a_withdrawn_text_is_told_to_nobody(spectrum: Spectrum) -> None:
    """What no longer holds leaves the feed and the findings told, and comes back when it holds again."""
    person_id = uuid4()
    async with spectrum.ports.store.for_person(person_id) as tx:
        for rank, finding in enumerate(("a", "b", "c")):
            await writings.keep(tx, [(person_id, _writing(finding, finding, rank=rank), ON)])
        assert await writings.keep_withdrawn(tx, PeriodKind.WEEK, {person_id: (MONDAY, ["b"])}) == 2
        assert await writings.keep_withdrawn(tx, PeriodKind.WEEK, {person_id: (MONDAY, ["b"])}) == 0
        assert await writings.list_keys(tx, PeriodKind.WEEK, {person_id: MONDAY}) == {person_id: {"b"}}
        feed = await writings.list_feed(tx, person_id, first=10, after=None)
        assert [each.finding_key for each in feed] == ["b"]
        assert await writings.keep_stale(tx, person_id, PeriodKind.WEEK, [MONDAY]) == 1
        await writings.keep(tx, [(person_id, _writing("a", "a"), ON)])
        found = await writings.find_for(tx, person_id, PeriodKind.WEEK, MONDAY, "a")
        assert found is not None
        assert (found.status, found.edition) == (WritingStatus.ACTIVE, 1)
    async with spectrum.ports.store.for_person(uuid4()) as tx:
        assert await writings.find(tx, person_id, found.id) is None


async def test_the_feed_has_each_card_once_in_order(spectrum: Spectrum) -> None:
    """Read a page at a time, newest week first and best finding first, it is the whole feed."""
    person_id = uuid4()
    async with spectrum.ports.store.for_person(person_id) as tx:
        for number in range(4):
            week = week_of(MONDAY + timedelta(weeks=number))
            for rank in range(3):
                await writings.keep(tx, [(person_id, _writing(f"f{rank}", "x", rank=rank, week=week), ON)])
        whole = await writings.list_feed(tx, person_id, first=50, after=None)
        assert len(whole) == 12
        assert [(-each.period.first.toordinal(), each.rank) for each in whole] == sorted(
            (-each.period.first.toordinal(), each.rank) for each in whole
        )
        for size in (1, 5, 12):
            pages, after = list[writings.Writing](), None
            while page := await writings.list_feed(tx, person_id, first=size, after=after):
                pages += page
                after = (page[-1].period.first, page[-1].rank, page[-1].id)
            assert pages == whole
        assert await writings.list_feed(tx, person_id, first=9, after=None, week=MONDAY, kinds=["TREND"]) == whole[-3:]


async def test_exclusions_are_a_list_with_a_way_back(spectrum: Spectrum, owner: Any, person: str) -> None:
    """What is left out is listed until it is put back, and settles at once when no words wait for it."""
    sent = session(person, JUNE)
    await take(spectrum, sent)
    person_id = who(spectrum, person)
    targets = [
        ExclusionTarget(session_id=UUID(sent["sessionKey"])),
        ExclusionTarget(first=MONDAY, last=MONDAY),
        ExclusionTarget(source=Source.LENS),
    ]
    ids = await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), targets)
    async with spectrum.ports.store.for_person(person_id) as tx:
        assert await exclusions.list_targets(tx, person_id) == targets
        assert [each.target for each in await exclusions.list_by_id(tx, person_id, ids[::-1])] == targets[::-1]
        page, total = await exclusions.list_page(tx, person_id, first=2, after=None)
        assert ([each.id for each in page], total) == ([ids[2], ids[1]], 3)
        assert all(each.effective_at is not None for each in page)
    await exclude.put_back(spectrum.ports, await at(owner, person_id), uuid4(), ids[:2])
    async with spectrum.ports.store.for_person(person_id) as tx:
        assert await exclusions.list_targets(tx, person_id) == targets[2:]
        assert await exclusions.keep_removed(tx, person_id, ids[:2]) == 0


async def _refused(call: Callable[[], Awaitable[object]]) -> set[ErrorCode]:
    with pytest.raises(Refused) as caught:
        await call()
    return {problem.code for problem in caught.value.problems}


async def test_what_cannot_be_left_out_is_refused(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Nobody's session, days that run backwards or too far, too many at once, and another's exclusion."""
    await take(spectrum, session(person, JUNE), session(f"{person}-other", JUNE))
    me, other = [await at(owner, who(spectrum, key)) for key in (person, f"{person}-other")]
    day = ExclusionTarget(first=MONDAY, last=MONDAY)
    (foreign,) = await exclude.exclude(spectrum.ports, other, uuid4(), [day])
    ports = spectrum.ports
    unfit: list[tuple[list[ExclusionTarget], ErrorCode]] = [
        ([ExclusionTarget(session_id=uuid4())], ErrorCode.NOT_FOUND),
        ([ExclusionTarget(first=MONDAY, last=MONDAY - timedelta(days=1))], ErrorCode.INVALID),
        ([ExclusionTarget(first=MONDAY, last=MONDAY + timedelta(days=367))], ErrorCode.OUT_OF_RANGE),
        ([], ErrorCode.TOO_MANY),
        ([day] * (exclude.MAX_TARGETS + 1), ErrorCode.TOO_MANY),
    ]
    for targets, code in unfit:
        assert await _refused(partial(exclude.exclude, ports, me, uuid4(), targets)) == {code}
    assert await _refused(lambda: exclude.put_back(ports, me, uuid4(), [foreign])) == {ErrorCode.NOT_FOUND}
    assert await owner.fetchval("SELECT count(*) FROM exclusion WHERE person_id = $1", me.id) == 0


async def test_a_repeated_call_has_its_first_answer(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Five times at once or again later, one key is one change; another wish under it is refused for 7 days."""
    await take(spectrum, session(person, JUNE))
    me, key, ports = await at(owner, who(spectrum, person)), uuid4(), spectrum.ports
    day = [ExclusionTarget(first=MONDAY, last=MONDAY)]
    answers = await asyncio.gather(*(exclude.exclude(ports, me, key, day) for _ in range(5)))
    assert len(set(answers)) == 1
    assert await owner.fetchval("SELECT count(*) FROM exclusion WHERE person_id = $1", me.id) == 1
    other = [ExclusionTarget(first=MONDAY, last=MONDAY + timedelta(days=1))]
    conflict = {ErrorCode.IDEMPOTENCY_CONFLICT}
    assert await _refused(lambda: exclude.exclude(ports, me, key, other)) == conflict
    assert await _refused(lambda: exclude.put_back(ports, me, key, list(answers[0]))) == conflict
    await owner.execute("UPDATE idempotency_key SET created_at = now() - interval '7 days 1 s' WHERE key = $1", key)
    (fresh,) = await exclude.exclude(ports, me, key, other)
    assert fresh not in answers[0]
    async with ports.store.for_person(me.id) as tx:
        first = await operations.find_answer(tx, me.id, key)
    assert first is not None
    assert first.ids == (fresh,)


@given(kept=LISTS)
def test_months_that_were_packed_in_earlier_forms_are_read_likewise(kept: list[SessionNumbers]) -> None:
    """A month that nothing has touched since it was packed row by row, or in two parts, reads as it does now."""
    rows = orjson.dumps([values_of(each) for each in kept], default=str)
    first, others, turns = (orjson.loads(part) for part in pack(kept).split(b"\n"))
    two_parts = orjson.dumps(first | others) + b"\n" + orjson.dumps(turns)
    assert unpack(rows) == unpack(two_parts) == unpack(pack(kept)) == kept
    assert [hash(each) for each in unpack(pack(kept))] == [hash(each) for each in kept]
    assert [each.turns[-1:] for each in unpack(pack(kept))] == [each.turns[-1:] for each in kept]
    for name in FIELDS:
        assert list(unpack(pack(kept)).column(name)) == [getattr(each, name) for each in kept]
