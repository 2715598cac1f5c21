"""Our own program as `spectrum api` runs it, but for one thing: whoever has spent their points gets a new lease.

A person may ask for about ten dashboards at once and one every two seconds; here they ask hundreds of times a second.
Points are counted, leased from Redis and given back as ever, as often as for somebody who does not run out of them.
`python -m benchmarks.edge.ours PORT`, settings as usual.
"""

import asyncio
import sys

import uvicorn

from app.cli.api import server_for
from app.edge.serving.points import Points
from app.gateways.points import LIMIT, Granted, SharedPoints
from app.main import create_app
from app.memory import collect_rarely, forbid_core_dumps
from app.telemetry import configure_logging
from app.wiring import opened


class Plenty(SharedPoints):
    """Asks Redis, and grants a whole lease where it refuses."""

    async def take(self, key: str, *, least: int, most: int) -> Granted | None:
        granted = await super().take(key, least=least, most=most)
        return granted and (granted if granted.points else Granted(most, LIMIT))


async def serve(port: int) -> None:
    """Serve until killed."""
    async with opened() as spectrum:
        shared = Plenty(spectrum.redis_url)
        program = create_app(spectrum, Points(shared))
        collect_rarely()
        await server_for(program, port=port, lifespan="off").serve()


if __name__ == "__main__":
    forbid_core_dumps()
    configure_logging()
    with asyncio.Runner(loop_factory=uvicorn.Config(serve, log_config=None).get_loop_factory()) as runner:
        runner.run(serve(int(sys.argv[1])))
