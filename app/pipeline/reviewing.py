"""Writes the pairs of a blinded review: recent briefs of different people, each told by both revisions.

Asks no model: both texts are the local composer's, so that two revisions are compared and not two writers.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from app.domain.narrative import (
    Brief,
    Claim,
    brief_from_json,
    card_from_json,
    claim_to_json,
    claims_from,
    draw,
    evidence_in,
    narrative_from_json,
)
from app.domain.periods import PeriodKind
from app.domain.reviews import ReviewStatus, choose_repeats
from app.jobs import Claimed, Kept, Skipped
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.store import Tx
from app.storage.words import pairs, reviews
from app.storage.words.pairs import Fit, NewPair
from app.storage.words.reviews import Review
from prompts import Revision, list_revisions

FEWEST_PEOPLE = 20
"""A text of fewer people than these would be somebody's whom the team could guess."""
NOBODY = UUID(int=0)
"""For whom both texts of a pair are drawn."""
TRIED = 2
"""Texts that are looked at for each pair that is asked for: some revisions say the same."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The pairs of a review, the swapped repeats last, how many are no repeats, and why not as many as were asked."""

    review_id: UUID
    pairs: tuple[NewPair, ...]
    count: int
    note: str | None


async def prepare(job: Claimed, ports: Ports) -> Filled | Skipped:
    """Find texts, and tell each brief by both revisions; none while fewer than 20 people have one."""
    review_id = UUID(job.scope["review_id"])
    async with ports.store.for_everyone() as tx:
        review = await reviews.find(tx, review_id)
        if review is None or review.status is ReviewStatus.CLOSED or review.pairs_made is not None:
            return Skipped("The review is closed, or has its pairs.")
        many = await pairs.count_fit(tx, review.prompt)
        fit = await pairs.list_fit(tx, review.prompt, review_id, limit=TRIED * review.pairs_asked)
    held = {revision.hash: revision for revision in list_revisions(review.prompt)}
    if review.hash_a not in held or review.hash_b not in held:
        return Filled(review_id, (), 0, "This build does not hold both revisions: no pair was made.")
    if many < FEWEST_PEOPLE:
        return Filled(review_id, (), 0, f"Fewer than {FEWEST_PEOPLE} people have a text that fits: no pair was made.")
    a, b = held[review.hash_a], held[review.hash_b]
    made, refused = await asyncio.to_thread(_pairs, review, fit, a, b)
    drawn = choose_repeats(len(made), ports.keyring.identity.keyed(f"review|{review_id}"))
    again = _again(review_id, [made[number] for number in drawn], len(made))
    return Filled(review_id, (*made, *again), len(made), _note(review, len(made), refused))


async def keep(tx: Tx, result: Filled) -> Kept:
    """Keep the pairs of people whose texts still stand; nothing when the review was closed, or has its pairs."""
    await people.list_locked(tx, sorted({pair.of.person_id for pair in result.pairs}))
    review = await reviews.find_locked(tx, result.review_id)
    if review is None or review.status is ReviewStatus.CLOSED or review.pairs_made is not None:
        return Kept()
    await pairs.keep(tx, result.review_id, result.pairs)
    await reviews.keep_made(tx, result.review_id, result.count, result.note)
    return Kept()


def _pairs(review: Review, fit: Iterable[Fit], a: Revision, b: Revision) -> tuple[list[NewPair], Counter[str]]:
    """As many pairs as were asked for, each over a brief of its own, where both pass their checks and differ.

    With them, of how many briefs the words of each revision were refused: that speaks against it, too.
    """
    made: list[NewPair] = []
    refused: Counter[str] = Counter()
    seen: set[str] = set()
    for each in fit:
        if len(made) == review.pairs_asked:
            break
        if each.brief_digest in seen:
            continue
        seen.add(each.brief_digest)
        brief, stored = brief_from_json(each.brief), _claims(each)
        left, right = _told(stored, brief, a), _told(stored, brief, b)
        refused.update(revision.name for revision, told in ((a, left), (b, right)) if told is None)
        if left and right and [claim.text for claim in left] != [claim.text for claim in right]:
            id_ = uuid5(review.id, str(len(made)))
            made.append(NewPair(id_, len(made), None, each, _to_json(left), _to_json(right)))
    return made, refused


def _note(review: Review, made: int, refused: Mapping[str, int]) -> str | None:
    """Why there are fewer pairs than were asked for, and whose words were refused; None when nothing is to be said."""
    few = [f"{made} of {review.pairs_asked} pairs: no more texts fit."] if made < review.pairs_asked else []
    failed = [f"{name} failed its checks on {many} briefs." for name, many in sorted(refused.items())]
    return " ".join(few + failed) or None


def _again(review_id: UUID, drawn: Sequence[NewPair], count: int) -> Iterator[NewPair]:
    """The pairs that come back, numbered after all others."""
    for number, pair in enumerate(drawn, start=count):
        yield NewPair(uuid5(review_id, str(number)), number, pair.id, pair.of, pair.text_a, pair.text_b)


def _claims(fit: Fit) -> tuple[Claim, ...]:
    read = card_from_json if fit.period_kind is PeriodKind.WEEK else narrative_from_json
    return read(fit.content).claims()


def _told(stored: tuple[Claim, ...], brief: Brief, revision: Revision) -> tuple[Claim, ...] | None:
    """What `revision` tells nobody in particular, so that no published words are shown; None when it fails."""
    draft = draw(brief, revision.phrases, fixed=revision.sayings, reader=NOBODY).draft
    if draft is None:
        return None
    bound = evidence_in(stored, brief)
    cited = {name for sentence in draft.sentences() for name in sentence.evidence}
    return claims_from(draft, bound) if cited <= set(bound) else None


def _to_json(claims: tuple[Claim, ...]) -> list[dict[str, Any]]:
    return [claim_to_json(claim) for claim in claims]
