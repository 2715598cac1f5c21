"""Keeps a program's memory, where words are open for a moment, from being written to a disk or read by a neighbour.

It cannot keep the operating system from swapping: see docs/operations.md.
"""

import contextlib
import ctypes
import sys

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
