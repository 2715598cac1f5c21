"""What the tests of the gateways share: an authority, and a guarded client that trusts it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.gateways.outside import Outside
from tests.gateways.receiver import Certificates, to_loopback


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Give an authority of our own."""
    return Certificates.made(Path(tmp_path_factory.mktemp("certificates")))


@pytest.fixture
async def outside(certificates: Certificates) -> AsyncIterator[Outside]:
    """Give a client as in development, for which every name is one of this machine."""
    client = Outside(allow_loopback=True, resolve=to_loopback, tls=certificates.trust)
    yield client
    await client.close()
