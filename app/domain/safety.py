"""When support is offered, and which public lines a person can reach where they live.

Scores no risk, blocks nothing and tells nobody: it only says what may be offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType

from app.domain.affect import CareLevel


class SafetyAction(StrEnum):
    """What was done about a text: shown as it was, written again, composed instead, or not shown."""

    ALLOWED = "ALLOWED"
    REWRITTEN = "REWRITTEN"
    TEMPLATE_USED = "TEMPLATE_USED"
    WITHHELD = "WITHHELD"


@dataclass(frozen=True, slots=True)
class SupportLine:
    """A public line: `label` is its name as locals know it, `contact` a number to call or text, or a web address."""

    label: str
    contact: str


_DIRECTORY = SupportLine("Find a helpline near you", "findahelpline.com")
_ANYWHERE = (SupportLine("Emergency services", "Your local emergency number"), _DIRECTORY)
_EUROPE = SupportLine("Emergency services", "112")
_EUROPEAN_UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)


def _lines(line: str, contact: str, emergency: str) -> tuple[SupportLine, ...]:
    return (SupportLine(line, contact), SupportLine("Emergency services", emergency), _DIRECTORY)


LINES_BY_REGION: Mapping[str, tuple[SupportLine, ...]] = MappingProxyType(
    {
        **dict.fromkeys(_EUROPEAN_UNION, (_EUROPE, _DIRECTORY)),
        "US": _lines("988 Suicide & Crisis Lifeline", "988 (call or text)", "911"),
        "CA": _lines("9-8-8 Suicide Crisis Helpline", "988 (call or text)", "911"),
        "GB": _lines("Samaritans", "116 123", "999"),
        "IE": _lines("Samaritans", "116 123", "112"),
        "AU": _lines("Lifeline", "13 11 14", "000"),
        "NZ": _lines("1737, Need to talk?", "1737 (call or text)", "111"),
        "DE": _lines("TelefonSeelsorge", "116 123", "112"),
        "AT": _lines("TelefonSeelsorge", "142", "112"),
        "CH": _lines("Die Dargebotene Hand, La Main Tendue", "143", "112"),
        "FR": _lines("3114, prévention du suicide", "3114", "112"),
        "NL": _lines("113 Zelfmoordpreventie", "113", "112"),
        "ES": _lines("Línea 024", "024", "112"),
    }
)
"""The maintained table, by ISO 3166 region. Each region: its line first, then emergency services, then a directory."""


def support_lines(locale: str) -> tuple[SupportLine, ...]:
    """The lines for a locale such as `en-GB` or `fr_CA`; what works anywhere when it names no known region.

    Never empty. A language alone says nothing about where someone is, so that only the region counts; what
    follows a one-letter part is an extension (`en-u-ca-gregory` names a calendar, not Canada).
    """
    parts = locale.replace("_", "-").split(".")[0].split("-")
    naming = list(takewhile(lambda part: len(part) != 1, parts))
    region = next((part.upper() for part in naming[1:] if len(part) == 2), "")
    return LINES_BY_REGION.get(region, _ANYWHERE)


def needs_support(care: CareLevel) -> bool:
    """Whether support is to be offered at all. A MENTION offers it too: offering is never a claim about anyone."""
    return care is not CareLevel.NONE
