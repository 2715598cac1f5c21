"""A world for each test, and the figures of all of them at the end of the run."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.harness import World, prepare, world_in
from tests.faults.truth import watch


@pytest.fixture
async def world(tmp_path: Path, record_property: Callable[[str, object], None]) -> AsyncIterator[World]:
    """Give a world of its own, empty and watched."""
    with world_in(tmp_path, record_property) as found:
        await prepare(found)
        async with found.owner() as owner:
            await watch(owner)
        yield found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each fault's test noted."""
    noted = [report for report in terminalreporter.getreports("passed") if report.user_properties]
    if noted:
        terminalreporter.section("figures")
    for report in noted:
        figures = ", ".join(f"{name} {value}" for name, value in report.user_properties)
        terminalreporter.line(f"{report.nodeid.rpartition('/')[2]}: {figures}")
