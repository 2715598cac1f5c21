"""What a stage may use; `app.wiring` brings it together, and nothing reaches for a global."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.analyser import Analyser
from app.domain.experiments import Experiment
from app.gateways.events import Events
from app.gateways.journal import Journal
from app.gateways.language_model import Models
from app.gateways.queue import Nudger
from app.gateways.routes import Routes
from app.gateways.web_push import WebPush
from app.gateways.webhooks import Webhooks
from app.storage.keyring import Keyring
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation decided: retention in days, and the plan of someone new.

    `scored_share` (0..1) of the published texts is scored by a model, too. `tells_loopback`: events and pushes may go
    to a program on this machine, as in development. `has_push_contact`: push services were told whom to ask.
    """

    raw_retention_days: int
    backup_days: int
    default_plan: str
    scored_share: float = 0.05
    tells_loopback: bool = False
    has_push_contact: bool = False


class Traces(Protocol):
    """A place outside the database that may hold something of a person; `name` stands in receipts.

    Both raise ConnectionError when the place cannot be reached.
    """

    @property
    def name(self) -> str: ...

    async def count(self, person_id: UUID) -> int: ...

    async def erase(self, person_id: UUID) -> int: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The store, the queue, the events, the keys, the analyser (loaded when first asked for), and the rules.

    `routes` say which models may be asked, `models` asks them (loaded when first asked for); where there is no route
    the composer writes. `experiments` are those that run or ran, or will; `web_push` and `webhooks` send (loaded when
    first asked for). `journal` remembers erasures outside the database; `elsewhere` is all else that an erasure has to
    look at.
    """

    store: Store
    queue: Nudger
    events: Events
    keyring: Keyring
    analyser: Callable[[], Awaitable[Analyser]]
    analyser_version: str
    routes: Routes
    models: Callable[[], Awaitable[Models]]
    experiments: tuple[Experiment, ...]
    web_push: Callable[[], Awaitable[WebPush]]
    webhooks: Callable[[], Awaitable[Webhooks]]
    zones: frozenset[str]
    rules: Rules
    journal: Journal
    elsewhere: tuple[Traces, ...]
