"""Who calls: bearer tokens are checked strictly and turned into a `Caller`; development tokens are issued.

Looks up no person and knows no revocation list; what a role may do is decided by the schema.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import jwt
from cachetools import TTLCache

from app.domain.access import Caller, Role
from app.edge.signing_keys import ASYMMETRIC_ALGORITHMS, SigningKeys
from app.errors import ConfigurationError, ErrorCode, Problem, Refused, Unauthenticated

AUDIENCE = "kalei-spectrum"
SHORTEST_SECRET_BYTES = 32
"""RFC 7518 §3.2: an HS256 key is at least as long as its digest."""
LONGEST_TOKEN_CHARS = 8_192
LONGEST_LIFETIME_S = 86_400
"""exp - iat of any token, whatever its roles: a stolen one is worth a day at most."""
LEEWAY_S = 30
HELD_S = 60.0
"""So long a key that was taken back may still be good for a token that was checked before."""
MOST_HELD = 10_000
LONGEST_SUBJECT_CHARS = 200

_BEARER = "bearer "
_REQUIRED_CLAIMS = ["exp", "iat", "sub", "aud"]


class TokenVerifier:
    """Checks tokens against one kind of key: a shared secret (HS256 only) or a key set (ES256, RS256, EdDSA only).

    Exactly one of `secret` (at least 32 bytes in UTF-8) and `jwks_url` (http or https) is given;
    anything else is a ConfigurationError. As the kind of key fixes the algorithms, a token cannot choose them.
    `monotonic` (seconds) paces the fetching of the key set; claims are checked against the real time.
    """

    def __init__(
        self,
        *,
        secret: str | None = None,
        jwks_url: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if (secret is None) == (jwks_url is None):
            raise ConfigurationError("Set either SPECTRUM_AUTH_SECRET or SPECTRUM_AUTH_JWKS_URL, and not both.")
        self._secret = None if secret is None else _checked_secret(secret)
        self._keys = None if jwks_url is None else SigningKeys(jwks_url, monotonic=monotonic)
        self._held: TTLCache[bytes, Caller] = TTLCache(MOST_HELD, HELD_S, timer=monotonic)

    async def caller(self, authorization: str | None) -> Caller | None:
        """Who calls, by the Authorization header; None without one. Unauthenticated when there is one that fails."""
        if authorization is None:
            return None
        if not authorization.lower().startswith(_BEARER):
            raise Unauthenticated("Send the token as 'Authorization: Bearer …'.")
        return await self.verify(authorization[len(_BEARER) :].strip())

    async def verify(self, token: str) -> Caller:
        """Return whom `token` speaks for, or raise Unauthenticated with a sentence that repeats nothing of it.

        A token that held is not checked again for a minute, or until it ends; what is remembered of it is its hash.
        """
        if len(token) > LONGEST_TOKEN_CHARS:
            raise Unauthenticated("The token is too long.")
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        held = self._held.get(digest)
        if held is not None and time.time() < held.expires_at.timestamp():
            return held
        caller = self._held[digest] = await self._verified(token)
        return caller

    async def _verified(self, token: str) -> Caller:
        if self._secret is not None:
            return _caller(_claims(token, self._secret, ["HS256"]))
        assert self._keys is not None
        key = await self._keys.find(_key_id(token))
        return _caller(_claims(token, key, ASYMMETRIC_ALGORITHMS))


def issue_token(secret: str, *, subject: str, roles: Iterable[Role], ttl_s: int) -> str:
    """Sign an HS256 token for `subject` (1..200 characters, no NUL) that lives `ttl_s` seconds (1..86,400).

    For development, samples and tests; in production the app's own identity provider issues tokens.
    Raises Refused for a subject or lifetime that `TokenVerifier` would not take, ConfigurationError for a short secret.
    """
    problems = []
    if not _subject_fits(subject):
        problems.append(Problem(ErrorCode.INVALID, "A subject has 1 to 200 characters and no NUL."))
    if not 1 <= ttl_s <= LONGEST_LIFETIME_S:
        problems.append(Problem(ErrorCode.OUT_OF_RANGE, f"A token lives 1 to {LONGEST_LIFETIME_S} seconds."))
    if problems:
        raise Refused(*problems)
    issued_at = int(time.time())
    claims = {
        "sub": subject,
        "aud": AUDIENCE,
        "iat": issued_at,
        "exp": issued_at + ttl_s,
        "roles": sorted(set(roles)),
    }
    return jwt.encode(claims, _checked_secret(secret), algorithm="HS256")


def _checked_secret(secret: str) -> str:
    if len(secret.encode()) < SHORTEST_SECRET_BYTES:
        raise ConfigurationError(f"SPECTRUM_AUTH_SECRET needs at least {SHORTEST_SECRET_BYTES} bytes.")
    return secret


def _key_id(token: str) -> str:
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthenticated("The token is malformed.") from None
    if not isinstance(key_id, str) or not key_id:
        raise Unauthenticated("The token names no key.")
    return key_id


def _claims(token: str, key: str | jwt.PyJWK, algorithms: list[str]) -> Mapping[str, object]:
    # `from None`: PyJWT's texts can quote the header, and a traceback would carry them along.
    try:
        return jwt.decode(
            token,
            key,
            algorithms=algorithms,
            audience=AUDIENCE,
            leeway=LEEWAY_S,
            options={"require": _REQUIRED_CLAIMS, "enforce_minimum_key_length": True},
        )
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("The token has expired.") from None
    except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
        raise Unauthenticated("The token does not hold.") from None


def _caller(claims: Mapping[str, object]) -> Caller:
    expires, issued, subject = claims["exp"], claims["iat"], claims["sub"]
    # Booleans, fractions and texts that look like numbers are refused: one reading of a time, not several.
    if type(expires) is not int or type(issued) is not int:
        raise Unauthenticated("The token's times must be whole seconds.")
    if not 0 < expires - issued <= LONGEST_LIFETIME_S:
        raise Unauthenticated(f"A token may live at most {LONGEST_LIFETIME_S} seconds.")
    if not isinstance(subject, str) or not _subject_fits(subject):
        raise Unauthenticated("The token's subject must have 1 to 200 characters.")
    return Caller(subject, _roles(claims), datetime.fromtimestamp(expires, UTC))


def _roles(claims: Mapping[str, object]) -> frozenset[Role]:
    """Return the roles of the claims; no claim means a person. Unknown ones are refused, not dropped."""
    named = claims.get("roles", ["USER"])
    if not isinstance(named, list) or not 1 <= len(named) <= len(Role):
        raise Unauthenticated("The token's roles must be a short list.")
    try:
        return frozenset(Role(name) for name in named)
    except (ValueError, TypeError):
        raise Unauthenticated("The token names an unknown role.") from None


def _subject_fits(subject: str) -> bool:
    """NUL and lone surrogates pass through JSON but cannot be stored as text."""
    storable = not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in subject)
    return 1 <= len(subject) <= LONGEST_SUBJECT_CHARS and storable
