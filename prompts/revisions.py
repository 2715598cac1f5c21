"""Revisions of prompts: loaded whole, checked against their published fingerprint, and never changed afterwards.

Chooses no revision beyond "the newest published one".
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from prompts.catalog import ROOM, Limits, Prompt, Published, list_prompts, published

MENDING = "This answer was refused, for the reasons beside it. Answer again, with those mended, and nothing else."
"""What a revision says whose file does not."""
AUTHOR = "Kalei Spectrum"
"""Who wrote a revision that does not say."""
_FENCE = "+++\n"
_FILE = re.compile(r"v(\d{1,4})\.md", re.ASCII)


class UnknownRevision(LookupError):
    """No such prompt, or no published revision of that number."""


class ChangedRevision(RuntimeError):
    """A published file is not what was published."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One published revision: what is said to a model, and what the local composer says without one.

    `phrases` maps dotted keys ("pattern.headline_named") to variants with {placeholders}, `sayings` are all of them;
    a prompt that no composer stands in for has none. `output_schema` is JSON Schema as text; `parameters` are those of
    the model call; `mending` goes before an answer that was refused, and the reasons; `hash` is the SHA-256 (hex) of
    the whole file; `limits` are those of its prompt.
    """

    prompt: str
    number: int
    name: str
    feature: str
    purpose: str
    inputs: tuple[str, ...]
    change_note: str
    body: str
    phrases: Mapping[str, tuple[str, ...]]
    sayings: tuple[str, ...]
    parameters: Mapping[str, Any]
    output_schema: str
    mending: str
    hash: str
    author: str
    published_on: date
    limits: Limits


@cache
def load_revision(prompt: str, number: int | None = None, *, room: Path = ROOM) -> Revision:
    """The published revision `number` of `prompt`, or its newest one.

    UnknownRevision when there is none; ChangedRevision when its file was changed since it was published.
    """
    entry = next((entry for entry in list_prompts(room) if entry.key == prompt), None)
    numbers = _published_numbers(prompt, room)
    wanted = max(numbers, default=0) if number is None else number
    if entry is None or wanted not in numbers:
        raise UnknownRevision(
            f"{prompt}@{wanted} is not published: add {prompt}/v{wanted}.md, then run spectrum prompts lock"
        )
    content = revision_path(prompt, wanted, room).read_bytes()
    fingerprint = hashlib.sha256(content).hexdigest()
    entry_of = published(room)[f"{prompt}@{wanted}"]
    if entry_of.hash != fingerprint:
        raise ChangedRevision(
            f"{prompt}/v{wanted}.md differs from what was published as {prompt}@{wanted}: "
            f"put it back, and add {prompt}/v{max(numbers) + 1}.md instead"
        )
    return _parse(entry, wanted, content.decode("utf-8"), entry_of)


def first_revision(prompt: str, *, room: Path = ROOM) -> Revision:
    """The revision that serves until another is activated, as the catalogue says."""
    first = next((entry.first for entry in list_prompts(room) if entry.key == prompt), 0)
    return load_revision(prompt, first, room=room)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A revision on trial, and over which share (0..1) of the briefs it writes."""

    revision: Revision
    share: float


def list_shadows(*, room: Path = ROOM) -> tuple[Shadow, ...]:
    """Every revision that the catalogue puts on trial. UnknownRevision when one is not published."""
    return tuple(
        Shadow(load_revision(prompt.key, number, room=room), prompt.shadow_share)
        for prompt in list_prompts(room)
        for number in prompt.shadow
    )


@cache
def list_revisions(prompt: str, *, room: Path = ROOM) -> tuple[Revision, ...]:
    """Every published revision of `prompt`, oldest first."""
    return tuple(load_revision(prompt, number, room=room) for number in sorted(_published_numbers(prompt, room)))


def read_draft(prompt: str, number: int, *, room: Path = ROOM) -> Revision:
    """The revision as its file stands, published or not. UnknownRevision when there is no such file."""
    entry = next((entry for entry in list_prompts(room) if entry.key == prompt), None)
    if entry is None or number not in written_numbers(prompt, room):
        raise UnknownRevision(f"there is no {prompt}/v{number}.md")
    content = revision_path(prompt, number, room).read_bytes()
    return _parse(entry, number, content.decode("utf-8"), Published(hashlib.sha256(content).hexdigest(), date.max))


def revision_path(prompt: str, number: int, room: Path = ROOM) -> Path:
    """Where a revision lies."""
    return room / prompt / f"v{number}.md"


def written_numbers(prompt: str, room: Path = ROOM) -> tuple[int, ...]:
    """Numbers of the files there are, published or not, in order."""
    found = (_FILE.fullmatch(path.name) for path in (room / prompt).glob("v*.md"))
    return tuple(sorted(int(match[1]) for match in found if match))


def _published_numbers(prompt: str, room: Path) -> frozenset[int]:
    names = (name.rpartition("@") for name in published(room))
    return frozenset(int(number) for key, _, number in names if key == prompt)


def _parse(entry: Prompt, number: int, text: str, as_published: Published) -> Revision:
    _, header, body = text.split(_FENCE, 2)
    fields = tomllib.loads(header)
    phrases = dict(_flat(fields.get("phrases", {})))
    return Revision(
        prompt=entry.key,
        number=number,
        name=f"{entry.key}@{number}",
        feature=entry.feature,
        purpose=fields["purpose"],
        inputs=tuple(fields["inputs"]),
        change_note=fields["change_note"],
        body=body.strip(),
        phrases=MappingProxyType(phrases),
        sayings=tuple(chain.from_iterable(phrases.values())),
        parameters=MappingProxyType(fields["parameters"]),
        output_schema=fields["output_schema"].strip(),
        mending=fields.get("mending", MENDING),
        hash=as_published.hash,
        author=fields.get("author", AUTHOR),
        published_on=as_published.day,
        limits=entry.limits,
    )


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", tuple(value)
