"""A copy opens in any spreadsheet without running anything, and its page says plainly what is in it."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.export import SESSIONS, WORDS, Told, csv_line, readme, table_file

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '=HYPERLINK("http://x.test")',
    "＝1",  # noqa: RUF001 - wide forms run too
)  # fmt: skip


def _cells(line: bytes) -> list[str]:
    (cells,) = csv.reader(io.StringIO(line.decode(), newline=""), strict=True)
    return cells


def _bare(text: str) -> str:
    """A text without the apostrophes that keep it from being run."""
    return re.sub(r"(?<!^)([;\t] *)'(?=[=+\-@])", r"\1", text).removeprefix("'")


@pytest.mark.parametrize("separator", [";", "; ", "\t"])
def test_no_text_is_run_where_semicolons_divide_cells(separator: str) -> None:
    """A formula behind another country's separator gets an apostrophe, too; a plain semicolon is left alone."""
    assert _cells(csv_line(["first", f"It was fine{separator}=1+1"])) == ["first", f"It was fine{separator}'=1+1"]
    assert _cells(csv_line(["first", f"It was fine{separator}so far"])) == ["first", f"It was fine{separator}so far"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_run(text: str) -> None:
    """A text that a spreadsheet would calculate comes with an apostrophe before it, and is otherwise as it was."""
    assert _cells(csv_line(["first", text])) == ["first", "'" + text]


def test_numbers_stay_numbers() -> None:
    """A negative number is no formula; days, instants, yes and no, and nothing at all have one form each."""
    told = [-0.25, -3, 0, True, False, None, date(2026, 7, 1), datetime(2026, 7, 1, 9, tzinfo=UTC)]
    expected = ["-0.25", "-3", "0", "yes", "no", "", "2026-07-01", "2026-07-01T09:00:00+00:00"]
    assert _cells(csv_line(told)) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    """Commas, quotes, line ends and every script survive; nothing begins as a formula, and nothing else is touched."""
    cells = _cells(csv_line(["a", *texts]))[1:]
    assert [_bare(cell) for cell in cells] == [_bare(text) for text in texts]
    assert not any(cell.lstrip(" ")[:1] in {*"=+-@\t\r\n"} - {""} for cell in cells)


def _told(lines: Mapping[str, int], unopened: int = 0) -> str:
    return readme(Told(date(2026, 7, 1), {SESSIONS: 0, WORDS: 0, **lines}, unopened, retention_days=30))


def test_the_page_counts_what_is_gone() -> None:
    """It says how many sessions still have their words, how many do not, and how many could not be opened."""
    page = _told({SESSIONS: 24, WORDS: 20}, unopened=1)
    assert "Of your 24 sessions, the words of 20 are still kept" in page
    assert "the other 4 are gone" in page
    assert "1 could not be opened" in page
    assert "30 days" in page
    assert "could not be opened" not in _told({SESSIONS: 2, WORDS: 2})
    assert " gone:" not in _told({SESSIONS: 2, WORDS: 2})


def test_the_page_says_when_there_is_nothing() -> None:
    """Nothing at all, and nothing but what outlives an erasure, are two things; a note of this very copy is neither."""
    assert "Nothing is held about you" in _told({table_file("audit"): 3})
    left = _told({table_file("operation"): 1, table_file("audit"): 3})
    assert "Nothing is held" not in left
    assert "No session of yours is held" in left


def test_the_page_lists_every_file() -> None:
    """Each file stands there with how many lines it has, and no line is wider than a screen."""
    lines = {SESSIONS: 24, WORDS: 20, table_file("session_numbers"): 5_000}
    page = _told(lines).splitlines()
    for name, count in lines.items():
        assert [name, str(count)] in [line.split() for line in page]
    assert max(map(len, page)) <= 120
