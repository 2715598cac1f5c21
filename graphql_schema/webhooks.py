"""Which other systems are told, and how handing events over went; and a way to name them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from app.domain.access import Role
from app.domain.webhooks import WebhookEvent
from app.errors import ErrorCode, Refused
from app.gateways.webhooks import hint
from app.pipeline.hooking import Wanted, keep_webhook, redeliver
from app.pipeline.signing import signing_key
from app.storage.notify import webhooks
from app.storage.notify.webhooks import Delivery, Webhook
from app.storage.sealed import Identity
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor, uuid_of
from graphql_schema.job_desk import refuse
from graphql_schema.node import Node, PageInfo, Payload, page_size, user_errors


@strawberry.type(
    description="Signed by the Standard Webhooks scheme (webhook-id, webhook-timestamp, webhook-signature v1). Payloads"
    " hold type, ids and times only."
)
class WebhookEndpoint(Node):
    id: strawberry.ID
    url: str = strawberry.field(description="Where it is told.")
    events: list[WebhookEvent] = strawberry.field(description="What it is told of.")
    enabled: bool = strawberry.field(description="False: it is told nothing.")
    key_hint: str = strawberry.field(description="First characters of the key, never the key.")
    disabled_reason: str | None = strawberry.field(description="Why it was turned off by itself; null otherwise.")

    @classmethod
    def of(cls, found: Webhook, identity: Identity) -> Self:
        return cls(
            id=encode("WebhookEndpoint", found.id),
            url=found.url,
            events=[WebhookEvent(each) for each in found.events],
            enabled=found.enabled,
            key_hint=hint(signing_key(identity, found.id, found.generation)),
            disabled_reason=found.disabled_reason,
        )


@strawberry.type(description="An event for one endpoint. It is tried ten times in three days.")
class WebhookDelivery:
    id: strawberry.ID = strawberry.field(description="Its webhook-id names the same.")
    event: WebhookEvent = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When it happened.")
    attempt: int = strawberry.field(description="Attempts that were made.")
    http_status: int | None = strawberry.field(description="Of the last attempt; null without an answer.")
    next_attempt_at: datetime | None = strawberry.field(description="Null when it was handed over, or given up.")
    delivered_at: datetime | None = strawberry.field(description="When it was handed over; null while it was not.")

    @classmethod
    def of(cls, found: Delivery) -> Self:
        return cls(
            id=encode("WebhookDelivery", found.id),
            event=WebhookEvent(found.event),
            at=found.happened_at,
            attempt=found.attempt,
            http_status=found.http_status,
            next_attempt_at=found.next_attempt_at,
            delivered_at=found.delivered_at,
        )


@strawberry.type
class WebhookDeliveryEdge:
    cursor: str
    node: WebhookDelivery


@strawberry.type
class WebhookDeliveryConnection:
    edges: list[WebhookDeliveryEdge]
    nodes: list[WebhookDelivery]
    page_info: PageInfo


async def list_webhooks(context: Context) -> list[WebhookEndpoint]:
    """Every endpoint, the oldest first."""
    async with context.ports.store.for_everyone() as tx:
        found = await webhooks.list_all(tx)
    return [WebhookEndpoint.of(each, context.ports.keyring.identity) for each in found]


async def list_deliveries(
    context: Context, endpoint_id: str, *, first: int, after: str | None
) -> WebhookDeliveryConnection:
    """What one endpoint is told, newest first; nothing of one that is not there."""
    size, webhook_id = page_size(first), uuid_of(endpoint_id, "WebhookEndpoint")
    before = _place(decode_cursor("deliveries", after, 1))
    rows: list[Delivery] = []
    if webhook_id is not None:
        async with context.ports.store.for_everyone() as tx:
            rows = await webhooks.list_deliveries(tx, webhook_id, first=size + 1, before=before)
    shown = [WebhookDelivery.of(each) for each in rows[:size]]
    cursors = [encode_cursor("deliveries", each.id) for each in rows[:size]]
    return WebhookDeliveryConnection(
        edges=[WebhookDeliveryEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
    )


def _place(key: Sequence[str] | None) -> UUID | None:
    if key is None:
        return None
    try:
        return UUID(key[0])
    except ValueError:
        raise bad_cursor() from None


@strawberry.input
class UpsertWebhookInput:
    id: strawberry.ID | None = strawberry.field(default=None, description="Null: a new one.")
    url: str = strawberry.field(description="https, with a public name; in development also http on this machine.")
    events: list[WebhookEvent] = strawberry.field(description="At least one.")
    enabled: bool = True
    rotate_key: bool = False


@strawberry.type
class WebhookPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(description="As it stands now; null when refused.")
    key: str | None = strawberry.field(description="Null unless created or rotated.")


@strawberry.input
class RedeliverInput:
    delivery_id: strawberry.ID


@strawberry.type
class RedeliverPayload(Payload):
    delivery: WebhookDelivery | None = strawberry.field(description="As it stands now; null when refused.")


@strawberry.type
class WebhookMutation:
    @strawberry.mutation(
        description="Answers with the new signing key once; the old one stays valid for 24 hours. Audited.",
        **only(Role.ADMIN),
    )
    async def upsert_webhook(self, info: Info, input: UpsertWebhookInput) -> WebhookPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            id_ = None if input.id is None else uuid_of(input.id, "WebhookEndpoint")
            if input.id is not None and id_ is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such webhook.", "id")
            wanted = Wanted(id_, input.url, input.events, input.enabled, input.rotate_key)
            found, key = await keep_webhook(context.ports, wanted, actor=context.actor())
        except Refused as refused:
            return WebhookPayload(user_errors=user_errors(refused), endpoint=None, key=None)
        return WebhookPayload(
            user_errors=[], endpoint=WebhookEndpoint.of(found, context.ports.keyring.identity), key=key
        )

    @strawberry.mutation(
        description="Hand a delivery over once more, now, also one that was given up or taken before.",
        **only(Role.OPERATOR, Role.ADMIN),
    )
    async def redeliver(self, info: Info, input: RedeliverInput) -> RedeliverPayload:  # noqa: A002 - as above
        context = info.context
        try:
            delivery_id = uuid_of(input.delivery_id, "WebhookDelivery")
            if delivery_id is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such delivery.", "deliveryId")
            await redeliver(context.ports, delivery_id, actor=context.actor())
        except Refused as refused:
            return RedeliverPayload(user_errors=user_errors(refused), delivery=None)
        async with context.ports.store.for_everyone() as tx:
            found = await webhooks.find_delivery(tx, delivery_id)
        return RedeliverPayload(user_errors=[], delivery=WebhookDelivery.of(found) if found else None)
