"""Installations that trace, and a collector for each test. Checks nothing."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from app.embedded import Servers
from app.wiring import Spectrum, opened
from benchmarks.tracing.receiver import Collector, collecting
from tests.conftest import database, settings_for
from tests.programs import environment_for

Traced = Callable[..., AbstractAsyncContextManager[Spectrum]]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Give a collector of spans on loopback."""
    with collecting() as found:
        yield found


@pytest.fixture
async def url(servers: Servers, template: str) -> AsyncIterator[str]:
    """Give a database of the test's own."""
    async with database(servers, template) as found:
        yield found


@pytest.fixture
def traced(servers: Servers, url: str, collector: Collector, tmp_path: Path) -> Traced:
    """Give a way to open an installation that traces; when it is closed, all spans have come."""

    @asynccontextmanager
    async def open_(*, ratio: float = 1.0, endpoint: str | None = None) -> AsyncIterator[Spectrum]:
        more = {"otlp_endpoint": endpoint or collector.url, "trace_ratio": ratio}
        async with opened(settings_for(url, servers, tmp_path / "state").model_copy(update=more)) as spectrum:
            yield spectrum

    return open_


@pytest.fixture
def environment(servers: Servers, url: str, collector: Collector, tmp_path: Path) -> dict[str, str]:
    """Give what a program of its own process needs to work on the same, and to trace."""
    return environment_for(url, servers.redis_url, tmp_path / "state") | {"SPECTRUM_OTLP_ENDPOINT": collector.url}
