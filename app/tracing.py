"""Traces: what led to what and how long it took, as OpenTelemetry spans without a word and without anybody's id.

Without an endpoint nothing of OpenTelemetry is loaded, and a span is one shared object that does nothing. Instruments
no library: whatever does that by itself writes statements, arguments or messages down.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from structlog.contextvars import bind_contextvars, reset_contextvars

from app.telemetry import where

if TYPE_CHECKING:  # loaded when there is somewhere to send spans to
    from contextvars import Token

    from opentelemetry.trace import Span as Recorded
    from opentelemetry.trace import SpanContext, Tracer

ATTRIBUTES: Mapping[str, str] = {
    "attempt": "spectrum.job.attempt",
    "batch": "messaging.batch.message_count",
    "count": "spectrum.count",
    "duplicate": "spectrum.sessions.duplicate",
    "failure": "error.type",
    "feature": "spectrum.feature",
    "kind": "spectrum.job.kind",
    "model": "gen_ai.request.model",
    "news": "spectrum.news",
    "operation": "graphql.operation.name",
    "operation_type": "graphql.operation.type",
    "outcome": "spectrum.outcome",
    "queue": "messaging.destination.name",
    "refused": "spectrum.sessions.refused",
    "taken": "spectrum.sessions.taken",
    "tokens_read": "gen_ai.usage.input_tokens",
    "tokens_written": "gen_ai.usage.output_tokens",
    "waited_ms": "spectrum.job.waited_ms",
    "where": "spectrum.where",
}
"""What a span may carry, under the name that OpenTelemetry's conventions have for it: enums, counts, places."""

MAX_LINKS = 128
"""Of one span: more sessions than anybody has in a month, and as many as the SDK keeps."""
_EXPORT_TIMEOUT_S = 2.0
_EXPORT_EVERY_MS = 1_000
_PLAIN = re.compile(r"(?!.*[0-9a-f]{8}-[0-9a-f]{4}-|.*[0-9a-f]{16})[A-Za-z0-9_.:/@>-]{1,64}")
"""A value that is an enum, a name of ours or a place. A sentence has blanks, an id is hexadecimal: neither is one."""
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
"""W3C Trace Context, version 00: 55 characters."""

Value = str | int | float


