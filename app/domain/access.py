"""Who may call: roles, and the caller a token speaks for. What a role may do is decided by the schema."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a caller may be; a token may carry several."""

    USER = "USER"
    SERVICE = "SERVICE"
    ANALYST = "ANALYST"
    REVIEWER = "REVIEWER"
    OPERATOR = "OPERATOR"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token speaks for: the app's own key of the person or program, its roles, and until when."""

    subject: str = field(repr=False)
    roles: frozenset[Role]
    expires_at: datetime
