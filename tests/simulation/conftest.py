"""Leaves the long runs out unless `-m` asks for them; offers no fixtures."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests marked `faults` when no mark expression was given."""
    if config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("faults") is not None]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
