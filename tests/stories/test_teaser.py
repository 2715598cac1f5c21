"""Whoever has no Spectrum is shown an honest teaser: fixed words, an example, a count of their own, and a token."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.jobs import PersonAt
from app.pipeline.expiring import erase_expired
from app.pipeline.impressions import impression_token, read_impression
from app.wiring import Spectrum
from graphql_schema.teaser import TEASERS
from tests.client import Client, instant, session
from tests.life import JUNE, at, lived, take, who

TEASER = """{ viewer { spectrum { dataRevision } spectrumTeaser { impressionToken headline body eligibleSessions
  exampleLandscape { isExample excludedCount textAlternative valenceVsBaseline { direction }
    period { from to open }
    points { key sampleCount session { id } topEmotions { emotion } affect { valence { value } } }
    series { keys valence } } } } }"""
OWN = """{ viewer { spectrumTeaser { body }
  spectrum { landscape(range: {month: "2026-06"}) { isExample textAlternative } } } }"""
TRACK = """mutation($events: [EventInput!]!) { trackEvents(input: {events: $events, appVersion: "1.0", platform: WEB}) {
  userErrors { code } accepted rejectedIds } }"""


async def _teaser(client: Client, person: str) -> Any:
    viewer = (await client.ask(TEASER, subject=person))["viewer"]
    assert viewer["spectrum"] is None
    return viewer["spectrumTeaser"]


async def _be_free(owner: Any, spectrum: Spectrum, person: str) -> None:
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", who(spectrum, person))


@pytest.fixture
async def free(spectrum: Spectrum, owner: Any, person: str) -> str:
    """Give somebody without Spectrum who has had a session."""
    await take(spectrum, session(person, JUNE))
    await _be_free(owner, spectrum, person)
    return person


async def test_it_is_honest(spectrum: Spectrum, client: Client, owner: Any, free: str) -> None:
    """Two people are shown the same words and the same example, which says so of itself; only counts are their own."""
    other = f"{free}-2"
    await take(spectrum, *(session(other, JUNE + timedelta(days=day)) for day in range(3)))
    await _be_free(owner, spectrum, other)
    mine, theirs = await _teaser(client, free), await _teaser(client, other)
    assert (mine["headline"], mine["body"]) == TEASERS["standard"]
    assert (mine["eligibleSessions"], theirs["eligibleSessions"]) == (1, 3)
    assert mine["exampleLandscape"] == theirs["exampleLandscape"]
    example = mine["exampleLandscape"]
    assert (example["isExample"], example["excludedCount"], example["valenceVsBaseline"]) == (True, 0, None)
    assert example["textAlternative"].startswith("This is an example with invented numbers; none of it is about you.")
    assert example["period"]["open"] is False
    assert {point["session"] for point in example["points"]} == {None}
    assert example["series"]["keys"] == [point["key"] for point in example["points"]]


async def test_who_has_spectrum_is_shown_their_own(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """No teaser, and a landscape that is no example; once the plan ends, what was read still counts."""
    await lived(spectrum, owner, person, weeks=2)
    viewer = (await client.ask(OWN, subject=person))["viewer"]
    assert viewer["spectrumTeaser"] is None
    assert viewer["spectrum"]["landscape"]["isExample"] is False
    assert "example" not in viewer["spectrum"]["landscape"]["textAlternative"]
    await _be_free(owner, spectrum, person)
    sessions = await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", who(spectrum, person))
    assert (await _teaser(client, person))["eligibleSessions"] == sessions


async def test_words_that_are_gone_are_not_counted(spectrum: Spectrum, client: Client, owner: Any, free: str) -> None:
    """A session whose text went before anybody could read it is none that Spectrum could read."""
    await owner.execute(
        "UPDATE sealed_text SET received_at = now() - interval '31 days' WHERE person_id = $1", who(spectrum, free)
    )
    await erase_expired(spectrum.ports)
    assert (await _teaser(client, free))["eligibleSessions"] == 0


async def _tell(client: Client, person: str, token: str, name: str = "TEASER_SHOWN") -> tuple[int, int]:
    event = {"id": str(uuid4()), "name": name, "occurredAt": instant(datetime.now(UTC)), "impressionToken": token}
    answer = (await client.ask(TRACK, {"events": [event]}, subject=person))["trackEvents"]
    assert answer["userErrors"] == []
    return answer["accepted"], len(answer["rejectedIds"])


async def test_a_token_joins_what_was_shown(spectrum: Spectrum, client: Client, owner: Any, free: str) -> None:
    """The same all day, it is kept as what it says; another's, a changed one and one of another event are rejected."""
    token = (await _teaser(client, free))["impressionToken"]
    assert (await _teaser(client, free))["impressionToken"] == token
    for name in ("TEASER_SHOWN", "TEASER_TAPPED", "PAYWALL_SHOWN"):
        assert await _tell(client, free, token, name) == (1, 0)
    kept = await owner.fetch(
        "SELECT DISTINCT impression_id, impression_day FROM event WHERE person_id = $1", who(spectrum, free)
    )
    said = read_impression(spectrum.ports.keyring.identity, await at(owner, who(spectrum, free)), token)
    assert said is not None
    assert [tuple(row) for row in kept] == [(said.id, said.day)]
    rows = await owner.fetch("SELECT t::text AS line FROM event t WHERE person_id = $1", who(spectrum, free))
    assert not any(token in row["line"] for row in rows)
    assert await _tell(client, free, token, "FEED_VIEWED") == (0, 1)
    other = f"{free}-2"
    await take(spectrum, session(other, JUNE))
    assert await _tell(client, other, token) == (0, 1)
    assert await _tell(client, free, token[:-1] + ("A" if token[-1] != "A" else "B")) == (0, 1)


def _written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_only_ones_own_token_of_this_life_is_read(spectrum: Spectrum) -> None:
    """Forged, cut, padded, long, foreign ones, and those of before an erasure, say nothing; each day is another one."""
    identity, day = spectrum.ports.keyring.identity, JUNE.date()
    me = PersonAt(UUID(int=1), 1)
    token = impression_token(identity, me, day)
    said = read_impression(identity, me, token)
    assert said is not None
    assert said.day == day
    tomorrow = read_impression(identity, me, impression_token(identity, me, day + timedelta(days=1)))
    assert tomorrow is not None
    assert tomorrow.id != said.id
    for stranger in (PersonAt(UUID(int=2), 1), PersonAt(UUID(int=1), 2)):
        assert read_impression(identity, stranger, token) is None
    hours = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    forged = [
        *(
            "",
            "=",
            ".",
            "my mother called",
            "\u00e4" * 58,
            token + "=",
            token + "A",
            token[:-2],
            " " + token,
            token * 9,
        ),
        *(
            _written(text)
            for text in ("2026-06-01.", "2026-06-01", f"2026-06-02.{hours[11:]}", f"x{hours}", "9999-99-99.a")
        ),
        *(_written(f"{day}.{identity.pseudonym('preview', 'x')}"), base64.urlsafe_b64encode(b"\xff\xfe").decode()),
    ]
    assert [text for text in forged if read_impression(identity, me, text)] == []
