"""The one place where concrete things meet: settings, servers, keys, pools, the analyser, the models.

The only reader of `app.settings`. Starts no program; whoever runs one opens this first.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones, reset_tzpath

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from app import __version__, tracing
from app.analyser import Analyser, Engine, analyser_version, load_analyser
from app.embedded import embedded_servers
from app.errors import ConfigurationError
from app.gateways.events import Events
from app.gateways.experiments import read_experiments
from app.gateways.journal import Journal, read_journal
from app.gateways.key_command import ask_for_key
from app.gateways.language_model import Models
from app.gateways.outside import Outside
from app.gateways.points import SharedPoints
from app.gateways.queue import Nudger
from app.gateways.routes import Routes, read_routes
from app.gateways.traces import RedisTraces
from app.gateways.web_push import VAPID, WebPush, WebPushSender, vapid_key
from app.gateways.webhooks import Webhooks
from app.pipeline.ports import Ports, Rules
from app.pipeline.restore import is_behind
from app.settings import Environment, Settings
from app.storage import people
from app.storage.keyring import Keyring, keep_keyring
from app.storage.schema import find_misfit, migrate
from app.storage.sealed import KEY_BYTES, MasterKey, MasterKeys, Signer
from app.storage.store import DatabaseUrls, Store
from app.vitals import watched


@dataclass(frozen=True, slots=True)
class Access:
    """How tokens are checked: by a secret, or by the key set at a URL."""

    secret: str | None
    jwks_url: str | None


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A running installation, as programs see it."""

    ports: Ports
    access: Access
    shared_points: SharedPoints
    redis_url: str
    host: str
    port: int
    production: bool


