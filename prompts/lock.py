"""Publishes new revisions: adds their fingerprints to the lock, and changes none.

A revision that is in the lock stays as it is; a changed one is refused by name.
"""

import hashlib
from datetime import date
from pathlib import Path

from prompts.catalog import LOCK, ROOM, Published, list_prompts, published
from prompts.revisions import ChangedRevision, revision_path, written_numbers

_HEADER = """\
# SHA-256 of each published revision, and the day it was published on (UTC). Written by `spectrum prompts lock`;
# lines are only ever added.
"""


def lock_new_revisions(room: Path = ROOM, *, day: date) -> tuple[str, ...]:
    """Add every unpublished revision in `room` to its lock, as published on `day`; the names added, in order.

    ChangedRevision when a published file was changed or removed; nothing is written then.
    """
    known = dict(published(room))
    found = {
        f"{prompt.key}@{number}": hashlib.sha256(revision_path(prompt.key, number, room).read_bytes()).hexdigest()
        for prompt in list_prompts(room)
        for number in written_numbers(prompt.key, room)
    }
    changed = sorted(name for name, entry in known.items() if found.get(name) != entry.hash)
    if changed:
        raise ChangedRevision(f"changed after publication: {', '.join(changed)}; put back, and add a new version")
    added = tuple(name for name in sorted(found) if name not in known)
    if added:
        entries = known | {name: Published(found[name], day) for name in added}
        lines = "".join(f"{name} {entry.hash} {entry.day}\n" for name, entry in sorted(entries.items()))
        (room / LOCK).write_text(_HEADER + lines, encoding="utf-8")
    return added
