"""The local writer: the default without a model, the fallback when one fails, and the control in reviews.

Deterministic: the same brief and the same revision give the same words.
"""

from app.domain.narrative.brief import Brief, Form, Manner
from app.domain.narrative.compose_card import compose_card
from app.domain.narrative.compose_month import compose_month
from app.domain.narrative.draft import Draft
from app.domain.narrative.voice import Phrases, Voice

DAYS_OF_WEEK = 7


def compose(brief: Brief, phrases: Phrases) -> Draft:
    """The draft of a card or a month. KeyError when `phrases` lacks a key: that is a fault of the revision."""
    voice = _voice(brief, phrases)
    return compose_card(brief, voice) if brief.form is Form.CARD else compose_month(brief, voice)


def step_label(brief: Brief, phrases: Phrases) -> str | None:
    """The words on the button of a card's small step; None when nothing is offered."""
    action = brief.points[0].suggestion
    return None if action is None else _voice(brief, phrases).fill(f"step.{action}")


def _voice(brief: Brief, phrases: Phrases) -> Voice:
    first = brief.period.first
    turn = first.toordinal() // DAYS_OF_WEEK if brief.form is Form.CARD else 12 * first.year + first.month
    return Voice(phrases, brief.digest, turn, gentle=brief.manner is Manner.GENTLE)
