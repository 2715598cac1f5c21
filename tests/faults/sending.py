"""The app's own server as it hands sessions over to the API, and what was acknowledged. Checks what it is answered."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from app.domain.access import Role
from app.edge.tokens import issue_token
from tests.conftest import AUTH_SECRET
from tests.faults.harness import PATIENCE_S, PAUSE_S

SENDERS = 6
DOCUMENT = """
mutation($inputs: [IngestSessionInput!]!) {
  ingestSessions(inputs: $inputs) { sessionId duplicate userErrors { code } }
}"""

Batch = Sequence[Mapping[str, Any]]


class App:
    """The app's own server, which hands sessions over; it knows what was acknowledged."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.sending = 0
        self.failed = 0
        self.acknowledged: dict[str, bool] = {}

    async def send(self, batch: Batch) -> None:
        """Hand a batch over; what is not answered, or with an error, is not acknowledged."""
        token = issue_token(AUTH_SECRET, subject="app", roles=(Role.SERVICE,), ttl_s=600)
        self.sending += 1
        try:
            answer = await self._http.post(
                "/ops/graphql",
                json={"query": DOCUMENT, "variables": {"inputs": list(batch)}},
                headers={"authorization": f"Bearer {token}"},
            )
        except httpx.TransportError:
            return
        finally:
            self.sending -= 1
        told = answer.json()
        if told.get("errors"):  # the database is away
            self.failed += 1
            return
        for session, payload in zip(batch, told["data"]["ingestSessions"], strict=True):
            assert payload["userErrors"] == []
            assert payload["sessionId"]
            self.acknowledged[session["sessionKey"]] = payload["duplicate"]

    async def send_all(self, batches: Sequence[Batch], *, at_once: int = SENDERS) -> None:
        """Hand all batches over, several at once."""
        gate = asyncio.Semaphore(at_once)

        async def send(batch: Batch) -> None:
            async with gate:
                await self.send(batch)

        async with asyncio.TaskGroup() as group:
            for batch in batches:
                group.create_task(send(batch))

    async def ready(self) -> None:
        """Wait until the API serves."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self._is_ready():  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(PAUSE_S)

    async def _is_ready(self) -> bool:
        try:
            return (await self._http.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False
