"""The gallery is what its files give, and every text in it could be shown to a person."""

from pathlib import Path

import pytest

from app.domain.narrative import Form, check
from app.samples import SAMPLE_PEOPLE
from benchmarks.writing.evaluate import serving_revisions
from benchmarks.writing.gallery import gallery, recorded_answers, refused
from benchmarks.writing.samples import SHOWN, find_shown, read_shown

PAGE = Path(__file__).parents[2] / "docs" / "gallery.md"
BRIEFS = {brief.digest: brief for shown in read_shown() for brief in shown.briefs}


def test_the_page_is_up_to_date() -> None:
    """`python -m benchmarks.writing.gallery > docs/gallery.md` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == gallery()


def test_everybody_is_shown() -> None:
    """Each sample person has a week and a month there, and each is in the file."""
    assert set(SHOWN) == {person.subject_key for person in SAMPLE_PEOPLE}
    assert all({kind for kind, _ in periods} == {"WEEK", "MONTH"} for periods in SHOWN.values())
    assert [(one.subject_key, one.kind, one.period.first) for one in read_shown()] == [
        (person, *period) for person, periods in SHOWN.items() for period in periods
    ]
    assert all(shown.findings for shown in read_shown())


@pytest.mark.parametrize("digest", recorded_answers())
def test_a_recorded_answer_is_good(digest: str) -> None:
    """A recorded answer belongs to a brief of the page, and passes every check as a model's would."""
    brief = BRIEFS[digest]
    revision = serving_revisions()[brief.form]
    assert check(recorded_answers()[digest], brief, fixed=revision.sayings).failed == ()


def test_there_are_enough_of_them() -> None:
    """Every month and at least eight cards have a recorded answer."""
    forms = [BRIEFS[digest].form for digest in recorded_answers()]
    assert forms.count(Form.MONTH) == sum(brief.form is Form.MONTH for brief in BRIEFS.values())
    assert forms.count(Form.CARD) >= 8


def test_nothing_on_the_page_is_refused() -> None:
    """Texts of the composer pass, too."""
    assert list(refused()) == []


def test_the_findings_are_those_of_the_sample_people() -> None:
    """Reading the sessions of one of them again gives the findings and the counts of the file."""
    again = [(shown.kind, shown.period, shown.findings) for shown in find_shown(["sample-tess"])]
    kept = [(s.kind, s.period, s.findings) for s in read_shown() if s.subject_key == "sample-tess"]
    for (kind, period, found), (kept_kind, kept_period, held) in zip(again, kept, strict=True):
        assert (kind, period) == (kept_kind, kept_period)
        assert [(f.key, f.suggestion) for f in found] == [(f.key, f.suggestion) for f in held]
        assert [[e.shown for e in f.evidence] for f in found] == [[e.shown for e in f.evidence] for f in held]
