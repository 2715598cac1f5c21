"""Addresses of Web Push: one belongs to one person, whoever registered it last."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.notifications import Platform
from app.storage.store import Tx

MOST_DEVICES = 20
"""Of one person: beyond them, those that were not renewed for longest are dropped."""


@dataclass(frozen=True, slots=True)
class NewDevice:
    """An address as an app gives it: the push service's URL, and the browser's keys (RFC 8291), in base64url."""

    platform: Platform
    endpoint: str
    p256dh: str
    auth: str
    app_version: str
    locale: str
    zone: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its person sees it, without its address."""

    id: UUID
    platform: Platform
    app_version: str
    seen_at: datetime
    reachable: bool


_COLUMNS = "id, platform, app_version, seen_at, reachable"


async def keep(tx: Tx, person_id: UUID, new: NewDevice) -> UUID:
    """Register or renew an address, which nobody else has from now on; the device's id."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"device|{new.endpoint}")
    await tx.execute("DELETE FROM device WHERE endpoint = $1 AND NOT person_id = $2", new.endpoint, person_id)
    device_id: UUID = await tx.fetchval(
        """
        INSERT INTO device (person_id, platform, endpoint, p256dh, auth, app_version, locale, zone)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (person_id, endpoint) DO UPDATE SET platform = excluded.platform, p256dh = excluded.p256dh,
          auth = excluded.auth, app_version = excluded.app_version, locale = excluded.locale, zone = excluded.zone,
          reachable = true, seen_at = now(), kept_at = clock_timestamp() RETURNING id
        """,
        *(person_id, new.platform, new.endpoint, new.p256dh, new.auth, new.app_version, new.locale, new.zone),
    )
    await tx.execute(
        "DELETE FROM device WHERE person_id = $1 AND id IN (SELECT id FROM device WHERE person_id = $1"
        " ORDER BY seen_at DESC, id DESC OFFSET $2)",
        *(person_id, MOST_DEVICES),
    )
    return device_id


async def list_devices(tx: Tx, person_id: UUID) -> list[Device]:
    """The person's devices, the one that was renewed last first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM device WHERE person_id = $1 ORDER BY seen_at DESC, id DESC", person_id
    )
    return [Device(**{**row, "platform": Platform(row["platform"])}) for row in rows]


async def find(tx: Tx, person_id: UUID, device_id: UUID) -> Device | None:
    """One device, None when it is not this person's."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM device WHERE person_id = $1 AND id = $2", *(person_id, device_id))
    return None if row is None else Device(**{**row, "platform": Platform(row["platform"])})


async def erase(tx: Tx, person_id: UUID, device_id: UUID) -> bool:
    """Forget one device; whether it was there."""
    return bool(await tx.execute("DELETE FROM device WHERE person_id = $1 AND id = $2", *(person_id, device_id)))


async def erase_old(tx: Tx, *, days: int) -> int:
    """Forget devices that were not renewed for so many `days`; how many."""
    return await tx.execute("DELETE FROM device WHERE seen_at < now() - make_interval(days => $1)", days)
