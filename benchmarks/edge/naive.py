"""Strawberry over Tortoise as a first version is written: a model a table, a resolver a field, no cache of anything.

It reads the week aggregates and computes means alone: no interval, no exclusion, no comparison, no fold. Nobody is
signed in, no row-level security is set, and the person is an argument. `python -m benchmarks.edge.naive DATABASE_URL
PORT`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise import Tortoise, fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

UNIT = 10_000
EMOTIONS = 8


class PersonRow(Model):
    """One person."""

    id = fields.UUIDField(primary_key=True)
    zone = fields.TextField()
    locale = fields.TextField()
    plan = fields.TextField()

    class Meta:
        table = "person"


class PeriodRow(Model):
    """One closed week or month; Tortoise wants one column as the key."""

    first_day = fields.DateField(primary_key=True)
    person_id = fields.UUIDField()
    kind = fields.TextField()
    revision = fields.IntField()
    session_count = fields.IntField()
    day_count = fields.IntField()
    excluded_count = fields.IntField()
    valence_sum = fields.BigIntField()
    arousal_sum = fields.BigIntField()
    emotion_sums = ArrayField(element_type="bigint")
    estimates = fields.JSONField[Any]()
    digest = fields.TextField()

    class Meta:
        table = "period_aggregate"


class WritingRow(Model):
    """One text."""

    id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField()
    period_kind = fields.TextField()
    insight_kind = fields.TextField(null=True)
    status = fields.TextField()
    confidence = fields.TextField()
    edition = fields.IntField()
    rank = fields.IntField()
    first_day = fields.DateField()
    last_day = fields.DateField()
    published_at = fields.DatetimeField()
    seen_at = fields.DatetimeField(null=True)
    content = fields.JSONField[Any]()

    class Meta:
        table = "writing"


class NumbersRow(Model):
    """One session's numbers, of which a mean is taken."""

    session_id = fields.UUIDField(primary_key=True)
    person_id = fields.UUIDField()
    source = fields.TextField()
    valence = fields.IntField()
    arousal = fields.IntField()

    class Meta:
        table = "session_numbers"


@strawberry.type
class Week:
    """A closed week."""

    row: strawberry.Private[PeriodRow]

    @strawberry.field
    def first_day(self) -> date:
        return self.row.first_day

    @strawberry.field
    def revision(self) -> int:
        return self.row.revision

    @strawberry.field
    def session_count(self) -> int:
        return self.row.session_count

    @strawberry.field
    def day_count(self) -> int:
        return self.row.day_count

    @strawberry.field
    def excluded_count(self) -> int:
        return self.row.excluded_count

    @strawberry.field
    def valence(self) -> float:
        return self.row.valence_sum / UNIT / self.row.session_count

    @strawberry.field
    def arousal(self) -> float:
        return self.row.arousal_sum / UNIT / self.row.session_count

    @strawberry.field
    def emotions(self) -> list[float]:
        return [each / UNIT / self.row.session_count for each in self.row.emotion_sums[:EMOTIONS]]


@strawberry.type
class Card:
    """A card of the feed."""

    row: strawberry.Private[WritingRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    def insight_kind(self) -> str | None:
        return self.row.insight_kind

    @strawberry.field
    def status(self) -> str:
        return self.row.status

    @strawberry.field
    def confidence(self) -> str:
        return self.row.confidence

    @strawberry.field
    def edition(self) -> int:
        return self.row.edition

    @strawberry.field
    def first_day(self) -> date:
        return self.row.first_day

    @strawberry.field
    def last_day(self) -> date:
        return self.row.last_day

    @strawberry.field
    def published_at(self) -> datetime:
        return self.row.published_at

    @strawberry.field
    def seen_at(self) -> datetime | None:
        return self.row.seen_at

    @strawberry.field
    def headline(self) -> str:
        return str(self.row.content["headline"]["text"])

    @strawberry.field
    def body(self) -> list[str]:
        return [part["text"] for part in self.row.content["body"]]


@strawberry.type
class Month:
    """A closed month."""

    first_day: date
    session_count: int
    day_count: int
    valence_sum: int
    arousal_sum: int
    digest: str


@strawberry.type
class Slice:
    """Sessions of one source."""

    source: str
    sessions: int
    valence: float
    arousal: float


@strawberry.type
class Viewer:
    """Who looks."""

    zone: str
    locale: str
    plan: str


@strawberry.type
class Query:
    """What a dashboard shows, each by the person's id."""

    @strawberry.field
    async def viewer(self, person: str) -> Viewer:
        row = await PersonRow.get(id=person)
        return Viewer(zone=row.zone, locale=row.locale, plan=row.plan)

    @strawberry.field
    async def landscape(self, person: str, weeks: int) -> list[Week]:
        rows = await PeriodRow.filter(person_id=person, kind="WEEK").order_by("-first_day").limit(weeks)
        return [Week(row=row) for row in reversed(rows)]

    @strawberry.field
    async def feed(self, person: str, first: int) -> list[Card]:
        found = WritingRow.filter(person_id=person, period_kind="WEEK").exclude(status="WITHDRAWN")
        return [Card(row=row) for row in await found.order_by("-first_day", "rank", "id").limit(first)]

    @strawberry.field
    async def month(self, person: str) -> Month:
        row = await PeriodRow.filter(person_id=person, kind="MONTH").order_by("-first_day").first()
        assert row is not None
        return Month(
            first_day=row.first_day,
            session_count=row.session_count,
            day_count=row.day_count,
            valence_sum=row.valence_sum,
            arousal_sum=row.arousal_sum,
            digest=row.digest,
        )

    @strawberry.field
    async def distribution(self, person: str) -> list[Slice]:
        rows: dict[str, list[NumbersRow]] = {}
        for row in await NumbersRow.filter(person_id=person):
            rows.setdefault(row.source, []).append(row)
        return [
            Slice(
                source=source,
                sessions=len(of),
                valence=sum(row.valence for row in of) / UNIT / len(of),
                arousal=sum(row.arousal for row in of) / UNIT / len(of),
            )
            for source, of in rows.items()
        ]


DOCUMENT = """query Dashboard($person: String!) {
  viewer(person: $person) { zone locale plan }
  landscape(person: $person, weeks: 52) {
    firstDay revision sessionCount dayCount excludedCount valence arousal emotions
  }
  feed(person: $person, first: 20) {
    id insightKind status confidence edition firstDay lastDay publishedAt seenAt headline body
  }
  month(person: $person) { firstDay sessionCount dayCount valenceSum arousalSum digest }
  distribution(person: $person) { source sessions valence arousal }
}"""


def program(url: str) -> Starlette:
    """The program over a database."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await Tortoise.init(db_url=url, modules={"models": ["benchmarks.edge.naive"]}, _enable_global_fallback=True)
        yield
        await Tortoise.close_connections()

    return Starlette(routes=[Route("/graphql", GraphQL(strawberry.Schema(Query)))], lifespan=lifespan)


if __name__ == "__main__":
    from benchmarks.edge import naive  # noqa: PLW0406 - the models belong to this name, not to __main__

    uvicorn.run(naive.program(sys.argv[1]), port=int(sys.argv[2]), log_config=None, access_log=False)
