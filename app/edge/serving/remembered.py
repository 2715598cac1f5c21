"""Under which key an answer is remembered: everything that it depends on, and nothing else.

The same key is the answer's ETag. Holds no answer itself.
"""

import hashlib
import hmac
from functools import cache
from importlib.metadata import distributions
from importlib.resources import files
from pathlib import Path

import orjson

from app.edge.documents.prepared import Operation
from app.edge.serving.asked import Asked
from app.edge.serving.response_cache import ResponseCache
from app.storage.people import Head
from graphql_schema.context import Context, local_today
from graphql_schema.language import tag_of

_PACKAGES = ("app", "graphql_schema", "prompts")


class Remembered:
    """A cache, and the keys of an installation; `secret` keeps keys from telling anything to whoever sees one.

    `settings` are what answers depend on besides.
    """

    def __init__(self, secret: bytes, cache: ResponseCache, *, settings: str = "") -> None:
        self._secret = secret
        self._settings = settings
        self.cache = cache

    def key(self, head: Head, context: Context, asked: Asked, operation: Operation) -> bytes:
        """The key of an answer about the caller, 32 bytes. `head` is theirs, as it is now."""
        assert context.caller is not None, "an answer about a person is remembered for a caller"
        told = (
            build(),
            self._settings,
            str(head.person.id),
            head.data_revision,
            local_today(head),
            sorted(context.caller.roles),
            head.locale,
            tag_of(context.language),
            head.zone,
            head.plan,
            head.underway,
            operation.digest.hex(),
            operation.name,
            {name: value for name, value in asked.variables.items() if name in operation.declared},
        )
        return hmac.digest(self._secret, orjson.dumps(told, option=orjson.OPT_SORT_KEYS), hashlib.sha256)


@cache
def build() -> str:
    """What this program was made of, as 16 hexadecimal digits: another one may answer otherwise."""
    digest = hashlib.sha256()
    for each in sorted(f"{installed.name} {installed.version}" for installed in distributions()):
        digest.update(each.encode())
    for package in _PACKAGES:
        for path in sorted(Path(str(files(package))).rglob("*")):
            if path.suffix in {".py", ".md", ".toml", ".json", ".graphql"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
