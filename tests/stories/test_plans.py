"""Billing's word on a plan: told once, the newest counts, and what waited for a plan is read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.domain.experiments import Arm, ArmRole, Experiment, Plan
from app.pipeline.impressions import impression_token
from app.pipeline.pause import set_paused
from app.wiring import Spectrum
from tests.client import LIGHT, Client, instant, session
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, at, take, who, work_off
from workers.drain import drain

RECORD = """mutation($input: RecordUpgradeInput!) { recordUpgrade(input: $input) {
  duplicate userErrors { code field } } }"""
VIEWER = "{ viewer { entitlement { spectrum plan endsAt } spectrum { progress { analysedSessions } } } }"
NOW = datetime.now(UTC).replace(microsecond=0)


async def _say(client: Client, person: str, plan: str, **more: Any) -> Any:
    said = {"eventId": str(uuid4()), "subjectKey": person, "plan": plan, "at": instant(NOW), **more}
    return (await client.team(RECORD, {"input": said}))["recordUpgrade"]


async def _viewer(client: Client, person: str) -> Any:
    return (await client.ask(VIEWER, subject=person))["viewer"]


async def test_a_plan_reads_what_waited_for_it(spectrum: Spectrum, client: Client, person: str, owner: Any) -> None:
    """Nothing is read of somebody without a plan; with one, what came before it is, and its week is written."""
    await _say(client, person, "FREE")
    await take(spectrum, *(session(person, NOW - timedelta(days=day), LIGHT) for day in range(1, 4)))
    await drain(spectrum.ports)
    assert (await _viewer(client, person))["spectrum"] is None
    answer = await _say(client, person, "PLUS", at=instant(NOW + timedelta(seconds=1)))
    assert answer == {"duplicate": False, "userErrors": []}
    await drain(spectrum.ports)
    viewer = await _viewer(client, person)
    assert viewer["entitlement"] == {"spectrum": True, "plan": "PLUS", "endsAt": None}
    assert viewer["spectrum"]["progress"]["analysedSessions"] == 3


async def test_it_may_be_said_before_the_first_session(client: Client, person: str) -> None:
    """Whoever pays first has their plan when they come."""
    await _say(client, person, "TRIAL")
    await client.ingest(session(person, JUNE))
    assert (await _viewer(client, person))["entitlement"]["plan"] == "TRIAL"


async def test_it_counts_once_and_the_newest_counts(client: Client, person: str) -> None:
    """The same again is a duplicate, the same id with other words a conflict; an older word changes nothing."""
    event = str(uuid4())
    assert (await _say(client, person, "TRIAL", eventId=event))["duplicate"] is False
    assert (await _say(client, person, "TRIAL", eventId=event))["duplicate"] is True
    conflict = await _say(client, person, "FREE", eventId=event)
    assert conflict == {"duplicate": False, "userErrors": [{"code": "IDEMPOTENCY_CONFLICT", "field": ["input"]}]}
    await _say(client, person, "FREE", at=instant(NOW - timedelta(days=9)))
    assert (await _viewer(client, person))["entitlement"]["plan"] == "TRIAL"
    await _say(client, person, "FREE", at=instant(NOW + timedelta(minutes=1)))
    assert (await _viewer(client, person))["entitlement"]["plan"] == "FREE"


async def test_of_somebody_nobody_met_nothing_is_kept_that_says_nothing(
    spectrum: Spectrum, client: Client, person: str, owner: Any
) -> None:
    """The plan that they would have anyway makes nobody: an account that is gone stays gone when its plan ends."""
    assert await _say(client, person, spectrum.ports.rules.default_plan) == {"duplicate": False, "userErrors": []}
    late = await _say(client, person, "FREE", at=instant(NOW + timedelta(days=3)))
    assert late["userErrors"]
    assert await owner.fetchval("SELECT count(*) FROM person WHERE id = $1", who(spectrum, person)) == 0


async def test_what_cannot_be_true_is_refused(client: Client, person: str) -> None:
    """A time that has not come or is long past, and a key that is nobody's."""
    for days in (3, -366):
        late = await _say(client, person, "PLUS", at=instant(NOW + timedelta(days=days)))
        assert late["userErrors"] == [{"code": "OUT_OF_RANGE", "field": ["input", "at"]}]
    nobody = await _say(client, "", "PLUS")
    assert [each["field"] for each in nobody["userErrors"]] == [["input", "subjectKey"]]


