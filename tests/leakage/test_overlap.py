"""Nothing that is written, sent or answered repeats what somebody wrote: no five words in a row are the same.

Five, because our own phrases are everyday English: runs of four ("more than you usually") are shared by chance, while a
copied sentence, or half of one, has a run of five. Runs are counted in words, whatever stands between them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.affect import Speaker
from app.domain.sessions import session_from_json
from app.pipeline.ingest import MAX_BATCH, ingest
from app.samples import SAMPLE_PEOPLE, sample_sessions
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client
from tests.conftest import AUTH_SECRET
from tests.isolation.asking import ENDPOINTS, questions, shown_to
from tests.life import work_off

RUN = 5
ALIKE = {"glossary"}
"""What says the same to everybody, and was written before anybody wrote."""
TODAY = datetime.now(UTC).date()
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every `RUN` words in a row, small, and without what stands between them."""
    words = [word.lower().replace("\u2019", "'") for word in _WORD.findall(text)]
    yield from zip(*(words[place:] for place in range(RUN)), strict=False)


def strings(value: object) -> Iterator[str]:
    """Every string of a JSON value, keys left out: a run never spans two of them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def overlap(written: set[tuple[str, ...]], shown: object) -> set[tuple[str, ...]]:
    """Runs of somebody's own words in something that is shown."""
    return {run for text in strings(shown) for run in runs(text)} & written


@pytest.fixture(scope="module")
async def told(spectrum: Spectrum, owner: Any) -> set[tuple[str, ...]]:
    """Take all sample sessions through the whole pipeline; every run of words that a person wrote in them."""
    sessions = list(sample_sessions(TODAY))
    for start in range(0, len(sessions), MAX_BATCH):
        answers = await ingest(
            spectrum.ports, [session_from_json(each) for each in sessions[start : start + MAX_BATCH]]
        )
        assert not any(answer.problems for answer in answers)
    await work_off(spectrum, owner)
    turns = [turn for each in sessions for turn in each["turns"] if turn["speaker"] == Speaker.PERSON]
    return {run for turn in turns for run in runs(turn["text"])}


async def test_nothing_written_repeats_anybody(owner: Any, told: set[tuple[str, ...]], record_property: Any) -> None:
    """No card, summary, evidence or brief of five months of four people has five words in a row of any session."""
    rows = await owner.fetch("SELECT content::text, brief::text, finding_key FROM writing")
    assert len(rows) > 50
    found = {run for row in rows for column in row.values() for run in overlap(told, _parsed(column))}
    assert found == set()
    record_property("runs written by people", len(told))
    record_property("writings", len(rows))


def _parsed(column: str) -> object:
    return json.loads(column) if column[:1] in "{[" else column


async def test_nothing_kept_repeats_anybody(owner: Any, told: set[tuple[str, ...]]) -> None:
    """No text of any column of any table does."""
    columns = await owner.fetch(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('text', 'jsonb', 'ARRAY') AND table_name NOT SIMILAR TO '%[_][0-9]'"
    )
    assert len(columns) > 40
    for column in columns:
        rows = await owner.fetch(f'SELECT DISTINCT "{column["c"]}"::text AS v FROM "{column["t"]}"')
        assert overlap(told, [row["v"] for row in rows if row["v"]]) == set(), tuple(column)


async def test_nothing_answered_repeats_anybody(spectrum: Spectrum, told: set[tuple[str, ...]]) -> None:
    """Every field of every id, asked by the person themselves at both endpoints, answers without their words."""
    async with Client.of(spectrum, AUTH_SECRET) as client:
        shown = await shown_to(client, SAMPLE_PEOPLE[0].subject_key)
        assert len(shown.ids) > 50
        for path, roles in ENDPOINTS.items():
            for question in [each for each in questions(path, shown)[:150] if each.name not in ALIKE]:
                answer = await client.post(
                    question.document, question.variables, subject=SAMPLE_PEOPLE[0].subject_key, roles=roles, path=path
                )
                assert overlap(told, answer) == set(), question


def test_a_repeated_sentence_would_be_noticed() -> None:
    """A sentence, or half of one, is found in whatever it stands, whatever was done to its case and punctuation."""
    written = set(runs(HEAVY))
    assert overlap(written, {"text": f"You wrote: “{HEAVY.upper()}”"})
    assert overlap(written, [["…should have done more — and I… (AM) afraid"]])
    assert not overlap(written, {"text": LIGHT})
