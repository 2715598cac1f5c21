"""The local writer: the default without a model, the fallback when one fails, and the control in reviews.

Deterministic: the same brief and the same revision give the same words.
"""

from app.domain.narrative.brief import Brief, Form, Manner
from app.domain.narrative.compose_card import compose_card
from app.domain.narrative.compose_month import compose_month
from app.domain.narrative.draft import Draft
from app.domain.narrative.voice import Phrases, Voice


def compose(brief: Brief, phrases: Phrases) -> Draft:
    """The draft of a card or a month. KeyError when `phrases` lacks a key: that is a fault of the revision."""
    voice = Voice(phrases, brief.digest, gentle=brief.manner is Manner.GENTLE)
    return compose_card(brief, voice) if brief.form is Form.CARD else compose_month(brief, voice)


def step_label(brief: Brief, phrases: Phrases) -> str | None:
    """The words on the button of a card's small step; None when nothing is offered."""
    action = brief.points[0].suggestion
    return None if action is None else Voice(phrases, brief.digest).fill(f"step.{action}")
