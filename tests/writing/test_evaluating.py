"""What `spectrum evaluate writing` measures: the same briefs each time, any writer, and variety as it is defined."""

from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console

from app.cli import parse
from app.domain.narrative import Draft, Form, Sentence, draft_to_json
from app.domain.periods import Period, week_of
from benchmarks.writing.briefs import Asked, fixed_briefs
from benchmarks.writing.evaluate import Reply, composer, measure, serving_revisions, tables
from benchmarks.writing.variety import CUTS, Read, as_template, expected_distinct, headline, variety

PEOPLE = 3
MONDAY = date(2026, 5, 4)


def _read(person: int, week: int, text: str, brief: str = "") -> Read:
    period = week_of(MONDAY + timedelta(weeks=week))
    return Read(person, period, brief, Draft(Form.CARD, Sentence(text), (Sentence("What was it?"),)))


def test_the_briefs_are_the_same_each_time() -> None:
    """A seed gives the same briefs, and more people only add theirs."""
    few, more = list(fixed_briefs(PEOPLE)), list(fixed_briefs(PEOPLE + 1))
    assert [each.brief.digest for each in few] == [each.brief.digest for each in more[: len(few)]]
    assert {each.brief.form for each in few} == set(Form)
    assert [each.brief for each in fixed_briefs(PEOPLE, seed=1)] != [each.brief for each in few]


async def test_the_composer_passes_every_check_for_free() -> None:
    """Each text of the composer passes, costs nothing, and is scored by whoever is asked to."""
    revisions = serving_revisions()
    asked = list(fixed_briefs(PEOPLE))
    found = await measure(asked, composer(revisions), revisions, {"sentences": lambda _, d: len(list(d.sentences()))})
    assert [one.report.failed for one in found] == [()] * len(asked)
    assert {one.cost for one in found} == {0}
    assert all(one.scores["sentences"] >= 2 for one in found)
    console = Console(width=200, record=True, file=StringIO())
    for table in tables(found):
        console.print(table)
    said = console.export_text()
    assert "100.0%" in said
    assert "sentences" in said
    assert all(piece in said for piece in CUTS)


async def test_any_writer_can_be_measured() -> None:
    """A model's JSON is checked like a draft; what is refused is counted with its reason, and scored by nobody."""
    revisions = serving_revisions()
    compose = composer(revisions)
    asked = list(fixed_briefs(1))

    async def boasting(each: Asked) -> Reply:
        draft = (await compose(each)).draft
        assert isinstance(draft, Draft)
        answer = draft_to_json(draft)
        title = answer["headline" if each.brief.form is Form.CARD else "title"]
        title["text"] = "Well done, a perfect score"
        return Reply(answer, cost=7)

    found = await measure(asked, boasting, revisions, {"any": lambda _, __: 1.0})
    assert {one.cost for one in found} == {7}
    assert all("tone" in dict(one.report.failed) for one in found)
    assert all(one.draft is None and not one.scores for one in found)
    tables(found)


def test_variety_by_hand() -> None:
    """Three people, two weeks: who shares a headline now, ever, and with their own week before.

    Week 0: A says x, B says x, C says y. Week 1: A says x, B says z, C says z.
    """
    said = [(0, 0, "x"), (1, 0, "x"), (2, 0, "y"), (0, 1, "x"), (1, 1, "z"), (2, 1, "z")]
    found = variety([_read(*each) for each in said], headline, masked=False)
    assert (found.pieces, found.distinct) == (6, 3)
    assert found.shared_now == pytest.approx(4 / 6)
    assert found.shared_ever == pytest.approx(5 / 6)
    assert found.again == found.lately == pytest.approx(1 / 3)
    assert found.of_drawn == pytest.approx(3)


def test_the_same_brief_is_told_apart() -> None:
    """Of three people with the same headline, two had the same brief: alone it is no lack of words."""
    found = variety([_read(0, 0, "x", "a"), _read(1, 0, "x", "a"), _read(2, 0, "y", "b")], headline, masked=False)
    assert found.shared_now == pytest.approx(2 / 3)
    assert found.shared_apart == 0
    found = variety([_read(0, 0, "x", "a"), _read(1, 0, "x", "a"), _read(2, 0, "x", "b")], headline, masked=False)
    assert found.shared_apart == 1


def test_a_month_comes_after_a_month() -> None:
    """Months differ in length, and still follow one another."""
    draft = Draft(Form.MONTH, Sentence("x"))
    months = (Period(date(2026, 1, 1), date(2026, 1, 31)), Period(date(2026, 2, 1), date(2026, 2, 28)))
    found = variety([Read(0, month, "", draft) for month in months], headline, masked=False)
    assert found.again == 1


def test_rarefaction_by_hand() -> None:
    """Of two a and two b, two drawn are alike in 2 of 6 ways: 1 x 1/3 + 2 x 2/3 = 5/3 different ones."""
    assert expected_distinct([2, 2], 2) == pytest.approx(5 / 3)


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("In 4 of 9 sessions there was joy", "in # of # sessions there was ~"),
        ("“Should” thinking may have been there in 12 of 17", "~ may have been there in # of #"),
        ("You opened 9 sessions in May, on 6 days.", "you opened # sessions in ~, on # days."),
        ("On Mondays you opened 3 of 9 sessions.", "~ you opened # of # sessions."),
        ("Nothing here hurts you.", "nothing here hurts you."),
    ],
)
def test_numbers_and_names_are_left_open(text: str, template: str) -> None:
    """A template holds no number and no name, and all the rest."""
    assert as_template(text) == template


@pytest.mark.parametrize("people", ["0", "5001", "many"])
def test_too_few_or_too_many_people_are_refused(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command takes 1 to 5,000 people, and says so."""
    with pytest.raises(SystemExit):
        parse(["evaluate", "writing", "--people", people])
    assert "1 to 5,000" in capsys.readouterr().err
