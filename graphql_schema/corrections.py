"""A person's own word on a session, which replaces the estimate everywhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import strawberry

from app.domain.affect import UNIT, Emotion, ThinkingPattern
from app.domain.corrections import Correction
from app.errors import ErrorCode, Problem, Refused
from app.pipeline.correct import correct
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import uuid_of
from graphql_schema.node import Payload, user_errors
from graphql_schema.sessions import Session, find_session
from graphql_schema.spectrum import Spectrum, find_spectrum


@strawberry.input(description="At least one field beside the session. Absent: as it is; null: the estimate again.")
class CorrectSessionInput:
    session_id: strawberry.ID
    valence: strawberry.Maybe[float | None] = strawberry.field(description="-1..1.")
    arousal: strawberry.Maybe[float | None] = strawberry.field(description="-1..1.")
    emotions: strawberry.Maybe[list[Emotion] | None] = strawberry.field(
        description="All the feelings there were, 1 to 5."
    )
    patterns: strawberry.Maybe[list[ThinkingPattern] | None] = strawberry.field(
        description="All the patterns there were, possibly none."
    )


@strawberry.type
class CorrectSessionPayload(Payload):
    session: Session | None = strawberry.field(description="Null when refused.")
    spectrum: Spectrum | None = strawberry.field(description="Null when refused, and without entitlement.")


def _given(asked: CorrectSessionInput) -> Mapping[str, Any]:
    """The fields that were given, in the domain's units; None where the estimate is to stand again."""
    numbers = {"valence": asked.valence, "arousal": asked.arousal}
    names = {"emotions": asked.emotions, "patterns": asked.patterns}
    given: dict[str, Any] = {}
    for name, number in numbers.items():
        if number:
            given[name] = None if number.value is None else _scaled(number.value)
    for name, chosen in names.items():
        if chosen:
            given[name] = None if chosen.value is None else frozenset(chosen.value)
    return given


def _scaled(value: float) -> int:
    """In the domain's units; what lies out of range stays so, however far it lies and however near."""
    return round(value * UNIT) if -1 <= value <= 1 else UNIT + 1


async def _correct(context: Context, asked: CorrectSessionInput) -> UUID:
    head, given = await context.known_head(), _given(asked)
    session_id = uuid_of(asked.session_id, "Session")
    if session_id is None:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such session.", ("input", "sessionId")))
    if not given:
        raise Refused(Problem(ErrorCode.REQUIRED, "Say at least one thing of the session.", ("input",)))

    def revise(before: Correction) -> Correction:
        return replace(before, **given)

    await correct(context.ports, head.person, session_id, revise)
    return session_id


@strawberry.type
class CorrectionMutation:
    @strawberry.mutation(
        description="Say how a session really was. Replaces the estimate everywhere, at once. Idempotent by content.",
        directives=costs(10),
    )
    async def correct_session(self, info: Info, input: CorrectSessionInput) -> CorrectSessionPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            session_id = await _correct(context, input)
        except Refused as refused:
            return CorrectSessionPayload(user_errors=user_errors(refused), session=None, spectrum=None)
        context.forget_reads()
        session = await find_session(context, session_id)
        return CorrectSessionPayload(user_errors=[], session=session, spectrum=await find_spectrum(context))
