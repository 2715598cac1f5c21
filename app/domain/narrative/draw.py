"""Composes until the words pass: what one draw of variants says badly, the next one may say well. Shows nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.narrative.brief import Brief
from app.domain.narrative.check import check
from app.domain.narrative.compose import compose, seed_for
from app.domain.narrative.draft import Draft
from app.domain.narrative.voice import Phrases

DRAWS = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """The first words that passed, None when none did; the seed that drew them; and the checks that they passed.

    `failed` are the checks that earlier draws did not pass.
    """

    draft: Draft | None
    seed: str
    checks_passed: tuple[str, ...]
    failed: tuple[str, ...]


def draw(brief: Brief, phrases: Phrases, *, fixed: Sequence[str], reader: UUID) -> Drawn:
    """Compose `brief` for a reader, three times at most; `fixed` are all sayings of the revision."""
    failed: list[str] = []
    for attempt in range(DRAWS):
        seed = seed_for(reader, brief, attempt)
        draft = compose(brief, phrases, seed=seed)
        report = check(draft, brief, fixed=fixed)
        if report.ok:
            return Drawn(draft, seed, report.passed, tuple(failed))
        failed += [name for name, _ in report.failed]
    return Drawn(None, "", (), tuple(failed))