class Kind(StrEnum):
    """What a span is to the one before it, as OpenTelemetry's kinds of span."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CONSUMER = "CONSUMER"
    CLIENT = "CLIENT"


class Span(Protocol):
    """A piece of work. As a context manager it is the present one inside, and ends with the block."""

    @property
    def context(self) -> str | None:
        """The `traceparent` under which work that follows goes on; None without tracing."""

    @property
    def is_kept(self) -> bool:
        """Whether it was drawn to be recorded."""

    @property
    def exemplar(self) -> dict[str, str] | None:
        """Its trace as a label of what was measured of it, where it is recorded."""

    def set(self, **attributes: Value) -> None:
        """Add attributes of `ATTRIBUTES`; whatever is none, or is no plain value, is left out."""

    def link(self, contexts: Iterable[str]) -> None:
        """Say which other traces this one rests on; those that were not recorded are left out."""

    def end(self) -> None:
        """End it, where it is no context manager's."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class _Nothing:
    """The span of a process that traces nothing."""

    context = None
    is_kept = False
    exemplar = None

    def set(self, **_: Value) -> None: ...

    def link(self, contexts: Iterable[str]) -> None: ...

    def end(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


NOTHING = _Nothing()


class _Kept:
    """A span of the SDK's."""

    def __init__(self, span: "Recorded") -> None:
        self._span = span
        self._token: Token[Any] | None = None
        self._bound: Mapping[str, Token[Any]] = {}

    @property
    def context(self) -> str | None:
        return _written(self._span.get_span_context())

    @property
    def is_kept(self) -> bool:
        return self._span.is_recording()

    @property
    def exemplar(self) -> dict[str, str] | None:
        if not self._span.is_recording():
            return None
        return {"trace_id": f"{self._span.get_span_context().trace_id:032x}"}

    def set(self, **attributes: Value) -> None:
        if self._span.is_recording():
            for name, value in attributes.items():
                if name in ATTRIBUTES and _is_plain(value):
                    self._span.set_attribute(ATTRIBUTES[name], value)
            if "failure" in attributes:
                _fail(self._span)

    def link(self, contexts: Iterable[str]) -> None:
        if self._span.is_recording():
            for context in contexts:
                found = _read(context)
                if found is not None and found.trace_flags.sampled:
                    self._span.add_link(found)

    def end(self) -> None:
        self._span.end()

    def __enter__(self) -> Self:
        self._token = _process.context.attach(_process.trace.set_span_in_context(self._span))
        self._bound = bind_contextvars(**(self.exemplar or {}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        reset_contextvars(**self._bound)
        if self._token is not None:
            _process.context.detach(self._token)
        if isinstance(error, Exception):  # by class and place: its message and its traceback may quote anything
            self.set(failure=type(error).__name__, where=where(error))
        self.end()


@dataclass(slots=True)
class _Process:
    """Where this process sends spans to: nowhere, until `exporting` says so, and loads OpenTelemetry's two modules."""

    tracer: "Tracer | None" = None
    context: Any = None
    trace: Any = None


_process = _Process()


def span(
    name: str,
    *,
    role: Kind = Kind.INTERNAL,
    follows: str | None = None,
    alone: bool = False,
    from_outside: bool = False,
    began_ns: int | None = None,
    **attributes: Value,
) -> Span:
    """Begin a span inside the present one, after the one that `follows` names by its `traceparent`, or `alone`.

    `from_outside`: that one was made by another program, which does not decide whether we record. `began_ns`: when it
    began, in nanoseconds of Unix time, if that was before.
    """
    if _process.tracer is None:
        return NOTHING
    context, trace = _process.context, _process.trace
    before = None if follows is None else _read(follows, from_outside=from_outside)
    if before is not None:
        within = trace.set_span_in_context(trace.NonRecordingSpan(before), context.Context())
    else:
        within = context.Context() if alone else context.get_current()
    begun = _Kept(
        _process.tracer.start_span(
            name,
            within,
            trace.SpanKind[role],
            start_time=began_ns,
            record_exception=False,
            set_status_on_exception=False,
        )
    )
    begun.set(**attributes)
    return begun


def is_on() -> bool:
    """Whether this process traces."""
    return _process.tracer is not None


def now_ns() -> int | None:
    """When a span may be said to have begun later on; None without tracing."""
    return None if _process.tracer is None else time.time_ns()


def mark(**attributes: Value) -> None:
    """Add attributes to the present span, whoever began it."""
    if _process.tracer is not None:
        _Kept(_process.trace.get_current_span()).set(**attributes)


def current() -> str | None:
    """The `traceparent` of the present span: what work that follows from it is kept with. None without tracing."""
    if _process.tracer is None:
        return None
    return _written(_process.trace.get_current_span().get_span_context())


@contextmanager
def apart() -> Iterator[None]:
    """What follows from the block goes on with no trace: it is about many people, each of whom has their own."""
    if _process.tracer is None:
        yield
        return
    context = _process.context
    token = context.attach(context.Context())
    try:
        yield
    finally:
        context.detach(token)


@asynccontextmanager
async def exporting(endpoint: str | None, *, ratio: float, version: str, instance: str) -> AsyncIterator[None]:
    """Send the spans of this process to `endpoint` (OTLP over HTTP, without `/v1/traces`) for the length of the block.

    `ratio` (0..1) of the traces that begin here are recorded, and of those that others began; what follows from one is
    recorded with it. A collector that is away costs spans and nothing else. Without an endpoint nothing is done.
    """
    if endpoint is None:
        yield
        return
    from opentelemetry import context, trace  # noqa: PLC0415 - loaded where there is somewhere to send spans to
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider, sampling  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    drawn = sampling.TraceIdRatioBased(ratio)
    provider = TracerProvider(
        sampling.ParentBased(drawn, remote_parent_sampled=drawn, remote_parent_not_sampled=sampling.ALWAYS_OFF),
        # not Resource.create, which adds whatever the environment says
        Resource({"service.name": "spectrum", "service.version": version, "service.instance.id": instance}),
        shutdown_on_exit=False,
        span_limits=SpanLimits(max_links=MAX_LINKS),
    )
    sender = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(sender, schedule_delay_millis=_EXPORT_EVERY_MS))
    _process.context, _process.trace = context, trace
    before, _process.tracer = _process.tracer, provider.get_tracer("spectrum", version)
    try:
        yield
    finally:
        _process.tracer = before
        await asyncio.to_thread(provider.shutdown)


def _fail(span: "Recorded") -> None:
    span.set_status(_process.trace.StatusCode.ERROR)


def _is_plain(value: Value) -> bool:
    return isinstance(value, int | float) or _PLAIN.fullmatch(value) is not None


def _written(context: "SpanContext") -> str | None:
    if not context.is_valid:
        return None
    flags = 1 if context.trace_flags.sampled else 0  # and no other, so that whoever looks for recorded ones finds them
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags:02x}"


def _read(text: str, *, from_outside: bool = False) -> "SpanContext | None":
    found = _TRACEPARENT.fullmatch(text)
    if found is None:
        return None
    trace_id, span_id, flags = (int(each, 16) for each in found.groups())
    sampled = _process.trace.TraceFlags(flags & _process.trace.TraceFlags.SAMPLED)
    context: SpanContext = _process.trace.SpanContext(trace_id, span_id, is_remote=from_outside, trace_flags=sampled)
    return context
