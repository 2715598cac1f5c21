"""Global ids as GraphQL's, and opaque cursors. Whoever reads one checks whose it is."""

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

import orjson
import strawberry

from app.domain import global_ids
from app.domain.global_ids import decode as decode
from app.errors import SpectrumError, TopLevelCode


def encode(kind: str, key: object) -> strawberry.ID:
    """The global id of the `kind` named `key`."""
    return strawberry.ID(global_ids.encode(kind, key))


def uuid_of(id_: str, kind: str) -> UUID | None:
    """The UUID that a global id of `kind` names, None when it names none."""
    found, key = decode(id_)
    try:
        return UUID(key) if found == kind else None
    except ValueError:
        return None


def encode_cursor(kind: str, *key: object) -> str:
    """A place in the list `kind`."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *map(str, key)])).decode().rstrip("=")


def decode_cursor(kind: str, cursor: str | None, count: int) -> Sequence[str] | None:
    """The `count` parts of a cursor of `kind`, None without a cursor. BAD_USER_INPUT when it is another list's."""
    if cursor is None:
        return None
    try:
        found, *key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError):
        found, key = None, []
    if found != kind or len(key) != count:
        raise bad_cursor()
    return [str(part) for part in key]


def bad_cursor() -> SpectrumError:
    """What a cursor that is not ours is answered with."""
    return SpectrumError("after is not a cursor of this list.", TopLevelCode.BAD_USER_INPUT)