def read_settings() -> Settings:
    """The environment's settings. ConfigurationError that names what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join("SPECTRUM_" + str(problem["loc"][0]).upper() for problem in error.errors())
        raise ConfigurationError(f"These settings are not valid: {names}. See .env.example.") from None


@asynccontextmanager
async def opened(
    settings: Settings | None = None, *, bring_up_to_date: bool | None = None, restored: bool = False
) -> AsyncIterator[Spectrum]:
    """Open everything a program needs, by `settings` or the environment's, and close it again.

    The schema is brought up to date when `bring_up_to_date`; by default where the database is embedded, since
    nobody else would do it there. A database that is older than its last erasure is opened only as `restored`.
    ConfigurationError in a sentence that says what to do.
    """
    reset_tzpath(())  # the pinned tzdata, as in the lock: what the operating system has may be years older
    settings = settings or read_settings()
    _require_production_secrets(settings)
    master = await _master_keys(settings)
    embedded = settings.database_url is None
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(
            embedded_servers(settings.state_dir, postgres=embedded, redis=settings.redis_url is None)
        )
        await stack.enter_async_context(
            tracing.exporting(
                settings.otlp_endpoint,
                ratio=settings.trace_ratio,
                version=__version__,
                instance=f"{socket.gethostname()}:{os.getpid()}",
            )
        )
        urls = _database_urls(settings, servers.database_url)
        if embedded if bring_up_to_date is None else bring_up_to_date:
            await migrate(urls)
        store = Store(urls)
        await store.open()
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else servers.redis_url
        queue, events, shared_points = Nudger(redis_url), Events(redis_url), SharedPoints(redis_url)
        outside = _Once(lambda: _outside(settings))
        try:
            ports = await _ports(settings, store, queue, events, outside, redis_url, master)
            if not restored:
                await _require_present(ports)
            async with watched(store.count_connections):
                yield Spectrum(
                    ports=ports,
                    access=_access(settings),
                    shared_points=shared_points,
                    redis_url=redis_url,
                    host=settings.host,
                    port=settings.port,
                    production=settings.env is Environment.PRODUCTION,
                )
        finally:
            for each in outside.loaded:
                await each.close()
            await shared_points.close()
            await events.close()
            await queue.close()
            await store.close()


async def _require_present(ports: Ports) -> None:
    """What was erased must not come back: a database that does not know of all this machine erased is not served."""
    path = ports.journal.path
    if path.exists() and await is_behind(ports, read_journal(path)):
        raise ConfigurationError(
            "This database was restored from before its last erasures: run `spectrum restore-guard`, which erases again"
            " what people had erased by then, and start again."
        )


async def _ports(
    settings: Settings,
    store: Store,
    queue: Nudger,
    events: Events,
    outside: "_Once[Outside]",
    redis_url: str,
    master: MasterKeys,
) -> Ports:
    async with store.for_everyone() as tx:
        if misfit := await find_misfit(tx):
            raise ConfigurationError(misfit)
        keyring = await keep_keyring(tx, master)
        names = await people.list_zone_names(tx)
    production = settings.env is Environment.PRODUCTION
    routes: Routes = read_routes(settings.models_file) if settings.models_file else {}
    experiments = read_experiments(settings.experiments_file) if settings.experiments_file else ()
    return Ports(
        store=store,
        queue=queue,
        events=events,
        keyring=keyring,
        analyser=_Once(lambda: asyncio.to_thread(_load, Engine(settings.analyser))),
        analyser_version=_version(Engine(settings.analyser)),
        routes=routes,
        models=_Once(lambda: Models.opened(routes, _keys())),
        experiments=experiments if production else (),
        web_push=_Once(lambda: _web_push(settings, keyring, outside)),
        webhooks=_Once(lambda: _webhooks(outside)),
        zones=names & available_timezones(),
        rules=Rules(
            raw_retention_days=settings.raw_retention_days,
            backup_days=settings.backup_days,
            default_plan=settings.default_plan or ("FREE" if production else "PLUS"),
            tells_loopback=not production,
            has_push_contact=settings.push_contact is not None,
        ),
        journal=Journal(
            settings.tombstones_dir or settings.state_dir / "tombstones", Signer(keyring.signing_seed).key_id
        ),
        elsewhere=(RedisTraces(redis_url),),
    )


T = TypeVar("T")


class _Once(Generic[T]):
    """Loads what is dear when it is first asked for, and keeps it."""

    def __init__(self, load: Callable[[], Awaitable[T]]) -> None:
        self._load = load
        self.loaded: list[T] = []
        self._lock = asyncio.Lock()

    async def __call__(self) -> T:
        async with self._lock:
            if not self.loaded:
                self.loaded.append(await self._load())
            return self.loaded[0]


_NOBODY = "mailto:nobody@example.invalid"
"""A message names a contact (RFC 8292, 2.1); where none is set, push services are told that it is nobody."""


async def _outside(settings: Settings) -> Outside:
    """The way to addresses that others chose; only development may tell a program on the same machine."""
    return Outside(allow_loopback=settings.env is Environment.DEVELOPMENT)


async def _web_push(settings: Settings, keyring: Keyring, outside: "_Once[Outside]") -> WebPush:
    return WebPushSender(await outside(), vapid_key(keyring.identity.key_for(VAPID)), settings.push_contact or _NOBODY)


async def _webhooks(outside: "_Once[Outside]") -> Webhooks:
    return Webhooks(await outside())


def _keys() -> dict[str, str]:
    """The environment, and .env where it says nothing, as the settings themselves are read."""
    return {name: value for name, value in (dotenv_values(".env") | os.environ).items() if value}


def _load(engine: Engine) -> Analyser:
    try:
        return load_analyser(engine)
    except ImportError as error:
        raise ConfigurationError(
            f"The {engine} engine needs a package that is not here ({error.name}): install it, or set"
            " SPECTRUM_ANALYSER=small, which reads less well and whose numbers do not compare."
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The files of the {engine} engine are missing or damaged: {error}") from error


def _version(engine: Engine) -> str:
    try:
        return analyser_version(engine)
    except OSError as error:
        raise ConfigurationError(f"The files of the {engine} engine are missing: {error}") from error


def read_engine() -> Engine:
    """Which engine reads texts here."""
    return Engine(read_settings().analyser)


def read_analyser() -> Analyser:
    """Load that engine without opening anything else; ConfigurationError when it cannot be loaded."""
    return _load(read_engine())


def read_access() -> Access:
    """How tokens are checked here, without opening anything else."""
    settings = read_settings()
    _require_production_secrets(settings)
    return _access(settings)


def read_address() -> tuple[str, int]:
    """Host and port to serve at."""
    settings = read_settings()
    return settings.host, settings.port


def _require_production_secrets(settings: Settings) -> None:
    if settings.env is not Environment.PRODUCTION:
        return
    required = {
        "SPECTRUM_DATABASE_URL": settings.database_url,
        "SPECTRUM_REDIS_URL": settings.redis_url,
        "SPECTRUM_MASTER_KEY or SPECTRUM_MASTER_KEY_COMMAND": settings.master_key or settings.master_key_command,
        "SPECTRUM_AUTH_SECRET or SPECTRUM_AUTH_JWKS_URL": settings.auth_secret or settings.auth_jwks_url,
    }
    missing = [name for name, value in required.items() if value is None]
    if missing:
        raise ConfigurationError(f"In production these must be set: {', '.join(missing)}.")


def _database_urls(settings: Settings, embedded_url: str) -> DatabaseUrls:
    first = _address("SPECTRUM_DATABASE_URL", settings.database_url) or embedded_url
    return DatabaseUrls(
        owner=_address("SPECTRUM_OWNER_DATABASE_URL", settings.owner_database_url) or first,
        person=first,
        batch=_address("SPECTRUM_BATCH_DATABASE_URL", settings.batch_database_url) or first,
        reports=_address("SPECTRUM_REPORTS_DATABASE_URL", settings.reports_database_url),
    )


def _address(name: str, url: SecretStr | None) -> str | None:
    """A database's URL as it is given. ConfigurationError when it cannot be taken apart, without showing any of it."""
    if url is None:
        return None
    try:
        _ = urlsplit(url.get_secret_value()).port
    except ValueError:
        raise ConfigurationError(
            f"{name} cannot be read: it is postgresql://user:password@host:port/name, and marks such as / or @ in the"
            " password must be percent-encoded."
        ) from None
    return url.get_secret_value()


