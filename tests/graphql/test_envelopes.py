"""The envelopes over GraphQL: every limit of the code, present values as storage has them, or why there is none."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.envelopes import ENVELOPES
from app.storage.weight import weigh
from app.wiring import Spectrum
from tests.client import Client
from tests.life import work_off

DOCUMENT = "{ ops { envelopes { key what limit unit present state why command } } }"


async def _ask(client: Client) -> dict[str, dict[str, Any]]:
    found: Sequence[dict[str, Any]] = (await client.team(DOCUMENT))["ops"]["envelopes"]
    assert len({each["key"] for each in found}) == len(found)
    return {each["key"]: each for each in found}


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin with nothing to do."""
    await work_off(spectrum, owner)
    await owner.execute("TRUNCATE job")


async def test_every_limit_is_the_codes(client: Client) -> None:
    """All envelopes in their order, and after them the features' budgets; a value or a reason, never both."""
    found = await _ask(client)
    assert list(found)[: len(ENVELOPES)] == list(ENVELOPES)
    for key, each in ENVELOPES.items():
        told = found[key]
        assert (told["what"], told["limit"], told["unit"]) == (each.what, each.limit, each.unit)
        assert told["command"] == each.command
        assert (told["why"] is None) == (told["present"] is not None) == (told["state"] != "UNKNOWN")
        assert each.elsewhere in {None, told["why"]}
    budgets = [key for key in found if key.startswith("budget.")]
    assert budgets == list(found)[len(ENVELOPES) :]
    assert "budget.MONTHLY_NARRATIVE.MONTH" in budgets


async def test_the_process_and_the_database_are_weighed(client: Client, owner: Any) -> None:
    """Memory is this process's, connections are those that are open, and a few sessions weigh nothing to speak of."""
    found = await _ask(client)
    assert 10 < found["memory.api"]["present"] < 10_000
    most = int(await owner.fetchval("SELECT current_setting('max_connections')"))
    assert 0 < found["database.connections"]["present"] * most <= most
    assert found["database.person_year"]["why"].startswith("Fewer than 100,000 sessions")


async def test_a_person_year_is_weighed_by_what_stays(spectrum: Spectrum, owner: Any) -> None:
    """Sessions with their numbers, months and exclusions in all their parts; no words, no jobs, no events."""
    async with spectrum.ports.store.for_everyone() as tx:
        weight = await weigh(tx)
    tables = "^(person|exclusion|(session|session_numbers|packed_month)_[0-7])$"
    sizes = await owner.fetch(
        "SELECT pg_total_relation_size(oid) AS bytes FROM pg_class WHERE relkind = 'r' AND relname ~ $1", tables
    )
    assert len(sizes) == 2 + 3 * 8
    assert weight.bytes == sum(row["bytes"] for row in sizes) > 0


async def test_work_that_is_late_is_over(client: Client, owner: Any) -> None:
    """A job that has been due for longer than its queue allows is over the limit; the other queues are not."""
    before = await _ask(client)
    assert before["queue.seconds.age"]["state"] == before["queue.seconds.depth"]["state"] == "WITHIN"
    await owner.execute(
        "INSERT INTO job (id, kind, queue, idempotency_key, scope, priority, max_attempts, run_after, queued_at)"
        " VALUES (uuidv7(), 'RESET', 'seconds', 'late', '{}', 0, 5, now() - interval '31 seconds', now())"
    )
    after = await _ask(client)
    assert after["queue.seconds.age"]["state"] == "OVER"
    assert after["queue.seconds.age"]["present"] > 30
    assert (after["queue.seconds.depth"]["present"], after["queue.seconds.depth"]["state"]) == (1, "WITHIN")
    assert after["queue.minutes.age"]["state"] == "WITHIN"


async def test_spending_is_told_of_many_people_alone(client: Client, owner: Any) -> None:
    """Under 20 active people there is no figure; from 20 on it is that of a thousand of them in a month."""
    today = datetime.now(UTC).date()
    people = [row["id"] for row in await owner.fetch(_PEOPLE, 20)]
    opened = "INSERT INTO event (person_id, id, name, occurred_at, app_version, platform)"
    opened += " SELECT id, gen_random_uuid(), 'FEED_VIEWED', now(), '1.0', 'WEB' FROM unnest($1::uuid[]) AS id"
    spent = "INSERT INTO spending (day, feature, model, engine, prompt_revision, calls, cost)"
    spent += " VALUES ($1, 'MONTHLY_NARRATIVE', 'small', 'SMALL_MODEL', 'm@1', 1, 140000)"
    await owner.execute("TRUNCATE event, spending")
    try:
        await owner.execute(spent, today)
        await owner.execute(opened, people[:19])
        assert (await _ask(client))["spend.thousand"]["why"] == "Fewer than 20 people."
        await owner.execute(opened, people[19:])
        told = (await _ask(client))["spend.thousand"]
        assert told["present"] == pytest.approx(0.14 * 365.25 / 12 / 28 / 20 * 1_000)
        assert told["state"] == "OVER"
    finally:
        await owner.execute("TRUNCATE event, spending")
        await owner.execute("DELETE FROM person WHERE id = ANY($1)", people)


_PEOPLE = """
    INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, data_key, week_due, week_due_at, month_due,
      month_due_at)
    SELECT gen_random_uuid(), 0, 'UTC', now(), 'en', 'PLUS', '', '2200-01-03', '2200-01-10', '2200-01-01', '2200-02-01'
    FROM generate_series(1, $1::int) RETURNING id
"""
