"""Opaque ids, the same wherever something is named to the outside: base64 over a type and what it names.

After Relay's global object identification. Whoever reads one checks whose it is.
"""

import base64
import binascii


def encode(kind: str, key: object) -> str:
    """The global id of the `kind` named `key`."""
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")


def decode(id_: str) -> tuple[str, str]:
    """Kind and key of a global id; two empty strings when it is none."""
    try:
        text = base64.urlsafe_b64decode(id_ + "=" * (-len(id_) % 4)).decode()
    except (binascii.Error, ValueError):
        return "", ""
    kind, _, key = text.partition(":")
    return kind, key
