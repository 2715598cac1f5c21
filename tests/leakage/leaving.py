"""What people take along and have erased, and what the team does in a shell: all of it with canaries wherever one fits.

Answers with what was shown, a person's own copy apart. Checks only that it worked.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

from app.domain.access import Role
from app.pipeline.export import MOST_EXPORTS
from tests.client import Client
from tests.faults.harness import PATIENCE_S, World
from tests.leakage.canaries import canary
from tests.leakage.living import Told, loud
from tests.programs import ROOT, environment_for
from tests.stories.unzipping import Copy, asked

ERASED = (2, 3)
"""Sessions of the first person, by their numbers, that the app erases."""


async def take_along(world: World, client: Client, told: Told) -> Copy:
    """Give the first person's copy, once everything was told of how others are asked for, broken off and refused."""
    one, last = told.subjects[0], told.subjects[-1]
    whole = await asked(client, one)
    assert whole.status_code == 200
    _remember(told, whole, body=False)
    await _break_off(client, told, one)
    _remember(told, await asked(client, last), body=False)
    async with world.owner() as owner:
        await owner.execute(_AS_OFTEN_AS_MAY_BE, MOST_EXPORTS - 1)
    refused = [await asked(client, last), await asked(client, None), await asked(client, last, method="POST")]
    refused += [await client.http.get("/export", **request) for request in _strange(client, last)]
    assert {answer.status_code for answer in refused} == {401, 405, 429}
    for answer in refused:
        _remember(told, answer)
    return Copy.of(whole.content)


_AS_OFTEN_AS_MAY_BE = """
    INSERT INTO audit (actor, action, targets, reason) SELECT actor, action, targets, reason
    FROM (SELECT * FROM audit WHERE action = 'EXPORT' ORDER BY at DESC LIMIT 1) AS newest, generate_series(1, $1)
"""
"""What the audit log would say, had whoever asked last asked so many times more."""


def _remember(told: Told, answer: httpx.Response, *, body: bool = True) -> None:
    told.answers += repr(answer.headers).encode() + (answer.content if body else b"")


async def _break_off(client: Client, told: Told, subject: str) -> None:
    """Hang up at the first bytes that come."""
    headers = {"authorization": f"Bearer {client.token(subject)}"}
    async with client.http.stream("GET", "/export", headers=headers) as answer:
        told.answers += repr(answer.headers).encode()
        async for _ in answer.aiter_raw():
            break


def _strange(client: Client, subject: str) -> Iterator[dict[str, Any]]:
    word = canary(7)
    token = {"authorization": f"Bearer {client.token(subject)}"}
    yield {"headers": {"authorization": f"Bearer {word}"}}
    yield {"headers": {"authorization": word}, "params": {word: word}}
    yield {"headers": {**token, word: word, "range": word, "if-none-match": word, "x-request-id": word}}
    yield {"headers": token, "params": {"person": word, word: word}}


ERASE = "mutation($input: EraseSessionsInput!) { eraseSessions(input: $input) { erased userErrors { code message } } }"
GONE = """mutation($key: String!) { erasePerson(input: {subjectKey: $key}) { erased userErrors { code message }
  receipt { id statement signature keyId } } }"""
RESET = """mutation($input: ResetInput!) { resetSpectrum(input: $input) {
  operation { id } userErrors { code message } } }"""
CANCEL = """mutation($id: ID!) { cancelReset(input: {operationId: $id}) {
  operation { id status } userErrors { code message } } }"""
VERIFY = """query($statement: String!, $signature: String!, $keyId: String!) {
  verifyReceipt(statement: $statement, signature: $signature, keyId: $keyId) }"""


