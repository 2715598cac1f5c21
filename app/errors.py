"""The expected failures: a code and a sentence that is safe to show to anyone.

Holds no handling and no HTTP. A sentence here never carries what a person wrote.
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """What a person or an app can correct (`UserErrorCode` of the contract)."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    TOO_MANY = "TOO_MANY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    ALREADY_DONE = "ALREADY_DONE"
    NOT_ENTITLED = "NOT_ENTITLED"
    PREVIEW_EXPIRED = "PREVIEW_EXPIRED"
    CONFIRMATION_MISMATCH = "CONFIRMATION_MISMATCH"
    NOT_CANCELLABLE = "NOT_CANCELLABLE"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    CONFLICT = "CONFLICT"


class TopLevelCode(StrEnum):
    """Why a request failed as a whole (`errors[].extensions.code`)."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    THROTTLED = "THROTTLED"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    PERSISTED_DOCUMENT_REQUIRED = "PERSISTED_DOCUMENT_REQUIRED"
    PERSISTED_DOCUMENT_NOT_FOUND = "PERSISTED_DOCUMENT_NOT_FOUND"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a caller can correct; `field` is the path inside the input, empty for all of it."""

    code: ErrorCode
    message: str
    field: tuple[str, ...] = ()


class SpectrumError(Exception):
    """An expected failure. `str()` of it is fit to show."""

    code: ErrorCode | TopLevelCode = ErrorCode.INVALID

    def __init__(self, message: str, code: ErrorCode | TopLevelCode | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class Refused(SpectrumError):
    """Input that cannot be taken, with every problem found in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems), problems[0].code)
        self.problems = problems


class Unauthenticated(SpectrumError):
    """No token where one is needed, or a token that does not hold."""

    code = TopLevelCode.UNAUTHENTICATED


class TooOften(SpectrumError):
    """Asked for more often than is allowed; there is room again in `retry_after_s` seconds."""

    code = TopLevelCode.THROTTLED

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = math.ceil(retry_after_s)
        self.retry_after_ms = math.ceil(retry_after_s * 1000)


class ConfigurationError(SpectrumError):
    """A setting is missing or wrong; the sentence names it and says what to do."""


class Gone(SpectrumError):
    """The person was erased, or their epoch moved on, while this was being done: the result is dropped."""

    code = ErrorCode.NOT_FOUND


class ModelUnavailable(SpectrumError):
    """A language model refused, failed, or asked to be left alone for `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message, TopLevelCode.INTERNAL)
        self.retry_after_s = retry_after_s


class LeaseLost(SpectrumError):
    """Another worker holds this job now: what was computed is dropped."""

    code = ErrorCode.CONFLICT
