"""The catalogue: which prompts there are, and the published fingerprint of each revision.

Does not read the revisions themselves, and never writes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOM = Path(__file__).parent
CATALOG = "catalog.toml"
LOCK = "catalog.lock"
SHADOW_SHARE = 0.05
"""Of the briefs, where the catalogue says nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens of one call, whatever a revision says: of what is asked, as no tokenizer can exceed them, and answered."""

    max_input_tokens: int
    max_output_tokens: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: its key, the feature that pays for it, its priority (lower is cheaper), and its first revision.

    `shadow` are the numbers of revisions on trial, which write beside the active one over a share of its briefs.
    """

    key: str
    feature: str
    priority: int
    first: int
    limits: Limits
    shadow: tuple[int, ...] = ()
    shadow_share: float = SHADOW_SHARE


def list_prompts(room: Path = ROOM) -> tuple[Prompt, ...]:
    """Every prompt of the catalogue in `room`, by key. KeyError when an entry lacks a field."""
    entries = tomllib.loads((room / CATALOG).read_text(encoding="utf-8"))
    return tuple(
        Prompt(
            key=key,
            feature=entry["feature"],
            priority=entry["priority"],
            first=entry["first"],
            limits=Limits(entry["max_input_tokens"], entry["max_output_tokens"]),
            shadow=tuple(entry.get("shadow", ())),
            shadow_share=entry.get("shadow_share", SHADOW_SHARE),
        )
        for key, entry in sorted(entries.items())
    )


@dataclass(frozen=True, slots=True)
class Published:
    """What the lock says of a revision: the SHA-256 (hex) of its file, and the day it was published on."""

    hash: str
    day: date


def published(room: Path = ROOM) -> Mapping[str, Published]:
    """What is published, by revision name ("weekly-card@1"); empty before the first."""
    path = room / LOCK
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    entries = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: Published(fingerprint, date.fromisoformat(day)) for name, fingerprint, day in entries}
