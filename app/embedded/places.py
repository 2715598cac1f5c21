"""Where the servers of a state directory keep their files, and as which account they run.

Postgres refuses root, so root's servers live under /var/lib/spectrum as `nobody`; no folder above is ever changed.
Starts nothing. Root's part belongs to the state directory: where that was deleted, it goes too.
"""

import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from app.errors import ConfigurationError

SYSTEM_HOME = Path("/var/lib/spectrum")
LONGEST_SOCKET_PATH = 107  # bytes: sun_path of Linux less its closing zero
POSTGRES_SOCKET = ".s.PGSQL.5432"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # fit for an address without quoting
_LONGEST_RECORD = 65_536


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the servers run as. `switch` is false where that is the user who runs this program."""

    uid: int
    gid: int
    switch: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one state directory's servers; `home` is the state directory itself unless root runs the program."""

    state: Path
    home: Path
    sockets: Path
    account: Account

    @property
    def data(self) -> Path:
        """The cluster; it is there only when it is whole."""
        return self.home / "postgres"

    @property
    def postgres_socket(self) -> Path:
        """Where Postgres listens."""
        return self.sockets / POSTGRES_SOCKET

    @property
    def redis_socket(self) -> Path:
        """Where Redis listens."""
        return self.sockets / "redis.sock"

    @property
    def postgres_log(self) -> Path:
        """What Postgres says; never a statement or its values."""
        return self.state / "postgres.log"

    @property
    def redis_log(self) -> Path:
        """What Redis says."""
        return self.state / "redis.log"

    def private_folder(self, path: Path) -> None:
        """Make a folder that only the servers' account (and root) may enter."""
        path.mkdir(mode=0o700)
        if self.account.switch:
            os.chown(path, self.account.uid, self.account.gid)


@dataclass(frozen=True, slots=True)
class _Record:
    """What `servers.json` remembers between programs."""

    state: str
    identity: str
    uid: int
    sockets: str


def state_directory(path: Path) -> Path:
    """Make the state directory if need be and return its resolved path, or raise `ConfigurationError`."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path.resolve()
    except OSError as error:
        raise ConfigurationError(
            f"The state directory {path} cannot be written ({error.strerror}). "
            "Set SPECTRUM_STATE_DIR to a folder that this user may write."
        ) from error


def known_place(state: Path) -> Place | None:
    """Return the place that an earlier program recorded and that still stands, without making anything."""
    record = _read_record(state)
    if record is None:
        return None
    account = server_account()
    home = _home(state, account)
    if account.switch and _identity(home) != record.identity:
        return None
    return Place(state, home, Path(record.sockets), account)


def abandoned_place(state: Path) -> Place | None:
    """Return root's part of a state directory that was deleted and is made again, to be stopped and erased."""
    place = unrecorded_place(state)
    return place if place.account.switch and place.home.exists() and known_place(state) is None else None


def unrecorded_place(state: Path) -> Place:
    """Return where the servers of `state` are when nothing else was recorded."""
    account = server_account()
    home = _home(state, account)
    return Place(state, home, home / "sockets", account)


def settle(state: Path) -> Place:
    """Find or make the folders of this state directory and record them. Called within a turn."""
    place = known_place(state)
    if place is not None and _is_private(place.sockets, place.account):
        return place
    account = server_account()
    home = _home(state, account)
    identity = secrets.token_hex(16)
    if place is not None:
        identity = _identity(home) if account.switch else identity
    elif account.switch:
        open_system_folder(SYSTEM_HOME)
        home.mkdir()
        home.chmod(0o711)
        (home / "identity").write_text(identity)
    sockets = _make_sockets(Place(state, home, home / "sockets", account))
    _keep_record(state, _Record(state=str(state), identity=identity, uid=os.geteuid(), sockets=str(sockets)))
    return Place(state, home, sockets, account)


def server_account() -> Account:
    """Return the account for the servers: this user, or `nobody` for root, which Postgres refuses."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ConfigurationError(
            "Postgres refuses to run as root and there is no account `nobody` to run it as. "
            "Run this as an ordinary user, or set SPECTRUM_DATABASE_URL and SPECTRUM_REDIS_URL."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)


def open_system_folder(folder: Path) -> None:
    """Make a folder of ours under /var/lib that `nobody` may pass through, whatever the umask is."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def erase(place: Place) -> None:
    """Delete everything of stopped servers except the lock files that other programs may be waiting at."""
    shutil.rmtree(place.sockets, ignore_errors=True)
    for folder in (place.home,) if place.account.switch else (place.data, place.home / "postgres.new"):
        if folder.exists():
            shutil.rmtree(folder)
    for log in (place.postgres_log, place.redis_log):
        log.unlink(missing_ok=True)
        log.with_suffix(".log.old").unlink(missing_ok=True)
    _record_path(place.state).unlink(missing_ok=True)


def _home(state: Path, account: Account) -> Path:
    if not account.switch:
        return state
    return SYSTEM_HOME / hashlib.sha256(os.fsencode(state)).hexdigest()[:16]


def _identity(home: Path) -> str:
    try:
        return (home / "identity").read_text()
    except FileNotFoundError:
        return ""


def _make_sockets(place: Place) -> Path:
    """Make the folder of the sockets: at home where the path is short and plain, else in the temporary folder."""
    wanted = place.sockets
    longest = wanted / POSTGRES_SOCKET
    if len(os.fsencode(longest)) <= LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(str(longest)):
        if wanted.exists() and not _is_private(wanted, place.account):
            shutil.rmtree(wanted)
        if not wanted.exists():
            place.private_folder(wanted)
        return wanted
    short = "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 (a new folder of mode 0700 with a random name)
    return Path(tempfile.mkdtemp(prefix="spectrum-", dir=short))


def _is_private(folder: Path, account: Account) -> bool:
    """Whether this is a true folder of the servers' account that nobody else may enter (authentication is trust)."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077


def _record_path(state: Path) -> Path:
    return state / "servers.json"


def _read_record(state: Path) -> _Record | None:
    path = _record_path(state)
    try:
        fields = json.loads(path.read_bytes()[:_LONGEST_RECORD])
        record = _Record(
            state=str(fields["state"]),
            identity=str(fields["identity"]),
            uid=int(fields["uid"]),
            sockets=str(fields["sockets"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is damaged. Restore it, or set SPECTRUM_STATE_DIR to another folder."
        ) from error
    if record.uid != os.geteuid():
        raise ConfigurationError(
            f"The state directory {state} belongs to the user with the number {record.uid}. "
            "Run this as that user, or set SPECTRUM_STATE_DIR to another folder."
        )
    return record if record.state == str(state) else None  # else it was moved or copied: those servers are another's


def _keep_record(state: Path, record: _Record) -> None:
    path = _record_path(state)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(record)))
    new.chmod(0o600)
    new.replace(path)
