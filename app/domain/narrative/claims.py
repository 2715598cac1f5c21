"""What is shown: claims bound to their evidence, as a card or as the narrative of a month.

Takes drafts that passed their checks; checks nothing again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.findings.evidence import Evidence, evidence_from_json, evidence_to_json
from app.domain.findings.finding import Finding, SuggestedAction
from app.domain.narrative.brief import Brief, Fact, SectionKind, numbered
from app.domain.narrative.draft import Draft, Sentence


@dataclass(frozen=True, slots=True)
class Claim:
    """A text and the 0 to 4 evidences it rests on."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim as it is kept: its evidence is read when it is asked for, which a list of cards seldom does."""

    raw: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Its words."""
        text: str = self.raw["text"]
        return text

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What they rest on. KeyError or ValueError on what `claim_to_json` did not write."""
        return claim_from_json(self.raw).evidence


@dataclass(frozen=True, slots=True)
class Step:
    """The one small step a card ends in."""

    label: str
    action: SuggestedAction


@dataclass(frozen=True, slots=True)
class Card:
    """A weekly card: headline, one to four sentences, and a step."""

    headline: Claim
    body: tuple[Claim, ...]
    step: Step | None

    def claims(self) -> tuple[Claim, ...]:
        """All of them, in reading order."""
        return (self.headline, *self.body)


@dataclass(frozen=True, slots=True)
class NarrativeSection:
    """A section of a month."""

    kind: SectionKind
    heading: str
    paragraphs: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The words of a month: a title and up to seven sections in reading order."""

    title: Claim
    sections: tuple[NarrativeSection, ...]

    def claims(self) -> tuple[Claim, ...]:
        """All of them, in reading order."""
        return (self.title, *(claim for section in self.sections for claim in section.paragraphs))


def card_from(draft: Draft, finding: Finding, label: str | None) -> Card:
    """The card of a checked draft; `label` is that of its step, from `step_label`. KeyError on an unknown evidence."""
    bound = numbered((finding,))
    step = None if finding.suggestion is None or label is None else Step(label, finding.suggestion)
    return Card(_claim(draft.title, bound), tuple(_claim(sentence, bound) for sentence in draft.body), step)


def narrative_from(draft: Draft, findings: Iterable[Finding]) -> Narrative:
    """The narrative of a checked draft of these findings. KeyError on an unknown evidence."""
    bound = numbered(findings)
    return Narrative(
        _claim(draft.title, bound),
        tuple(
            NarrativeSection(
                section.kind, section.heading, tuple(_claim(paragraph, bound) for paragraph in section.paragraphs)
            )
            for section in draft.sections
        ),
    )


def claims_from(draft: Draft, bound: Mapping[str, Evidence]) -> tuple[Claim, ...]:
    """Headline or title, then sentences or paragraphs, with their evidence. KeyError on one that is not `bound`."""
    return tuple(_claim(sentence, bound) for sentence in draft.sentences())


def evidence_in(claims: Iterable[Claim], brief: Brief) -> dict[str, Evidence]:
    """Evidence of `claims` by the ids that their `brief` gives it; what no claim cites is missing."""
    cited = {_mark(evidence): evidence for claim in claims for evidence in claim.evidence}
    return {fact.id: cited[_mark(fact)] for fact in brief.facts if _mark(fact) in cited}


def _mark(named: Evidence | Fact) -> tuple[object, ...]:
    """By what a fact of a brief and the evidence it was made of know each other."""
    return named.metric, named.subject, named.shown


def claim_to_json(claim: Claim) -> dict[str, Any]:
    """Plain types only; `claim_from_json` gives back an equal value."""
    return {"text": claim.text, "evidence": [evidence_to_json(evidence) for evidence in claim.evidence]}


def claim_from_json(raw: Mapping[str, Any]) -> Claim:
    """What `claim_to_json` wrote. KeyError or ValueError on anything else."""
    return Claim(raw["text"], tuple(evidence_from_json(evidence) for evidence in raw["evidence"]))


def card_to_json(card: Card) -> dict[str, Any]:
    """Plain types only; `card_from_json` gives back an equal value."""
    return {
        "headline": claim_to_json(card.headline),
        "body": [claim_to_json(claim) for claim in card.body],
        "step": None if card.step is None else {"label": card.step.label, "action": card.step.action.value},
    }


def card_from_json(raw: Mapping[str, Any]) -> Card:
    """What `card_to_json` wrote. KeyError or ValueError on anything else."""
    claims = (claim_from_json(claim.raw) for claim in kept_claims(raw))
    return Card(next(claims), tuple(claims), step_from_json(raw))


def kept_claims(raw: Mapping[str, Any]) -> tuple[KeptClaim, ...]:
    """The claims of what `card_to_json` wrote, in reading order."""
    return (KeptClaim(raw["headline"]), *map(KeptClaim, raw["body"]))


def step_from_json(raw: Mapping[str, Any]) -> Step | None:
    """The step of what `card_to_json` wrote, None where it ends in none."""
    step = raw["step"]
    return None if step is None else Step(step["label"], SuggestedAction(step["action"]))


def narrative_to_json(narrative: Narrative) -> dict[str, Any]:
    """Plain types only; `narrative_from_json` gives back an equal value."""
    return {
        "title": claim_to_json(narrative.title),
        "sections": [
            {
                "kind": section.kind.value,
                "heading": section.heading,
                "paragraphs": [claim_to_json(claim) for claim in section.paragraphs],
            }
            for section in narrative.sections
        ],
    }


def narrative_from_json(raw: Mapping[str, Any]) -> Narrative:
    """What `narrative_to_json` wrote. KeyError or ValueError on anything else."""
    return Narrative(
        claim_from_json(raw["title"]),
        tuple(
            NarrativeSection(
                SectionKind(section["kind"]),
                section["heading"],
                tuple(claim_from_json(claim) for claim in section["paragraphs"]),
            )
            for section in raw["sections"]
        ),
    )


def _claim(sentence: Sentence, bound: Mapping[str, Evidence]) -> Claim:
    return Claim(sentence.text, tuple(bound[name] for name in sentence.evidence))
