"""What a person's copy of everything looks like: cells that are safe in a spreadsheet, and a page that explains it.

Reads nothing and holds nobody's words; what stands in the rows is handed in.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import fill

from app.domain.affect import EMOTIONS, PATTERNS, UNIT
from app.domain.measures import label

Cell = str | int | float | bool | date | datetime | None

SESSION_COLUMNS = (
    "session_id", "local_date", "local_time", "time_zone", "started_at", "ended_at", "source", "status", "turns",
    "self_before", "self_after", "valence", "arousal", "emotions", "possible_patterns", "confidence", "use",
    "corrected", "left_out",
)  # fmt: skip
INSIGHT_COLUMNS = (
    "insight_id", "period", "first_day", "last_day", "kind", "status", "edition", "title", "text", "step",
    "first_published_at", "written_at",
)  # fmt: skip
LEFT_OUT_COLUMNS = ("id", "what", "session_id", "first_day", "last_day", "source", "left_out_at", "put_back_at")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it a spreadsheet takes a CSV file for the encoding of its own country."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide forms run too
"""What makes a spreadsheet calculate a cell instead of showing it (OWASP, CSV Injection)."""
_FORMULA_INSIDE = re.compile(r"(?<!^)([;\t] *)(?=[=+\-@])")
"""The same behind a separator of countries in which a comma divides numbers, and a semicolon cells."""


def csv_line(cells: Sequence[Cell]) -> bytes:
    """One line of a CSV file (RFC 4180, UTF-8). A text that a spreadsheet would run gets an apostrophe before it."""
    line = io.StringIO()
    csv.writer(line).writerow([_shown(cell) for cell in cells])
    return line.getvalue().encode()


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if not isinstance(cell, str):
        return str(cell)
    guarded = _FORMULA_INSIDE.sub(r"\1'", cell)
    return "'" + guarded if cell.lstrip(" ").startswith(_FORMULA) else guarded


AUDIT = "everything/audit.jsonl"
SESSIONS, INSIGHTS, LEFT_OUT, WORDS = "sessions.csv", "insights.csv", "left_out.csv", "words.jsonl"
README = "README.txt"


@dataclass(frozen=True, slots=True)
class Told:
    """What came into a copy: lines by file name, when it was made, and how long words are kept."""

    made_on: date
    lines: Mapping[str, int]
    unopened: int
    retention_days: int

    @property
    def says_nothing(self) -> bool:
        """Whether nothing is held but the note that this copy was asked for."""
        return not any(count for name, count in self.lines.items() if name != AUDIT)


def table_file(table: str) -> str:
    """The name of the file that holds a person's rows of `table`."""
    return f"everything/{table}.jsonl"


def readme(told: Told) -> str:
    """The page that explains the copy: what is in it, how to read it, what is left out and why."""
    parts = [_TITLE.format(made_on=told.made_on), _NOTHING if told.says_nothing else _BEGIN.format(words=_words(told))]
    contents = "\n".join(f"  {name:<36}{count:>8}" for name, count in told.lines.items())
    parts += [_CONTENTS.format(contents=contents), _FRIENDLY, _EVERYTHING.format(unit=UNIT, bits=_bits())]
    parts += [_ESTIMATES, _LEFT_OUT.format(retention_days=told.retention_days)]
    return "\n".join(parts)


def _words(told: Told) -> str:
    sessions, kept = told.lines[SESSIONS], told.lines[WORDS]
    if not sessions:
        return "No session of yours is held, and no words. What is left is listed below."
    said = f"Of your {sessions} sessions, the words of {kept} are still kept and are in here."
    if kept < sessions:
        said += f"\nThe words of the other {sessions - kept} are gone: nobody can read them any more, not even we."
    if told.unopened:
        said += f"\nThe words of {told.unopened} could not be opened; their lines say so. Please tell us."
    return said


