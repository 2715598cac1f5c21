"""People for the tests of storage and workers: sessions through the real ingestion, the ledger worked off, rows told.

Knows no GraphQL and checks nothing; `owner` is always a connection that row-level security does not bind.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from app.domain.cost import Engine, Feature
from app.domain.engagement import EventName, Subject, SubjectKind, Told
from app.domain.feedback import FeedbackVerdict
from app.domain.notifications import DEFAULTS, Platform
from app.domain.periods import PeriodKind
from app.domain.reviews import Choice, Pair
from app.domain.rubric import WRITING, Scorer
from app.domain.safety import SafetyAction
from app.domain.sessions import session_from_json
from app.embedded import Servers
from app.jobs import Job, PersonAt, Queue, push
from app.pipeline.correct import correct
from app.pipeline.ingest import Ingested, ingest
from app.pipeline.ports import Ports
from app.pipeline.track import track
from app.storage.engagement import assignments, plans
from app.storage.engagement.events import Teller
from app.storage.engagement.plans import Upgrade
from app.storage.history import numbers
from app.storage.money import calls
from app.storage.money.calls import Outcome, Purpose, Receipt, Reservation
from app.storage.notify import devices, preferences, pushes, webhooks
from app.storage.notify.devices import NewDevice
from app.storage.notify.pushes import PushKey
from app.storage.notify.webhooks import Announcement
from app.storage.store import Tx
from app.storage.words import decisions, feedback, pairs, reviews, scores, shadows
from app.storage.words.decisions import Decision
from app.storage.words.pairs import Judgement, KeptPair
from app.storage.words.reviews import NewReview
from app.storage.words.scores import SHADOW, Score, TextKey
from app.storage.words.shadows import ShadowText
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from workers.runner import Runner
from workers.schedule import plan_due

JUNE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""A Monday."""
MAX_ROUNDS = 200

PERSONAL = """
    SELECT c.relname AS name, a.attname AS key, c.relkind = 'p' AS partitioned
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND (a.attname = 'person_id' OR (c.relname = 'person' AND a.attname = 'id'))
    ORDER BY c.relname
"""
"""Every table with somebody's rows, and the column that says whose."""


def database_url(servers: Servers, name: str) -> str:
    """Where the database `name` of the tests' server is; its login is a superuser."""
    return servers.database_url.replace("@/spectrum?", f"@/{name}?")


@asynccontextmanager
async def owner_of(spectrum: Spectrum, servers: Servers) -> AsyncIterator[Any]:
    """Connect to the installation's database past row-level security."""
    async with spectrum.ports.store.for_everyone() as tx:
        name = await tx.fetchval("SELECT current_database()")
    connection = await asyncpg.connect(database_url(servers, name))
    try:
        yield connection
    finally:
        await connection.close()


def who(spectrum: Spectrum, key: str) -> UUID:
    """Give the id of the person whom the app calls `key`."""
    return spectrum.ports.keyring.identity.person_id(key)


async def at(owner: Any, person_id: UUID) -> PersonAt:
    """Give the person in their present epoch."""
    return PersonAt(person_id, await owner.fetchval("SELECT epoch FROM person WHERE id = $1", person_id))


async def take(spectrum: Spectrum, *sessions: Mapping[str, Any]) -> list[Ingested]:
    """Take sessions in, as every program does."""
    return await ingest(spectrum.ports, [session_from_json(dict(each)) for each in sessions])


def weeks_of(key: str, *, weeks: int = 5, first: datetime = JUNE, **more: Any) -> list[dict[str, Any]]:
    """Give four sessions a week: lighter mornings, heavier evenings, of two sources."""
    days = [first + timedelta(days=7 * week + day) for week in range(weeks) for day in (0, 3)]
    mornings = [session(key, day, HEAVY, LIGHT, **more) for day in days]
    return mornings + [session(key, day + timedelta(hours=10), HEAVY, source="TURN", **more) for day in days]


def keeping_words(ports: Ports) -> Ports:
    """Give an installation's ports with a retention that reaches back over all that is invented here."""
    return replace(ports, rules=replace(ports.rules, raw_retention_days=3_650))


