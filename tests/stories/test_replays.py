"""One key, one change: however often and however fast an app asks, what a person asked for is done once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.wiring import Spectrum
from tests.client import Client, session
from tests.life import who, work_off

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
EXCLUDE = """mutation($key: UUID!, $source: Source!) {
  answer: excludeFromSpectrum(input: {idempotencyKey: $key, targets: [{source: $source}]}) {
    userErrors { code } exclusions { id } } }"""
REMOVE = """mutation($key: UUID!, $ids: [ID!]!) {
  answer: removeExclusions(input: {idempotencyKey: $key, exclusionIds: $ids}) {
    userErrors { code } exclusions { id status } } }"""
RESET = """mutation($key: UUID!, $scope: ResetScope!) {
  answer: resetSpectrum(input: {idempotencyKey: $key, scope: $scope, confirmation: "RESET"}) {
    userErrors { code } operation { id scope } } }"""
ASKED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "exclude": (EXCLUDE, {"source": "TURN"}, {"source": "LENS"}),
    "reset": (RESET, {"scope": "DERIVED"}, {"scope": "FORGET_HISTORY"}),
}


@pytest.fixture
async def known(client: Client, spectrum: Spectrum, owner: Any, person: str) -> str:
    """Give somebody with a few sessions."""
    await client.ingest(*(session(person, JULY + timedelta(days=day)) for day in range(4)))
    await work_off(spectrum, owner)
    return person


async def _answers(client: Client, person: str, asked: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    answers = await asyncio.gather(*(client.ask(text, variables, subject=person) for text, variables in asked))
    return [answer["answer"] for answer in answers]


@pytest.mark.parametrize("name", ASKED)
async def test_twins_are_one(client: Client, owner: Any, spectrum: Spectrum, known: str, name: str) -> None:
    """The same key and input, ten times at once and once more: one thing is done, and all are told of it."""
    text, input_, _ = ASKED[name]
    key = {"key": str(uuid4())}
    answers = await _answers(client, known, [(text, key | input_)] * 10)
    answers += await _answers(client, known, [(text, key | input_)])
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["userErrors"] == []
    table = "exclusion" if name == "exclude" else "operation"
    count = await owner.fetchval(f"SELECT count(*) FROM {table} WHERE person_id = $1", who(spectrum, known))
    assert count == 1


@pytest.mark.parametrize("name", ASKED)
async def test_one_key_is_one_input(client: Client, known: str, name: str) -> None:
    """Two inputs under one key at once: one of them is done, whichever; the other is a conflict, now and later."""
    text, one, other = ASKED[name]
    key = {"key": str(uuid4())}
    answers = await _answers(client, known, [(text, key | one), (text, key | other)] * 4)
    by_input = [answers[0::2], answers[1::2]]
    codes = [{error["code"] for answer in each for error in answer["userErrors"]} for each in by_input]
    assert sorted(codes, key=len) == [set(), {"IDEMPOTENCY_CONFLICT"}]
    lost = one if codes[0] else other
    (again,) = await _answers(client, known, [(text, key | lost)])
    assert [error["code"] for error in again["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]


async def test_a_key_serves_one_kind_of_change(client: Client, known: str) -> None:
    """A key that left something out puts nothing back; another one does, however often it is sent at once."""
    key = {"key": str(uuid4())}
    (excluded,) = await _answers(client, known, [(EXCLUDE, key | {"source": "TURN"})])
    ids = {"ids": [each["id"] for each in excluded["exclusions"]]}
    (refused,) = await _answers(client, known, [(REMOVE, key | ids)])
    assert [error["code"] for error in refused["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    answers = await _answers(client, known, [(REMOVE, {"key": str(uuid4())} | ids)] * 4)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["userErrors"] == []


async def test_keys_are_each_persons_own(client: Client, known: str, spectrum: Spectrum, owner: Any) -> None:
    """Another person's key is no key of mine: the same one does mine too."""
    other = f"{known}-other"
    await client.ingest(session(other, JULY))
    await work_off(spectrum, owner)
    key = {"key": str(uuid4())}
    (mine,) = await _answers(client, known, [(EXCLUDE, key | {"source": "TURN"})])
    (theirs,) = await _answers(client, other, [(EXCLUDE, key | {"source": "LENS"})])
    assert mine["userErrors"] == theirs["userErrors"] == []
    assert mine["exclusions"] != theirs["exclusions"]
