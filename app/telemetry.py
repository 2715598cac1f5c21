"""Logs and metrics: an event name and a closed list of keys, so that nobody's words can slip in.

Knows nothing of what is measured; whoever measures imports the instrument from here.
"""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter, Gauge

ALLOWED_KEYS = frozenset(
    {
        "attempt", "component", "count", "duration_ms", "error", "event", "failure", "job", "kind", "level", "method",
        "outcome", "path", "queue", "request_id", "scope", "seconds", "status", "timestamp", "url", "version", "where",
        "worker",
    }
)  # fmt: skip
"""Keys a log line may carry. Values are ids, enums, counts and class names, never content."""

QUIET = ("tortoise", "arq", "strawberry", "uvicorn.access", "asyncio")
"""Loggers of libraries that print statements, arguments or documents: errors only."""

SERVER = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
"""Loggers that the ASGI server may have given handlers of their own before the program is loaded."""

JOBS = Gauge("spectrum_jobs", "Jobs in the ledger", ["kind", "status"])
JOB_P95_SECONDS = Gauge("spectrum_job_p95_seconds", "95th percentile of a run over the last 15 minutes", ["kind"])
JOBS_FINISHED = Gauge("spectrum_jobs_finished_15m", "Jobs that ended well in the last 15 minutes", ["kind"])
QUEUE_DEPTH = Gauge("spectrum_queue_depth", "Jobs runnable now", ["queue"])
QUEUE_RUNNING = Gauge("spectrum_queue_running", "Jobs under a lease", ["queue"])
QUEUE_DEAD = Gauge("spectrum_queue_dead", "Dead letters", ["queue"])
QUEUE_OLDEST_SECONDS = Gauge(
    "spectrum_queue_oldest_due_seconds", "Age of the oldest runnable job, 0 without", ["queue"]
)
INGESTED = Counter("spectrum_sessions_ingested_total", "Sessions by outcome", ["outcome"])


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
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in SERVER:
        server = logging.getLogger(name)
        server.handlers.clear()  # its own would print messages and tracebacks past ours
        server.propagate = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(component: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines carry `component`."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(component=component)
    return bound


def where(error: BaseException) -> str:
    """Where an error was raised, as file and line: enough to find it, and nothing of what was handled."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"
