"""A session that arrives late changes every number and every sentence that rests on its day."""

from datetime import UTC, datetime, timedelta

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.later import drain_half_a_minute_later
from tests.stories.telling import checks, read
from workers.drain import drain

START = datetime(2026, 6, 1, 7, tzinfo=UTC)


async def test_words_about_later_weeks_follow_too(spectrum: Spectrum, client: Client, person: str) -> None:
    """Sentences that compare with a week that changed are told again: no evidence stays CHANGED, no card stale."""
    days = [START + timedelta(days=day) for day in range(0, 84, 2)]
    texts = [HEAVY if day.month == 6 else LIGHT for day in days]
    await client.ingest(*(session(person, day, text) for day, text in zip(days, texts, strict=True)))
    await drain(spectrum.ports)
    told = await read(client, person)
    assert checks(told) == {"MATCHES"}
    late = [session(person, START + timedelta(days=day, hours=5), HEAVY, HEAVY) for day in range(1, 40, 2)]
    await client.ingest(*late)
    await drain_half_a_minute_later(spectrum)
    again = await read(client, person)
    assert again != told
    assert checks(again) == {"MATCHES"}
    feed = "{ viewer { spectrum { insightFeed(first: 100) { nodes { status } } } } }"
    nodes = (await client.ask(feed, subject=person))["viewer"]["spectrum"]["insightFeed"]["nodes"]
    assert {node["status"] for node in nodes} == {"ACTIVE"}