async def have_erased(client: Client, told: Told) -> dict[str, str]:
    """The app erases some sessions and a person; the first person asks for a reset and calls it off. A receipt."""
    one, gone, word = told.subjects[0], told.subjects[2], canary(8)
    keys = [told.sessions[number]["sessionKey"] for number in ERASED]
    erased = await _team(client, told, ERASE, input={"subjectKey": one, "sessionKeys": keys})
    assert erased["data"]["eraseSessions"]["erased"] == len(ERASED)
    for given in ({"subjectKey": word, "sessionKeys": keys}, {"subjectKey": one, "sessionKeys": [word, *keys]}):
        await _team(client, told, ERASE, input=given)
    await _team(client, told, ERASE, input={"subjectKey": one, "sessionKeys": keys, word: word})
    for key in (word, word * 40):
        await _team(client, told, GONE, key=key)
    answer = await _team(client, told, GONE, key=gone)
    receipt = {name: answer["data"]["erasePerson"]["receipt"][name] for name in ("statement", "signature", "keyId")}
    await _call_off(client, told, one)
    await _check(client, told, receipt)
    return receipt


async def _team(client: Client, told: Told, document: str, **variables: Any) -> dict[str, Any]:
    roles = (Role.SERVICE, Role.OPERATOR)
    answer = await client.post(document, variables, subject="team", roles=roles, path="/ops/graphql")
    told.team += json.dumps(answer).encode()
    return answer


async def _call_off(client: Client, told: Told, subject: str) -> None:
    """Ask for a reset in every wrong way and in the right one, and call it off likewise."""
    word = canary(9)
    good = {"idempotencyKey": str(uuid4()), "scope": "EVERYTHING", "confirmation": "RESET"}
    for name in ("confirmation", "idempotencyKey", "scope", word):
        told.answers += json.dumps(await client.post(RESET, {"input": {**good, name: word}}, subject=subject)).encode()
    answer = await client.ask(RESET, {"input": good}, subject=subject)
    for id_ in (word, answer["resetSpectrum"]["operation"]["id"]):
        called_off = await client.post(CANCEL, {"id": id_}, subject=subject)
        told.answers += json.dumps(called_off).encode()
    assert called_off["data"]["cancelReset"]["operation"]["status"] == "CANCELLED"


async def _check(client: Client, told: Told, receipt: dict[str, str]) -> None:
    """Have receipts checked that are canaries in part, by somebody without any account."""
    word = canary(6)
    wrong = [{**receipt, name: made} for name in receipt for made in (word, receipt[name] + word, word * 9_000)]
    answers = [await client.post(VERIFY, given, subject=None) for given in (receipt, *wrong)]
    assert answers[0] == {"data": {"verifyReceipt": "VALID"}}
    told.answers += json.dumps(answers).encode()


async def in_a_shell(world: World, told: Told, receipt: dict[str, str]) -> int:
    """Run every command that looks at what is kept, some about a canary; how many."""
    async with world.owner() as owner:
        dead = await owner.fetchval("SELECT id FROM job WHERE status = 'DEAD' LIMIT 1")
    good, broken = (world.folder.parent / f"{world.folder.name}-{name}.json" for name in ("good", "broken"))
    good.write_text(json.dumps(receipt))
    broken.write_text(f'{{"statement": "{canary(5)}')
    commands: list[tuple[list[str], int]] = [
        (["jobs"], 0),
        (["jobs", "list", "--first", "1000"], 0),
        (["jobs", "show", str(dead)], 0),
        (["keys"], 0),
        (["receipt", "verify", str(good)], 0),
        (["receipt", "verify", str(broken)], 2),
        (["receipt", "verify", "-"], 1),
        (["restore-guard"], 0),
    ]
    try:
        told.shell += await _run(world, commands, json.dumps({**receipt, "statement": canary(6)}))
    finally:
        good.unlink()
        broken.unlink()
    return len(commands)


async def _run(world: World, commands: list[tuple[list[str], int]], stdin: str) -> bytes:
    """All that the commands said."""
    environment = environment_for(world.servers.database_url, world.servers.redis_url, world.folder)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.leakage.shell", json.dumps(commands)),
        cwd=ROOT,
        env={**os.environ, **environment, **loud(world)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(stdin.encode()), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, said
    return said
