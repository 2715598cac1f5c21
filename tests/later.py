"""Half a minute passes in no time. Changes when jobs are due, and nothing else."""

from app.jobs import Queue
from app.wiring import Spectrum
from workers.drain import drain
from workers.runner import Runner


async def drain_half_a_minute_later(spectrum: Spectrum) -> None:
    """Run what is due, then what waits for more late sessions as if its half minute were over."""
    runner = Runner(spectrum.ports)
    while sum([await runner.work_once(queue) for queue in Queue]):
        pass
    async with spectrum.ports.store.for_everyone() as tx:
        await tx.execute("UPDATE job SET run_after = now() WHERE status = 'QUEUED'")
    await drain(spectrum.ports)
