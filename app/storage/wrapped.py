"""Which master key wraps what: people's data keys and the installation's own, to be counted and wrapped anew.

Opens and wraps nothing; whoever holds the master keys does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.storage.store import Tx


@dataclass(frozen=True, slots=True, repr=False)
class WrappedKey:
    """A key as it is kept; `owner` is a person, or the name of one of the installation's own."""

    owner: UUID | str
    wrapped: bytes
    master_key: str | None

    @property
    def name(self) -> str:
        """What it was wrapped for."""
        return f"person|{self.owner}" if isinstance(self.owner, UUID) else self.owner


@dataclass(frozen=True, slots=True)
class WrappedBy:
    """How much one master key wraps; None stands for what was kept before ids were."""

    master_key: str | None
    data_keys: int
    secrets: int


_OLD = "(master_key = ANY($1) OR master_key IS NULL)"
"""What a previous master key wraps, or one that nobody has asked for yet."""


async def count_wrapped(tx: Tx) -> list[WrappedBy]:
    """What each master key wraps, by id; what is not known yet comes last."""
    rows = await tx.fetch(
        """
        SELECT master_key, sum(data_keys)::bigint AS data_keys, sum(secrets)::bigint AS secrets FROM (
          SELECT master_key, count(*) AS data_keys, 0 AS secrets FROM person GROUP BY 1
          UNION ALL SELECT master_key, 0, count(*) FROM secret GROUP BY 1) AS each
        GROUP BY 1 ORDER BY 1
        """
    )
    return [WrappedBy(row["master_key"], row["data_keys"], row["secrets"]) for row in rows]


async def list_old_data_keys(tx: Tx, previous: Sequence[str], *, after: UUID, limit: int) -> list[WrappedKey]:
    """Data keys under a `previous` master key, or one not known yet, of up to `limit` people in id order."""
    rows = await tx.fetch(
        f"SELECT id, data_key, master_key FROM person WHERE {_OLD} AND id > $2 ORDER BY id LIMIT $3",
        list(previous),
        after,
        limit,
    )
    return [WrappedKey(row["id"], row["data_key"], row["master_key"]) for row in rows]


async def list_old_secrets(tx: Tx, previous: Sequence[str]) -> list[WrappedKey]:
    """The installation's own keys that are not under the current master key, of which there is a handful."""
    rows = await tx.fetch(f"SELECT name, wrapped, master_key FROM secret WHERE {_OLD} ORDER BY name", list(previous))
    return [WrappedKey(row["name"], row["wrapped"], row["master_key"]) for row in rows]


async def keep_data_keys(tx: Tx, anew: Mapping[WrappedKey, bytes], master_key: str) -> int:
    """Put what is wrapped `anew`, by `master_key`, where the old ones still are; how many.

    In id order, and without those whom somebody else holds: who is erased or wrapped anew meanwhile stays as they are.
    """
    return await tx.execute(
        """
        UPDATE person SET data_key = held.wrapped, master_key = $4
        FROM (SELECT person.id, i.wrapped FROM person
              JOIN unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS i(id, data_key, wrapped) USING (id, data_key)
              ORDER BY person.id FOR NO KEY UPDATE OF person SKIP LOCKED) AS held
        WHERE person.id = held.id
        """,
        [each.owner for each in anew],
        [each.wrapped for each in anew],
        list(anew.values()),
        master_key,
    )


async def keep_secret(tx: Tx, old: WrappedKey, anew: bytes, master_key: str) -> int:
    """The same for one of the installation's own keys."""
    return await tx.execute(
        "UPDATE secret SET wrapped = $3, master_key = $4 WHERE name = $1 AND wrapped = $2",
        old.owner,
        old.wrapped,
        anew,
        master_key,
    )
