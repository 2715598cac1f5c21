"""Sessions in columns are the sessions themselves, however the table was made, cut or joined."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import SessionNumbers
from app.domain.periods import Period
from app.domain.table import FIELDS, Days, SessionTable
from tests.domain.lives import MARCH, calmly, session

DATES = st.lists(st.integers(0, 9), max_size=12).map(sorted)
LIVES = DATES.map(lambda days: [session(n, date(2026, 3, 1 + day), valence=100 * n) for n, day in enumerate(days)])


def _in_columns(life: Sequence[SessionNumbers]) -> SessionTable:
    """A table that has its columns and no rows, as one that was unpacked."""
    return SessionTable(len(life), lambda name: [getattr(each, name) for each in life], in_order=True)


def _same(table: SessionTable, life: Sequence[SessionNumbers]) -> None:
    for name in FIELDS:
        assert list(table.column(name)) == [getattr(each, name) for each in life]
    assert len(table) == len(life)
    assert table == life
    assert [*table] == [*life]
    assert hash(table) == hash(tuple(life))


@calmly
@given(LIVES, st.data())
def test_what_is_taken_of_a_table_is_what_is_taken_of_its_sessions(
    life: list[SessionNumbers], data: st.DataObject
) -> None:
    """Parts, picks, joins and days of either kind of table."""
    places = data.draw(st.lists(st.integers(0, len(life) - 1), unique=True).map(sorted)) if life else []
    start = data.draw(st.integers(0, len(life)))
    end = data.draw(st.integers(start, len(life)))
    for table in (SessionTable.of(life, in_order=True), _in_columns(life)):
        _same(table, life)
        _same(table.part(start, end), life[start:end])
        _same(table.pick(places), [life[place] for place in places])
        _same(SessionTable.joined([table.part(0, start), table.part(start, end)]), life[:end])
        _same(table.part(start, end).pick(list(range(end - start))[1:]), life[start:end][1:])
        week = Period(date(2026, 3, 3), date(2026, 3, 6))
        _same(table.within(week), [each for each in life if each.local_date in week])


@calmly
@given(LIVES.flatmap(st.permutations))
def test_any_order_is_put_in_order(life: list[SessionNumbers]) -> None:
    """A table that is not known to be in order is put in order before it is cut."""
    ordered = sorted(life, key=lambda each: (each.local_date, each.local_minute, each.session_id))
    _same(SessionTable.of(life).within(MARCH), ordered)


@calmly
@given(LIVES, st.data())
def test_days_are_the_sessions_of_each_date(life: list[SessionNumbers], data: st.DataObject) -> None:
    """Each day's sessions, date, size and mean, of all days and of some of them."""
    by_date = [(day, tuple(of)) for day, of in groupby(life, key=lambda each: each.local_date)]
    start = data.draw(st.integers(0, len(by_date)))
    end = data.draw(st.integers(start, len(by_date)))
    whole = Days.of(_in_columns(life))
    for days, expected in ((whole, by_date), (whole.part(start, end), by_date[start:end])):
        assert days.dates() == [day for day, _ in expected]
        assert list(days) == [of for _, of in expected]
        assert [days[place] for place in range(len(days))] == list(days)
        assert days.sizes() == [len(of) for _, of in expected]
        assert days.session_count == sum(days.sizes())
        assert days.means("valence", 10) == pytest.approx(
            tuple(sum(each.valence for each in of) / len(of) / 10 for _, of in expected)
        )
        kept = [each for _, of in expected for each in of if each.valence % 300]
        assert days.only("valence", lambda valence: bool(valence % 300)).sessions() == kept
        assert days.sessions() == [each for _, of in expected for each in of]


def test_a_column_is_made_once_and_rows_only_when_they_are_asked_for() -> None:
    """Reading two columns of a year makes two columns."""
    life, made = [session(n, MARCH.first) for n in range(3)], list[str]()

    def load(name: str) -> list[object]:
        made.append(name)
        return [getattr(each, name) for each in life]

    table = SessionTable(3, load, in_order=True)
    Days.of(table).means("valence", 1)
    Days.of(table).means("valence", 1)
    assert made == ["local_date", "valence"]
    assert table[1] == life[1]
    assert sorted(made) == sorted(FIELDS)


def test_means_are_in_the_unit_that_is_asked_for() -> None:
    """The same column in another unit is another number, whichever was asked for before."""
    days = Days.of(SessionTable.of([session(n, MARCH.first, valence=300) for n in range(2)]))
    assert (days.means("valence", 100), days.means("valence", 1)) == ((3.0,), (300.0,))
