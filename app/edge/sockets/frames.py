"""What a client may say on a socket: one JSON object of the graphql-transport-ws protocol, checked whole.

Executes nothing and knows nobody. Its sentences repeat nothing of what was sent.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from app.edge.body_limit import DEEPEST_NESTING
from app.edge.nesting import JsonNesting

MAX_FRAME_BYTES = 65_536
MAX_ID_CHARS = 128
_KEYS: Mapping[str, frozenset[str]] = {
    "connection_init": frozenset({"type", "payload"}),
    "ping": frozenset({"type", "payload"}),
    "pong": frozenset({"type", "payload"}),
    "subscribe": frozenset({"type", "id", "payload"}),
    "complete": frozenset({"type", "id"}),
}
"""What a client sends, and what stands in it. Everything else is a server's, or nobody's."""
_ASKED = frozenset({"query", "variables", "operationName", "extensions"})


class FrameRefused(Exception):
    """A frame that is none of the protocol's; `str()` of it is fit for whoever sent it."""


def read_frame(text: str) -> dict[str, Any]:
    """The message in a text frame, without what is null in it. FrameRefused when it is not one of a client's."""
    content = text.encode(errors="surrogatepass")
    if len(content) > MAX_FRAME_BYTES:
        raise FrameRefused(f"A message may have at most {MAX_FRAME_BYTES // 1024} KiB.")
    nesting = JsonNesting()
    nesting.feed(content)
    if nesting.deepest > DEEPEST_NESTING:
        raise FrameRefused(f"The message nests deeper than {DEEPEST_NESTING} brackets.")
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise FrameRefused("A message must be one JSON object.")
    return _message(value)


def _message(value: dict[str, Any]) -> dict[str, Any]:
    kind = value.get("type")
    known = _KEYS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise FrameRefused("The message's type is none that a client sends.")
    message = {key: each for key, each in value.items() if each is not None}
    if not message.keys() <= known:
        raise FrameRefused("The message holds something that its type does not have.")
    if "id" in known and not _is_id(message.get("id")):
        raise FrameRefused(f"id must be a string of 1 to {MAX_ID_CHARS} characters.")
    payload = message.get("payload", {})
    if not isinstance(payload, dict):
        raise FrameRefused("payload must be an object.")
    return message | {"payload": _asked(payload)} if kind == "subscribe" else message


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_ID_CHARS


def _asked(payload: dict[str, Any]) -> dict[str, Any]:
    asked = {key: each for key, each in payload.items() if each is not None}
    if not asked.keys() <= _ASKED:
        raise FrameRefused("payload holds something that a subscription does not have.")
    if not isinstance(asked.get("query"), str):
        raise FrameRefused("payload.query must be a string.")
    if not isinstance(asked.get("variables", {}), dict):
        raise FrameRefused("payload.variables must be an object or null.")
    if not isinstance(asked.get("operationName", ""), str):
        raise FrameRefused("payload.operationName must be a string or null.")
    if not isinstance(asked.get("extensions", {}), dict):
        raise FrameRefused("payload.extensions must be an object or null.")
    return asked
