"""What a stage may use; `app.wiring` brings it together, and nothing reaches for a global."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.analyser import Analyser
from app.gateways.language_model import LanguageModel
from app.gateways.queue import Nudger
from app.storage.keyring import Keyring
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation decided: retention in days, and the plan of someone new."""

    raw_retention_days: int
    backup_days: int
    default_plan: str


@dataclass(frozen=True, slots=True)
class Ports:
    """The store, the queue, the keys, the analyser (loaded when first asked for), the writer, and the rules."""

    store: Store
    queue: Nudger
    keyring: Keyring
    analyser: Callable[[], Awaitable[Analyser]]
    analyser_version: str
    writer: LanguageModel
    zones: frozenset[str]
    rules: Rules