async def hasten(owner: Any) -> int:
    """Let every waiting job be runnable now; how many were waiting."""
    status: str = await owner.execute(
        "UPDATE job SET run_after = now() WHERE status IN ('QUEUED', 'RETRYING') AND run_after > now()"
    )
    return int(status.rpartition(" ")[2])


async def work_off(spectrum: Spectrum, owner: Any, runner: Runner | None = None) -> int:
    """Plan and run until nothing is left, without waiting for debounces and backoffs; how many jobs were run."""
    runner, total = runner or Runner(spectrum.ports), 0
    for _ in range(MAX_ROUNDS):
        ran = await plan_due(spectrum.ports)
        for queue in Queue:
            done = await runner.work_off(queue)
            total, ran = total + done, ran + done
        if not await hasten(owner) and not ran:
            return total
    raise AssertionError("the ledger does not come to rest")


async def lived(spectrum: Spectrum, owner: Any, key: str, **more: Any) -> UUID:
    """Take five weeks of sessions in and bring them through the whole pipeline; the person's id."""
    await take(spectrum, *weeks_of(key, **more))
    await work_off(spectrum, owner)
    return who(spectrum, key)


async def say_how_it_was(spectrum: Spectrum, person: PersonAt) -> None:
    """Let someone correct one of their sessions: there were no patterns in it."""
    async with spectrum.ports.store.for_person(person.id) as tx:
        session = (await numbers.list_numbers(tx, person.id))[0]
    await correct(spectrum.ports, person, session.session_id, lambda before: replace(before, patterns=frozenset()))


async def furnish(spectrum: Spectrum, person: PersonAt) -> None:
    """Fill what sessions alone do not: a model's answer, a check's decision, what they said and opened, how to tell."""
    purpose = Purpose(
        person, uuid4(), Feature.MONTHLY_NARRATIVE, "small", Engine.SMALL_MODEL, "monthly-narrative@1", "hash", "digest"
    )
    decision = Decision(PeriodKind.WEEK, JUNE.date(), "landscape", ("tone",), SafetyAction.REWRITTEN, "weekly-card@1")
    async with spectrum.ports.store.for_everyone() as tx:
        reserved = await calls.reserve(tx, replace(purpose, brief_digest=str(uuid4())), 100)
        assert isinstance(reserved, Reservation)
        await calls.settle(tx, reserved, Receipt(Outcome.TEXT, 60, 900, 300, {"title": {"text": "June"}}))
        await decisions.keep(tx, [(person.id, decision)])
        texts = await tx.fetch(
            "SELECT id FROM writing WHERE person_id = $1 AND status <> 'WITHDRAWN' LIMIT 1", person.id
        )
        await _be_scored(tx, person)
        for text in texts:
            await feedback.keep(tx, person.id, text["id"], FeedbackVerdict.RINGS_TRUE)
        await _be_reviewed(tx, person.id)
        await devices.keep(tx, person.id, replace(DEVICE, endpoint=f"https://push.example/{uuid4()}"))
        await webhooks.keep_new(tx, "https://hooks.example", ["WEEKLY_SUMMARY_PUBLISHED"], enabled=True)
        key, viewer = f"week|{uuid4()}", {"viewer": str(person.id)}
        await webhooks.keep_announced(tx, [Announcement("WEEKLY_SUMMARY_PUBLISHED", key, JUNE, viewer, person.id)])
    async with spectrum.ports.store.for_person(person.id) as tx:
        await preferences.keep(tx, person.id, DEFAULTS)
        await plans.keep(tx, person.id, Upgrade(uuid4(), "PLUS", datetime.now(UTC), None))
        await assignments.keep_exposed(tx, person.id, {f"teaser-{uuid4().hex[:8]}": "none"})
        week = PushKey(person.id, PeriodKind.WEEK, JUNE.date() + timedelta(weeks=uuid4().int % 1_000))
        await pushes.keep(tx, week, due_at=JUNE, held=False)
        card = await tx.fetchval(
            "SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' LIMIT 1", person.id
        )
    about = [None, *([Subject(SubjectKind.INSIGHT, writing_id=card)] if card else [])]
    now = datetime.now(UTC)
    told = [Told(uuid4(), EventName.INSIGHT_OPENED, now, subject) for subject in about]
    assert (await track(spectrum.ports, person, told, Teller("1.0", Platform.WEB))).rejected == ()


