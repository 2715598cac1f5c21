"""The locks by which several programs share one state directory.

Decides who may start and stop; starts and stops nothing itself. The kernel frees both locks when a program dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    # O_CLOEXEC: a server that inherited this descriptor would hold the lock for as long as it lives.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait until no other program starts, stops or copies behind this lock file, and keep others waiting meanwhile."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


class Share:
    """One program's part in the servers of a state directory. Both methods are called within a turn."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def join(self) -> None:
        """Say that this program uses the servers from now on."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_the_last(self) -> bool:
        """Whether no other living program uses the servers. Only asked on leaving: it gives the own part back."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def share(path: Path) -> Iterator[Share]:
    """Open the lock file that every program using the servers holds; leaving the block gives the part back."""
    with _opened(path) as descriptor:
        yield Share(descriptor)
