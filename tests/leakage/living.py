"""Canaries through the whole product: API, command line, workers and a model that remembers all it is told.

Brings them in, makes things go wrong, asks for everything, and answers with what was shown. Checks only that it worked.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import redis.asyncio

from app.domain.access import Role
from app.domain.cost import Feature
from app.gateways.queue import Nudger
from app.jobs import Queue
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.faults.harness import PATIENCE_S, World
from tests.isolation.asking import ENDPOINTS, questions, shown_to
from tests.leakage.canaries import FORMS, canary
from tests.leakage.places import statements_of, temporary_files
from tests.life import JUNE, hasten
from tests.models.routes import models_file
from tests.models.saying import speaks
from tests.models.scoring import scores
from tests.models.service import Service, service_that
from tests.programs import ended, free_port

BATCH = 40
AT_ONCE = 8
"""Questions that are asked side by side, so that nobody waits."""
LOOK_S = 0.02
LOOKS_FOR_ONE_AT_FILES = 2
WEEKS = 5
SUBJECT = "zwirnfelden"
"""Stands in the app's key of every person, which is kept nowhere either."""


def temporary(world: World) -> Path:
    """Where the programs of a world make their temporary files."""
    folder = world.folder / "temporary"
    folder.mkdir(exist_ok=True)
    return folder