async def be_told(spectrum: Spectrum, owner: Any, person: PersonAt) -> Job:
    """Let someone have been told of a June week on a device that never answered; the job, which gives that up."""
    week = JUNE.date()
    async with spectrum.ports.store.for_everyone() as tx:
        await devices.keep(tx, person.id, replace(DEVICE, endpoint=f"https://push.example/{uuid4()}"))
    await owner.execute(
        "UPDATE period_aggregate SET backfilled = false, told = true, settled_at = closed_at + interval '1 hour'"
        " WHERE person_id = $1 AND kind = 'WEEK' AND first_day = $2",
        *(person.id, week),
    )
    async with spectrum.ports.store.for_person(person.id) as tx:
        await pushes.keep(tx, PushKey(person.id, PeriodKind.WEEK, week), due_at=JUNE, held=False)
    return push(PeriodKind.WEEK, person, week)


DEVICE = NewDevice(Platform.WEB, "", "key", "secret", "1.0", "en", "Europe/Berlin")

REVIEW = NewReview(
    title="A test",
    prompt="weekly-card",
    revision_a="weekly-card@1",
    hash_a="a",
    revision_b="weekly-card@2",
    hash_b="b",
    pairs_asked=10,
    reviewers=1,
    rubric="writing@1",
    opened_by="somebody",
)


async def _be_reviewed(tx: Tx, person_id: UUID) -> None:
    """Let a text of someone be one of a pair that a reviewer has judged."""
    review_id, pair = await reviews.keep_new(tx, REVIEW), Pair(uuid4(), 0)
    await tx.execute(
        "INSERT INTO blind_pair (person_id, id, review_id, number, period_kind, first_day, brief_digest,"
        " text_a, text_b) VALUES ($1, $2, $3, 0, 'WEEK', $4, 'digest', '[]', '[]')",
        *(person_id, pair.id, review_id, JUNE.date()),
    )
    await pairs.keep_judgement(tx, review_id, KeptPair(person_id, pair, [], []), Judgement("rater", True, Choice.TIE))


async def _be_scored(tx: Tx, person: PersonAt) -> None:
    """Let one text on trial have been written about someone, and scored."""
    key = TextKey(person, PeriodKind.WEEK, JUNE.date(), "landscape", SHADOW, str(uuid4()), "weekly-card@1", "hash")
    marks = dict.fromkeys(WRITING.keys(), 4)
    score = Score(key, Scorer.HUMAN, "a rater", WRITING.name, WRITING.revision, marks, 4.0, passed=True)
    await scores.keep(tx, [score])
    await shadows.keep(tx, [ShadowText(key, "TEMPLATE", {"headline": {"text": "June"}}, (), 0)])


async def rows_of(owner: Any, person_id: UUID) -> dict[str, int]:
    """Count the person's rows in every table that the catalogue knows of."""
    return {
        table["name"]: await owner.fetchval(
            f"SELECT count(*) FROM {table['name']} WHERE {table['key']} = $1", person_id
        )
        for table in await owner.fetch(PERSONAL)
    }


async def told_of(owner: Any, person_id: UUID) -> list[Any]:
    """Give what a person's texts tell: of which period and finding, over which brief. Words are each reader's own."""
    return [
        tuple(row)
        for row in await owner.fetch(
            "SELECT period_kind, first_day, finding_key, rank, edition, brief::text FROM writing"
            " WHERE person_id = $1 AND status = 'ACTIVE' ORDER BY 1, 2, 3",
            person_id,
        )
    ]


async def snapshot(owner: Any, tables: Sequence[str], person_id: UUID) -> dict[str, list[Any]]:
    """Give all the person's rows of `tables`, in a fixed order, to be compared."""
    keys = {table["name"]: table["key"] for table in await owner.fetch(PERSONAL)}
    return {
        table: await owner.fetch(f"SELECT t::text FROM {table} t WHERE {keys[table]} = $1 ORDER BY 1", person_id)
        for table in tables
    }
