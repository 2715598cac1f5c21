"""The installation's own keys, made once and kept wrapped by the master key."""

from dataclasses import dataclass

from app.storage.sealed import Identity, MasterKey, new_key
from app.storage.store import Tx

IDENTITY = "identity"
SIGNING = "signing"


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The master key and the keys it opened: who is who, and what signs receipts (an Ed25519 seed, 32 bytes)."""

    master: MasterKey
    identity: Identity
    signing_seed: bytes


async def keep_keyring(tx: Tx, master: MasterKey) -> Keyring:
    """The keyring; keys that are missing are made, once, whoever comes first.

    ConfigurationError when the master key is not the one they were made with.
    """
    identity = await _key(tx, master, IDENTITY)
    return Keyring(master, Identity(identity), await _key(tx, master, SIGNING))


async def _key(tx: Tx, master: MasterKey, name: str) -> bytes:
    await tx.execute(
        "INSERT INTO secret (name, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, master.wrap(name, new_key())
    )
    wrapped: bytes = await tx.fetchval("SELECT wrapped FROM secret WHERE name = $1", name)
    return master.unwrap(name, wrapped)
