"""From findings to words: the brief, the local composer, the checks, and the claims that are shown."""

from app.domain.narrative.brief import (
    Brief,
    Form,
    Manner,
    SectionKind,
    brief_for_card,
    brief_for_month,
    brief_from_json,
    brief_to_json,
)
from app.domain.narrative.check import CheckReport, check
from app.domain.narrative.claims import (
    Card,
    Claim,
    Narrative,
    NarrativeSection,
    Step,
    card_from,
    card_from_json,
    card_to_json,
    claim_from_json,
    claim_to_json,
    narrative_from,
    narrative_from_json,
    narrative_to_json,
)
from app.domain.narrative.compose import compose, step_label
from app.domain.narrative.draft import Draft, MalformedDraft, Section, Sentence, draft_from_json, draft_to_json

__all__ = [
    "Brief",
    "Card",
    "CheckReport",
    "Claim",
    "Draft",
    "Form",
    "MalformedDraft",
    "Manner",
    "Narrative",
    "NarrativeSection",
    "Section",
    "SectionKind",
    "Sentence",
    "Step",
    "brief_for_card",
    "brief_for_month",
    "brief_from_json",
    "brief_to_json",
    "card_from",
    "card_from_json",
    "card_to_json",
    "check",
    "claim_from_json",
    "claim_to_json",
    "compose",
    "draft_from_json",
    "draft_to_json",
    "narrative_from",
    "narrative_from_json",
    "narrative_to_json",
    "step_label",
]
