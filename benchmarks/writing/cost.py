"""What words cost by the month: `python -m benchmarks.writing.cost [--models FILE] [--rewrites 0.25] [--people 100]`.

Works it out from the fixed briefs and a models file. Asks no model: tokens are estimated, at four bytes each.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from statistics import fmean

import orjson
from rich.console import Console
from rich.table import Table

from app.domain.cost import MILLION, Feature
from app.domain.narrative import Brief, Form, compose, draft_to_json
from app.domain.rubric import WRITING
from app.gateways.language_model import REPEATS, Question, most_cost
from app.gateways.routes import Deployment, Routes, read_routes
from app.pipeline.asking import question_for
from app.pipeline.score import RUBRIC_SCORE, question_about
from benchmarks.writing.briefs import WEEKS, fixed_briefs
from benchmarks.writing.evaluate import serving_revisions
from prompts import Revision, first_revision

MODELS = Path(__file__).parents[2] / "deploy" / "models.example.toml"
PEOPLE = 1_000
BYTES_A_TOKEN = 4
"""Of English and JSON, by rule of thumb; a budget reserves a token for each byte."""
REWRITES = 0.25
"""Texts that are written once more, for each text: a late session, an exclusion, a correction. Assumed, not measured;
writing again over the same numbers costs nothing."""
WEEKS_A_MONTH = 52 / 12
SCORED = 0.05
"""Of all published texts, composed ones too, by a model."""
GOALS = (Decimal("2.00"), Decimal("0.20"))
FORMS = {Feature.MONTHLY_NARRATIVE: Form.MONTH, Feature.WEEKLY_INSIGHTS: Form.CARD}


@dataclass(frozen=True, slots=True)
class Call:
    """A text as it is asked for: the question, the answer as long as the composer's, and the same refused once."""

    question: Question
    mending: Question
    answer: str

    @classmethod
    def over(cls, brief: Brief, revision: Revision) -> "Call":
        """How `brief` is asked for by `revision`."""
        question = question_for(brief, revision)
        answer = orjson.dumps(draft_to_json(compose(brief, revision.phrases))).decode()
        refused = orjson.dumps({"answer": answer, "refused": ["numbers: text 3: 7 is not among the cited counts"]})
        content = f"{question.content}\n\n{revision.mending}\n{refused.decode()}"
        return cls(question, replace(question, content=content), answer)

    @classmethod
    def about(cls, brief: Brief, revision: Revision, judge: Revision) -> "Call":
        """How the composer's words over `brief` are scored."""
        question = question_about(brief, compose(brief, revision.phrases), judge)
        answer = orjson.dumps(dict.fromkeys(WRITING.keys(), 5)).decode()
        return cls(question, question, answer)


@dataclass(frozen=True, slots=True)
class Row:
    """What a feature costs at one deployment for a thousand active people and a month, in dollars.

    `read` and `written` are estimated tokens of a first call, `calls` all calls; `most` is what would be reserved.
    """

    feature: Feature
    deployment: Deployment
    read: float
    written: float
    calls: float
    dollars: Decimal
    most: Decimal


def row_of(
    feature: Feature, model: Deployment, calls: Sequence[Call], texts: float, *, mended_share: float = REPEATS
) -> Row:
    """The cost of `texts` texts like those of `calls`, nine in a hundred of them mended, at `model`."""
    read = fmean(_tokens_read(call.question) for call in calls)
    mended = fmean(_tokens_read(call.mending) for call in calls)
    written = fmean(_tokens(call.answer) for call in calls)
    price, repeats = model.price, Decimal(mended_share)
    one = price.read * (Decimal(read) + repeats * Decimal(mended)) + price.written * (1 + repeats) * Decimal(written)
    most = fmean(most_cost(model, c.question) + mended_share * most_cost(model, c.mending) for c in calls)
    scale = Decimal(texts) / MILLION
    return Row(feature, model, read, written, texts * (1 + mended_share), scale * one, scale * Decimal(most))


def _tokens(text: str) -> float:
    return len(text.encode()) / BYTES_A_TOKEN


def _tokens_read(question: Question) -> float:
    return _tokens(question.instructions) + _tokens(question.content) + _tokens(orjson.dumps(question.schema).decode())


def rows(routes: Routes, *, people: int, rewrites: float) -> Iterator[Row]:
    """A row for each feature that has a prompt, and each model of its route; `people` is how many are asked about."""
    revisions, briefs = serving_revisions(), [asked.brief for asked in fixed_briefs(people)]
    written = 0.0
    for feature, form in FORMS.items():
        calls = [Call.over(brief, revisions[form]) for brief in briefs if brief.form is form]
        each = 1.0 if form is Form.MONTH else WEEKS_A_MONTH * len(calls) / people / WEEKS
        written += PEOPLE * each * (1 + rewrites)
        for tier in routes.get(feature) or routes[Feature.MONTHLY_NARRATIVE]:
            yield row_of(feature, tier.deployment, calls, PEOPLE * each * (1 + rewrites))
    judge = first_revision(RUBRIC_SCORE)
    scored = [Call.about(brief, revisions[brief.form], judge) for brief in briefs]
    for tier in routes.get(Feature.RUBRIC_SCORING, ()):
        yield row_of(Feature.RUBRIC_SCORING, tier.deployment, scored, SCORED * written, mended_share=0.0)


def drawn(found: Sequence[Row], routes: Routes) -> Table:
    """The rows as a table, with the goals beside them."""
    columns = ("route", "model", "tokens read", "tokens written", "calls", "expected", "reserved at most")
    table = Table(*columns, *(f"<= ${goal}" for goal in GOALS), title=f"{PEOPLE:,} active people, one month")
    for row in found:
        name = row.feature if row.feature in routes else f"{row.feature} (off)"
        within = ("yes" if row.dollars <= goal else "no" for goal in GOALS)
        tokens = (f"{row.read:,.0f}", f"{row.written:,.0f}", f"{row.calls:,.0f}")
        table.add_row(name, row.deployment.name, *tokens, f"${row.dollars:.2f}", f"${row.most:.2f}", *within)
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=MODELS, help="the models file, with its prices")
    parser.add_argument("--rewrites", type=float, default=REWRITES, help="texts written again, for each text")
    parser.add_argument("--people", type=int, default=100, help="invented people whose briefs are looked at")
    chosen = parser.parse_args()
    routes = read_routes(chosen.models)
    console = Console(width=150)
    console.print(drawn(list(rows(routes, people=chosen.people, rewrites=chosen.rewrites)), routes))
    console.print(f"{REPEATS:.0%} of all texts are mended once, {chosen.rewrites:.0%} are written once more;")
    console.print(f"{SCORED:.0%} of all texts, composed ones too, are scored by a model.")


if __name__ == "__main__":
    main()
