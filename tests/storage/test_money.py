"""Money for calls of models: never more than is allowed, whoever asks at once, and paid once, whatever happens."""

import asyncio
import secrets
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.cost import BudgetPeriod, BudgetState, Engine, Feature
from app.domain.periods import Period
from app.errors import Gone
from app.jobs import PersonAt, monthly_narrative
from app.pipeline.forget import erase_account
from app.storage.forgetting.erasure import keep_jobs_locked
from app.storage.jobs import ledger
from app.storage.money import budgets, calls, spending
from app.storage.money.calls import KnownAnswer, NotReserved, Outcome, Purpose, Receipt, Reservation
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, at, take, who

FEATURE = Feature.MONTHLY_NARRATIVE
AT_ONCE = 50
DOLLAR = 1_000_000
ALWAYS = Period(date(2020, 1, 1), date(2100, 1, 1))
PAID = Receipt(Outcome.TEXT, 0, 900, 300)


@pytest.fixture(autouse=True)
async def nothing_spent(owner: Any) -> None:
    """Begin each test with a day of 1 dollar, a month of 10, and as much for a person."""
    await owner.execute("TRUNCATE budget_use, model_call, spending")
    await owner.execute(
        "UPDATE budget SET allowed = CASE period WHEN 'DAY' THEN 1000000 ELSE 10000000 END, warn_at = 0.8,"
        " person_allowed = CASE period WHEN 'MONTH' THEN 10000000 END, revision = 1"
    )


@pytest.fixture
async def somebody(spectrum: Spectrum, owner: Any, person: str) -> PersonAt:
    """Give a person who is known."""
    await take(spectrum, session(person, JUNE))
    return await at(owner, who(spectrum, person))


def _purpose(person: PersonAt, feature: Feature = FEATURE, *, brief: str = "") -> Purpose:
    """Give a call for a job of its own, over a brief of its own unless one is named."""
    brief = brief or secrets.token_hex(32)
    return Purpose(person, uuid4(), feature, "small", Engine.SMALL_MODEL, "monthly-narrative@1", "hash", brief)


async def _ask(spectrum: Spectrum, purpose: Purpose, amount: int = 100) -> Reservation | KnownAnswer | NotReserved:
    async with spectrum.ports.store.for_everyone() as tx:
        return await calls.reserve(tx, purpose, amount)


async def _reserve(
    spectrum: Spectrum, person: PersonAt, amount: int, feature: Feature = FEATURE
) -> Reservation | NotReserved:
    reserved = await _ask(spectrum, _purpose(person, feature), amount)
    assert not isinstance(reserved, KnownAnswer)
    return reserved


async def _settle(spectrum: Spectrum, reserved: object, cost: int, receipt: Receipt = PAID) -> bool:
    assert isinstance(reserved, Reservation)
    async with spectrum.ports.store.for_everyone() as tx:
        return await calls.settle(tx, reserved, replace(receipt, cost=cost))


async def _standing(spectrum: Spectrum, period: BudgetPeriod = BudgetPeriod.DAY) -> tuple[int, int]:
    async with spectrum.ports.store.for_everyone() as tx:
        (budget,) = [each for each in await budgets.list_budgets(tx, FEATURE) if each.period is period]
    return budget.spent, budget.reserved


async def _used_for(owner: Any, person_id: UUID) -> int:
    used: int = await owner.fetchval(
        "SELECT coalesce(sum(coalesce(cost, reserved)), 0) FROM model_call WHERE person_id = $1", person_id
    )
    return used


