"""`spectrum sample`: takes the sample people's sessions in."""

from argparse import ArgumentParser
from datetime import UTC, datetime

from rich.console import Console

from app.domain.sessions import session_from_json
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from app.wiring import opened


def add(parser: ArgumentParser) -> None:
    """`spectrum sample` has no options."""
    parser.set_defaults(run=lambda _: sample())


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
