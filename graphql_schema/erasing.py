"""Erasing on the app's word: sessions that were deleted or edited there, people whose account is gone."""

from uuid import UUID

import strawberry

from app.domain.access import Role
from app.domain.sessions import check_subject_key
from app.errors import ErrorCode, Problem, Refused
from app.pipeline.forget import erase_account
from app.pipeline.forget_sessions import MAX_SESSIONS, forget_sessions
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.node import Payload, user_errors
from graphql_schema.receipts import DeletionReceipt

SESSION_STORE = "session"


@strawberry.input
class EraseSessionsInput:
    subject_key: str
    session_keys: list[UUID] = strawberry.field(description="1 to 500.")


@strawberry.input
class ErasePersonInput:
    subject_key: str


@strawberry.type
class ErasePayload(Payload):
    erased: int = strawberry.field(description="Sessions that were kept, and are no more.")
    receipt: DeletionReceipt | None = strawberry.field(
        description="Null for eraseSessions, and while an erasure is still being carried out: ask again then."
    )


def _person(context: Context, subject_key: str) -> UUID:
    """Whom the app means. Refused when it can mean nobody."""
    problems = [Problem(each.code, each.message, ("input", *each.field)) for each in check_subject_key(subject_key)]
    if problems:
        raise Refused(*problems)
    return context.ports.keyring.identity.person_id(subject_key)


@strawberry.type
class EraseMutation:
    @strawberry.mutation(
        description="The app deleted or edited these sessions: erase them here, raw and derived; an edited one is then"
        " ingested anew under a new key. Idempotent.",
        **only(Role.SERVICE),
    )
    async def erase_sessions(self, info: Info, input: EraseSessionsInput) -> ErasePayload:  # noqa: A002 - the contract's name
        context, keys = info.context, list(dict.fromkeys(input.session_keys))
        try:
            person_id = _person(context, input.subject_key)
            if not 1 <= len(keys) <= MAX_SESSIONS:
                message = f"sessionKeys must be 1 to {MAX_SESSIONS}."
                raise Refused(Problem(ErrorCode.TOO_MANY, message, ("input", "sessionKeys")))  # noqa: TRY301 - as above
        except Refused as refused:
            return ErasePayload(user_errors=user_errors(refused), erased=0, receipt=None)
        erased = await forget_sessions(context.ports, person_id, keys, actor=context.actor())
        return ErasePayload(user_errors=[], erased=erased, receipt=None)

    @strawberry.mutation(
        description="The account is gone: everything, key included, at once. Idempotent; the receipt stays readable by"
        " its id.",
        **only(Role.SERVICE),
    )
    async def erase_person(self, info: Info, input: ErasePersonInput) -> ErasePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            person_id = _person(context, input.subject_key)
        except Refused as refused:
            return ErasePayload(user_errors=user_errors(refused), erased=0, receipt=None)
        operation = await erase_account(context.ports, person_id, actor=context.actor())
        deleted = (operation.receipt or {}).get("deleted", {})
        return ErasePayload(user_errors=[], erased=deleted.get(SESSION_STORE, 0), receipt=DeletionReceipt.of(operation))
