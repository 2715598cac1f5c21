"""The installation's own keys, made once and kept wrapped by the master key."""

from dataclasses import dataclass

from app.storage.sealed import Identity, MasterKeys, new_key
from app.storage.store import Tx

IDENTITY = "identity"
SIGNING = "signing"


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The master keys and what they opened: who is who, and what signs receipts (an Ed25519 seed, 32 bytes)."""

    master: MasterKeys
    identity: Identity
    signing_seed: bytes


async def keep_keyring(tx: Tx, master: MasterKeys) -> Keyring:
    """The keyring; keys that are missing are made, once, whoever comes first.

    MasterKeyMissing when none of the master keys is the one that wraps them.
    """
    identity = await _key(tx, master, IDENTITY)
    return Keyring(master, Identity(identity), await _key(tx, master, SIGNING))


async def _key(tx: Tx, master: MasterKeys, name: str) -> bytes:
    await tx.execute(
        "INSERT INTO secret (name, wrapped, master_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        name,
        master.wrap(name, new_key()),
        master.current.id,
    )
    row = await tx.fetchrow("SELECT wrapped, master_key FROM secret WHERE name = $1", name)
    assert row is not None, "it was kept just now, or before"
    return master.unwrap(name, row["wrapped"], row["master_key"])
