"""Logs carry events, ids and places, and never what was handled."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from app.telemetry import ALLOWED_KEYS

ROOT = Path(__file__).parents[2]
SPEAKERS = ("critical", "debug", "error", "exception", "fatal", "info", "log", "msg", "warn", "warning")
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


LIBRARIES = """
import logging
import warnings

import arq.worker, asyncpg, httpx, redis.asyncio, strawberry.schema, tortoise, uvicorn
from app.telemetry import configure_logging

configure_logging(logging.DEBUG)
names = {name for name in logging.root.manager.loggerDict} | {"arq", "arq.jobs", "arq.worker", "strawberry.execution",
    "tortoise.db_client", "asyncio", "asyncpg", "uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi", "httpx"}
try:
    try:
        raise ValueError("canary of a person's words")
    except ValueError as error:
        error.add_note("canary in a note")
        raise KeyError("canary") from error
except KeyError:
    for name in sorted(names):
        library = logging.getLogger(name)
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
            library.log(level, "canary %s", {"canary": ["canary"]}, exc_info=True, stack_info=True, extra={"canary": 1})
        library.critical("canary", exc_info=False)
warnings.warn("canary", UserWarning)
warnings.warn_explicit("canary", RuntimeWarning, "canary.py", 1)
print(len(names))
"""


def test_no_librarys_logger_says_what_it_handles() -> None:
    """Every logger there is, at every level, with arguments, tracebacks, notes and stacks: places, and no word."""
    said = subprocess.run([sys.executable, "-W", "always", "-c", LIBRARIES], capture_output=True, check=True, text=True)
    assert "canary" not in said.stderr + said.stdout
    assert int(said.stdout) > 20, "the libraries have loggers"
    lines = said.stderr.splitlines()
    assert any('"component": "strawberry.execution"' in line and '"error": "KeyError"' in line for line in lines)
    assert any('"component": "arq.worker"' in line for line in lines)
    assert any('"component": "py.warnings"' in line for line in lines)


CRASHES = {
    "uncaught": "raise ValueError('canary')",
    "in a thread": "t = threading.Thread(target=lambda: int('canary')); t.start(); t.join()",
    "in a finaliser": "Noisy(); gc.collect()",
    "in a forgotten task": "asyncio.run(forgets())",
    "of a group": "raise ExceptionGroup('canary', [ValueError('canary')])",
}
CRASH = """
import asyncio, gc, threading
from app.telemetry import configure_logging

class Noisy:
    def __del__(self):
        raise ValueError("canary")

async def fails(words):
    raise ValueError(words)

async def forgets():
    asyncio.get_running_loop().set_debug(True)
    asyncio.ensure_future(fails("canary"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()

configure_logging()
"""


@pytest.mark.parametrize("crash", CRASHES)
def test_what_nobody_catches_is_told_by_class_and_place(crash: str) -> None:
    """An error in the program, a thread, a finaliser or a task that nobody awaits shows no message."""
    said = subprocess.run([sys.executable, "-c", CRASH + CRASHES[crash]], capture_output=True, check=False, text=True)
    assert "canary" not in said.stderr + said.stdout
    if crash != "in a forgotten task":  # asyncio's logger is closed
        assert ('"event": "unraisable"' if crash == "in a finaliser" else '"event": "crashed"') in said.stderr
        assert ("ExceptionGroup" if crash == "of a group" else "ValueError") in said.stderr


def _spoken() -> list[tuple[str, ast.Call]]:
    """Give every call of a logger in the product, with its place."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for room in ("app", "graphql_schema", "workers", "prompts", "migrations")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SPEAKERS
        and isinstance(node.func.value, ast.Name | ast.Call)
        and ast.unparse(node.func.value).split("(")[0] in ("log", "logger", "logging")
    ]


def test_every_line_of_ours_is_an_event_with_known_keys() -> None:
    """An event is a plain name, never made of values, and every key is one of the closed list."""
    spoken = _spoken()
    assert len(spoken) > 10
    for place, call in spoken:
        assert len(call.args) == 1, place
        assert isinstance(call.args[0], ast.Constant), place
        keys = {keyword.arg for keyword in call.keywords}
        assert keys <= ALLOWED_KEYS, place


def test_nobody_else_writes_a_log() -> None:
    """Python's own logging is telemetry's alone: another room could not know what may be said."""
    for room in ("app", "graphql_schema", "workers", "prompts", "migrations"):
        for path in (ROOT / room).rglob("*.py"):
            if path.name != "telemetry.py":
                assert "import logging" not in path.read_text(), path
