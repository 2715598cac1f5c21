"""Measures a writer on the fixed briefs: `spectrum evaluate writing [--people N]`.

Any writer can be measured: it is an async function from what is asked to a draft. Publishes nothing, and keeps nothing.
"""

import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles

from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.domain.narrative import Brief, CheckReport, Draft, Form, check, compose, draft_from_json, seed_for
from app.domain.narrative.check import CHECKS
from app.domain.narrative.check_ease import ease_of_draft
from app.domain.narrative.specificity import specificity
from app.domain.rubric import WRITING, mean_of, score_by_rule
from benchmarks.writing.briefs import Asked, fixed_briefs
from benchmarks.writing.variety import CUTS, Read, Variety, of_form, variety
from prompts import Revision, first_revision

PROMPTS = {Form.CARD: "weekly-card", Form.MONTH: "monthly-narrative"}
_NAMES = {Form.CARD: "weekly cards", Form.MONTH: "months"}
_ENDS = re.compile(r"(?<=[.?!])\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d+")
_ROWS: Mapping[str, Callable[[Variety], str]] = {
    "all": lambda one: f"{one.pieces:,}",
    "different": lambda one: f"{one.distinct:,}",
    "different of 1,000": lambda one: f"{one.of_drawn:,.0f}",
    "another has it now, %": lambda one: f"{100 * one.shared_now:.1f}",
    "... of another brief, %": lambda one: f"{100 * one.shared_apart:.1f}",
    "another ever has it, %": lambda one: f"{100 * one.shared_ever:.1f}",
    "own last period, %": lambda one: f"{100 * one.again:.1f}",
    "own last 4 periods, %": lambda one: f"{100 * one.lately:.1f}",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a writer gave for a brief: a Draft or the parsed JSON of a model, and what that cost in micro-dollars."""

    draft: object
    cost: int = 0


Writer = Callable[[Asked], Awaitable[Reply]]
Scorer = Callable[[Brief, Draft], float]
"""Gives a text that passed its checks a number; what it means is the scorer's."""


@dataclass(frozen=True, slots=True)
class Written:
    """One text of a writer: what was asked, what the checks say of it, and the draft where they passed.

    `seconds` is the writer's own time; `scores` are those of the scorers, by name.
    """

    asked: Asked
    report: CheckReport
    draft: Draft | None
    seconds: float
    check_seconds: float
    cost: int
    scores: Mapping[str, float]


def serving_revisions() -> dict[Form, Revision]:
    """What serves until another is activated, for each form."""
    return {form: first_revision(prompt) for form, prompt in PROMPTS.items()}


def composer(revisions: Mapping[Form, Revision]) -> Writer:
    """The local composer as a writer."""

    async def write(asked: Asked) -> Reply:
        brief = asked.brief
        return Reply(compose(brief, revisions[brief.form].phrases, seed=seed_for(asked.reader, brief)))

    return write


async def written(
    asked: Asked, writer: Writer, revisions: Mapping[Form, Revision], scorers: Mapping[str, Scorer]
) -> Written:
    """One text, checked as the pipeline checks it, and scored when it passed."""
    start = time.perf_counter()
    reply = await writer(asked)
    done = time.perf_counter()
    report = check(reply.draft, asked.brief, fixed=revisions[asked.brief.form].sayings)
    checked = time.perf_counter()
    draft = None
    if report.ok:
        draft = reply.draft if isinstance(reply.draft, Draft) else draft_from_json(reply.draft, asked.brief.form)
    scores = {} if draft is None else {name: score(asked.brief, draft) for name, score in scorers.items()}
    return Written(asked, report, draft, done - start, checked - done, reply.cost, scores)


async def measure(
    asked: Iterable[Asked],
    writer: Writer,
    revisions: Mapping[Form, Revision],
    scorers: Mapping[str, Scorer] | None = None,
) -> list[Written]:
    """Every text that is asked for, one after the other."""
    return [await written(each, writer, revisions, scorers or {}) for each in asked]


def tables(found: Sequence[Written]) -> list[Table]:
    """What was measured, drawn: an overview, the checks, and variety of cards and of months."""
    read = [
        Read(one.asked.person, one.asked.period, one.asked.brief.digest, one.draft)
        for one in found
        if one.draft is not None
    ]
    by_form = [(_NAMES[form], of_form(read, form)) for form in Form]
    return [
        _overview(found),
        _checks(found),
        *(drawn_variety(name, texts, masked=masked) for name, texts in by_form if texts for masked in (False, True)),
    ]


def _overview(found: Sequence[Written]) -> Table:
    table = Table("figure", *_NAMES.values(), title="Texts")
    columns = [_figures([one for one in found if one.asked.brief.form is form]) for form in Form]
    for name in dict.fromkeys(name for column in columns for name in column):
        table.add_row(name, *(column.get(name, "") for column in columns))
    return table


def _figures(found: Sequence[Written]) -> dict[str, str]:
    drafts = [one.draft for one in found if one.draft is not None]
    if not drafts:
        return {}
    words = [sum(len(_WORD.findall(sentence.text)) for sentence in draft.everything()) for draft in drafts]
    sentences = [part for draft in drafts for each in draft.sentences() for part in _ENDS.split(each.text)]
    lengths = [len(_WORD.findall(sentence)) for sentence in sentences]
    milliseconds = [1000 * one.seconds for one in found]
    names = sorted({name for one in found for name in one.scores})
    same = Counter(one.asked.brief.digest for one in found)
    return {
        "texts written": f"{len(found):,}",
        "all checks passed": f"{len(drafts) / len(found):.1%}",
        "somebody else had the same brief": f"{fmean(same[one.asked.brief.digest] > 1 for one in found):.1%}",
        "words a text, median": f"{median(words):.0f}",
        "words a text, shortest to longest": f"{min(words)} to {max(words)}",
        "words a sentence, mean": f"{fmean(lengths):.1f}",
        "words a sentence, longest": f"{max(lengths)}",
        "reading ease (Flesch), mean": f"{fmean(map(ease_of_draft, drafts)):.0f}",
        "specific, mean": f"{fmean(specificity(o.draft, o.asked.brief) for o in found if o.draft is not None):.2f}",
        "time a text, median": f"{median(milliseconds):.2f} ms",
        "time a text, 99th percentile": f"{_late(milliseconds):.2f} ms",
        "time of its checks, median": f"{median(1000 * one.check_seconds for one in found):.2f} ms",
        "cost a text, mean": f"{fmean(one.cost for one in found):,.0f} micro-dollars",
        **{name: f"{fmean(one.scores[name] for one in found if name in one.scores):.2f}" for name in names},
    }


def _checks(found: Sequence[Written]) -> Table:
    table = Table("check", "passed", "most often refused for", title="Checks")
    for name in ("schema", *(name for name, _ in CHECKS)):
        reasons = Counter(reason for one in found for failed, reason in one.report.failed if failed == name)
        passed = sum(name in one.report.passed for one in found)
        looked_at = passed + reasons.total()
        most = reasons.most_common(1)
        table.add_row(name, f"{passed / max(1, looked_at):.1%}", most[0][0] if most else "")
    return table


def drawn_variety(name: str, read: Sequence[Read], *, masked: bool) -> Table:
    """Variety of each kind of piece, in percent."""
    how = "as templates, numbers and names left open" if masked else "as they stand"
    table = Table("", *CUTS, title=f"Read again: {name}, {how}")
    found = [variety(read, cut, masked=masked) for cut in CUTS.values()]
    for row, shown in _ROWS.items():
        table.add_row(row, *(shown(one) for one in found))
    return table


def by_rule(brief: Brief, draft: Draft) -> float:
    """The mean that the rules of the rubric give a text."""
    return mean_of(WRITING, score_by_rule(draft, brief, check(draft, brief)))


def _late(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[-1] if len(values) > 1 else values[0]


async def show(
    people: int, *, writer: Writer | None = None, scorers: Mapping[str, Scorer] | None = None, seed: int = 0
) -> None:
    """Print the tables of `writer`, or of the local composer, over the briefs of `people` (1 and up)."""
    revisions = serving_revisions()
    asked = track(
        list(fixed_briefs(people, seed=seed)), console=Console(stderr=True), description="texts", transient=True
    )
    scorers = scorers or {f"rubric by rule, mean (passes from {WRITING.pass_mark})": by_rule}
    found = await measure(asked, writer or composer(revisions), revisions, scorers)
    names = ", ".join(revision.name for revision in revisions.values())
    console = Console()
    console.print(f"\n[bold]{names}: {people:,} invented people, seed {seed}[/bold]\n")
    for table in tables(found):
        console.print(table)
