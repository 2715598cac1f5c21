"""`spectrum up` from nothing: its own servers, its programs, and nothing left of either after Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.embedded import remove_state
from app.embedded.places import known_place
from tests.cli.conftest import clean_environment, run
from tests.embedded.program import all_gone, living
from tests.programs import free_port

READY_WITHIN_S = 60
if not sys.platform.startswith("linux"):
    pytest.skip("these tests look for processes in /proc", allow_module_level=True)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder whose state directory is erased afterwards."""
    yield tmp_path
    if (tmp_path / "state").exists():
        remove_state(tmp_path / "state")


def _wait_ready(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                assert json.load(answer)["status"] == "ready"
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the API was not ready in time")


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def _up(folder: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`spectrum up` for the length of the block; killed with all it started if it does not end by itself."""
    with subprocess.Popen(
        [sys.executable, "-m", "app", "up", "--no-sample"],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_up_serves_until_it_is_interrupted_and_leaves_nothing(folder: Path) -> None:
    """It is ready, prints where it is, takes and works sessions, ends with 0 at SIGINT, and nothing goes on."""
    port = free_port()
    environment = clean_environment(folder, SPECTRUM_PORT=str(port))
    with _up(folder, environment) as process:
        _wait_ready(process, port)
        programs = _children(process.pid)
        assert len(programs) >= 3
        place = known_place(folder / "state")
        assert place is not None
        token = run(folder, environment, "token", "--person", "ada").stdout.strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            json.dumps({"query": "{ viewer { spectrum { state } } }"}).encode(),
            {"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["data"]["viewer"]["spectrum"]["state"] == "EMPTY"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=40)
    assert process.returncode == 0, told
    assert f"http://127.0.0.1:{port}/graphql" in told
    assert f"http://127.0.0.1:{port}/app/#token=" in told
    assert f"http://127.0.0.1:{port}/ops/#token=" in told
    assert f"http://127.0.0.1:{port}/ops/graphql#token=" in told
    assert "Traceback" not in told
    assert not any(Path(f"/proc/{pid}").exists() for pid in programs)
    assert all_gone(place.home, place.sockets), living(place.home, place.sockets)
    assert not list(place.sockets.glob(".s.PGSQL.*")) if place.sockets.exists() else True
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_program_that_is_killed_is_started_again_and_counts_no_longer(folder: Path) -> None:
    """Another takes its place, and what the lost one had open and in memory is in no gauge any more."""
    port = free_port()
    with _up(folder, clean_environment(folder, SPECTRUM_PORT=str(port), TMPDIR=str(folder))) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "/metrics" in line)  # now it looks after them; or it has ended
        (counts,) = folder.glob("spectrum-metrics-*")
        live = next(counts.glob("gauge_live*.db"))
        lost = int(live.stem.rpartition("_")[2])
        os.kill(lost, signal.SIGKILL)
        deadline = time.monotonic() + READY_WITHIN_S
        while list(counts.glob(f"gauge_live*_{lost}.db")) or lost in _children(process.pid):
            assert time.monotonic() < deadline, "its gauges are still counted"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=40)
    assert process.returncode == 0
    assert "stopped by itself: starting it again" in told


def test_a_port_that_is_taken_is_a_sentence(folder: Path) -> None:
    """It says which port is taken and what to set, with status 2, and leaves no server running."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(folder, clean_environment(folder, SPECTRUM_PORT=str(port)), "up", "--no-sample")
    assert done.returncode == 2
    assert f"spectrum: Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "SPECTRUM_PORT" in done.stderr
    assert "Traceback" not in done.stderr
    place = known_place(folder / "state")
    assert place is not None
    assert all_gone(place.home, place.sockets)
