"""Findings: what a week or a month has to say, in numbers. Words are the narrative's."""

from app.domain.findings.evidence import Evidence, evidence_from_json, evidence_of, evidence_to_json, recheck
from app.domain.findings.finding import SUPPORT_KEY, Finding, InsightKind, SuggestedAction
from app.domain.findings.month import find_month, sessions_needed_for_month
from app.domain.findings.week import MOST_CARDS, Before, find_week

__all__ = [
    "MOST_CARDS",
    "SUPPORT_KEY",
    "Before",
    "Evidence",
    "Finding",
    "InsightKind",
    "SuggestedAction",
    "evidence_from_json",
    "evidence_of",
    "evidence_to_json",
    "find_month",
    "find_week",
    "recheck",
    "sessions_needed_for_month",
]
