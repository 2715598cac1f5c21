"""Makes a published text again from what it was made of, and compares: same brief, same words. Asks no model."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import orjson

from app.domain.narrative import (
    Draft,
    Form,
    brief_from_json,
    card_from_json,
    compose,
    draft_from_json,
    narrative_from_json,
)
from app.domain.periods import PeriodKind
from app.pipeline.ports import Ports
from app.storage.words import made
from app.storage.words.made import Made
from prompts import Revision, list_revisions


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Whether the kept brief is the one that was written from, and whether it gives the same words again.

    Both hashes are SHA-256 (hex) of the words in reading order, headings too.
    """

    same_input: bool
    stored_hash: str
    new_hash: str
    explanation: str

    @property
    def same_text(self) -> bool:
        """Whether the words are the same."""
        return self.stored_hash == self.new_hash


async def reproduce(ports: Ports, writing_id: UUID) -> Reproduction | None:
    """Make one text of anybody again; None when there is none."""
    async with ports.store.for_everyone() as tx:
        text = await made.find(tx, writing_id)
    return None if text is None else reproduced(text)


def reproduced(text: Made) -> Reproduction:
    """The text again: from the answer that is kept, or, where the composer wrote, from the revision's phrases."""
    brief = brief_from_json(text.brief)
    same_input = brief.digest == text.brief_digest
    stored = _hash(_kept_words(text))
    revision = next((each for each in _revisions_of(text) if each.hash == text.prompt_hash), None)
    if revision is None:
        return Reproduction(same_input, stored, "", f"This build does not hold {text.prompt_revision} as it was then.")
    if text.answer is not None:
        draft, way = draft_from_json(text.answer, brief.form), "the answer that the model gave"
    else:
        draft, way = compose(brief, revision.phrases, seed=text.seed), "the composer"
    again = _hash(_words(draft))
    if not same_input:
        return Reproduction(False, stored, again, "The kept brief is not the one that was written from.")
    same = "gives the same words again" if again == stored else "gives other words now"
    return Reproduction(True, stored, again, f"From the kept brief, {way} {same}.")


def _revisions_of(text: Made) -> tuple[Revision, ...]:
    return list_revisions(text.prompt_revision.partition("@")[0])


def _kept_words(text: Made) -> Iterator[str]:
    if text.period_kind is PeriodKind.WEEK:
        yield from (claim.text for claim in card_from_json(text.content).claims())
        return
    narrative = narrative_from_json(text.content)
    yield narrative.title.text
    for section in narrative.sections:
        yield section.heading
        yield from (paragraph.text for paragraph in section.paragraphs)


def _words(draft: Draft) -> Iterator[str]:
    yield draft.title.text
    if draft.form is Form.CARD:
        yield from (sentence.text for sentence in draft.body)
    for section in draft.sections:
        yield section.heading
        yield from (paragraph.text for paragraph in section.paragraphs)


def _hash(words: Iterator[str]) -> str:
    return hashlib.sha256(orjson.dumps(list(words))).hexdigest()
