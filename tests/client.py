"""A caller of the HTTP program, as the app and the team are one; and sessions to send."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self
from uuid import uuid4

import httpx
from asgi_lifespan import LifespanManager

from app.domain.access import Role
from app.edge.serving.points import Points
from app.edge.tokens import issue_token
from app.gateways.points import LIMIT
from app.main import create_app
from app.wiring import Spectrum


class Client:
    """Posts GraphQL as anyone; `ask` fails the test when the answer has errors."""

    def __init__(self, http: httpx.AsyncClient, secret: str) -> None:
        self.http = http
        self._secret = secret

    @classmethod
    @asynccontextmanager
    async def of(cls, spectrum: Spectrum, secret: str) -> AsyncIterator[Self]:
        """A client of an installation, without a socket in between; its points come back as fast as it asks."""
        endless = Points(None, monotonic=count(step=LIMIT).__next__)
        async with LifespanManager(create_app(spectrum, endless)) as manager:
            transport = httpx.ASGITransport(app=manager.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://spectrum.test") as http:
                yield cls(http, secret)

    def token(self, subject: str, *roles: Role) -> str:
        """A token for `subject`; USER without roles."""
        return issue_token(self._secret, subject=subject, roles=roles or (Role.USER,), ttl_s=600)

    async def post(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        subject: str | None,
        roles: tuple[Role, ...] = (),
        path: str = "/graphql",
    ) -> dict[str, Any]:
        """Data and errors of the answer; `subject` None is an anonymous call."""
        headers = {"authorization": f"Bearer {self.token(subject, *roles)}"} if subject else {}
        body = {"query": document, "variables": dict(variables or {})}
        answer = await self.http.post(path, json=body, headers=headers)
        value: dict[str, Any] = answer.json()
        value.pop("extensions", None)
        return value

    async def ask(self, document: str, variables: Mapping[str, Any] | None = None, *, subject: str) -> Any:
        """The `data` of a person's own call."""
        answer = await self.post(document, variables, subject=subject)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def team(self, document: str, variables: Mapping[str, Any] | None = None, *roles: Role) -> Any:
        """The `data` of a call of the team's (SERVICE and OPERATOR without roles)."""
        chosen = roles or (Role.SERVICE, Role.OPERATOR)
        answer = await self.post(document, variables, subject="team", roles=chosen, path="/ops/graphql")
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def ingest(self, *sessions: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Hand sessions over as the app does; the payloads."""
        document = """
            mutation($inputs: [IngestSessionInput!]!) {
              ingestSessions(inputs: $inputs) {
                sessionId duplicate care support { label contact } userErrors { code message field }
              }
            }"""
        payloads: list[dict[str, Any]] = (await self.team(document, {"inputs": list(sessions)}))["ingestSessions"]
        return payloads


BROWSER_KEYS = {
    "p256dh": "BD85IfJxjr-scuwRQcBO5VqwDU_Ks_PVggkUJbxXDkTN9zs52bhpi0xsguxxQDr1SIFH88UQhednjbNoC5UySuI",
    "auth": "c2VjcmV0LXNlY3JldC0xNg",
}
"""A browser's half of a subscription to Web Push: a point of P-256, and 16 bytes."""
LIGHT = "I walked by the river with my sister today and felt happy, thankful and full of hope."
HEAVY = "I feel sad and worn out, I should have done more, and I am afraid that it will all go wrong again."


def session(
    subject: str, started_at: datetime, *texts: str, source: str = "MIRROR", zone: str = "Europe/Berlin", **more: Any
) -> dict[str, Any]:
    """An `IngestSessionInput` whose PERSON turns are `texts`, one minute apart."""
    kinds = ("OPENING", "EXPLORING", "REFRAMING", "CLOSING")
    turns = [
        {
            "index": place,
            "speaker": "PERSON",
            "kind": kinds[min(place, len(kinds) - 1)],
            "at": instant(started_at + timedelta(minutes=place)),
            "text": text,
        }
        for place, text in enumerate(texts or (LIGHT,))
    ]
    return {
        "subjectKey": subject,
        "sessionKey": str(uuid4()),
        "source": source,
        "startedAt": instant(started_at),
        "endedAt": instant(started_at + timedelta(minutes=max(1, len(turns)))),
        "timeZone": zone,
        "turns": turns,
        **more,
    }


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