async def _master_keys(settings: Settings) -> MasterKeys:
    """The current master key, from one of its three sources, and the previous ones."""
    given, command = settings.master_key, settings.master_key_command
    if given and command:
        raise ConfigurationError("Set either SPECTRUM_MASTER_KEY or SPECTRUM_MASTER_KEY_COMMAND, and not both.")
    if command:
        printed = await ask_for_key(command.get_secret_value())
        current = _master_key("What SPECTRUM_MASTER_KEY_COMMAND prints", printed)
    else:
        text = given.get_secret_value() if given else _kept(settings.state_dir, "master.key")
        current = _master_key("SPECTRUM_MASTER_KEY", text)
    listed = settings.previous_master_keys.get_secret_value() if settings.previous_master_keys else ""
    previous = [text.strip() for text in listed.split(",") if text.strip()]
    return MasterKeys(current, tuple(_master_key("Each of SPECTRUM_PREVIOUS_MASTER_KEYS", text) for text in previous))


def _master_key(name: str, text: str) -> MasterKey:
    try:
        return MasterKey(bytes.fromhex(text))
    except (ValueError, ConfigurationError):  # no hex · of another length
        raise ConfigurationError(f"{name} must be 64 hex digits (32 bytes).") from None


def _access(settings: Settings) -> Access:
    if settings.auth_secret is None and settings.auth_jwks_url is None:
        return Access(_kept(settings.state_dir, "auth.secret"), None)
    secret = settings.auth_secret.get_secret_value() if settings.auth_secret else None
    return Access(secret, settings.auth_jwks_url)


def _kept(state_dir: Path, name: str) -> str:
    """A development secret: 64 hex digits in a file of mode 0600, made by whichever program comes first."""
    path = state_dir / name
    state_dir.mkdir(parents=True, exist_ok=True)
    draft = state_dir / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
