"""Limits: met by whatever is not above them, and each with the means to measure it."""

import pytest

from app.domain.envelopes import ENVELOPES, Envelope, EnvelopeState, EnvelopeUnit


@pytest.mark.parametrize(
    ("present", "state"),
    [
        (0.0, EnvelopeState.WITHIN),
        (30.0, EnvelopeState.WITHIN),
        (30.001, EnvelopeState.OVER),
        (None, EnvelopeState.UNKNOWN),
    ],
)
def test_a_limit_is_met_by_what_is_not_above_it(present: float | None, state: EnvelopeState) -> None:
    """What is as much as the limit is within; what is not known is neither."""
    assert Envelope("key", "what", 30, EnvelopeUnit.SECONDS, "/ops").state(present) is state


def test_every_envelope_can_be_measured() -> None:
    """A limit is above nothing, a share is one, and what the team's pages cannot tell has a command and a reason."""
    assert list(ENVELOPES) == [each.key for each in ENVELOPES.values()]
    for each in ENVELOPES.values():
        assert each.limit > 0
        assert each.unit is not EnvelopeUnit.SHARE or each.limit < 1
        assert each.command == "/ops" or each.command.startswith("python -m benchmarks")
        assert each.command != "/ops" or each.elsewhere is None
