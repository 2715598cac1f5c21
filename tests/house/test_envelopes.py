"""`docs/envelopes.md` says the limits of the code, and of each what was measured and how."""

import re
from importlib.util import find_spec
from pathlib import Path

from app.domain.envelopes import ENVELOPES, Envelope, EnvelopeUnit

PAGE = Path(__file__).parents[2] / "docs" / "envelopes.md"
ROW = re.compile(r"^\| `([a-z_.0-9]+)` \| ([^|]+) \| ([^|]+) \| ([^|]*) \| `([^`|]+)` \|$", re.MULTILINE)
UNITS = {
    EnvelopeUnit.MILLISECONDS: "{:,.0f} ms",
    EnvelopeUnit.SECONDS: "{:,.0f} s",
    EnvelopeUnit.DOLLARS: "${:,.0f}",
    EnvelopeUnit.MEBIBYTES: "{:,.0f} MiB",
    EnvelopeUnit.KIBIBYTES: "{:,.0f} KiB",
    EnvelopeUnit.COUNT: "{:,.0f}",
}


def _said(envelope: Envelope) -> str:
    if envelope.unit is EnvelopeUnit.SHARE:
        return f"{envelope.limit * 100:.0f} %"
    return UNITS[envelope.unit].format(envelope.limit)


def test_the_page_says_what_the_code_says() -> None:
    """A row for each envelope in their order: the same words, limit and command."""
    found = [(key, what, limit, command) for key, what, limit, _, command in ROW.findall(PAGE.read_text())]
    assert found == [(each.key, each.what, _said(each), each.command) for each in ENVELOPES.values()]


def test_every_row_says_what_was_measured() -> None:
    """A value, or a dash where a running system alone has one."""
    for key, _, _, measured, _ in ROW.findall(PAGE.read_text()):
        assert re.search(r"\d|^—$", measured), key


def test_every_command_is_there() -> None:
    """What a row names can be run."""
    commands = {each.command for each in ENVELOPES.values()} - {"/ops"}
    for command in commands:
        assert find_spec(command.removeprefix("python -m ").split()[0]) is not None, command
