"""The `spectrum` command: one parser, one small module per program it starts. Decides nothing about people."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from app.cli import programs, upstart
from app.cli.erasures import add_receipt, add_restore_guard
from app.cli.ingest_file import ingest_file
from app.cli.jobs import add_jobs
from app.cli.keys import show_keys
from app.domain.access import Role
from app.errors import SpectrumError
from app.jobs import Queue
from app.memory import forbid_core_dumps
from app.telemetry import configure_logging

INTERRUPTED = 130
TERMINATED = 143


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(prog="spectrum", description="Kalei Spectrum: sessions in, honest numbers out.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="everything at once: servers, sample people, API, workers")
    up.add_argument("--no-sample", action="store_true", help="without the sample people")
    up.set_defaults(run=lambda a: upstart.up(sample=not a.no_sample))

    api = commands.add_parser("api", help="serve GraphQL over HTTP")
    _with_parent(api)
    api.set_defaults(run=lambda a: programs.api(with_parent=a.with_parent))

    worker = commands.add_parser("worker", help="run jobs")
    worker.add_argument("--queue", action="append", choices=[*Queue], help="only this queue; may be repeated")
    worker.add_argument("--metrics-port", type=int, metavar="PORT", help="serve this process's /metrics there")
    _with_parent(worker)
    worker.set_defaults(
        run=lambda a: programs.worker(
            [Queue(q) for q in a.queue or [*Queue]], metrics_port=a.metrics_port, with_parent=a.with_parent
        )
    )

    migrate = commands.add_parser("migrate", help="bring the database to this build's schema")
    migrate.set_defaults(run=lambda _: programs.migrate_database())

    sample = commands.add_parser("sample", help="take the sample people's sessions in")
    sample.set_defaults(run=lambda _: programs.sample())

    ingest = commands.add_parser("ingest", help="take finished sessions in, one IngestSessionInput as JSON a line")
    ingest.add_argument("file", help="a .jsonl file, or - for standard input")
    ingest.set_defaults(run=lambda a: ingest_file(a.file))

    drain = commands.add_parser("drain", help="plan what is due and run jobs until nothing is left")
    drain.set_defaults(run=lambda _: programs.drain_ledger())

    add_jobs(commands.add_parser("jobs", help="the ledger: counts and dead letters; list, show, retry, discard, pause"))

    add_receipt(commands.add_parser("receipt", help="check the receipt of an erasure"))
    add_restore_guard(
        commands.add_parser("restore-guard", help="after a restore: erase again what was erased since the backup")
    )

    keys = commands.add_parser("keys", help="which master key wraps how much; status 1 when one of them is not here")
    keys.add_argument("--rewrap", action="store_true", help="first wrap everything by the current one")
    keys.set_defaults(run=lambda a: show_keys(rewrap_now=a.rewrap))

    token = commands.add_parser("token", help="print a token for development, and nothing else")
    token.add_argument("--person", required=True, metavar="KEY", help="the app's own key of the person")
    token.add_argument("--role", action="append", choices=[*Role], help="may be repeated; USER without one")
    token.add_argument("--ttl", type=int, default=86_400, metavar="S", help="seconds it holds (at most a day)")
    token.set_defaults(run=lambda a: programs.token(a.person, [Role(r) for r in a.role or [Role.USER]], a.ttl))

    analyse = commands.add_parser("analyse", help='a filter: {"id","text"} a line in, predictions out; keeps nothing')
    analyse.set_defaults(run=lambda _: programs.analyse())

    evaluate = commands.add_parser("evaluate", help="measure the analyser on labelled data")
    evaluate.add_argument("what", choices=["analyser"])
    evaluate.add_argument("--data", required=True, type=Path, metavar="DIR")
    evaluate.set_defaults(run=lambda a: programs.evaluate(a.data))

    prompts = commands.add_parser("prompts", help="list the published prompt revisions")
    prompts.set_defaults(run=lambda _: programs.show_prompts())

    schema = commands.add_parser("schema", help="print the GraphQL schema")
    schema.add_argument("--ops", action="store_true", help="the team's schema instead of the public one")
    schema.set_defaults(run=lambda a: programs.show_schema(team=a.ops))
    return parser


def _with_parent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when standard input closes, as it does when the parent ends"
    )


async def _until_terminated(program: Coroutine[Any, Any, int]) -> int:
    """Run `program`; SIGTERM cancels it, so that what it holds is given back."""
    task = asyncio.ensure_future(program)
    with contextlib.suppress(NotImplementedError):  # there are no signal handlers on Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return TERMINATED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Expected failures are one sentence on standard error and status 2."""
    forbid_core_dumps()
    configure_logging()
    chosen = build_parser().parse_args(arguments)
    try:
        status: int = asyncio.run(_until_terminated(chosen.run(chosen)))
    except SpectrumError as error:
        print(f"spectrum: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        return 0
    return status
