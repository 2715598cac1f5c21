"""What each command runs, in a few lines each."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.analyser.lines import analyse_lines
from app.domain.access import Role
from app.domain.sessions import session_from_json
from app.edge.export import STALLED_AFTER_S
from app.edge.tokens import issue_token
from app.errors import ConfigurationError
from app.jobs import JobStatus, Queue
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from app.storage.jobs import queues
from app.storage.jobs.queues import Remaining
from app.telemetry import serving_metrics
from app.wiring import Spectrum, opened, read_access, read_address, read_analyser, read_engine
from graphql_schema.schema import build_schema, sdl
from prompts import list_prompts, list_revisions
from workers.drain import drain
from workers.process import work

GRACEFUL_STOP_S = 10
MAX_FRAME_BYTES = 65_536


@asynccontextmanager
async def _until_told(*, with_parent: bool) -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM or (with `with_parent`) the end of standard input sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)

    def parent_ended() -> None:
        loop.remove_reader(sys.stdin)
        stop.set()

    if with_parent:
        loop.add_reader(sys.stdin, parent_ended)
    try:
        yield stop
    finally:
        if with_parent:
            loop.remove_reader(sys.stdin)


class Server(uvicorn.Server):
    """Gives up whoever takes nothing of an answer for a minute: what waits for them may be their words."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in [each for server in self.servers for each in server.sockets]:
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux alone has it; every connection inherits it
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED_AFTER_S * 1000))


async def api(*, with_parent: bool = False) -> int:
    """Serve until told to stop; requests in flight are finished."""
    host, port = read_address()
    server = Server(
        uvicorn.Config(
            "app.main:application",
            factory=True,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_STOP_S,
            ws_max_size=MAX_FRAME_BYTES,
        )
    )
    async with _until_told(with_parent=with_parent) as stop:
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        await serving
    return 0 if server.started else 1


async def worker(chosen: Sequence[Queue], *, metrics_port: int | None, with_parent: bool = False) -> int:
    """Run jobs of the chosen queues until told to stop; leases are given back."""
    async with opened() as spectrum, _until_told(with_parent=with_parent) as stop:
        with ExitStack() as stack:
            if metrics_port is not None:
                try:
                    stack.enter_context(serving_metrics(spectrum.host, metrics_port))
                except (OSError, OverflowError):
                    raise ConfigurationError(f"--metrics-port {metrics_port} cannot be used: choose another.") from None
            if Queue.SECONDS in chosen or Queue.HOURS in chosen:
                await spectrum.ports.analyser()  # what cannot read must not claim: it would fail session after session
            await work(spectrum.ports, spectrum.redis_url, chosen, stop)
    return 0


async def migrate_database() -> int:
    """Bring the database to this build's schema."""
    async with opened(bring_up_to_date=True):
        Console(stderr=True).print("The database is up to date.")
    return 0


async def sample() -> int:
    """Take the sample people's sessions in; those that are known already are left as they are."""
    async with opened() as spectrum:
        Console(stderr=True).print(await take_sample(spectrum.ports))
    return 0


async def take_sample(ports: Ports) -> str:
    """The same on an open installation; what became of them, in a sentence.

    A story moves on every few weeks, so that a session may come with other words than before: the first stay.
    """
    sessions = [session_from_json(each) for each in sample_sessions(datetime.now(UTC).date())]
    taken = 0
    for start in range(0, len(sessions), MAX_BATCH):
        answers = await ingest(ports, sessions[start : start + MAX_BATCH])
        taken += sum(answer.session_id is not None and not answer.duplicate for answer in answers)
    return f"Sample people: {taken:,} new sessions, {len(sessions) - taken:,} known already."


async def drain_ledger() -> int:
    """Run jobs until nothing is left, with a progress bar."""
    async with opened() as spectrum:
        ran = await drain_with_progress(spectrum)
        async with spectrum.ports.store.for_everyone() as tx:
            counts = await queues.count_by_status(tx)
    dead = sum(count for (_, status), count in counts.items() if status is JobStatus.DEAD)
    Console(stderr=True).print(f"{ran:,} jobs run here, {dead:,} dead letters in the ledger.", highlight=False)
    return 0


async def drain_with_progress(spectrum: Spectrum, own: Sequence[Queue] = tuple(Queue)) -> int:
    """Drain the ledger behind a progress bar, running jobs of the queues `own`; how many jobs were run here."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Working", total=None)

        def report(ran: int, remaining: Remaining) -> None:
            waiting = f"Working ({remaining.soon} due within a minute)" if remaining.soon else "Working"
            progress.update(bar, completed=ran, total=ran + remaining.now + remaining.soon, description=waiting)

        return await drain(spectrum.ports, report, own=own)


async def token(person: str, roles: Sequence[Role], ttl_s: int) -> int:
    """Print a token, alone, so that a script can take it."""
    secret = read_access().secret
    if secret is None:
        raise ConfigurationError("Tokens come from the issuer behind SPECTRUM_AUTH_JWKS_URL, not from here.")
    print(issue_token(secret, subject=person, roles=roles, ttl_s=ttl_s))
    return 0


async def analyse() -> int:
    """Filter standard input to standard output; a signal ends it at once, since it keeps nothing."""
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    for line in analyse_lines(sys.stdin, read_analyser()):
        print(line, flush=True)
    return 0


async def evaluate(data: Path) -> int:
    """Measure the analyser on the labelled data in `data`."""
    try:
        from benchmarks.analyser.evaluate import show as measure  # noqa: PLC0415 - needs packages of development only
    except ImportError:
        raise ConfigurationError("Measuring needs a checkout with its development packages: make setup.") from None
    measure(data, read_engine())
    return 0


async def show_prompts() -> int:
    """List the published revisions."""
    table = Table("revision", "feature", "hash", "change")
    for prompt in list_prompts():
        for revision in list_revisions(prompt.key):
            table.add_row(revision.name, revision.feature, revision.hash[:12], revision.change_note)
    Console().print(table)
    return 0


async def show_schema(*, team: bool) -> int:
    """Print the SDL as it is committed."""
    print(sdl(build_schema(team=team)), end="")
    return 0
