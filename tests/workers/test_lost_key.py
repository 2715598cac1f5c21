"""A person whose key no master key opens: their work waits and says why, and nobody else is hurt by it."""

import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.affect import CareLevel
from app.errors import ConfigurationError, ErrorCode
from app.jobs import Queue
from app.pipeline import forget
from app.pipeline.ports import Ports
from app.storage.forgetting.operations import ResetScope
from app.storage.sealed import MasterKey
from app.wiring import Spectrum
from tests.client import LIGHT, Client, session
from tests.life import JUNE, at, rows_of, take, who
from workers.drain import SOON_S, drain
from workers.runner import MENDING_S, WAIT_CAP_S, Runner, wait_s

CARE = "I want to kill myself. I should never have been born, everything always goes wrong."


def _stranger() -> MasterKey:
    return MasterKey(bytes.fromhex(secrets.token_hex(32)))


async def _lose(spectrum: Spectrum, owner: Any, person_id: UUID, lost: MasterKey) -> None:
    """Let a person's data key be wrapped by a master key that nobody here has."""
    name = f"person|{person_id}"
    own = await owner.fetchval("SELECT data_key FROM person WHERE id = $1", person_id)
    shut = lost.wrap(name, spectrum.ports.keyring.master.unwrap(name, own))
    await owner.execute("UPDATE person SET data_key = $2, master_key = $3 WHERE id = $1", person_id, shut, lost.id)


def _with(ports: Ports, found: MasterKey) -> Ports:
    """Give the ports of a program that was told of one master key more."""
    master = ports.keyring.master
    return replace(ports, keyring=replace(ports.keyring, master=replace(master, previous=(found,))))


async def _jobs_of(owner: Any, person_id: UUID) -> list[Any]:
    rows: list[Any] = await owner.fetch(
        "SELECT status, attempt, attempts->-1->>'failure' AS failure, attempts->-1->>'message' AS message,"
        " extract(epoch FROM run_after - now())::float8 AS waits_s FROM job WHERE person_id = $1",
        person_id,
    )
    return rows


def test_what_somebody_must_mend_waits_for_minutes() -> None:
    """A missing setting is tried again in five to ten minutes, beyond what a drain waits for; an outage in seconds."""
    waits = [wait_s(ConfigurationError("set it")) for _ in range(200)]
    assert SOON_S < MENDING_S / 2 <= min(waits) < max(waits) <= MENDING_S
    assert all(0 <= wait_s(ConnectionError()) <= WAIT_CAP_S for _ in range(200))


async def test_the_job_waits_and_says_why(spectrum: Spectrum, owner: Any, person: str) -> None:
    """However often it is tried no attempt is used up; the note names the wanted key's id; with that key it is done."""
    lost, other = _stranger(), f"{person}-other"
    await take(spectrum, session(person, JUNE), session(other, JUNE))
    person_id = who(spectrum, person)
    await _lose(spectrum, owner, person_id, lost)
    runner = Runner(spectrum.ports)
    for _ in range(7):
        await owner.execute("UPDATE job SET run_after = now() WHERE person_id = $1", person_id)
        await runner.work_off(Queue.SECONDS)
    (job,) = await _jobs_of(owner, person_id)
    assert (job["status"], job["attempt"], job["failure"]) == ("RETRYING", 0, "DEPENDENCY")
    assert job["waits_s"] > SOON_S
    assert lost.id in job["message"]
    assert "SPECTRUM_PREVIOUS_MASTER_KEYS" in job["message"]
    assert not any(secret in job["message"] for secret in (lost.key.hex(), person, str(person_id)))
    assert {row["status"] for row in await _jobs_of(owner, who(spectrum, other))} == {"SUCCEEDED"}
    await drain(spectrum.ports)  # which would never end if such a job were due again and again

    await owner.execute("UPDATE job SET run_after = now() WHERE person_id = $1", person_id)
    await Runner(_with(spectrum.ports, lost)).work_off(Queue.SECONDS)
    assert (await rows_of(owner, person_id))["session_numbers"] == 1
    assert {row["status"] for row in await _jobs_of(owner, person_id)} == {"SUCCEEDED"}


async def test_one_persons_key_costs_nobody_else_anything(
    spectrum: Spectrum, owner: Any, person: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a batch everybody else's sessions are taken; theirs is refused, without being kept, and care is told."""
    await take(spectrum, session(person, JUNE))
    lost, person_id = _stranger(), who(spectrum, person)
    await _lose(spectrum, owner, person_id, lost)
    before = await rows_of(owner, person_id)
    others = [session(f"{person}-{number}", JUNE) for number in range(20)]
    capsys.readouterr()
    mine = session(person, JUNE, CARE)
    answers = await take(spectrum, *others[:10], mine, *others[10:], session(person, JUNE, LIGHT))
    refused = [answer for answer in answers if answer.problems]
    assert refused == [answers[10], answers[-1]]
    assert {(p.code, p.field) for answer in refused for p in answer.problems} == {(ErrorCode.CONFLICT, ("subjectKey",))}
    assert [answer.session_id for answer in refused] == [None, None]
    assert answers[10].care is CareLevel.EXPLICIT, "whoever is at risk is told so, kept or not"
    assert await rows_of(owner, person_id) == before
    said = "".join(capsys.readouterr())
    assert "keys_not_opened" in said
    assert "count=1" in said
    again = (await take(replace(spectrum, ports=_with(spectrum.ports, lost)), mine))[0]
    assert (again.problems, again.duplicate) == ((), False), "and what was refused is taken when it comes again"


async def test_the_app_is_told_without_a_secret(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """Over GraphQL such a session is a user error that can be repeated later, and names neither key nor setting."""
    await client.ingest(session(person, JUNE))
    lost = _stranger()
    await _lose(spectrum, owner, who(spectrum, person), lost)
    refused, taken = await client.ingest(session(person, JUNE), session(f"{person}-other", JUNE))
    assert taken["userErrors"] == []
    (problem,) = refused["userErrors"]
    assert (problem["code"], problem["field"]) == ("CONFLICT", ["subjectKey"])
    assert "send the session again later" in problem["message"]
    assert not any(part in problem["message"] for part in (lost.id, "SPECTRUM", "master"))
    found = await client.ask("{ viewer { sessions(first: 1) { totalCount } } }", subject=person)
    assert found["viewer"]["sessions"]["totalCount"] == 1, "what needs no key is served as before"


async def test_who_cannot_be_opened_can_be_erased(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A reset needs no data key: everything of theirs goes, and they come back under a key that opens."""
    await take(spectrum, session(person, JUNE))
    person_id = who(spectrum, person)
    await _lose(spectrum, owner, person_id, _stranger())
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.EVERYTHING, uuid4())
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    assert {name for name, count in (await rows_of(owner, person_id)).items() if count} == {"operation"}
    (answer,) = await take(spectrum, session(person, JUNE))
    assert answer.problems == ()
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    assert (await rows_of(owner, person_id))["session_numbers"] == 1