def _bits() -> str:
    rows = [("emotions_present", EMOTIONS), ("patterns_present", PATTERNS)]
    told = (
        f"{column}: " + ", ".join(f"{1 << place} {label(name)}" for place, name in enumerate(names))
        for column, names in rows
    )
    return "\n".join(fill(line, 116, initial_indent="    ", subsequent_indent="    ") for line in told)


_TITLE = """\
Your copy of what Kalei Spectrum holds about you
================================================

Made on {made_on}.
"""

_NOTHING = """\
Nothing is held about you: no session, no words, no numbers. The files are in here all the same, with nothing in them,
so that you can see for yourself.
"""

_BEGIN = """\
This is everything, in the open. It was put together while you downloaded it and was stored nowhere on the way, so
nobody else has this file, and we cannot send it to you again: ask for a new one instead (up to 10 in 24 hours).

{words}

There may be hard days in here. You do not have to read it now, nor alone. Please keep it where only you can reach it:
whoever has this file can read your words.
"""

_CONTENTS = """\
What is in here, and how many lines
-----------------------------------

{contents}

Each part is as it was at the moment it was written down. If something changed while you downloaded, one part may know
of it and another not yet.
"""

_FRIENDLY = """\
For a spreadsheet (sessions.csv, insights.csv, left_out.csv) and for reading (words.jsonl)
------------------------------------------------------------------------------------------

sessions.csv    One line a session. local_date and local_time are by the clock where you were; started_at and ended_at
                are in UTC. self_before and self_after are your own ratings, 0 to 10.
                valence: how pleasant it felt, -1 (unpleasant) to 1 (pleasant). arousal: how much energy was in it,
                -1 (still) to 1 (activated). confidence: how far to trust these, 0 to 1; 1 where you set them.
                use: FULL, or AFFECT_ONLY when only feelings are counted. corrected: you said how it really was, and
                your word stands here. left_out: you asked that it does not count.
                Empty cells: not given, or not read yet. status says which: PENDING waits, DONE was read, FAILED
                could not be, SKIPPED lost its words before it could be.
insights.csv    The cards (WEEK) and monthly summaries (MONTH) that were written for you. STALE ones are being
                written again, WITHDRAWN ones were taken back.
left_out.csv    What you asked to leave out, and when you put it back.
words.jsonl     One line a session, oldest first: your own turns (PERSON) and those of the app (APP), word by word.
                Any text editor opens it.

A text that begins like a formula has an apostrophe before it, so that no spreadsheet runs it.
"""

_EVERYTHING = """\
For a program (everything/)
---------------------------

One file a table, one line of JSON a row, with the names that we use ourselves. All rows of yours are there.

  Numbers of sessions are whole: {unit} stands for 1.
  Sets are sums of these:
{bits}
  sealed_text.care is what was noticed about self-harm, so that help could be offered at once. It goes with the words.
  turn_kind counts the kinds of a turn from 0: opening, exploring, naming a pattern, reframing, affirming, closing.
  event.jsonl holds what you opened in the app, from a fixed list, and when. It is kept for 400 days.
  audit.jsonl holds when you asked for a copy like this one. It is kept under a pseudonym, for a year.
"""

_ESTIMATES = """\
What the numbers are
--------------------

Feelings and thinking patterns are estimates that a program made from words. It can be wrong, and often is: a pattern
in here may have been there, or not. None of it is a diagnosis. You know better, and can correct it in the app.
"""

_LEFT_OUT = """\
What is left out, and why
-------------------------

* Words that are gone. They are kept for {retention_days} days after they arrive, or until you erase them.
* person.data_key: the key that your words are locked with. It says nothing about you.
* sealed_text.body and content_hmac: your words once more, locked, and the fingerprint by which we notice that
  a session arrives twice. The words themselves are in words.jsonl.
* packed_month.body: the numbers of session_numbers once more, packed.
* Marks that something was erased. They carry no name, only a code that cannot be turned back, and are kept so
  that a restored backup does not bring back what you erased. What you asked to erase is in operation.jsonl.
"""
