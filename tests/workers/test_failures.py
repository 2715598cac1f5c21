"""What a failure is, and how long the next attempt waits. Runs no job."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ConfigurationError, ErrorCode, Gone, ModelUnavailable, Problem, Refused
from app.jobs import AFTER_FAILURE, FailureClass
from app.pipeline.inputs import InputsChanged
from app.storage.sealed import CannotOpen, KeyDamaged, MasterKeyMissing
from app.storage.store import StorageUnavailable
from workers.runner import BACKOFF_BASE_S, BACKOFF_CAP_S, RETRY_AFTER_CAP_S, backoff_s, classify, delay_s


@given(attempt=st.integers(1, 60))
def test_backoff_keeps_its_bounds(attempt: int) -> None:
    """A wait lies between nothing and the exponential bound, and never beyond five minutes."""
    assert 0 <= backoff_s(attempt) <= min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt)


def test_backoff_spreads() -> None:
    """Full jitter: two hundred waits of one attempt differ, and some are in either half."""
    waits = [backoff_s(5) for _ in range(200)]
    assert len(set(waits)) == 200
    assert min(waits) < BACKOFF_BASE_S * 16 < max(waits)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), FailureClass.TIMEOUT),
        (ModelUnavailable("too many requests"), FailureClass.MODEL_UNAVAILABLE),
        (StorageUnavailable("away"), FailureClass.DEPENDENCY),
        (ConnectionResetError(), FailureClass.DEPENDENCY),
        (ConfigurationError("set it"), FailureClass.DEPENDENCY),
        (MasterKeyMissing("set it"), FailureClass.DEPENDENCY),
        (KeyDamaged("no setting helps"), FailureClass.BUG),
        (Refused(Problem(ErrorCode.INVALID, "no")), FailureClass.VALIDATION),
        (InputsChanged("moved"), FailureClass.CONFLICT),
        (CannotOpen(), FailureClass.BUG),
        (Gone("gone"), FailureClass.BUG),
        (KeyError("x"), FailureClass.BUG),
    ],
)
def test_a_failure_has_its_class(error: Exception, expected: FailureClass) -> None:
    """What went wrong decides whether it is counted, waited for or given up."""
    assert classify(error) is expected
    assert set(AFTER_FAILURE) == set(FailureClass)


@given(attempt=st.integers(1, 5), asked=st.floats(0, 10 * RETRY_AFTER_CAP_S))
def test_whoever_asks_to_be_left_alone_is(attempt: int, asked: float) -> None:
    """No attempt comes before the time a service asked for, and none waits longer than an hour, whatever it asks."""
    waits = delay_s(ModelUnavailable("too many requests", retry_after_s=asked), attempt)
    assert min(asked, RETRY_AFTER_CAP_S) <= waits <= max(RETRY_AFTER_CAP_S, BACKOFF_CAP_S)
    assert 0 <= delay_s(KeyError("x"), attempt) <= BACKOFF_CAP_S
