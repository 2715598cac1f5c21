"""People take everything with them: all that is held, their own words too, and nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from app.domain.access import Role
from app.domain.exclusions import ExclusionTarget
from app.domain.measures import label
from app.pipeline import exclude, forget
from app.pipeline.export import ROWS_AT_ONCE, TEXTS_AT_ONCE
from app.storage.catalogue import UNTOLD
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import JUNE, PERSONAL, at, furnish, lived, rows_of, say_how_it_was, take, weeks_of, who, work_off
from tests.stories.unzipping import Copy, asked, taken

MORNING = datetime(2026, 6, 1, 7, tzinfo=UTC)
CANARY = "quabbeldrix"
WORDS = (
    f"{CANARY} Ich weiß nicht weiter, und schlafe schlecht.",
    "😶‍🌫️ 👩🏽‍⚕️ שלום مرحبا नमस्ते \u200f\u202e e\u0301 \U0001f9e0",
    '=HYPERLINK("http://x.test";"a")\t, "quoted", \'single\'',
    'line one\nline two\r\nline three\u2028 and {"turns": []}\\',
)


async def _furnished(spectrum: Spectrum, owner: Any, key: str) -> UUID:
    """Give a person with rows in every store, whose words are as odd as words are."""
    await take(
        spectrum, session(key, JUNE.replace(hour=15), *WORDS, source="LENS", selfRating={"before": 3, "after": 8})
    )
    person_id = await lived(spectrum, owner, key)
    targets = [ExclusionTarget(first=JUNE.date(), last=JUNE.date())]
    (left_out,) = await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), targets)
    await exclude.put_back(spectrum.ports, await at(owner, person_id), uuid4(), [left_out])
    await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), targets)
    await say_how_it_was(spectrum, await at(owner, person_id))
    await work_off(spectrum, owner)
    await furnish(spectrum, await at(owner, person_id))
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.DERIVED, uuid4())
    assert all((await rows_of(owner, person_id)).values())
    return person_id


async def _kept(owner: Any, table: Any, person_id: UUID) -> list[Any]:
    """Give the person's rows of a table as PostgreSQL writes them to JSON, without the columns that are not told."""
    rows = await owner.fetch(
        f"SELECT row_to_json(t)::text AS row FROM {table['name']} t WHERE {table['key']} = $1", person_id
    )
    untold = {column for name, column in UNTOLD if name == table["name"]}
    found = [{key: value for key, value in orjson.loads(row["row"]).items() if key not in untold} for row in rows]
    return sorted(found, key=orjson.dumps)


