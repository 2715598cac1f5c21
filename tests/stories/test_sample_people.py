"""The sample people go through the whole pipeline, and what each is told is their own story and no other."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.analyser import Engine
from app.domain.periods import PeriodKind, format_month, month_of, previous
from app.domain.sessions import session_from_json
from app.embedded import Servers
from app.pipeline.ingest import MAX_BATCH, ingest
from app.samples import SAMPLE_PEOPLE, sample_sessions
from app.wiring import Spectrum, opened
from prompts import load_revision
from tests.client import Client
from tests.conftest import database, settings_for
from workers.drain import drain

TODAY = datetime.now(UTC).date()
PEOPLE = {person.name: person.subject_key for person in SAMPLE_PEOPLE}
CERTAIN = load_revision("monthly-narrative").phrases["change.sure"]
"""What a month says when, and only when, a change was established: one of these."""

_READ = """
query($range: RangeInput!, $early: RangeInput!, $late: RangeInput!) { viewer { spectrum { state
  landscape(range: $range) { points { key } centre { valence { value low high } } textAlternative }
  patterns: distribution(range: $range, by: PATTERN) { sampleCount slices { key count } }
  early: distribution(range: $early, by: PATTERN) { sampleCount slices { key count } }
  late: distribution(range: $late, by: PATTERN) { sampleCount slices { key count } }
  parts: distribution(range: $range, by: TIME_OF_DAY) { slices { key affect { valence { value } } } }
  insightFeed(first: 100) { nodes { headline { ...Words } body { ...Words } } } } } }
fragment Words on Claim { text evidence { check } }
"""
_MONTH = """
query($month: Month!) { viewer { spectrum { monthlySummary(month: $month) { status title { ...Words }
  sections { kind paragraphs { ...Words } } } } } }
fragment Words on Claim { text evidence { check metric subject } }
"""


@pytest.fixture(scope="module")
async def spectrum(
    servers: Servers, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Spectrum]:
    """Give an installation as `make up` starts it: read by the default engine."""
    async with database(servers, template) as url:
        settings = settings_for(url, servers, tmp_path_factory.mktemp("state"))
        async with opened(settings.model_copy(update={"analyser": Engine.ENCODER.value})) as installation:
            yield installation


@pytest.fixture(scope="module")
async def told(spectrum: Spectrum) -> Spectrum:
    """Give the installation after all sample sessions went through it."""
    sessions = [session_from_json(each) for each in sample_sessions(TODAY)]
    for start in range(0, len(sessions), MAX_BATCH):
        answers = await ingest(spectrum.ports, sessions[start : start + MAX_BATCH])
        assert not any(answer.problems for answer in answers)
    await drain(spectrum.ports)
    return spectrum


def _range(first: date, last: date) -> dict[str, Any]:
    return {"dates": {"from": first.isoformat(), "to": last.isoformat()}}


async def _spectrum(client: Client, name: str) -> Any:
    ranges = {
        "range": _range(TODAY - timedelta(days=154), TODAY),
        "early": _range(TODAY - timedelta(days=154), TODAY - timedelta(days=84)),
        "late": _range(TODAY - timedelta(days=35), TODAY),
    }
    return (await client.ask(_READ, ranges, subject=PEOPLE[name]))["viewer"]["spectrum"]


async def _months(client: Client, name: str) -> list[Any]:
    """Give the months of the last half year that are over, newest first."""
    month, found = month_of(TODAY), []
    for _ in range(6):
        month = previous(PeriodKind.MONTH, month)
        answer = await client.ask(_MONTH, {"month": format_month(month)}, subject=PEOPLE[name])
        found.append(answer["viewer"]["spectrum"]["monthlySummary"])
    return found


def _month_words(month: Any) -> list[Any]:
    return [month["title"], *(claim for section in month["sections"] for claim in section["paragraphs"])]


def _share(picture: Any, pattern: str) -> float:
    counts = [slice_["count"] for slice_ in picture["slices"] if slice_["key"] == pattern]
    return sum(count or 0 for count in counts) / float(picture["sampleCount"])


@pytest.mark.parametrize("name", PEOPLE)
async def test_each_has_everything_and_every_number_holds(told: Spectrum, client: Client, name: str) -> None:
    """Each has a landscape, patterns, cards and at least three months, and all evidence matches when folded again."""
    spectrum, months = await _spectrum(client, name), await _months(client, name)
    assert spectrum["state"] == "READY"
    assert len(spectrum["landscape"]["points"]) > 30
    centre = spectrum["landscape"]["centre"]["valence"]
    assert centre["low"] <= centre["value"] <= centre["high"]
    assert sum(slice_["count"] or 0 for slice_ in spectrum["patterns"]["slices"]) > 20
    cards = [claim for card in spectrum["insightFeed"]["nodes"] for claim in (card["headline"], *card["body"])]
    assert len(spectrum["insightFeed"]["nodes"]) >= 10
    ready = [month for month in months if month["status"] == "READY"]
    assert len(ready) >= 3
    claims = [*cards, *(claim for month in ready for claim in _month_words(month))]
    checks = [evidence["check"] for claim in claims for evidence in claim["evidence"]]
    assert len(checks) > 50
    assert set(checks) == {"MATCHES"}


async def test_the_steady_one_is_hardly_ever_told_a_change(told: Spectrum, client: Client) -> None:
    """Nothing changed for Tess, so that at most one of her months may claim a change."""
    told_words = [str(_month_words(month)) for month in await _months(client, "Tess") if month["title"]]
    claims = [any(sentence in words for sentence in CERTAIN) for words in told_words]
    assert len(claims) >= 3
    assert sum(claims) <= 1


async def test_musts_grow_quieter_for_jorinde(told: Spectrum, client: Client) -> None:
    """Her share of sessions with "should" thinking falls to less than half, and it stood out before."""
    spectrum = await _spectrum(client, "Jorinde")
    early, late = _share(spectrum["early"], "SHOULD_STATEMENTS"), _share(spectrum["late"], "SHOULD_STATEMENTS")
    assert early > 0.3
    assert late < early / 2


async def test_evenings_weigh_more_for_devan(told: Spectrum, client: Client) -> None:
    """His evenings and nights sit clearly lower on the plane than his mornings."""
    spectrum = await _spectrum(client, "Devan")
    valence = {part["key"]: part["affect"]["valence"]["value"] for part in spectrum["parts"]["slices"]}
    assert valence["EVENING"] < valence["MORNING"] - 0.2
    assert valence["NIGHT"] < valence["MORNING"] - 0.2


async def test_devan_is_told_of_his_light_mornings(told: Spectrum, client: Client) -> None:
    """What his story is about is said in words: in some month, mornings lean to the lighter side."""
    sentences = [
        claim["text"] for month in await _months(client, "Devan") if month["title"] for claim in _month_words(month)
    ]
    assert any("in the morning" in text.lower() and "lighter side" in text for text in sentences)


async def test_odell_goes_quiet_and_comes_back(told: Spectrum, client: Client) -> None:
    """His silence of four weeks is a gap in the landscape, not a row of zeros."""
    spectrum = await _spectrum(client, "Odell")
    days = [date.fromisoformat(point["key"]) for point in spectrum["landscape"]["points"]]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    assert max(gaps) >= 28
    assert sorted(gaps)[-2] < 14
