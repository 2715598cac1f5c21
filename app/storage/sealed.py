"""Seals and opens a person's words, and turns the app's keys into ids that say nothing.

AES-256-GCM under a data key per person, which is itself wrapped by the master key. Holds no keys of its own and
never logs; what it opens is for the analyser and the person's own export only.
"""

import base64
import contextlib
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import ConfigurationError, SpectrumError, TopLevelCode

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyDamaged(SpectrumError):
    """A key that a master key which is here has wrapped, and does not open: no setting will help."""

    code = TopLevelCode.INTERNAL


class CannotOpen(Exception):
    """Sealed under another key, for another person, session or epoch, or damaged."""


class MasterKeyMissing(ConfigurationError):
    """No master key that is here opens what was wrapped: the sentence says what to set, and names no key's bytes."""


_MISSING = (
    "The master key does not open this database's keys: set SPECTRUM_MASTER_KEY to the key it was made with{which}, or"
    " name that one in SPECTRUM_PREVIOUS_MASTER_KEYS"
)


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, aad: bytes) -> bytes:
    """Nonce + ciphertext + tag of `plain`, bound to `aad`."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plain bytes of `sealed`. CannotOpen when key or `aad` differ, or a bit changed."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce and a tag
        raise CannotOpen from None


def text_aad(person_id: UUID, session_id: UUID, epoch: int) -> bytes:
    """What a session's sealed text is bound to."""
    return b"text|" + person_id.bytes + session_id.bytes + epoch.to_bytes(8, "big")


def content_hmac(data_key: bytes, content: bytes) -> bytes:
    """By which a changed replay is noticed; keyed, so that it tells nothing about short texts."""
    return hmac.digest(data_key, b"content|" + content, hashlib.sha256)


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """Wraps every other key. `key` is 32 bytes and lives outside the database."""

    key: bytes

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ConfigurationError("SPECTRUM_MASTER_KEY must be 32 bytes, written as 64 hex digits")

    @property
    def id(self) -> str:
        """The first 16 hex digits of a labelled SHA-256: by it people and rows name a key without holding it.

        Nothing leads back from it to 256 random bits. A guess could be confirmed by it, but by any wrapped key as well.
        """
        return hashlib.sha256(b"spectrum master key id|" + self.key).hexdigest()[:16]

    def wrap(self, name: str, key: bytes) -> bytes:
        """`key` sealed under the master key, bound to what it is for."""
        return seal(self.key, key, b"key|" + name.encode())

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The key that `wrap` sealed. MasterKeyMissing when the master key is another one."""
        try:
            return unseal(self.key, wrapped, b"key|" + name.encode())
        except CannotOpen:
            raise MasterKeyMissing(_MISSING.format(which="")) from None


@dataclass(frozen=True, slots=True, repr=False)
class MasterKeys:
    """The master key that wraps, and previous ones that still open what they wrapped."""

    current: MasterKey
    previous: tuple[MasterKey, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """What the keys are called, the current one first."""
        return tuple(dict.fromkeys(key.id for key in (self.current, *self.previous)))

    def wrap(self, name: str, key: bytes) -> bytes:
        """`key` sealed under the current master key, bound to what it is for; keep `current.id` beside it."""
        return self.current.wrap(name, key)

    def unwrap(self, name: str, wrapped: bytes, by: str | None = None) -> bytes:
        """The key that one of these sealed; the one called `by` is tried first.

        MasterKeyMissing when none opens it; KeyDamaged when `by` is here, and still none does.
        """
        for key in sorted((self.current, *self.previous), key=lambda key: key.id != by):
            with contextlib.suppress(MasterKeyMissing):
                return key.unwrap(name, wrapped)
        if by in self.ids:
            raise KeyDamaged(
                "A data key is damaged: put its row back from a backup, or erase everything of its person."
            )
        raise MasterKeyMissing(_MISSING.format(which=f" (it was {by})" if by else ""))


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Turns the app's `subjectKey` into the person's id, and a person into the pseudonym of a purpose."""

    key: bytes

    def person_id(self, subject_key: str) -> UUID:
        """A UUID (version 8) from an HMAC: the same key gives the same person, and none leads back."""
        digest = hmac.digest(self.key, b"person|" + subject_key.encode(), hashlib.sha256)
        value = int.from_bytes(digest[:16], "big")
        value = value & ~(0xF << 76) | (0x8 << 76)
        return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))

    def pseudonym(self, purpose: str, subject: UUID | str) -> str:
        """32 hex digits that stand for a person, or a name, in one purpose, and match no other purpose's."""
        named = subject.bytes if isinstance(subject, UUID) else subject.encode()
        return hmac.digest(self.key, purpose.encode() + b"|" + named, hashlib.sha256).hex()[:32]

    def keyed(self, purpose: str) -> Callable[[str], bytes]:
        """A hash of 32 bytes for one purpose: whoever lacks the key cannot tell it from chance."""
        key = self.key_for(purpose)
        return lambda text: hmac.digest(key, text.encode(), hashlib.sha256)

    def key_for(self, purpose: str) -> bytes:
        """A key of 32 bytes that serves one purpose, and leads back to no other."""
        return hmac.digest(self.key, b"purpose|" + purpose.encode(), hashlib.sha256)

    def alias(self, purpose: str, person_id: UUID) -> str:
        """A pseudonym of 32 hex digits that `person_of` takes back: AES (FIPS 197) of the one block that an id is."""
        return self._block(purpose).encryptor().update(person_id.bytes).hex()

    def person_of(self, purpose: str, alias: str) -> UUID | None:
        """Whom an alias of this purpose stands for; None when it is no alias at all."""
        try:
            return (
                UUID(bytes=self._block(purpose).decryptor().update(bytes.fromhex(alias))) if len(alias) == 32 else None
            )
        except ValueError:
            return None

    def _block(self, purpose: str) -> "Cipher[modes.ECB]":
        key = hmac.digest(self.key, b"alias|" + purpose.encode(), hashlib.sha256)
        return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - one block under a key of its own has no pattern


def is_signed(public_key: bytes, statement: str, signature: str) -> bool:
    """Whether `signature` (base64url) was made over `statement` with the private half of `public_key` (32 bytes)."""
    try:
        padded = signature + "=" * (-len(signature) % 4)
        signed = base64.b64decode(padded, altchars=b"-_", validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed, statement.encode())
    except (InvalidSignature, ValueError):  # ValueError: no base64, no text, or no key
        return False
    return True


def public_key_of(jwk: Mapping[str, str]) -> bytes:
    """The 32 bytes of an Ed25519 key as it is published (RFC 8037). KeyError or ValueError when it is none."""
    x = jwk["x"]
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))).public_bytes_raw()


class Signer:
    """Signs receipts with Ed25519 (RFC 8032); `seed` is 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """32 bytes, to be published."""
        return self._key.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        """First 16 hex digits of the public key's SHA-256."""
        return hashlib.sha256(self.public_key).hexdigest()[:16]

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public key as a JWK (RFC 8037)."""
        x = base64.urlsafe_b64encode(self.public_key).decode().rstrip("=")
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.key_id, "x": x}

    def sign(self, facts: Mapping[str, object]) -> dict[str, str]:
        """`facts` as canonical JSON (sorted keys, no spaces), its signature (base64url), and the key's id."""
        statement = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
        signature = base64.urlsafe_b64encode(self._key.sign(statement)).decode()
        return {"statement": statement.decode(), "signature": signature, "key_id": self.key_id}