async def test_every_row_of_every_table_is_in_it(
    spectrum: Spectrum, owner: Any, client: Client, person: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the catalogue knows of is told in full, and equals what is kept; the page counts it right."""
    caplog.set_level("DEBUG")
    person_id = await _furnished(spectrum, owner, person)
    copy = await taken(client, person)
    for table in await owner.fetch(PERSONAL):
        told = copy.lines(f"everything/{table['name']}.jsonl")
        assert sorted(told, key=orjson.dumps) == await _kept(owner, table, person_id), table["name"]
        counted = [line.split() for line in copy.readme.splitlines() if f"everything/{table['name']}.jsonl" in line]
        assert counted == [[f"everything/{table['name']}.jsonl", str(len(told))]]
    assert set(copy.files) == {
        *(f"everything/{table['name']}.jsonl" for table in await owner.fetch(PERSONAL)),
        *("sessions.csv", "insights.csv", "left_out.csv", "words.jsonl", "everything/audit.jsonl", "README.txt"),
    }
    assert CANARY not in caplog.text


async def test_words_are_as_they_were_said(spectrum: Spectrum, client: Client, person: str) -> None:
    """Each turn comes back letter by letter, in the order sessions were lived, with who said it and when."""
    sent = [session(person, MORNING + timedelta(days=day), *WORDS) for day in (2, 0, 1)]
    sent[0]["turns"][1]["speaker"] = "APP"
    await client.ingest(*sent)
    told = (await taken(client, person)).lines("words.jsonl")
    assert [line["session_id"] for line in told] == [sent[place]["sessionKey"] for place in (1, 2, 0)]
    for line, original in zip(told, (sent[1], sent[2], sent[0]), strict=True):
        assert (line["source"], line["zone"]) == (original["source"], original["timeZone"])
        assert datetime.fromisoformat(line["started_at"]) == datetime.fromisoformat(original["startedAt"])
        moments = [(datetime.fromisoformat(turn.pop("at"))) for turn in line["turns"]]
        assert moments == [datetime.fromisoformat(turn.pop("at")) for turn in original["turns"]]
        assert line["turns"] == original["turns"]


async def test_a_spreadsheet_says_how_sessions_were(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """One row a session, oldest first, as it counts: corrected, left out, rated, by the clock of its own zone."""
    person_id = await _furnished(spectrum, owner, person)
    rows = (await taken(client, person)).table("sessions.csv")
    kept = await owner.fetch(
        "SELECT id, local_date, zone, source, status FROM session WHERE person_id = $1"
        " ORDER BY local_date, started_at, id",
        person_id,
    )
    assert [(row["session_id"], row["local_date"]) for row in rows] == [
        (str(r["id"]), str(r["local_date"])) for r in kept
    ]
    rated = next(row for row in rows if row["self_before"])
    assert (rated["self_before"], rated["self_after"], rated["source"], rated["turns"]) == ("3", "8", "Lens", "4")
    assert (rated["local_time"], rated["time_zone"], rated["left_out"]) == ("17:00", "Europe/Berlin", "yes")
    assert {row["local_date"] for row in rows if row["left_out"] == "yes"} == {str(JUNE.date())}
    numbers = {
        str(row["session_id"]): row
        for row in await owner.fetch("SELECT * FROM session_numbers WHERE person_id = $1", person_id)
    }
    corrected = await owner.fetchval("SELECT session_id FROM correction WHERE person_id = $1", person_id)
    for row in rows:
        assert row["corrected"] == ("yes" if row["session_id"] == str(corrected) else "no")
        assert float(row["valence"]) == numbers[row["session_id"]]["valence"] / 10_000
        assert -1 <= float(row["arousal"]) <= 1
    own = next(row for row in rows if row["corrected"] == "yes")
    assert (own["possible_patterns"], own["confidence"]) == ("", "1.0")
    assert any(label("SADNESS") in row["emotions"].split(" / ") for row in rows)


async def test_what_was_written_and_left_out_is_told(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Every card and summary is there with its words, every exclusion with its days; a formula is not run."""
    person_id = await _furnished(spectrum, owner, person)
    await owner.execute(
        "UPDATE writing SET content = jsonb_set(content, '{headline,text}', '\"=1+1\"') WHERE person_id = $1"
        " AND id = (SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' ORDER BY id LIMIT 1)",
        person_id,
    )
    copy = await taken(client, person)
    insights = copy.table("insights.csv")
    kept = await owner.fetch("SELECT id, period_kind, content::text FROM writing WHERE person_id = $1", person_id)
    assert {row["insight_id"] for row in insights} == {str(row["id"]) for row in kept}
    assert {row["period"] for row in insights} == {"WEEK", "MONTH"}
    for row in kept:
        content, told = orjson.loads(row["content"]), next(i for i in insights if i["insight_id"] == str(row["id"]))
        title = content["headline" if row["period_kind"] == "WEEK" else "title"]["text"]
        assert told["title"] == title.replace("=1+1", "'=1+1")
        said = content["body"] if "body" in content else [p for part in content["sections"] for p in part["paragraphs"]]
        assert all(claim["text"] in told["text"] for claim in said)
    left_out = copy.table("left_out.csv")
    assert [(row["what"], row["first_day"], row["put_back_at"] == "") for row in left_out] == [
        ("days", str(JUNE.date()), False),
        ("days", str(JUNE.date()), True),
    ]


async def test_nobody_else_is_in_it(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """No id and no word of another person, who lived the same days, is in any file."""
    await _furnished(spectrum, owner, person)
    other = f"{person}-other"
    other_id = await _furnished(spectrum, owner, other)
    everything = b"\n".join((await taken(client, person)).files.values())
    ids = [row["id"] for row in await owner.fetch("SELECT id FROM session WHERE person_id = $1", other_id)]
    ids += [row["id"] for row in await owner.fetch("SELECT id FROM writing WHERE person_id = $1", other_id)]
    assert len(ids) > 20
    assert [id_ for id_ in (other_id, *ids) if str(id_).encode() in everything] == []
    theirs = b"\n".join((await taken(client, other)).files.values())
    assert all(str(id_).encode() in theirs for id_ in (other_id, *ids)), "or nothing above could be found"


async def test_words_that_are_gone_are_said_to_be_gone(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """What retention took is absent and counted; what is damaged is named and stops nothing else."""
    sent = weeks_of(person, weeks=1)
    await take(spectrum, *sent)
    gone, broken, *left = [UUID(each["sessionKey"]) for each in sent]
    await owner.execute("DELETE FROM sealed_text WHERE session_id = $1", gone)
    await owner.execute("UPDATE sealed_text SET body = substr(body, 1, 40) WHERE session_id = $1", broken)
    copy = await taken(client, person)
    told = {line["session_id"]: line for line in copy.lines("words.jsonl")}
    assert set(told) == {str(id_) for id_ in (broken, *left)}
    assert "turns" not in told[str(broken)]
    assert "could not be opened" in told[str(broken)]["note"]
    assert all(told[str(id_)]["turns"] for id_ in left)
    assert len(copy.table("sessions.csv")) == 4
    for sentence in ("Of your 4 sessions, the words of 3", "the other 1 are gone", "words of 1 could not be opened"):
        assert sentence in copy.readme


async def test_of_someone_unknown_nothing_is_held(spectrum: Spectrum, client: Client, person: str) -> None:
    """Whoever is not known gets a whole zip that says so, in whatever role they come; so it is for a service."""
    for roles in ((), (Role.SERVICE,), (Role.ADMIN,)):
        answer = await asked(client, person, *roles)
        copy = Copy.of(answer.content)
        assert "Nothing is held about you" in copy.readme
        rows = [copy.lines(name) for name in copy.files if name.endswith(".jsonl") and "audit" not in name]
        assert not any(rows)
        assert [copy.table(name) for name in ("sessions.csv", "insights.csv", "left_out.csv")] == [[], [], []]


async def test_after_an_erasure_its_receipt_is_left(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Of someone who erased everything the copy holds the operation with its receipt, and nothing besides."""
    await take(spectrum, session(person, JUNE, HEAVY))
    person_id = who(spectrum, person)
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.EVERYTHING, uuid4())
    await work_off(spectrum, owner)
    copy = await taken(client, person)
    filled = {name for name, content in copy.files.items() if name.startswith("everything/") and content}
    assert filled == {"everything/operation.jsonl", "everything/audit.jsonl"}
    (operation,) = copy.lines("everything/operation.jsonl")
    assert operation["receipt"]["statement"]
    assert "No session of yours is held" in copy.readme


async def test_long_lives_are_told_in_full(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """Over many pages no row is lost or told twice, also where sessions began at the same moment."""
    count = 2 * ROWS_AT_ONCE + 1
    assert count > 2 * TEXTS_AT_ONCE
    sent = [session(person, MORNING + timedelta(days=place // 10), f"{LIGHT} {place}") for place in range(count)]
    await client.ingest(*sent)
    copy = await taken(client, person)
    for name, key in (
        ("words.jsonl", "session_id"),
        ("everything/session.jsonl", "id"),
        ("everything/sealed_text.jsonl", "session_id"),
        ("everything/job.jsonl", "scope"),
    ):
        told = [line[key]["session_id"] if key == "scope" else line[key] for line in copy.lines(name)]
        assert len(told) == count
        assert set(told) == {each["sessionKey"] for each in sent}, name
    rows = copy.table("sessions.csv")
    assert [row["local_date"] for row in rows] == sorted(row["local_date"] for row in rows)
    assert {row["session_id"] for row in rows} == {each["sessionKey"] for each in sent}
    assert {(row["status"], row["valence"], row["emotions"]) for row in rows} == {("PENDING", "", "")}
    texts = {line["turns"][0]["text"] for line in copy.lines("words.jsonl")}
    assert texts == {each["turns"][0]["text"] for each in sent}
