"""Keeps a program's memory, where words are open for a moment, from being written to a disk or read by a neighbour.

It also says how much of it there is, and how often a server looks through it for garbage. It cannot keep the operating
system from swapping: see docs/operations.md.
"""

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

NEW_OBJECTS = 50_000
"""Between two looks for garbage: more than a request makes, so that what it made has mostly gone by itself by then."""
_PR_SET_DUMPABLE = 4  # linux/prctl.h


def forbid_core_dumps() -> None:
    """No core dump of this program, nor of what it starts; on Linux no other program of the account may read it either.

    A limit of one byte rather than none: to a file it is as little, and where core dumps are piped to a handler, in
    spite of any limit, Linux takes it as the wish to have none (fs/coredump.c).
    """
    with contextlib.suppress(ImportError):  # Windows has no limits, and no core dumps
        import resource  # noqa: PLC0415 - see above

        resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """While a program's modules are imported: all that they make stays, and looking for garbage in it finds none."""
    was_looked_for = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looked_for:
            gc.enable()


def collect_rarely() -> None:
    """Once a server is ready: what it is made of stays, and is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


def resident_bytes() -> int | None:
    """What this process has in memory now, shared pages too; None where the system does not tell it as Linux does."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
