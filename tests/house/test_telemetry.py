"""Logs carry events, ids and places, and never what was handled."""

import subprocess
import sys

SERVED = """
import logging
import uvicorn

config = uvicorn.Config("app.main:application", factory=True)
config.load()
try:
    raise ValueError("canary of a person's words")
except ValueError:
    logging.getLogger("uvicorn.error").exception("canary %s", "canary")
logging.getLogger("uvicorn.access").info("canary %s", "canary")
"""
SPEAK = """
import logging
from app.telemetry import configure_logging, logger

configure_logging()
try:
    raise ValueError("canary of a person's words")
except ValueError:
    logging.getLogger("uvicorn.error").exception("canary %s", "canary")
    logger("test").error("job_failed", kind="UPKEEP", text="canary", error="ValueError")
    logging.getLogger("tortoise").error("canary")
"""


def test_no_log_line_carries_what_was_handled() -> None:
    """Messages, arguments, tracebacks and unknown keys are dropped; events and places stay."""
    said = subprocess.run([sys.executable, "-c", SPEAK], capture_output=True, check=True, text=True)
    assert "canary" not in said.stderr + said.stdout
    assert '"event": "job_failed"' in said.stderr
    assert '"component": "uvicorn.error"' in said.stderr
    assert '"error": "ValueError"' in said.stderr


def test_a_plain_server_is_as_discreet() -> None:
    """Started by uvicorn itself, with its own logging set up first, the program's logs carry as little."""
    said = subprocess.run([sys.executable, "-c", SERVED], capture_output=True, check=True, text=True)
    assert "canary" not in said.stderr + said.stdout
    assert '"component": "uvicorn.error"' in said.stderr