def loud(world: World) -> dict[str, str]:
    """Give what makes programs say more than they do by themselves, and keep their temporary files together."""
    return {"PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "always", "TMPDIR": str(temporary(world))}


@dataclass
class Told:
    """What was planted, and everything that came back: answers, metrics, statements, what the model heard."""

    subjects: list[str]
    sessions: list[dict[str, Any]]
    answers: bytearray = field(default_factory=bytearray)
    team: bytearray = field(default_factory=bytearray)
    """Answers to the team alone, in which no person's id may stand either."""
    metrics: bytes = b""
    statements: set[bytes] = field(default_factory=set)
    model: bytes = b""
    shell: bytearray = field(default_factory=bytearray)
    """What commands printed for whoever typed them."""
    published: set[bytes] = field(default_factory=set)
    """What went over channels of Redis, with their names."""
    temporary: set[bytes] = field(default_factory=set)
    """Temporary files that were seen while they lived."""


def planted(people: int, each: int) -> Told:
    """Give people with `each` sessions over five weeks; every session has a canary of its own, in every form."""
    sessions: list[dict[str, Any]] = []
    subjects = [f"{SUBJECT}-{uuid4()}" for _ in range(people)]
    for place, subject in enumerate(subjects):
        for number in range(each):
            word = canary(place * each + number)
            forms = [turn(word) for turn in FORMS.values()]
            start = JUNE + timedelta(days=number * 7 * WEEKS / each, minutes=place)
            opening = f"{HEAVY} {HEAVY if number % 2 else LIGHT} It is about {forms[number % len(forms)]}."
            sessions.append(session(subject, start.replace(second=0, microsecond=0), opening, LIGHT, ". ".join(forms)))
    return Told(subjects, sessions)


async def _speaks_and_scores(service: Service, writer: Any) -> None:
    """Word what is asked to be worded, and score what is asked to be scored."""
    asked = service.requests[-1]["messages"][-1]["content"]
    await (_SCORES if asked.startswith('{"brief"') else _WORDS)(service, writer)


_WORDS, _SCORES = speaks(), scores()


@asynccontextmanager
async def programs(world: World, told: Told, *, look_s: float = LOOK_S) -> AsyncIterator[tuple[Client, list[str]]]:
    """Run the API, a worker for the quick queue, and one for all queues that writes with a model; a client of the API.

    Meanwhile everything that `pg_stat_activity` shows every `look_s` is remembered.
    """
    ports = [free_port(), free_port()]
    async with service_that(_speaks_and_scores) as model:
        models = models_file(world.folder / "models.toml", model.url, *Feature)
        world.start("api", environment={**loud(world), "SPECTRUM_PORT": str(ports[0])})
        world.start("worker", "--queue", "seconds", "--metrics-port", str(ports[1]), environment=loud(world))
        world.start("worker", environment={**loud(world), "SPECTRUM_MODELS_FILE": str(models)})
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        async with httpx.AsyncClient(base_url=urls[0], timeout=PATIENCE_S, trust_env=False) as http:
            await _ready(http)
            watching = [asyncio.create_task(each) for each in (_watch(world, told, look_s), _overhear(world, told))]
            try:
                yield Client(http, AUTH_SECRET), urls
            finally:
                for each in watching:
                    each.cancel()
                await asyncio.gather(*watching, return_exceptions=True)
        told.model = bytes(model.heard)


async def _ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(LOOK_S)


async def _overhear(world: World, told: Told) -> None:
    async with redis.asyncio.Redis.from_url(world.servers.redis_url) as client, client.pubsub() as subscription:
        await subscription.psubscribe("*")
        async for message in subscription.listen():
            told.published.add(b"%b %b" % (message["channel"], str(message["data"]).encode()))


async def _watch(world: World, told: Told, look_s: float) -> None:
    folder = temporary(world)
    async with world.owner() as owner:
        for look in itertools.count():
            told.statements |= await statements_of(owner)
            if look % LOOKS_FOR_ONE_AT_FILES == 0:
                told.temporary |= temporary_files(folder, [each.pid for each in world.programs if each.poll() is None])
            await asyncio.sleep(look_s)


async def bring_in(world: World, client: Client, told: Told) -> None:
    """Hand the sessions over: most to the API, one person's by the command line; and damage one sealed body."""
    by_hand = [each for each in told.sessions if each["subjectKey"] == told.subjects[-1]]
    others = [each for each in told.sessions if each["subjectKey"] != told.subjects[-1]]
    file = world.folder.parent / f"{world.folder.name}.jsonl"
    broken = ['{"subjectKey": "' + canary(0), json.dumps({**by_hand[0], f"{canary(1)} {canary(1)}": 1}), canary(3)]
    file.write_text("\n".join([*broken, *(json.dumps(each) for each in by_hand)]))
    command = world.start("ingest", str(file), environment=loud(world))
    try:
        for start in range(0, len(others), BATCH):
            payloads = await client.ingest(*others[start : start + BATCH])
            assert not any(payload["userErrors"] for payload in payloads)
            told.answers += json.dumps(payloads).encode()
        assert await ended(command) == 1, "there are bad lines"
    finally:
        file.unlink()
    async with world.owner() as owner:
        await owner.execute(
            "UPDATE sealed_text SET body = substr(body, 1, 40) WHERE session_id = $1",
            UUID(told.sessions[0]["sessionKey"]),
        )
        await owner.execute(
            "UPDATE job SET status = 'QUEUED', attempt = max_attempts - 2 WHERE scope->>'session_id' = $1",
            told.sessions[0]["sessionKey"],
        )


async def work_off(world: World) -> None:
    """Let the programs do everything, without waiting for debounces and backoffs."""
    nudger = Nudger(world.servers.redis_url)
    async with world.owner() as owner:
        async with asyncio.timeout(10 * PATIENCE_S):
            while not await world.is_at_rest():
                if await hasten(owner):
                    await nudger.nudge(Queue)
                await asyncio.sleep(0.2)
        await nudger.close()
        assert await owner.fetchval("SELECT count(*) FROM job WHERE status = 'DEAD'") >= 1


def _wrong(told: Told) -> Iterator[dict[str, Any]]:
    """Requests that are refused, with a canary wherever a request can hold text; names of a document aside."""
    word, good = canary(4), told.sessions[0]
    ingest = "mutation($input: IngestSessionInput!) { ingestSession(input: $input) { userErrors { message } } }"
    for change in (
        {word: word},
        {"turns": [{**good["turns"][0], "text": [word]}]},
        {"turns": [{**good["turns"][0], "index": word}]},
        {"source": word},
        {"timeZone": word},
        {"startedAt": word},
        {"sessionKey": word},
        {"turns": [{**good["turns"][0], "text": word * 2_000}]},
        {"sessionKey": good["sessionKey"]},
        {"subjectKey": word * 40},
    ):
        yield {"json": {"query": ingest, "variables": {"input": {**good, **change}}, "operationName": None}}
    for document in (
        f'{{ node(id: "{word}") {{ id }} }}',
        f'{{ viewer {{ nothing(a: "{word}", b: {{c: ["{word}"]}}) }} }}',
        f'query($a: String = "{word}") {{ viewer {{ id @skip(if: "{word}") }} }}',
        f'mutation {{ ingestSession(input: {{turns: [{{text: "{word}"}}]}}) {{ sessionId }} }}',
        f'"""{word}""" "{word}',
        f"# {word}\n{{ __typename }} {{ __typename }}",
        f'{{ viewer {{ spectrum {{ landscape(range: {{month: "{word}"}}) {{ excludedCount }} }} }} }}',
        "{ " + f'a(b: "{word}") ' * 900 + "}",
    ):
        yield {"json": {"query": document}}
        yield {"json": {"query": document, "operationName": f"{word} {word}", "extensions": {word: word}}}
    for content in (word, f'{{"query": "{word}', f'["{word}"]', f'{{"query": {{"{word}": 1}}}}', "[" * 999 + word):
        yield {"content": content.encode(), "headers": {"content-type": "application/json"}}
    yield {"content": word.encode(), "headers": {"content-type": f"text/{word}"}}
    yield {"files": {word: (word, word)}}
    yield {"json": {"query": "{ viewer { id } }"}, "headers": {"authorization": f"Bearer {word}"}}
    yield {"json": {"query": "{ viewer { id } }"}, "headers": {word: word, "user-agent": word, "x-request-id": word}}
    yield {"json": {"query": "{ viewer { id } }"}, "params": {word: word}}


async def go_wrong(client: Client, told: Told) -> int:
    """Send everything that is refused to both endpoints, and to addresses there are none at; how many."""
    sent = 0
    bearer = {"authorization": f"Bearer {client.token('team', Role.SERVICE, Role.OPERATOR)}"}
    for path in (*ENDPOINTS, "/export", f"/{canary(5)}", f"/graphql/{canary(5)}", f"/graphql?query={canary(5)}"):
        for request in _wrong(told):
            headers = {**bearer, **request.get("headers", {})}
            answer = await client.http.post(path, **{**request, "headers": headers})
            assert answer.status_code < 500, (path, answer.status_code)
            told.answers += answer.content + repr(answer.headers).encode()
            sent += 1
        answer = await client.http.get(path, params={"query": f'{{ a(b: "{canary(6)}") }}'}, headers=bearer)
        told.answers += answer.content + repr(answer.headers).encode()
    return sent


async def ask_everything(client: Client, told: Told, subjects: Sequence[str]) -> int:
    """Every field of both endpoints, of every id, for these people and the team; how many answers."""
    asked = 0
    for subject in subjects:
        shown = await shown_to(client, subject)
        for path, roles in ENDPOINTS.items():
            waiting = questions(path, shown)
            for start in range(0, len(waiting), AT_ONCE):
                answers = [
                    client.post(each.document, each.variables, subject=subject, roles=roles, path=path)
                    for each in waiting[start : start + AT_ONCE]
                ]
                told.answers += json.dumps(await asyncio.gather(*answers)).encode()
            asked += len(waiting)
    for document in TEAM:
        told.team += json.dumps(await client.team(document)).encode()
        asked += 1
    return asked


TEAM = (
    """{ ops { jobs(first: 100) { nodes { id kind status subject dedupeKey attempts { number failure message worker }
       causedBy { id } } } } }""",
    "{ ops { jobs(first: 100, filter: {statuses: [DEAD]}) { nodes { id dedupeKey attempts { message } } } } }",
    "{ ops { queues { name } } }",
)


async def decide(client: Client, told: Told) -> None:
    """A person leaves one session out, corrects another, and pauses; another erases everything."""
    one, two = told.subjects[:2]
    listed = await client.ask("{ viewer { sessions(first: 2) { nodes { id } } } }", subject=one)
    first, second = [node["id"] for node in listed["viewer"]["sessions"]["nodes"]]
    exclude = """mutation($key: UUID!, $id: ID!) { excludeFromSpectrum(input: {idempotencyKey: $key,
      targets: [{sessionId: $id}]}) { userErrors { code } } }"""
    correct = "mutation($id: ID!) { correctSession(input: {sessionId: $id, valence: 0.5}) { userErrors { code } } }"
    reset = """mutation($key: UUID!) { resetSpectrum(input: {idempotencyKey: $key, scope: EVERYTHING,
      confirmation: "RESET", immediately: true}) { userErrors { code } operation { id } } }"""
    for subject, document, variables in (
        (one, exclude, {"key": str(uuid4()), "id": first}),
        (one, correct, {"id": second}),
        (two, reset, {"key": str(uuid4())}),
    ):
        told.answers += json.dumps(await client.ask(document, variables, subject=subject)).encode()


async def measure(urls: Sequence[str], told: Told) -> None:
    """Read the metrics of the API and of the worker, and every address that needs no token."""
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as http:
        for url in (*(f"{each}/metrics" for each in urls), *(urls[0] + path for path in OPEN)):
            told.metrics += (await http.get(url)).content


OPEN = ("/healthz", "/readyz", "/.well-known/spectrum-keys.json")
