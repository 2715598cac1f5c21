"""How a person wants to be told; who said nothing has the defaults."""

from datetime import time
from typing import Any
from uuid import UUID

import orjson

from app.domain.affect import Weekday
from app.domain.notifications import DEFAULTS, LockScreenDetail, Preferences, QuietHours
from app.storage.store import Tx


async def find(tx: Tx, person_id: UUID) -> Preferences:
    """What the person chose."""
    kept: str | None = await tx.fetchval("SELECT preferences FROM person WHERE id = $1", person_id)
    if kept is None:
        return DEFAULTS
    chosen: dict[str, Any] = orjson.loads(kept)
    quiet = chosen["quiet"]
    return Preferences(
        weekly_summary=chosen["weekly_summary"],
        monthly_summary=chosen["monthly_summary"],
        day=Weekday(chosen["day"]),
        at=time.fromisoformat(chosen["at"]),
        quiet=QuietHours(*map(time.fromisoformat, quiet)) if quiet else None,
        lock_screen=LockScreenDetail(chosen["lock_screen"]),
    )


async def keep(tx: Tx, person_id: UUID, chosen: Preferences) -> None:
    """Keep what a person chose, in place of what they chose before."""
    kept = {
        "weekly_summary": chosen.weekly_summary,
        "monthly_summary": chosen.monthly_summary,
        "day": chosen.day,
        "at": chosen.at.isoformat(),
        "quiet": [chosen.quiet.start.isoformat(), chosen.quiet.end.isoformat()] if chosen.quiet else None,
        "lock_screen": chosen.lock_screen,
    }
    await tx.execute(
        "UPDATE person SET preferences = $2::text::jsonb WHERE id = $1", *(person_id, orjson.dumps(kept).decode())
    )
