"""The documents that production accepts: the dashboard's, one a file, and those of other clients in one list.

Prepares and prices nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

import orjson

SHORT_HEX = 16
"""Of a short id: what a phone sends in an address."""
_PREFIX = "sha256:"


def document_id(text: str) -> str:
    """`sha256:` and the hexadecimal digest of the text as it is sent."""
    return _PREFIX + hashlib.sha256(text.encode()).hexdigest()


class Registered:
    """Documents by id; `sha256:` may be left out, and all but the first 16 digits."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.by_id: Mapping[str, str] = {document_id(text): text for text in texts}
        self._by_digest = {id_.removeprefix(_PREFIX)[:SHORT_HEX]: (id_, text) for id_, text in self.by_id.items()}

    def find(self, id_: str) -> str | None:
        """The text of a full or a short id, None when it is not registered."""
        digest = id_.removeprefix(_PREFIX)
        known, text = self._by_digest.get(digest[:SHORT_HEX], ("", ""))
        return text if known and digest and known.startswith(_PREFIX + digest) and len(digest) >= SHORT_HEX else None


def read_registered(folder: Path | None = None) -> Registered:
    """What the build holds (or `folder`): every `*.graphql`, and `clients.json`, an object of texts by any key."""
    place = folder or files("documents")
    texts = [
        each.read_text(encoding="utf-8") for each in sorted(place.iterdir(), key=lambda each: each.name)
        if each.name.endswith(".graphql")
    ]  # fmt: skip
    clients = place / "clients.json"
    if clients.is_file():
        texts += orjson.loads(clients.read_bytes()).values()
    return Registered(texts)
