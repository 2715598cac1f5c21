"""The keys that events are signed with: derived from the installation's identity, by webhook and generation."""

from uuid import UUID

from app.domain.webhooks import KEY_OVERLAP, SigningKey
from app.gateways.webhooks import key_of
from app.storage.notify.webhooks import Webhook
from app.storage.sealed import Identity


def signing_key(identity: Identity, webhook_id: UUID, generation: int) -> str:
    """The key of a webhook in one generation (`whsec_…`): derived, and kept nowhere."""
    return key_of(identity.key_for(f"webhook|{webhook_id}|{generation}"))


def signing_keys(identity: Identity, to: Webhook) -> list[SigningKey]:
    """The keys that sign now: the newest, and for a day after a rotation the one before it."""
    keys = [SigningKey(signing_key(identity, to.id, to.generation))]
    if to.generation > 1:
        old = signing_key(identity, to.id, to.generation - 1)
        keys.append(SigningKey(old, until=to.rotated_at + KEY_OVERLAP))
    return keys
