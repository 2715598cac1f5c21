"""A word that exists nowhere else goes through everything, and is found nowhere but in its sealed place."""

import logging
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.exclusions import ExclusionTarget
from app.pipeline import exclude, forget
from app.storage.forgetting.operations import ResetScope
from app.storage.history import sessions
from app.storage.sealed import text_aad, unseal
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from tests.leakage.canaries import patterns
from tests.leakage.places import everything_in_redis, everything_kept
from tests.life import JUNE, PERSONAL, at, furnish, hasten, say_how_it_was, take, who, work_off

CANARY = "quabbeldrix"
EMPTY_YET = "operation"
"""What nobody has a row in before a reset."""
SUBJECT_CANARY = "zwirnfelden"
"""Stands in the app's own key of the person, which is kept nowhere either."""


async def test_a_persons_words_are_found_nowhere(
    spectrum: Spectrum,
    owner: Any,
    person: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Through analysis, weeks, months, failures, refusals and a reset, no table, key, line or column holds the word."""
    caplog.set_level(logging.DEBUG)
    key = f"{SUBJECT_CANARY}-{person}"
    sent = [
        session(key, JUNE.replace(day=day, hour=hour), f"{text} {CANARY} {CANARY}.")
        for day in range(1, 29, 3)
        for hour, text in ((8, LIGHT), (19, HEAVY))
    ]
    broken = sent[0]
    answers = await take(spectrum, *sent)
    refused = await take(
        spectrum,
        {**broken, "turns": [{**broken["turns"][0], "text": CANARY}]},
        {**session(key, JUNE, CANARY), "timeZone": CANARY},
    )
    assert all(answer.problems for answer in refused)
    person_id = who(spectrum, key)
    await owner.execute(
        "UPDATE sealed_text SET body = substr(body, 1, 40) WHERE session_id = $1", UUID(broken["sessionKey"])
    )
    await work_off(spectrum, owner)
    dead = await owner.fetch("SELECT attempts::text FROM job WHERE status = 'DEAD'")
    assert len(dead) == 1
    target = [ExclusionTarget(session_id=UUID(sent[1]["sessionKey"]))]
    await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), target)
    await say_how_it_was(spectrum, await at(owner, person_id))
    await furnish(spectrum, await at(owner, person_id))
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT count(*) FROM writing WHERE person_id = $1", person_id) > 0

    async with spectrum.ports.store.for_person(person_id) as tx:
        sealed = await sessions.find_sealed(tx, person_id, UUID(sent[1]["sessionKey"]))
    assert sealed is not None
    data_key = spectrum.ports.keyring.master.unwrap(f"person|{person_id}", sealed.wrapped_key)
    opened = unseal(data_key, sealed.body, text_aad(person_id, UUID(sent[1]["sessionKey"]), sealed.epoch))
    assert CANARY.encode() in opened, "or nothing below could be found"

    assert {f"public.{table['name']}.{table['key']}" for table in await owner.fetch(PERSONAL) if not table[2]} - {
        f"public.{EMPTY_YET}.person_id"
    } <= set(await everything_kept(owner))
    await _nowhere(spectrum, owner, capfd, caplog, [repr(answers), repr(refused)])
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.EVERYTHING, uuid4())
    await work_off(spectrum, owner)
    await hasten(owner)
    await _nowhere(spectrum, owner, capfd, caplog, [])


async def _nowhere(spectrum: Spectrum, owner: Any, capfd: Any, caplog: Any, told: list[str]) -> None:
    places = await everything_kept(owner)
    places["redis"] = await everything_in_redis(spectrum.redis_url)
    places["output"] = "".join(capfd.readouterr()).encode()
    records = [(r.getMessage(), r.exc_text, r.stack_info, r.args) for r in caplog.records]
    places["logs"] = repr(records).encode()
    places["answers"] = "".join(told).encode()
    for word in (CANARY, SUBJECT_CANARY):
        for pattern in patterns(word):
            assert [place for place, content in places.items() if pattern in content] == [], pattern
