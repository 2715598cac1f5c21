"""Tokens of a teaser: which person was given one on which day, so that impressions and upgrades can be joined.

Keeps nothing: a token is an HMAC over what it says, the same all day. Counts nothing and decides nothing.
"""

import base64
import hmac
from datetime import date
from uuid import UUID

from app.domain.engagement import Impression
from app.jobs import PersonAt
from app.storage.sealed import Identity

LONGEST_TOKEN = 100
"""Characters; ours have 58."""


def impression_token(identity: Identity, person: PersonAt, day: date) -> str:
    """What a teaser carries that is given to `person` on `day`; it leads back to nobody, and erasing ends it."""
    signed = identity.pseudonym("teaser", _said(person, day))
    return base64.urlsafe_b64encode(f"{day.isoformat()}.{signed}".encode()).decode().rstrip("=")


def read_impression(identity: Identity, person: PersonAt, token: str) -> Impression | None:
    """What a token says; None when it is no token of this person's."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        told = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        day = date.fromisoformat(told.partition(".")[0])
    except ValueError:
        return None
    if not hmac.compare_digest(token, impression_token(identity, person, day)):
        return None
    return Impression(UUID(identity.pseudonym("impression", _said(person, day))), day)


def _said(person: PersonAt, day: date) -> str:
    return f"{person.id.hex}.{person.epoch}.{day.isoformat()}"
