"""Logs and metrics: an event name and a closed list of keys, so that nobody's words can slip in.

Knows nothing of what is measured; whoever measures imports the instrument from here.
"""

import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

ALLOWED_KEYS = frozenset(
    {
        "attempt", "component", "count", "duration_ms", "error", "event", "failure", "job", "kind", "level", "method",
        "outcome", "path", "queue", "request_id", "scope", "seconds", "status", "timestamp", "trace_id", "url",
        "version", "where", "worker",
    }
)  # fmt: skip
"""Keys a log line may carry. Values are ids, enums, counts and class names, never content."""

QUIET = ("tortoise", "arq", "strawberry", "uvicorn.access", "asyncio")
"""Loggers of libraries that print statements, arguments or documents: errors only."""

SERVER = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
"""Loggers that the ASGI server may have given handlers of their own before the program is loaded."""

INGESTED = Counter("spectrum_sessions_ingested_total", "Sessions by outcome", ["outcome"])
JOB_WAIT_SECONDS = Histogram(
    "spectrum_job_wait_seconds",
    "From the moment a job was runnable to its lease",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 3600),
)
JOB_SECONDS = Histogram(
    "spectrum_job_seconds",
    "From the begin of a job's run to its end; of a batch, to the end of the batch",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
PROMISE_SECONDS = Histogram(
    "spectrum_promise_seconds",
    "From the end of somebody's week or month to its first words, where they were promised",
    ["kind"],
    buckets=(60, 300, 900, 1800, 3600, 7200, 21600, 86400),
)
JOB_ATTEMPTS = Counter("spectrum_job_attempts_total", "Runs of jobs by how they ended", ["kind", "outcome"])
LEASES_EXPIRED = Counter("spectrum_leases_expired_total", "Leases whose worker fell silent in the middle", ["kind"])
FENCED_WRITES = Counter("spectrum_fenced_writes_total", "Writes refused because another worker holds the job", ["kind"])
EPOCH_DROPPED = Counter("spectrum_epoch_dropped_total", "Results dropped because the person was erased", ["kind"])
DEAD_LETTERS = Counter("spectrum_dead_letters_total", "Jobs given up", ["kind"])
MODEL_CALLS = Counter("spectrum_model_calls_total", "Calls of language models", ["feature", "model", "outcome"])
MODEL_NOT_ASKED = Counter("spectrum_model_not_asked_total", "Questions that no model was asked", ["feature", "reason"])
MODEL_COST = Counter("spectrum_model_cost_microusd_total", "What they cost, in micro-dollars", ["feature", "model"])
MODEL_SECONDS = Histogram(
    "spectrum_model_seconds", "How long a model takes to answer", ["model"], buckets=(0.1, 0.3, 1, 2, 4, 8, 15, 30)
)
OPERATION_SECONDS = Histogram(
    "spectrum_operation_seconds",
    "From a GraphQL request to its answer, by registered operation and how it ended",
    ["operation", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.06, 0.1, 0.12, 0.25, 0.5, 0.8, 1, 2.5, 5, 10),
)
CACHE_LOOKUPS = Counter("spectrum_response_cache_lookups_total", "Questions to the response cache", ["result"])
CACHE_DROPPED = Counter("spectrum_response_cache_dropped_total", "Answers that left the response cache", ["reason"])
CACHE_BYTES = Gauge("spectrum_response_cache_bytes", "Memory that answers take", multiprocess_mode="livesum")
POOL_CONNECTIONS = Gauge(
    "spectrum_pool_connections", "Connections to PostgreSQL", ["pool", "state"], multiprocess_mode="livesum"
)
POOL_WAIT_SECONDS = Histogram(
    "spectrum_pool_wait_seconds",
    "Waits of 5 ms or more for a connection",
    ["pool"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
POOL_TIMEOUTS = Counter("spectrum_pool_timeouts_total", "Waits for a connection that were given up", ["pool"])
RESIDENT_BYTES = Gauge("spectrum_process_resident_bytes", "Memory of the process", multiprocess_mode="livemax")
LOOP_LAG_SECONDS = Gauge(
    "spectrum_event_loop_lag_seconds", "How late the process came to look at itself", multiprocess_mode="livemax"
)
EVENTS_PUBLISHED = Counter("spectrum_events_published_total", "Changes told to the API processes")
EVENTS_DROPPED = Counter("spectrum_events_dropped_total", "Changes not told, since Redis was away")
SOCKETS = Gauge("spectrum_sockets_open", "Websockets that are open", multiprocess_mode="livesum")
SOCKETS_CLOSED = Counter("spectrum_sockets_closed_total", "Websockets that the server closed, by code", ["code"])
ERASURE_RESIDUE = Counter("spectrum_erasure_residue_total", "Records found after their erasure: alarm above 0")


def exposition(accept: str = "", *, beside: Collector | None = None) -> tuple[bytes, str]:
    """The instruments of this process, and what is `beside` them, and the content type: OpenMetrics if it is accepted.

    Of all processes that share its directory, where `PROMETHEUS_MULTIPROC_DIR` names one.
    """
    write, content_type = choose_encoder(accept)
    return write(_Both(_registry(), beside) if beside else _registry()), content_type


class _Both(CollectorRegistry):
    """Two registries as one, since an OpenMetrics text has one end."""

    def __init__(self, one: Collector, other: Collector) -> None:
        super().__init__()
        self._both = one, other

    def collect(self) -> Iterator[Metric]:
        for each in self._both:
            yield from each.collect()


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


@contextmanager
def serving_metrics(host: str, port: int) -> Iterator[None]:
    """Serve `exposition` over HTTP for the length of the block. OSError when the port is taken."""
    server, thread = start_http_server(port, addr=host, registry=_registry())
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _keep_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


class _Bare(logging.Formatter):
    """A library's log record without its message, arguments or traceback: all three may quote what was handled."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        line = {
            "level": record.levelname.lower(),
            "component": record.name,
            "where": f"{record.filename}:{record.lineno}",
        }
        return json.dumps(line | ({"error": error} if error else {}))


def configure_logging(level: int = logging.INFO) -> None:
    """JSON lines on stderr, structlog's and the libraries' alike; only `ALLOWED_KEYS` survive."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Bare())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    silence(*QUIET)
    for name in SERVER:
        server = logging.getLogger(name)
        server.handlers.clear()  # its own would print messages and tracebacks past ours
        server.propagate = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)  # a library's warning may quote a value
    sys.excepthook = lambda kind, error, _: _say_crashed(kind, error)
    threading.excepthook = lambda crash: _say_crashed(crash.exc_type, crash.exc_value)
    sys.unraisablehook = _say_unraisable


def silence(*names: str) -> None:
    """Let the loggers of libraries say nothing but that they broke, and that without handlers of their own."""
    for name in names:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _say_crashed(kind: type[BaseException], error: BaseException | None) -> None:
    """What nobody caught, with its class and way: Python's own hooks print the message, which may quote anything."""
    if issubclass(kind, Exception | BaseExceptionGroup):  # to exit, or to be interrupted, is no crash
        logger("python").critical("crashed", error=kind.__name__, where=_way(error) if error else "?")


def _say_unraisable(crash: "sys.UnraisableHookArgs") -> None:
    """The same of what nobody could have caught, in a finaliser."""
    way = _way(crash.exc_value) if crash.exc_value else "?"
    logger("python").error("unraisable", error=crash.exc_type.__name__, where=way)


def _way(error: BaseException) -> str:
    """Every place that an error came through, the innermost last, with the errors that caused it."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = traceback.extract_tb(error.__traceback__)
    way = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames) or "?"
    return way if cause is None else f"{type(cause).__name__} at {_way(cause)}; then {way}"


def logger(component: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines carry `component`."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(component=component)
    return bound


def where(error: BaseException) -> str:
    """Where an error was raised, as file and line: enough to find it, and nothing of what was handled."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"
