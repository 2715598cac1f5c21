"""Which revision of a prompt was made the active one, by whom and why. Only ever added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.storage.store import Tx

SECOND_WORD_HOURS = 24
"""A forced activation takes effect when a second person asks for the same within this time."""


@dataclass(frozen=True, slots=True)
class Activation:
    """One decision; without effect while it is forced and nobody else has asked for the same. `at`: None until kept.

    `goes_back`: what had been left was taken up again, without a look at its marks.
    """

    prompt: str
    revision: str
    hash: str
    previous: str
    actor: str
    reason: str
    forced: bool
    effective: bool
    goes_back: bool = False
    at: datetime | None = None


async def find_active(tx: Tx, prompt: str, held: Sequence[str]) -> str | None:
    """The hash of the newest activated revision among those that are `held`, None when there is none."""
    found: str | None = await tx.fetchval(
        "SELECT hash FROM prompt_activation WHERE prompt = $1 AND effective AND hash = ANY($2)"
        " ORDER BY id DESC LIMIT 1",
        prompt,
        list(held),
    )
    return found


async def find_previous(tx: Tx, prompt: str) -> str | None:
    """The revision that the newest activation left, None when none did; what was gone back from is no way back."""
    previous: str | None = await tx.fetchval(
        "SELECT previous FROM prompt_activation WHERE prompt = $1 AND effective AND NOT goes_back"
        " ORDER BY id DESC LIMIT 1",
        prompt,
    )
    return previous


async def list_activations(tx: Tx, prompt: str, *, limit: int) -> list[Activation]:
    """The newest `limit` decisions on a prompt, newest first."""
    rows = await tx.fetch(
        "SELECT prompt, revision, hash, previous, actor, reason, forced, effective, goes_back, at"
        " FROM prompt_activation"
        " WHERE prompt = $1 ORDER BY id DESC LIMIT $2",
        prompt,
        limit,
    )
    return [Activation(**row) for row in rows]


async def keep_locked(tx: Tx, prompt: str) -> None:
    """Hold the prompt's activations until the transaction ends, so that two decisions come one after the other."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"activation|{prompt}")


async def is_seconded(tx: Tx, revision: str, actor: str) -> bool:
    """Whether somebody else forced the same lately, and nothing took effect since."""
    seconded: bool = await tx.fetchval(
        """
        SELECT EXISTS (
          SELECT FROM prompt_activation a WHERE a.revision = $1 AND a.forced AND NOT a.effective AND a.actor <> $2
            AND a.at > now() - make_interval(hours => $3)
            AND NOT EXISTS (SELECT FROM prompt_activation b WHERE b.prompt = a.prompt AND b.effective AND b.id > a.id))
        """,
        revision,
        actor,
        SECOND_WORD_HOURS,
    )
    return seconded


async def keep(tx: Tx, new: Activation) -> None:
    """Add a decision; its time is the database's own."""
    await tx.execute(
        "INSERT INTO prompt_activation (prompt, revision, hash, previous, actor, reason, forced, effective, goes_back)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(new.prompt, new.revision, new.hash, new.previous, new.actor, new.reason),
        *(new.forced, new.effective, new.goes_back),
    )
