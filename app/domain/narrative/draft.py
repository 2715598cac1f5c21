"""A draft: sentences with the evidence each one cites, in the one shape that every writer answers in.

Parses and prints; whether a draft may be shown is decided by `check`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.narrative.brief import Form, SectionKind

MOST_EVIDENCE = 4
MOST_BODY = 4
MOST_PARAGRAPHS = 6
MOST_CHARACTERS = 1_000
"""Of any text, so that what a broken writer sends is never searched at length."""


class MalformedDraft(ValueError):
    """An answer that is no draft. The message names the place, never the content."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A headline, a title, a sentence of a card or a paragraph of a month, and the ids of 0 to 4 facts it rests on."""

    text: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a month under its heading."""

    kind: SectionKind
    heading: str
    paragraphs: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A card (`title` is its headline, `body` its 1 to 4 sentences) or a month (`title` and `sections`, at most 7)."""

    form: Form
    title: Sentence
    body: tuple[Sentence, ...] = ()
    sections: tuple[Section, ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        """Everything that cites, in reading order; without headings."""
        yield self.title
        yield from self.body
        for section in self.sections:
            yield from section.paragraphs

    def headings(self) -> Iterator[Sentence]:
        """Headings, each with all that its section cites: a heading may claim what its section rests on."""
        for section in self.sections:
            ids = dict.fromkeys(name for paragraph in section.paragraphs for name in paragraph.evidence)
            yield Sentence(section.heading, tuple(ids))

    def everything(self) -> Iterator[Sentence]:
        """All that would be shown."""
        yield from self.sentences()
        yield from self.headings()


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """The shape that a language model answers in."""
    if draft.form is Form.CARD:
        return {"headline": _to_json(draft.title), "body": [_to_json(sentence) for sentence in draft.body]}
    return {
        "title": _to_json(draft.title),
        "sections": [
            {
                "kind": section.kind.value,
                "heading": section.heading,
                "paragraphs": [_to_json(paragraph) for paragraph in section.paragraphs],
            }
            for section in draft.sections
        ],
    }


def draft_from_json(raw: object, form: Form) -> Draft:
    """A draft from an answer of a writer. MalformedDraft when its keys, types or counts are not the schema's."""
    if form is Form.CARD:
        fields = _object(raw, {"headline", "body"}, "card")
        body = tuple(_sentence(item) for item in _items(fields["body"], 1, MOST_BODY, "body"))
        return Draft(form, _sentence(fields["headline"]), body=body)
    fields = _object(raw, {"title", "sections"}, "month")
    sections = tuple(_section(item) for item in _items(fields["sections"], 1, len(SectionKind), "sections"))
    places = [tuple(SectionKind).index(section.kind) for section in sections]
    if places != sorted(set(places)):
        raise MalformedDraft("sections come once each, in reading order")
    return Draft(form, _sentence(fields["title"]), sections=sections)


def _to_json(sentence: Sentence) -> dict[str, Any]:
    return {"text": sentence.text, "evidence": list(sentence.evidence)}


def _section(raw: object) -> Section:
    fields = _object(raw, {"kind", "heading", "paragraphs"}, "section")
    kind = _text(fields["kind"])
    if kind not in tuple(SectionKind):
        raise MalformedDraft("a section is of no known kind")
    paragraphs = tuple(_sentence(item) for item in _items(fields["paragraphs"], 1, MOST_PARAGRAPHS, "paragraphs"))
    return Section(SectionKind(kind), _text(fields["heading"]), paragraphs)


def _sentence(raw: object) -> Sentence:
    fields = _object(raw, {"text", "evidence"}, "sentence")
    ids = _items(fields["evidence"], 0, MOST_EVIDENCE, "evidence")
    return Sentence(_text(fields["text"]), tuple(_text(item) for item in ids))


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise MalformedDraft("a text is missing")
    if len(raw) > MOST_CHARACTERS:
        raise MalformedDraft(f"a text is longer than {MOST_CHARACTERS} characters")
    return raw


def _items(raw: object, fewest: int, most: int, name: str) -> Sequence[object]:
    if not isinstance(raw, list) or not fewest <= len(raw) <= most:
        raise MalformedDraft(f"{name} is not a list of {fewest} to {most}")
    return raw


def _object(raw: object, keys: set[str], name: str) -> Mapping[str, object]:
    if not isinstance(raw, dict) or set(raw) != keys:
        raise MalformedDraft(f"a {name} has other keys than {', '.join(sorted(keys))}")
    return raw
