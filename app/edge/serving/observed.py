"""One request as the team sees it: which operation, how it ended, how long it took. Holds nothing of what was asked.

Only registered operations are named, and the team's by the field they ask for: what others call theirs is their own
word, and there is no end of it.
"""

import time
from collections.abc import Sequence
from enum import StrEnum

from graphql import GraphQLError
from prometheus_client import Histogram

from app import tracing
from app.errors import TopLevelCode
from app.telemetry import OPERATION_SECONDS
from app.tracing import NOTHING, Kind, Span

OTHER = "other"
"""The operation of a document that nobody registered, and of a request that has none."""


class Outcome(StrEnum):
    """How a request ended. FAILED alone is ours; LEFT: the client did not wait; BEGUN: a subscription was answered."""

    MADE = "MADE"
    CACHED = "CACHED"
    NOT_MODIFIED = "NOT_MODIFIED"
    ERRORS = "ERRORS"
    REFUSED = "REFUSED"
    THROTTLED = "THROTTLED"
    FAILED = "FAILED"
    LEFT = "LEFT"
    BEGUN = "BEGUN"


_series: dict[tuple[str, str], Histogram] = {}


class Observed:
    """A request, from when it came to when it is answered."""

    __slots__ = ("_began", "_began_ns", "_exemplar", "operation", "outcome", "span")

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._began_ns = tracing.now_ns()
        self.operation = OTHER
        self.outcome = Outcome.REFUSED
        self.span: Span = NOTHING
        self._exemplar: dict[str, str] | None = None

    def found(self, operation: str, kind: str, *, follows: str | None) -> Span:
        """What is asked for is known: its span, which began when the request did. `follows`: see `tracing.span`."""
        self.operation = operation
        self.span = tracing.span(
            f"graphql {operation}",
            role=Kind.SERVER,
            follows=follows,
            alone=True,
            from_outside=True,
            began_ns=self._began_ns,
            operation=operation,
            operation_type=kind,
        )
        self._exemplar = self.span.exemplar
        return self.span

    def ended(self, errors: Sequence[GraphQLError] = (), *, otherwise: Outcome) -> None:
        """It has an answer: with `errors`, or as said `otherwise`."""
        if not errors:
            self.outcome = otherwise
        elif any((error.extensions or {}).get("code") == TopLevelCode.INTERNAL for error in errors):
            self.outcome = Outcome.FAILED
        else:
            self.outcome = Outcome.ERRORS

    def tell(self) -> None:
        """Count it, once."""
        key = self.operation, self.outcome
        series = _series.get(key)
        if series is None:
            series = _series[key] = OPERATION_SECONDS.labels(*key)
        series.observe(time.perf_counter() - self._began, self._exemplar)
