"""What workers count: runs and how they ended, waits, lost leases, refused and dropped writes, letters given up."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from app.embedded import Servers
from app.jobs import Claimed, JobKind, Kept, Queue
from app.pipeline.ports import Ports
from app.storage.jobs import ledger
from app.storage.store import Tx
from app.wiring import Spectrum
from tests.cli.conftest import clean_environment
from tests.client import LIGHT, session
from tests.conftest import AUTH_SECRET, MASTER_KEY
from tests.life import JUNE, database_url, hasten, take, who, work_off
from workers.handlers import HANDLERS, Stage
from workers.runner import Runner

ROOT = Path(__file__).parents[2]
KIND = JobKind.SESSION_ANALYSIS
PATIENCE_S = 60
Count = Callable[..., float]


@pytest.fixture
async def since(spectrum: Spectrum, owner: Any) -> Count:
    """Begin with an empty ledger; give how much a counter of analyses has grown since."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")
    before: dict[tuple[str, str], float] = {}

    def read(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"spectrum_{name}", {"kind": KIND, **labels}) or 0.0

    def grown(name: str, **labels: str) -> float:
        return read(name, **labels) - before.get((name, str(labels)), 0.0)

    for name in ("job_wait_seconds_count", "job_seconds_count", "leases_expired_total", "fenced_writes_total",
                 "epoch_dropped_total", "dead_letters_total"):  # fmt: skip
        before[name, "{}"] = read(name)
    for outcome in ("SUCCEEDED", "SKIPPED", "BUG", "FENCED"):
        before["job_attempts_total", str({"outcome": outcome})] = read("job_attempts_total", outcome=outcome)
    return grown


async def test_runs_are_counted_by_how_they_ended(spectrum: Spectrum, owner: Any, person: str, since: Count) -> None:
    """Two that went well and one that failed until it was given up: seven runs, seven waits, one letter."""
    sent = [session(person, JUNE.replace(minute=minute), LIGHT) for minute in range(3)]
    await take(spectrum, *sent)
    await owner.execute(
        "UPDATE sealed_text SET body = substr(body, 1, 40) WHERE session_id = $1", UUID(sent[0]["sessionKey"])
    )
    runner = Runner(spectrum.ports)
    while await runner.work_off(Queue.SECONDS) or await hasten(owner):
        pass
    assert since("job_attempts_total", outcome="SUCCEEDED") == 2
    assert since("job_attempts_total", outcome="BUG") == 5
    assert since("job_wait_seconds_count") == since("job_seconds_count") == 7
    assert since("dead_letters_total") == 1


async def test_lost_leases_and_late_writes_are_counted(
    spectrum: Spectrum, owner: Any, person: str, since: Count
) -> None:
    """A worker that falls silent in the middle, and whose result then comes too late."""
    await take(spectrum, session(person, JUNE, LIGHT))
    stage = HANDLERS[KIND]

    async def slow(job: Claimed, ports: Ports) -> Any:
        result = await stage.prepare(job, ports)
        await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s'")
        assert await Runner(spectrum.ports).work_off(Queue.SECONDS) == 1
        return result

    await Runner(spectrum.ports, {KIND: Stage(slow, stage.keep)}).work_once(Queue.SECONDS)
    assert since("leases_expired_total") == 1
    assert since("fenced_writes_total") == since("job_attempts_total", outcome="FENCED") == 1
    assert since("job_attempts_total", outcome="SUCCEEDED") == 1


async def test_what_is_dropped_for_the_erased_is_counted(
    spectrum: Spectrum, owner: Any, person: str, since: Count
) -> None:
    """A result of an epoch that has passed."""
    await take(spectrum, session(person, JUNE, LIGHT))
    await owner.execute("UPDATE person SET epoch = epoch + 1 WHERE id = $1", who(spectrum, person))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    assert since("epoch_dropped_total") == since("job_attempts_total", outcome="SKIPPED") == 1


async def test_words_that_were_promised_are_measured(spectrum: Spectrum, owner: Any, person: str, since: Count) -> None:
    """How long after it was due each promise was kept, once it is."""
    await take(spectrum, session(person, JUNE, LIGHT))
    stage = HANDLERS[KIND]

    async def keep(tx: Tx, result: Any) -> Kept:
        return replace(await stage.keep(tx, result), lag_s=90.0)

    labels = {"kind": KIND, "le": "300.0"}
    before = REGISTRY.get_sample_value("spectrum_promise_seconds_bucket", labels) or 0.0
    await Runner(spectrum.ports, {KIND: Stage(stage.prepare, keep)}).work_once(Queue.SECONDS)
    assert REGISTRY.get_sample_value("spectrum_promise_seconds_bucket", labels) == before + 1
    assert not REGISTRY.get_sample_value("spectrum_promise_seconds_bucket", {"kind": KIND, "le": "60.0"})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read(process: subprocess.Popen[bytes], port: int) -> str:
    """What is served at a port, as soon as it is."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nothing is served")


@pytest.fixture
async def environment(spectrum: Spectrum, owner: Any, person: str, servers: Servers, tmp_path: Path) -> dict[str, str]:
    """Give what a worker needs, and leave it a job whose worker fell silent."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")
    await take(spectrum, session(person, JUNE, LIGHT))
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.begin(tx, await ledger.claim(tx, Queue.SECONDS, "silent"))
    await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s'")
    return clean_environment(
        tmp_path,
        SPECTRUM_DATABASE_URL=database_url(servers, await owner.fetchval("SELECT current_database()")),
        SPECTRUM_REDIS_URL=spectrum.redis_url,
        SPECTRUM_MASTER_KEY=MASTER_KEY,
        SPECTRUM_AUTH_SECRET=AUTH_SECRET,
    )


@pytest.mark.parametrize("together", [False, True])
def test_a_worker_serves_its_own_metrics(
    environment: dict[str, str], person: str, tmp_path: Path, together: bool
) -> None:
    """At the port it is given, and with those of all that share a directory when there is one."""
    port = _free_port()
    environment |= {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)} if together else {}
    command = [sys.executable, "-m", "app", "worker", "--queue", "seconds", "--metrics-port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            text = _read(process, port)
            deadline = time.monotonic() + PATIENCE_S
            while 'outcome="SUCCEEDED"' not in text and time.monotonic() < deadline:
                text = _read(process, port)
            assert 'spectrum_leases_expired_total{kind="SESSION_ANALYSIS"} 1.0' in text
            assert 'spectrum_job_attempts_total{kind="SESSION_ANALYSIS",outcome="SUCCEEDED"} 1.0' in text
            assert person not in text
            assert bool(list(tmp_path.glob("*.db"))) == together
            taken = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, timeout=PATIENCE_S, check=False
            )
            assert (taken.returncode, b"cannot be used" in taken.stderr) == (2, True)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
