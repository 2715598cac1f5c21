"""A drill for each test that restores a database."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.embedded import Servers
from tests.storage.drill import Drill


@pytest.fixture
async def drill(servers: Servers, template: str, tmp_path: Path) -> AsyncIterator[Drill]:
    """Give an empty installation that can be backed up and restored."""
    found = Drill(servers, f"drill_{uuid4().hex[:12]}", tmp_path)
    await found.admin(f"CREATE DATABASE {found.name} TEMPLATE {template}")
    try:
        yield found
    finally:
        await found.end()
