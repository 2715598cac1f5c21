"""Declares the `browser` mark and leaves such tests out unless `-m` asks for them; offers no fixtures."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known under --strict-markers."""
    config.addinivalue_line("markers", "browser: needs Chromium; run with `-m browser`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect browser tests when no mark expression was given."""
    if config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("browser") is not None]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
