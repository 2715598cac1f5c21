"""`spectrum receipt`: the receipt of an erasure, checked."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from app.errors import ConfigurationError
from app.storage.sealed import Signer, is_signed, public_key_of
from app.wiring import opened

NOT_VALID, UNKNOWN_KEY = 1, 3
_PARTS = ("statement", "signature", "keyId")


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum receipt`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help="check the signatures of a receipt that somebody saved")
    verify.add_argument(
        "file", help="JSON with statement, signature and keyId, as GraphQL answers; - for standard input"
    )
    verify.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="as saved from /.well-known/spectrum-keys.json; else this installation's",
    )
    verify.set_defaults(run=lambda a: verify_receipt(a.file, a.keys))


def _read(file: str) -> Mapping[str, Any]:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        value = orjson.loads(content)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read ({type(error).__name__}).") from None
    except orjson.JSONDecodeError:
        raise ConfigurationError(f"{file} is no JSON.") from None
    if not isinstance(value, dict):
        raise ConfigurationError(f"{file} must hold one JSON object.")
    return value


def _signed_parts(receipt: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The receipt itself and its later counts, whose key is the receipt's when they name none."""
    parts: list[Mapping[str, str]] = []
    checks = receipt.get("checks")
    for part in (receipt, *(checks if isinstance(checks, list) else ())):
        named = {"keyId": receipt.get("keyId"), **part} if isinstance(part, dict) else {}
        found = {name: text for name in _PARTS if isinstance(text := named.get(name), str)}
        if len(found) < len(_PARTS):
            raise ConfigurationError("A receipt has statement, signature and keyId, each a text.")
        parts.append(found)
    return parts


def _facts(statement: str) -> Mapping[str, Any]:
    facts = orjson.loads(statement)
    return facts if isinstance(facts, dict) else {}


async def _public_keys(keys: Path | None) -> dict[str, bytes]:
    if keys is None:
        async with opened(restored=True) as spectrum:
            signer = Signer(spectrum.ports.keyring.signing_seed)
            return {signer.key_id: signer.public_key}
    try:
        return {key["kid"]: public_key_of(key) for key in _read(str(keys))["keys"]}
    except (KeyError, TypeError, ValueError):
        raise ConfigurationError(f"{keys} must be as /.well-known/spectrum-keys.json is.") from None


async def verify_receipt(file: str, keys: Path | None) -> int:
    """Say whether a receipt holds: 0 when it does, 1 when it does not, 3 when its key is not known."""
    parts = _signed_parts(_read(file))
    known = await _public_keys(keys)
    console = Console(highlight=False)
    if any(part["keyId"] not in known for part in parts):
        console.print("UNKNOWN_KEY: this receipt was signed with a key that is not among those given.")
        return UNKNOWN_KEY
    if not all(is_signed(known[part["keyId"]], part["statement"], part["signature"]) for part in parts):
        console.print("INVALID: this receipt was not signed like that.")
        return NOT_VALID
    facts, *checks = (_facts(part["statement"]) for part in parts)
    if facts.get("type") != "receipt" or any(
        (check.get("type"), check.get("operation")) != ("recount", facts["operation"]) for check in checks
    ):
        console.print("INVALID: this was signed here, but it is no receipt with its own later counts.")
        return NOT_VALID
    console.print(f"VALID: {facts['scope']} completed {facts['completed_at']}, {facts['remaining']} records left.")
    for check in checks:
        console.print(f"       counted again {check['at']}: {check['remaining']} left.")
    return 0
