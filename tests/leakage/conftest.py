"""A world with real programs for each test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.harness import World, prepare, world_in


@pytest.fixture
async def world(tmp_path: Path, record_property: Callable[[str, object], None]) -> AsyncIterator[World]:
    """Give servers and a folder of its own."""
    with world_in(tmp_path, record_property) as found:
        await prepare(found)
        yield found
