"""How Mirror, Turn and Lens hand over finished sessions: text goes in and never comes out."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.domain.access import Role
from app.domain.affect import CareLevel, Source, Speaker, TurnKind
from app.domain.periods import region_of
from app.domain.safety import needs_support, support_lines
from app.domain.sessions import FinishedSession, Turn
from app.errors import SpectrumError, TopLevelCode
from app.pipeline import ingest
from app.pipeline.ingest import MAX_BATCH, Ingested
from graphql_schema.access import only
from graphql_schema.context import Info
from graphql_schema.ids import encode
from graphql_schema.node import Payload, UserError
from graphql_schema.scalars import TimeZone

LANGUAGE = "en"


@strawberry.input
class TurnInput:
    index: int = strawberry.field(description="0-based place in the session.")
    speaker: Speaker
    kind: TurnKind
    at: datetime
    text: str = strawberry.field(description="Write-only; at most 8,000 characters.")


@strawberry.input(
    description="How strong the feeling was, by the person's own word, 0..10; when present it is the impact."
)
class SelfRatingInput:
    before: int = strawberry.field(description="0..10.")
    after: int = strawberry.field(description="0..10.")


@strawberry.input
class IngestSessionInput:
    subject_key: str
    session_key: UUID
    source: Source
    started_at: datetime
    ended_at: datetime
    time_zone: TimeZone = strawberry.field(description="Where the person was, e.g. Asia/Kathmandu.")
    turns: list[TurnInput] = strawberry.field(description="1 to 100, at most 64,000 characters together.")
    self_rating: SelfRatingInput | None = None

    def session(self) -> FinishedSession:
        """The session that is described."""
        rating = self.self_rating
        return FinishedSession(
            subject_key=self.subject_key,
            session_key=self.session_key,
            source=self.source,
            started_at=self.started_at,
            ended_at=self.ended_at,
            zone=self.time_zone,
            turns=tuple(Turn(turn.index, turn.speaker, turn.kind, turn.at, turn.text) for turn in self.turns),
            self_before=rating.before if rating else None,
            self_after=rating.after if rating else None,
        )


@strawberry.type(description="A place to turn to, from a maintained table by locale.")
class SupportLine:
    label: str
    contact: str


@strawberry.type(
    description="`care` and `support` are for the app to act on at once; `sessionId` is null when refused."
)
class IngestSessionPayload(Payload):
    session_id: strawberry.ID | None
    duplicate: bool
    care: CareLevel
    support: list[SupportLine]


def _show(taken: Ingested, zone: str) -> IngestSessionPayload:
    lines = support_lines(f"{LANGUAGE}-{region_of(zone)}") if needs_support(taken.care) else ()
    return IngestSessionPayload(
        user_errors=[UserError.of(problem) for problem in taken.problems],
        session_id=encode("Session", taken.session_id) if taken.session_id else None,
        duplicate=taken.duplicate,
        care=taken.care,
        support=[SupportLine(label=line.label, contact=line.contact) for line in lines],
    )


@strawberry.type
class IngestionMutation:
    @strawberry.mutation(
        description="Called by Mirror, Turn and Lens when a session ends. Text goes in and never comes out: it is"
        " sealed under the person's own key, read by the analyser alone, and erased after the raw retention."
        " Idempotent by sessionKey; the same key with other content is IDEMPOTENCY_CONFLICT.",
        **only(Role.SERVICE),
    )
    async def ingest_session(self, info: Info, input: IngestSessionInput) -> IngestSessionPayload:  # noqa: A002 - the contract's name
        taken = await ingest.ingest(info.context.ports, [input.session()])
        return _show(taken[0], input.time_zone)

    @strawberry.mutation(
        description="At most 500; each item succeeds or fails by itself, in order.", **only(Role.SERVICE)
    )
    async def ingest_sessions(self, info: Info, inputs: list[IngestSessionInput]) -> list[IngestSessionPayload]:
        if len(inputs) > MAX_BATCH:
            raise SpectrumError(f"inputs must be at most {MAX_BATCH}.", TopLevelCode.BAD_USER_INPUT)
        taken = await ingest.ingest(info.context.ports, [each.session() for each in inputs])
        return [_show(one, each.time_zone) for one, each in zip(taken, inputs, strict=True)]