async def test_fifty_at_once_pass_no_cap(spectrum: Spectrum, somebody: PersonAt) -> None:
    """Of fifty who reserve a thirtieth each at once, thirty may; after they paid half, fifteen more of the rest."""
    share = DOLLAR // 30
    first = await asyncio.gather(*(_reserve(spectrum, somebody, share) for _ in range(AT_ONCE)))
    granted = [each for each in first if isinstance(each, Reservation)]
    assert {each for each in first if not isinstance(each, Reservation)} == {NotReserved.NO_MONEY}
    assert (len(granted), await _standing(spectrum)) == (30, (0, 30 * share))
    await asyncio.gather(*(_settle(spectrum, each, share // 2) for each in granted))
    assert await _standing(spectrum) == (30 * (share // 2), 0)
    again = await asyncio.gather(*(_reserve(spectrum, somebody, share) for _ in range(AT_ONCE)))
    assert len([each for each in again if isinstance(each, Reservation)]) == 15


async def test_reserving_and_settling_at_once_end_even(spectrum: Spectrum, somebody: PersonAt) -> None:
    """Whoever pays while others reserve: nobody waits for ever, and in the end all that was reserved is paid."""

    async def call(place: int) -> int:
        reserved = await _reserve(spectrum, somebody, 10_000, (FEATURE, Feature.RUBRIC_SCORING)[place % 2])
        refused = place % 3 == 0
        await _settle(spectrum, reserved, 4_000, Receipt(Outcome.REFUSED, 0, 50, 5) if refused else PAID)
        return 4_000 if place % 2 == 0 else 0

    paid = await asyncio.gather(*(call(place) for place in range(AT_ONCE)))
    assert await _standing(spectrum) == (sum(paid), 0) == await _standing(spectrum, BudgetPeriod.MONTH)
    async with spectrum.ports.store.for_everyone() as tx:
        (day,) = [each for each in await spending.list_spending(tx, ALWAYS) if each.feature is FEATURE]
    assert (day.day, day.model, day.engine) == (datetime.now(UTC).date(), "small", Engine.SMALL_MODEL)
    refused = len([place for place in range(0, AT_ONCE, 2) if place % 3 == 0])
    assert (day.calls, day.cost, day.refused_cost, day.silent_cost) == (25, 100_000, 4_000 * refused, 0)
    assert day.tokens_read == 900 * (25 - refused) + 50 * refused
    assert day.tokens_written == 300 * (25 - refused) + 5 * refused


@pytest.mark.parametrize("period", BudgetPeriod)
async def test_both_periods_must_have_room(
    spectrum: Spectrum, owner: Any, somebody: PersonAt, period: BudgetPeriod
) -> None:
    """A month that is full refuses although the day has room, and the other way; nothing is put aside then."""
    await owner.execute("UPDATE budget SET allowed = 999 WHERE feature = $1 AND period = $2", FEATURE, period)
    assert await _reserve(spectrum, somebody, 1_000) is NotReserved.NO_MONEY
    assert (await _standing(spectrum), await owner.fetchval("SELECT count(*) FROM model_call")) == ((0, 0), 0)
    assert isinstance(await _reserve(spectrum, somebody, 999), Reservation)
    others = await _reserve(spectrum, somebody, 1_000, Feature.RUBRIC_SCORING)
    assert isinstance(others, Reservation), "another feature's own"


async def test_a_person_has_a_cap_of_their_own(spectrum: Spectrum, owner: Any, somebody: PersonAt, person: str) -> None:
    """One person's month is full while others' are not; what was not spent can be spent again, last month is over."""
    await owner.execute("UPDATE budget SET person_allowed = 50000 WHERE period = 'MONTH'")
    await take(spectrum, session(f"{person}-2", JUNE))
    other = await at(owner, who(spectrum, f"{person}-2"))
    first = await _reserve(spectrum, somebody, 40_000)
    assert await _reserve(spectrum, somebody, 20_000) is NotReserved.NO_SHARE
    assert isinstance(await _reserve(spectrum, other, 20_000), Reservation)
    await _settle(spectrum, first, 10_000)
    assert await _used_for(owner, somebody.id) == 10_000
    assert isinstance(await _reserve(spectrum, somebody, 40_000), Reservation)
    assert await _reserve(spectrum, somebody, 1) is NotReserved.NO_SHARE
    await owner.execute("UPDATE model_call SET at = at - interval '1 month'")
    assert isinstance(await _reserve(spectrum, somebody, 50_000), Reservation)


async def test_a_job_has_three_calls(spectrum: Spectrum, somebody: PersonAt) -> None:
    """However often it is tried; another job has its own."""
    purpose = _purpose(somebody)
    for number in range(calls.MOST_CALLS):
        reserved = await _ask(spectrum, replace(purpose, brief_digest=f"brief {number}"))
        await _settle(spectrum, reserved, 10)
    assert await _ask(spectrum, purpose) is NotReserved.ENOUGH
    assert isinstance(await _ask(spectrum, replace(purpose, job_id=uuid4())), Reservation)


async def test_one_question_is_asked_once(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """Of fifty who ask the same at once one may; whoever comes after it has the answer, and nothing is paid again."""
    purpose = _purpose(somebody, brief="the same")
    asking = (_ask(spectrum, replace(purpose, job_id=uuid4())) for _ in range(AT_ONCE))
    first = await asyncio.gather(*asking)
    (reserved,) = [each for each in first if isinstance(each, Reservation)]
    assert first.count(NotReserved.ASKED) == AT_ONCE - 1
    await _settle(spectrum, reserved, 30, replace(PAID, answer={"headline": "said"}))
    for _ in range(2):
        known = await _ask(spectrum, purpose)
        assert known == KnownAnswer({"headline": "said"}, "small", Engine.SMALL_MODEL)
    assert isinstance(await _ask(spectrum, replace(purpose, prompt_hash="another revision")), Reservation)
    row = await owner.fetchrow("SELECT calls, reused, cost FROM spending")
    assert tuple(row) == (1, 2, 30)
    async with spectrum.ports.store.for_everyone() as tx:
        await calls.keep_published(tx, [(somebody.id, "the same", "hash")])
    assert isinstance(await _ask(spectrum, purpose), Reservation), "no text has it, so it was not published"


async def test_a_call_is_paid_once(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """Settled again, by whomever, nothing more is paid."""
    reserved = await _reserve(spectrum, somebody, 500)
    for cost, paid in ((300, True), (500, False), (0, False)):
        assert await _settle(spectrum, reserved, cost) is paid
        assert await _standing(spectrum) == (300, 0)
    assert await owner.fetchval("SELECT sum(calls) FROM spending") == 1


async def test_what_a_dead_worker_reserved_is_paid_to_the_full(
    spectrum: Spectrum, owner: Any, somebody: PersonAt
) -> None:
    """After a minute nobody settles it any more: it counts as spent, for nothing, in the period it was made in."""
    forgotten, recent = await _reserve(spectrum, somebody, 700), await _reserve(spectrum, somebody, 100)
    assert isinstance(forgotten, Reservation)
    await owner.execute("UPDATE model_call SET at = at - interval '61 s' WHERE id = $1", forgotten.id)
    async with spectrum.ports.store.for_everyone() as tx:
        assert await calls.settle_forgotten(tx) == 1
        assert await calls.settle_forgotten(tx) == 0
    assert not await _settle(spectrum, forgotten, 5)
    await _settle(spectrum, recent, 100)
    assert await owner.fetchval("SELECT sum(spent) || '/' || sum(reserved) FROM budget_use WHERE period = 'MONTH'") in (
        "800/0",
        "800/-700",  # a minute ago it was another month
    )
    assert await owner.fetchval("SELECT sum(silent_cost) FROM spending") == 700


async def test_an_erased_person_leaves_the_bill_alone(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """Their calls go with them; the one in flight brings nothing back, and upkeep pays for it to the full."""
    reserved = await _reserve(spectrum, somebody, 1_000)
    await erase_account(spectrum.ports, somebody.id, actor="the app")
    assert await _used_for(owner, somebody.id) == 0
    assert not await _settle(spectrum, reserved, 600, replace(PAID, answer={"headline": "of them"}))
    assert await owner.fetchval("SELECT count(*) FROM model_call") == 0
    assert await _standing(spectrum) == (0, 1_000)
    async with spectrum.ports.store.for_everyone() as tx:
        await calls.settle_forgotten(tx)
        await calls.settle_forgotten(tx)
        told = [(each.model, each.cost, each.silent_cost) for each in await spending.list_spending(tx, ALWAYS)]
    assert await _standing(spectrum) == (1_000, 0) == await _standing(spectrum, BudgetPeriod.MONTH)
    assert told == [(calls.UNKNOWN, 1_000, 1_000)], "what was spent is told of budgets and of days alike"
    with pytest.raises(Gone):
        await _reserve(spectrum, somebody, 1_000)


async def test_a_budget_tells_its_state(spectrum: Spectrum, somebody: PersonAt) -> None:
    """OK, WARNING from its mark on, DEGRADED where a cheaper model writes, EXHAUSTED at its end; each turn once."""
    seen = []
    for amount in (700_000, 100_000, 150_000, 50_000):
        await _settle(spectrum, await _reserve(spectrum, somebody, amount), amount)
        for first in (True, False):
            async with spectrum.ports.store.for_everyone() as tx:
                turned = await budgets.keep_states(tx, {FEATURE: 0.9})
            if first:
                seen.append([each.state for each in turned if each.period is BudgetPeriod.DAY])
            else:
                assert turned == []
    assert seen == [[], [BudgetState.WARNING], [BudgetState.DEGRADED], [BudgetState.EXHAUSTED]]
    async with spectrum.ports.store.for_everyone() as tx:
        day, month = await budgets.list_budgets(tx, FEATURE)
    assert 0 <= day.elapsed < 1
    assert day.projected >= day.spent == DOLLAR
    assert (month.state(), month.share) == (BudgetState.OK, 0.1)
    assert await _reserve(spectrum, somebody, 1) is NotReserved.NO_MONEY


async def test_a_budget_without_room_for_a_call_is_exhausted(spectrum: Spectrum, somebody: PersonAt) -> None:
    """Not only when all of it is gone: as soon as no writer had room, and until the cheapest would find some again."""
    held = await _reserve(spectrum, somebody, DOLLAR - 500)
    assert await _reserve(spectrum, somebody, 501) is NotReserved.NO_MONEY
    states = []
    for amount in (700, 501, None):
        async with spectrum.ports.store.for_everyone() as tx:
            if amount is not None:
                await budgets.keep_lacking(tx, FEATURE, amount)
        if amount is None:
            await _settle(spectrum, held, DOLLAR - 501)
        async with spectrum.ports.store.for_everyone() as tx:
            day, month = await budgets.list_budgets(tx, FEATURE)
        states.append((day.lacked, day.state(), month.lacked, month.state()))
    assert states == [
        (700, BudgetState.EXHAUSTED, None, BudgetState.OK),
        (501, BudgetState.EXHAUSTED, None, BudgetState.OK),
        (501, BudgetState.WARNING, None, BudgetState.OK),
    ]
    assert isinstance(await _reserve(spectrum, somebody, 501), Reservation)


async def test_paying_and_erasing_at_once_do_not_wait_in_a_circle(
    spectrum: Spectrum, owner: Any, somebody: PersonAt
) -> None:
    """Whoever erases holds the person's jobs before their calls; who pays takes them in the same order."""
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, [monthly_narrative(somebody, JUNE.date(), revision=-7)])
    job_id = await owner.fetchval("SELECT id FROM job WHERE person_id = $1 AND kind = 'MONTHLY_NARRATIVE'", somebody.id)
    for _ in range(5):
        reserved = await _ask(spectrum, replace(_purpose(somebody), job_id=job_id))
        assert isinstance(reserved, Reservation)

        async def erase() -> None:
            async with spectrum.ports.store.for_everyone() as tx:
                await keep_jobs_locked(tx, somebody.id)
                await asyncio.sleep(0.05)
                await calls.erase_answers(tx, somebody.id)

        await asyncio.gather(erase(), _settle(spectrum, reserved, 50))
        assert await owner.fetchval("SELECT count(*) FROM model_call WHERE outcome IS NULL") == 0
        await owner.execute("DELETE FROM model_call")


async def test_a_budget_is_changed_once(spectrum: Spectrum, owner: Any) -> None:
    """Of two who saw the same budget one changes it, and the log says who."""
    async with spectrum.ports.store.for_everyone() as tx:
        day, _ = await budgets.list_budgets(tx, FEATURE)
    for limit, changed in ((5, True), (7, False)):
        async with spectrum.ports.store.for_everyone() as tx:
            assert await budgets.change_budget(tx, day, limit=limit, warn_at=0.5, actor="the team") is changed
    row = await owner.fetchrow(
        "SELECT allowed, warn_at, revision FROM budget WHERE feature = $1 AND period = 'DAY'", FEATURE
    )
    assert tuple(row) == (5, 0.5, 2)
    audited = await owner.fetch("SELECT actor, reason FROM audit WHERE action = 'budget MONTHLY_NARRATIVE DAY'")
    assert [tuple(each) for each in audited] == [("the team", "5 micro-dollars")]


async def test_features_that_are_paid_at_once_do_not_wait_in_a_circle(spectrum: Spectrum, somebody: PersonAt) -> None:
    """Each payment is followed by a look at the states of all budgets: in one order, whoever pays what."""
    features = tuple(Feature)

    async def pay(place: int) -> None:
        feature = features[place % len(features)]
        await _settle(spectrum, await _reserve(spectrum, somebody, 9_000, feature), 6_000)
        async with spectrum.ports.store.for_everyone() as tx:
            await budgets.keep_locked(tx)
            await budgets.keep_states(tx, dict.fromkeys(features, 0.01 * (1 + place % 5)))

    await asyncio.gather(*(pay(place) for place in range(AT_ONCE)))
    assert (await _standing(spectrum))[1] == 0


async def test_nothing_is_asked_about_what_was_erased_since(spectrum: Spectrum, owner: Any, somebody: PersonAt) -> None:
    """A brief that was made before sessions were erased finds no money any more."""
    purpose = replace(_purpose(somebody), erasures=0)
    assert isinstance(await _ask(spectrum, purpose), Reservation)
    await owner.execute("UPDATE person SET erasures = erasures + 1 WHERE id = $1", somebody.id)
    with pytest.raises(Gone):
        await _ask(spectrum, replace(purpose, brief_digest="another"))
