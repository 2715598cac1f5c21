"""The local writer: the default without a model, the fallback when one fails, and the control in reviews.

Deterministic: the same brief, revision and seed give the same words.
"""

import hashlib
from uuid import UUID

from app.domain.narrative.brief import Brief, Form, Manner
from app.domain.narrative.compose_card import compose_card
from app.domain.narrative.compose_month import compose_month
from app.domain.narrative.draft import Draft
from app.domain.narrative.voice import Phrases, Voice

DAYS_OF_WEEK = 7
SEED_DIGITS = 16


def seed_for(reader: UUID, brief: Brief, attempt: int = 0) -> str:
    """What words are drawn by for one reader: two with the same to be told are told it in different words.

    It rests on no number of the brief: a phrase stays when its numbers change. Each `attempt` draws anew.
    """
    about = brief.points[0].key if brief.form is Form.CARD else ""
    drawn = f"{reader}|{brief.form}|{brief.period.first}|{about}|{attempt}"
    return hashlib.sha256(drawn.encode()).hexdigest()[:SEED_DIGITS]


def compose(brief: Brief, phrases: Phrases, *, seed: str | None = None) -> Draft:
    """The draft of a card or a month, drawn by `seed` (none: by the brief itself).

    KeyError when `phrases` lacks a key: that is a fault of the revision.
    """
    voice = _voice(brief, phrases, seed)
    return compose_card(brief, voice) if brief.form is Form.CARD else compose_month(brief, voice)


def step_label(brief: Brief, phrases: Phrases, *, seed: str | None = None) -> str | None:
    """The words on the button of a card's small step; None when nothing is offered."""
    action = brief.points[0].suggestion
    return None if action is None else _voice(brief, phrases, seed).fill(f"step.{action}")


def _voice(brief: Brief, phrases: Phrases, seed: str | None) -> Voice:
    first = brief.period.first
    turn = first.toordinal() // DAYS_OF_WEEK if brief.form is Form.CARD else 12 * first.year + first.month
    return Voice(phrases, seed or brief.digest, turn, gentle=brief.manner is Manner.GENTLE)
