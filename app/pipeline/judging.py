"""Opens, judges and closes a blinded review. Who judges is shown no side's name, and nobody a running score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.reviews import (
    FEWEST_PAIRS,
    FLAGS,
    MOST_PAIRS,
    MOST_REVIEWERS,
    Choice,
    ReviewStatus,
    Standing,
    a_is_left,
    faults_of_flags,
)
from app.domain.rubric import WRITING, Scores
from app.errors import ErrorCode, Problem, Refused
from app.jobs import fill_review, report_review
from app.pipeline.ports import Ports
from app.storage import audit
from app.storage.forgetting import erasure
from app.storage.jobs import ledger
from app.storage.sealed import CannotOpen, Identity, seal, unseal
from app.storage.store import Tx
from app.storage.words import pairs, reviews
from app.storage.words.pairs import Judgement, KeptPair
from app.storage.words.reviews import NewReview, Review
from prompts import Revision

WRITERS = ("weekly-card", "monthly-narrative")
"""Prompts whose texts people read, and reviewers compare."""
MOST_TITLE = 200
RUBRIC = f"{WRITING.name}@{WRITING.revision}"
_AAD = b"blind pair"
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair as one reviewer sees it; the token says which, for whom and on which sides, to nobody but us."""

    token: str
    pair: KeptPair
    a_left: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer says of a pair; scores by criterion, for both texts or for none; what each is pointed at for."""

    choice: Choice
    left: Mapping[str, int] | None = None
    right: Mapping[str, int] | None = None
    flags_left: Sequence[str] = ()
    flags_right: Sequence[str] = ()


def _refuse(code: ErrorCode, message: str, field: str) -> Refused:
    return Refused(Problem(code, message, ("input", field)))


async def open_review(
    ports: Ports, title: str, a: Revision, b: Revision, *, pairs_asked: int, reviewers: int, actor: str
) -> UUID:
    """Open a review of two revisions, and ask for its pairs; its id. Refused when they cannot be compared."""
    title = title.strip()
    if not 0 < len(title) <= MOST_TITLE or "\0" in title:
        raise _refuse(ErrorCode.OUT_OF_RANGE, f"title must have 1 to {MOST_TITLE} characters, and no NUL.", "title")
    if a.prompt != b.prompt or a.prompt not in WRITERS:
        raise _refuse(ErrorCode.INVALID, "Give two revisions of one prompt whose texts people read.", "b")
    if a.hash == b.hash:
        raise _refuse(ErrorCode.INVALID, "Give two different revisions.", "b")
    if not FEWEST_PAIRS <= pairs_asked <= MOST_PAIRS:
        raise _refuse(ErrorCode.OUT_OF_RANGE, f"pairs must be {FEWEST_PAIRS} to {MOST_PAIRS}.", "pairs")
    if not 1 <= reviewers <= MOST_REVIEWERS:
        raise _refuse(ErrorCode.OUT_OF_RANGE, f"reviewersPerPair must be 1 to {MOST_REVIEWERS}.", "reviewersPerPair")
    new = NewReview(title, a.prompt, a.name, a.hash, b.name, b.hash, pairs_asked, reviewers, RUBRIC, actor)
    async with ports.store.for_everyone() as tx:
        review_id = await reviews.keep_new(tx, new)
        await audit.keep_audit(tx, "OPEN_REVIEW", [review_id], actor=actor, reason=f"{a.name} against {b.name}")
        await ledger.keep_jobs(tx, [fill_review(review_id)])
    return review_id


async def find_next(ports: Ports, review_id: UUID, reviewer: UUID) -> Shown | None:
    """The pair that a reviewer is to judge now; None when there is none, or no review that is open."""
    identity = ports.keyring.identity
    rater, keyed = rater_of(identity, review_id, reviewer), identity.keyed(f"review|{review_id}")
    async with ports.store.for_everyone() as tx:
        review = await reviews.find(tx, review_id)
        if review is None or review.status is ReviewStatus.CLOSED or review.pairs_made is None:
            return None
        standing = await pairs.find_standing(tx, review_id, review.reviewers)
        chosen = standing.next_for(rater, keyed)
        found = await pairs.find_pair(tx, review_id, chosen.id) if chosen else None
    if found is None:
        return None
    a_left = _a_left(standing, found, rater, review.pairs_made, identity)
    named = review_id.bytes + found.pair.id.bytes + bytes.fromhex(rater) + bytes([a_left])
    return Shown(seal(identity.key_for("blind pair"), named, _AAD).hex(), found, a_left)


def _a_left(standing: Standing, found: KeptPair, rater: str, count: int, identity: Identity) -> bool:
    review_keyed = identity.keyed(f"sides|{rater}")
    if found.pair.repeats is None:
        return a_is_left(found.pair.number, rater, count, review_keyed)
    first = next(pair for pair in standing.pairs if pair.id == found.pair.repeats)
    return not a_is_left(first.number, rater, count, review_keyed)


def rater_of(identity: Identity, review_id: UUID, reviewer: UUID) -> str:
    """Who judges, as a pseudonym of one review."""
    return identity.pseudonym(f"review|{review_id}", reviewer)


async def judge(ports: Ports, token: str, reviewer: UUID, said: Verdict) -> int:
    """Keep what a reviewer says of the pair of their token; how many are left for them.

    Refused when the token is not theirs, its review is closed, its pair erased, or they have judged it before.
    """
    identity = ports.keyring.identity
    review_id, pair_id, rater, a_left = _opened(identity, token)
    if rater != rater_of(identity, review_id, reviewer):
        raise _not_theirs()
    scores = _scores(said)
    async with ports.store.for_everyone() as tx:
        found = await _find_held(tx, review_id, pair_id)
        review = await reviews.find_locked(tx, review_id)
        _require_open(review)
        if found is None:
            raise _refuse(ErrorCode.NOT_FOUND, "This pair is not there any more.", "token")
        new = Judgement(rater, a_left, said.choice, *scores, tuple(said.flags_left), tuple(said.flags_right))
        if not await pairs.keep_judgement(tx, review_id, found, new):
            raise _refuse(ErrorCode.ALREADY_DONE, "You have judged this pair.", "token")
        standing = await pairs.find_standing(tx, review_id, review.reviewers if review else 1)
        if standing.is_decided:
            await reviews.keep_decided(tx, review_id)
    return standing.left_for(rater)


async def _find_held(tx: Tx, review_id: UUID, pair_id: UUID) -> KeptPair | None:
    """A pair whose person is locked until the transaction ends, so that no erasure comes in between."""
    found = await pairs.find_pair(tx, review_id, pair_id)
    if found is None or not await erasure.keep_locked(tx, found.person_id):
        return None
    return await pairs.find_pair(tx, review_id, pair_id)


def _require_open(review: Review | None) -> None:
    if review is None:
        raise _not_theirs()
    if review.status is ReviewStatus.CLOSED:
        raise _refuse(ErrorCode.CONFLICT, "This review is closed.", "token")


def _opened(identity: Identity, token: str) -> tuple[UUID, UUID, str, bool]:
    """What a token names: review, pair, rater, and whether A was on the left."""
    try:
        named = unseal(identity.key_for("blind pair"), bytes.fromhex(token), _AAD)
    except (CannotOpen, ValueError):  # ValueError: no hex
        raise _not_theirs() from None
    review, pair, rater = (named[place : place + _ID_BYTES] for place in (0, _ID_BYTES, 2 * _ID_BYTES))
    return UUID(bytes=review), UUID(bytes=pair), rater.hex(), bool(named[-1])


def _not_theirs() -> Refused:
    return _refuse(ErrorCode.NOT_FOUND, "This token is none of yours.", "token")


def _scores(said: Verdict) -> tuple[Scores | None, Scores | None]:
    for name, flags in (("flagsLeft", said.flags_left), ("flagsRight", said.flags_right)):
        if faults_of_flags(flags):
            raise _refuse(ErrorCode.INVALID, f"{name} are each once of {', '.join(FLAGS)}.", name)
    if (said.left is None) != (said.right is None):
        raise _refuse(ErrorCode.REQUIRED, "Score both texts, or neither.", "left" if said.left is None else "right")
    for name, scores in (("left", said.left), ("right", said.right)):
        faults = WRITING.faults(scores) if scores is not None else ()
        if faults:
            raise Refused(*(Problem(ErrorCode.INVALID, fault, ("input", name)) for fault in faults))
    return said.left, said.right


async def close_review(ports: Ports, review_id: UUID, *, actor: str) -> None:
    """Judge no more, and ask for the result. Refused when there is no such review, or it is closed."""
    async with ports.store.for_everyone() as tx:
        review = await reviews.find_locked(tx, review_id)
        if review is None:
            raise _refuse(ErrorCode.NOT_FOUND, "There is no such review.", "reviewId")
        if review.status is ReviewStatus.CLOSED:
            raise _refuse(ErrorCode.ALREADY_DONE, "This review is closed.", "reviewId")
        await reviews.keep_closed(tx, review_id)
        await audit.keep_audit(tx, "CLOSE_REVIEW", [review_id], actor=actor, reason="closed")
        await ledger.keep_jobs(tx, [report_review(review_id)])
