"""Publish new revisions: `python -m prompts.lock` adds their fingerprints to the lock, and changes none.

A revision that is in the lock stays as it is; a changed one is refused by name.
"""

import hashlib
import sys
from pathlib import Path

from prompts.catalog import LOCK, ROOM, list_prompts, published
from prompts.revisions import ChangedRevision, revision_path, written_numbers

_HEADER = "# SHA-256 of each published revision. Written by `python -m prompts.lock`; lines are only ever added.\n"


def lock_new_revisions(room: Path = ROOM) -> tuple[str, ...]:
    """Add every unpublished revision in `room` to its lock; the names added, in order.

    ChangedRevision when a published file was changed or removed; nothing is written then.
    """
    known = dict(published(room))
    found = {
        f"{prompt.key}@{number}": hashlib.sha256(revision_path(prompt.key, number, room).read_bytes()).hexdigest()
        for prompt in list_prompts(room)
        for number in written_numbers(prompt.key, room)
    }
    changed = sorted(name for name, fingerprint in known.items() if found.get(name) != fingerprint)
    if changed:
        raise ChangedRevision(f"changed after publication: {', '.join(changed)}; put back, and add a new version")
    added = tuple(name for name in sorted(found) if name not in known)
    if added:
        lines = "".join(f"{name} {fingerprint}\n" for name, fingerprint in sorted(found.items()))
        (room / LOCK).write_text(_HEADER + lines, encoding="utf-8")
    return added


if __name__ == "__main__":
    for revision in lock_new_revisions():
        sys.stdout.write(f"published {revision}\n")
