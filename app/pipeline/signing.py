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
    """The keys that may sign: the newest, and each of the others for a day after it was replaced."""
    newest = SigningKey(signing_key(identity, to.id, to.generation))
    replaced = [
        SigningKey(signing_key(identity, to.id, generation), until=at + KEY_OVERLAP)
        for generation, at in enumerate(to.rotated, start=1)
    ]
    return [newest, *reversed(replaced)]
