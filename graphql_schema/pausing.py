"""Stopping and taking up the reading of a person's sessions."""

import strawberry

from app.errors import Refused
from app.pipeline.pause import set_paused
from graphql_schema.context import Info
from graphql_schema.directives import costs
from graphql_schema.node import Payload, user_errors
from graphql_schema.spectrum import Spectrum, find_spectrum


@strawberry.input
class SetPausedInput:
    paused: bool


@strawberry.type
class SetPausedPayload(Payload):
    spectrum: Spectrum | None = strawberry.field(description="Null when refused, and without entitlement.")


@strawberry.type
class PauseMutation:
    @strawberry.mutation(
        description="Stop analysing new sessions, or resume; keeps what exists. What arrived during a pause is analysed"
        " on resume, while its text lasts. Idempotent.",
        directives=costs(2),
    )
    async def set_spectrum_paused(self, info: Info, input: SetPausedInput) -> SetPausedPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await context.known_head()
        except Refused as refused:
            return SetPausedPayload(user_errors=user_errors(refused), spectrum=None)
        await set_paused(context.ports, head.person, paused=input.paused)
        context.forget_reads()
        return SetPausedPayload(user_errors=[], spectrum=await find_spectrum(context))
