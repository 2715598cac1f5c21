"""A file outside the database with every erasure in it, signed: what a restored backup has to be told.

One line of JSON each, only ever appended, one file for each signing key. Holds keyed hashes and ids, no content.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson


class Journal:
    """The journal of one installation on this machine. Blocks for as long as the disk takes."""

    def __init__(self, folder: Path, key_id: str) -> None:
        self.path = folder / f"{key_id}.jsonl"

    def append(self, signed: Mapping[str, str]) -> None:
        """Keep one signed statement for good. OSError when it cannot be written down."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            line = orjson.dumps(dict(signed)) + b"\n"
            if _is_torn(descriptor):
                line = b"\n" + line
            with os.fdopen(os.dup(descriptor), "ab") as file:
                file.write(line)
            os.fsync(descriptor)
            if is_new:
                _sync_folder(self.path.parent)
        finally:
            os.close(descriptor)


def read_journal(path: Path) -> Iterator[Mapping[str, str] | None]:
    """Every statement of a file, oldest first; None for a line that is none. OSError when it cannot be read."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield _read(line)


def _sync_folder(folder: Path) -> None:
    """A new file is there after a power cut only when its folder was written, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_torn(descriptor: int) -> bool:
    """Whether the machine failed in the middle of the last line."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _read(line: bytes) -> Mapping[str, str] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    named = isinstance(value, dict) and all(isinstance(value.get(name), str) for name in _SIGNED)
    return {name: value[name] for name in _SIGNED} if named else None


_SIGNED = ("statement", "signature", "key_id")
