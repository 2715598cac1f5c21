"""What the tests of the analyser share: both engines, loaded once."""

import pytest

from app.analyser import Analyser, Engine, load_analyser


@pytest.fixture(scope="session", params=[*Engine], ids=str)
def analyser(request: pytest.FixtureRequest) -> Analyser:
    """Load an engine as the workers do; what asks for this must hold for each of the two."""
    return load_analyser(request.param)


@pytest.fixture(scope="session")
def encoder() -> Analyser:
    """Load the default engine."""
    return load_analyser()
