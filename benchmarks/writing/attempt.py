"""Words a few of the fixed briefs with one revision, and shows what checks and rubric say: `spectrum prompts try`."""

from pathlib import Path

from rich.console import Console

from app.domain.narrative import Draft, Form
from app.domain.rubric import WRITING
from app.errors import ConfigurationError
from benchmarks.writing.briefs import fixed_briefs
from benchmarks.writing.evaluate import PROMPTS, Written, by_rule, composer, written
from benchmarks.writing.models import model_writer
from prompts import Revision

PEOPLE = 50
_EVERY = 37
"""Texts are taken this far apart, so that they are of different kinds."""


async def attempt(revision: Revision, texts: int, models: Path | None, model: str | None) -> int:
    """Print `texts` texts of `revision`, by the composer or a model; 1 when any of them fails a check."""
    forms = {prompt: form for form, prompt in PROMPTS.items()}
    form = forms.get(revision.prompt)
    if form is None:
        raise ConfigurationError(f"{revision.prompt} words no texts: try one of {', '.join(forms)}.")
    revisions = {form: revision}
    writer = await model_writer(models, model, revisions) if models else composer(revisions)
    asked = [each for each in fixed_briefs(PEOPLE) if each.brief.form is form][::_EVERY][:texts]
    console, failed = Console(highlight=False), False
    for each in asked:
        one = await written(each, writer, revisions, {"rubric": by_rule})
        _show(console, one, form)
        failed |= not one.report.ok
    return int(failed)


def _show(console: Console, one: Written, form: Form) -> None:
    brief = one.asked.brief
    console.rule(f"{brief.period.first} to {brief.period.last}, {brief.manner.lower()}")
    if isinstance(one.draft, Draft):
        console.print(f"[bold]{one.draft.title.text}[/bold]")
        for sentence in one.draft.body:
            console.print(f"  {sentence.text}")
        for section in one.draft.sections:
            console.print(f"  [italic]{section.heading}[/italic]")
            for paragraph in section.paragraphs:
                console.print(f"    {paragraph.text}")
        console.print(f"passes all checks; rubric by rule {one.scores['rubric']:.1f} of 5, from {WRITING.pass_mark} on")
    else:
        console.print("[red]refused[/red]: " + "; ".join(f"{name} ({why})" for name, why in one.report.failed))
    if one.cost:
        console.print(f"cost {one.cost:,} micro-dollars")