async def test_the_teaser_that_led_there_is_kept(spectrum: Spectrum, client: Client, person: str, owner: Any) -> None:
    """By what its token says; another's token is left out, and the upgrade is kept all the same."""
    await client.ingest(session(person, JUNE), session(f"{person}-2", JUNE))
    identity = spectrum.ports.keyring.identity
    mine = impression_token(identity, await at(owner, who(spectrum, person)), NOW.date())
    for other, kept in ((person, NOW.date()), (f"{person}-2", None)):
        assert (await _say(client, other, "PLUS", impressionToken=mine))["userErrors"] == []
        row = await owner.fetchrow("SELECT impression_day FROM upgrade WHERE person_id = $1", who(spectrum, other))
        assert row["impression_day"] == kept


async def test_what_a_pause_holds_stays_unread_at_an_upgrade(
    spectrum: Spectrum, client: Client, person: str, owner: Any
) -> None:
    """Whoever paused and then pays is read when they resume, and not before."""
    await _say(client, person, "FREE")
    await take(spectrum, *(session(person, NOW - timedelta(days=day), LIGHT) for day in range(1, 4)))
    someone = await at(owner, who(spectrum, person))
    await set_paused(spectrum.ports, someone, paused=True)
    assert (await _say(client, person, "PLUS", at=instant(NOW + timedelta(seconds=1))))["userErrors"] == []
    assert await owner.fetchval("SELECT count(*) FROM job WHERE person_id = $1", someone.id) == 0
    await work_off(spectrum, owner)
    unread = "SELECT count(*) FROM session WHERE person_id = $1 AND status = 'PENDING'"
    assert await owner.fetchval(unread, someone.id) == 3
    await set_paused(spectrum.ports, someone, paused=False)
    await work_off(spectrum, owner)
    assert await owner.fetchval(unread, someone.id) == 0


async def test_words_are_promised_from_the_first_plan_on(
    spectrum: Spectrum, client: Client, person: str, owner: Any
) -> None:
    """Nothing is promised to somebody without a plan; another plan moves nothing, and one after a break does."""
    await take(spectrum, session(person, JUNE))
    person_id = who(spectrum, person)
    await owner.execute("UPDATE person SET plan = 'FREE', promised_from = NULL WHERE id = $1", person_id)
    promised = []
    for second, plan in enumerate(("TRIAL", "PLUS", "FREE", "PLUS"), start=1):
        await _say(client, person, plan, at=instant(NOW + timedelta(seconds=second)))
        promised.append(await owner.fetchval("SELECT promised_from FROM person WHERE id = $1", person_id))
    first, same, none, again = promised
    assert first is not None
    assert (same, none) == (first, first)
    assert again > first


async def test_who_pays_before_upkeep_is_in_their_arm(spectrum: Spectrum, person: str, owner: Any) -> None:
    """An upgrade within the hour is of the experiment; who has a plan already is of none, nor is any later word."""
    arms = Arm("none", ArmRole.CONTROL, 0.5), Arm("shown", ArmRole.TREATMENT, 0.5, "standard")
    running = Experiment("paying", "It matters.", "upgrades", NOW - timedelta(days=1), None, Plan(arms, 100))
    trying = replace(spectrum, ports=replace(spectrum.ports, experiments=(running,)))
    people = [f"{person}-{number}" for number in range(8)]
    await take(spectrum, *(session(each, JUNE) for each in people))
    free, paying = people[:6], people[6:]
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = ANY ($1)", [who(spectrum, each) for each in free])
    async with Client.of(trying, AUTH_SECRET) as client:
        for each in people:
            for second, plan in enumerate(("TRIAL", "PLUS")):
                await _say(client, each, plan, at=instant(NOW + timedelta(seconds=second)))
    rows = await owner.fetch("SELECT person_id, arm, exposed_at FROM assignment WHERE experiment = 'paying'")
    assert {row["person_id"]: row["arm"] for row in rows} == {
        who(spectrum, each): running.arm_of(who(spectrum, each)).key for each in free
    }
    assert paying
    assert {row["exposed_at"] for row in rows} == {None}
