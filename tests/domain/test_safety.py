"""Support lines: everyone gets some, people in a known country get their own first."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import CareLevel
from app.domain.safety import LINES_BY_REGION, needs_support, support_lines


@pytest.mark.parametrize(
    ("locale", "contact"),
    [
        ("en-US", "988 (call or text)"),
        ("fr-CA", "988 (call or text)"),
        ("en_GB.UTF-8", "116 123"),
        ("en-IE", "116 123"),
        ("en-AU", "13 11 14"),
        ("mi-NZ", "1737 (call or text)"),
        ("de-Latn-DE", "116 123"),
        ("pt-PT", "112"),
        ("en-GB-u-ca-gregory", "116 123"),
    ],
)
def test_a_known_country_gets_its_own_line_first(locale: str, contact: str) -> None:
    """The region decides, whatever the language, the script or the spelling of the locale."""
    assert support_lines(locale)[0].contact == contact


@given(st.text(max_size=20))
def test_everyone_gets_lines(locale: str) -> None:
    """Any locale, even nonsense, gives at least an emergency line and a directory; none is blank."""
    lines = support_lines(locale)
    assert len(lines) >= 2
    assert all(line.label.strip() and line.contact.strip() for line in lines)
    assert lines[-1].contact == "findahelpline.com"


@pytest.mark.parametrize("locale", ["en", "xx-YY", "", "en-001", "en-u-ca-gregory", "en-x-us", "x-gb"])
def test_an_unknown_country_gets_what_works_anywhere(locale: str) -> None:
    """Without a known region no number of some other country is shown."""
    assert not any(re.search(r"\d", line.contact) for line in support_lines(locale))


def test_the_table_is_whole() -> None:
    """Every region has two letters, and emergency services among its lines."""
    for region, lines in LINES_BY_REGION.items():
        assert re.fullmatch(r"[A-Z]{2}", region)
        assert any(line.label == "Emergency services" for line in lines)


def test_support_is_offered_from_a_mention_on() -> None:
    """Offering is never a claim, so that a mention is enough."""
    assert [needs_support(level) for level in CareLevel] == [False, True, True]
