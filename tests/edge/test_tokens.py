"""Tokens: what holds is turned into a caller, and every forgery is refused in a sentence that tells nothing."""

import asyncio
import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.domain.access import Caller, Role
from app.edge.signing_keys import KEPT_FOR_S, REFETCH_AT_MOST_EVERY_S
from app.edge.tokens import LONGEST_LIFETIME_S, TokenVerifier, issue_token
from app.errors import ConfigurationError, Refused, Unauthenticated

SECRET = "a secret of at least thirty-two bytes"


def claims(**changed: object) -> dict[str, Any]:
    """Return claims that hold, with some changed; None takes a claim away, a function is given the time in seconds."""
    now = int(time.time())
    good = {"sub": "person-1", "aud": "kalei-spectrum", "iat": now, "exp": now + 3600, **changed}
    told = {name: value(now) if callable(value) else value for name, value in good.items()}
    return {name: value for name, value in told.items() if value is not None}


def signed(payload: dict[str, Any], *, header: dict[str, Any] | None = None) -> str:
    """Sign a payload with the shared secret, past every check of PyJWT's encoder."""
    body = json.dumps(payload).encode()
    return jwt.PyJWS().encode(body, SECRET, algorithm="HS256", headers=header)


def encoded(part: dict[str, Any]) -> str:
    """Encode one part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def refusal_of(token: str, verifier: TokenVerifier | None = None) -> str:
    """Return the sentence with which a token is refused."""
    with pytest.raises(Unauthenticated) as refused:
        await (verifier or TokenVerifier(secret=SECRET)).verify(token)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


class TestSharedSecret:
    """HS256 with one secret."""

    async def test_an_issued_token_names_its_caller(self) -> None:
        """What issue_token signs, verify must read back: subject, roles and end."""
        token = issue_token(SECRET, subject="person-1", roles=[Role.USER, Role.OPERATOR], ttl_s=60)
        caller = await TokenVerifier(secret=SECRET).verify(token)
        assert caller.subject == "person-1"
        assert caller.roles == {Role.USER, Role.OPERATOR}
        assert timedelta(0) < caller.expires_at - datetime.now(UTC) <= timedelta(seconds=60)

    async def test_no_roles_claim_means_a_person(self) -> None:
        """A token of the app, which knows no roles, must speak for a USER."""
        assert (await TokenVerifier(secret=SECRET).verify(signed(claims()))).roles == {Role.USER}

    async def test_clocks_may_differ_by_the_leeway(self) -> None:
        """A token that ended 20 s ago, or was issued 20 s from now, must still hold."""
        verifier = TokenVerifier(secret=SECRET)
        await verifier.verify(signed(claims(iat=lambda now: now - 100, exp=lambda now: now - 20)))
        await verifier.verify(signed(claims(iat=lambda now: now + 20)))

    @pytest.mark.parametrize(
        "changed",
        [
            {"exp": None},
            {"iat": None},
            {"sub": None},
            {"aud": None},
            {"aud": "another"},
            {"aud": ["another"]},
            {"exp": lambda now: now - 60, "iat": lambda now: now - 120},
            {"iat": lambda now: now + 120},
            {"nbf": lambda now: now + 120},
            {"exp": lambda now: now + LONGEST_LIFETIME_S + 1},
            {"exp": float("inf")},
            {"iat": float("-inf")},
            {"exp": 10**30},
            {"exp": lambda now: str(now + 60)},
            {"iat": lambda now: now - 0.5},
            {"iat": True},
            {"sub": ""},
            {"sub": 7},
            {"sub": "x" * 201},
            {"sub": "a\0b"},
            {"sub": "a\ud800b"},
            {"roles": []},
            {"roles": "ADMIN"},
            {"roles": ["USER", "ROOT"]},
            {"roles": ["admin"]},
            {"roles": [["ADMIN"]]},
            {"roles": {"ADMIN": True}},
            {"roles": ["USER"] * 7},
        ],
        ids="+".join,  # not the values: they hold the time, and each test process would see other names
    )
    async def test_claims_that_do_not_hold_are_refused(self, changed: dict[str, object]) -> None:
        """Every missing, foreign, ended, endless or ill-typed claim must end in Unauthenticated, in nothing else."""
        assert await refusal_of(signed(claims(**changed)))

    async def test_a_null_roles_claim_is_refused(self) -> None:
        """A claim that is there but null is no list of roles."""
        assert await refusal_of(signed({**claims(), "roles": None}))

    @pytest.mark.parametrize(
        "token",
        ["", ".", "..", "a.b.c", "Bearer x", "é.é.é", "\ud800", "x" * 9000, "." * 50, "a" * 8000],
        ids=lambda token: repr(token[:10]),
    )
    async def test_anything_that_is_no_token_is_refused(self, token: str) -> None:
        """Rubbish must be refused, not crash, whichever kind of key is used."""
        assert await refusal_of(token)
        assert await refusal_of(token, TokenVerifier(jwks_url="http://127.0.0.1:9/never-asked"))

    async def test_deep_json_in_header_or_body_is_refused(self) -> None:
        """JSON that exhausts the parser's recursion must be refused like any other rubbish."""
        deep = base64.urlsafe_b64encode(b'{"alg":"HS256","a":' + b"[" * 2500).rstrip(b"=").decode()
        assert await refusal_of(f"{deep}.e30.x")
        assert await refusal_of(jwt.PyJWS().encode(b'{"a":' + b"[" * 2500, SECRET, algorithm="HS256"))

    async def test_no_algorithm_but_ours_is_taken(self) -> None:
        """`none`, HS512, and a changed payload under a good signature must be refused."""
        unsigned = f"{encoded({'alg': 'none'})}.{encoded(claims())}."
        other = jwt.encode(claims(), SECRET * 2, algorithm="HS512")
        head, _, tail = signed(claims()).split(".")
        swapped = encoded(claims(sub="person-2"))
        for token in (unsigned, other, f"{head}.{swapped}.{tail}", signed(claims(), header={"crit": ["x"]})):
            assert await refusal_of(token)

    async def test_sentences_and_reprs_tell_nothing(self) -> None:
        """Neither a refusal nor a caller's repr may repeat a subject, a role or a piece of the token."""
        for changed in ({"sub": "canary" * 50}, {"roles": ["canary"]}, {"aud": "canary"}, {"exp": "canary"}):
            token = signed(claims(**changed))
            sentence = await refusal_of(token)
            assert "canary" not in sentence
            assert not any(part in sentence for part in token.split("."))
        assert "canary" not in repr(Caller("canary", frozenset({Role.USER}), datetime.now(UTC)))

    def test_a_short_secret_stops_the_start(self) -> None:
        """31 bytes are refused where the program starts and where tokens are issued; 32 are taken."""
        TokenVerifier(secret="x" * 32)
        with pytest.raises(ConfigurationError, match="SPECTRUM_AUTH_SECRET"):
            TokenVerifier(secret="x" * 31)
        with pytest.raises(ConfigurationError, match="SPECTRUM_AUTH_SECRET"):
            issue_token("x" * 31, subject="a", roles=[Role.USER], ttl_s=60)

    def test_one_kind_of_key_is_set(self) -> None:
        """No key and two kinds of keys are both a wrong setting, and so is an address that is not http."""
        for secret, jwks_url in ((None, None), (SECRET, "https://issuer.test/keys"), (None, "file:///keys")):
            with pytest.raises(ConfigurationError):
                TokenVerifier(secret=secret, jwks_url=jwks_url)

    @pytest.mark.parametrize(
        ("subject", "ttl_s"), [("", 60), ("x" * 201, 60), ("a\0", 60), ("a", 0), ("a", -1), ("a", 86_401)]
    )
    def test_nothing_is_issued_that_would_be_refused(self, subject: str, ttl_s: int) -> None:
        """issue_token must know the limits of verify."""
        with pytest.raises(Refused):
            issue_token(SECRET, subject=subject, roles=[Role.USER], ttl_s=ttl_s)


class Issuer:
    """A loopback identity provider: `answer` is what it serves, `asked` how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: bytes | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Serves the answer, or fails without one."""

            def do_GET(self) -> None:
                """Answer."""
                outer.asked += 1
                self.send_response(200 if outer.answer is not None else 503)
                self.end_headers()
                self.wfile.write(outer.answer or b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the overridden one
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"

    def serve(self, *keys: dict[str, Any]) -> None:
        """Publish these keys."""
        self.answer = json.dumps({"keys": keys}).encode()

    def close(self) -> None:
        """Stop and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Read it."""
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """Run a loopback issuer for one test."""
    running = Issuer()
    yield running
    running.close()


ES = ec.generate_private_key(ec.SECP256R1())
RS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED = ed25519.Ed25519PrivateKey.generate()


def es_jwk(kid: str) -> dict[str, Any]:
    """Return the public EC key as a JWK."""
    return {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ES.public_key())), "kid": kid, "use": "sig"}


class TestKeySet:
    """Asymmetric keys by JWKS."""

    async def test_each_allowed_algorithm_is_verified(self, issuer: Issuer) -> None:
        """ES256, RS256 and EdDSA tokens must hold, with one request for all of them."""
        rs = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RS.public_key())), "kid": "rs"}
        ed = {**json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(ED.public_key())), "kid": "ed"}
        issuer.serve(es_jwk("es"), rs, ed)
        verifier = TokenVerifier(jwks_url=issuer.url)
        for key, algorithm, kid in ((ES, "ES256", "es"), (RS, "RS256", "rs"), (ED, "EdDSA", "ed")):
            token = jwt.encode(claims(roles=["ANALYST"]), key, algorithm=algorithm, headers={"kid": kid})
            assert (await verifier.verify(token)).roles == {Role.ANALYST}
        assert issuer.asked == 1

    async def test_algorithms_cannot_be_confused(self, issuer: Issuer) -> None:
        """HS256 over a public key, a published shared key, `none`, RS512 and a kid of another kind must be refused."""
        pem = ES.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        shared = base64.urlsafe_b64encode(SECRET.encode()).rstrip(b"=").decode()
        rs = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RS.public_key())), "kid": "rs"}
        issuer.serve(es_jwk("es"), rs, {"kty": "oct", "k": shared, "kid": "oct", "alg": "HS256"})
        verifier = TokenVerifier(jwks_url=issuer.url)
        # Signed by hand: PyJWT refuses to make this classic forgery.
        unsigned = f"{encoded({'alg': 'HS256', 'kid': 'es'})}.{encoded(claims())}"
        mac = base64.urlsafe_b64encode(hmac.digest(pem, unsigned.encode(), "sha256")).rstrip(b"=").decode()
        forged = [
            f"{unsigned}.{mac}",
            signed(claims(), header={"kid": "oct"}),
            signed(claims()),
            f"{encoded({'alg': 'none', 'kid': 'es'})}.{encoded(claims())}.",
            jwt.encode(claims(), RS, algorithm="RS512", headers={"kid": "rs"}),
            jwt.encode(claims(), RS, algorithm="RS256", headers={"kid": "es"}),
            jwt.encode(claims(), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": "es"}),
        ]
        for token in forged:
            await refusal_of(token, verifier)
        assert await refusal_of(
            jwt.encode(claims(), ES, algorithm="ES256", headers={"kid": "es"}), TokenVerifier(secret=SECRET)
        )

    async def test_unknown_keys_are_fetched_at_most_every_30_s(self, issuer: Issuer) -> None:
        """A new key must be found after the pause, and made-up key ids must not make us ask more often."""
        clock = Clock()
        verifier = TokenVerifier(jwks_url=issuer.url, monotonic=clock)
        issuer.serve(es_jwk("old"))
        new = jwt.encode(claims(), ES, algorithm="ES256", headers={"kid": "new"})
        for _ in range(5):
            await refusal_of(new, verifier)
        issuer.serve(es_jwk("new"))
        await refusal_of(new, verifier)
        assert issuer.asked == 1
        clock.now += REFETCH_AT_MOST_EVERY_S
        await verifier.verify(new)
        assert issuer.asked == 2

    async def test_callers_that_come_at_once_share_one_fetch(self, issuer: Issuer) -> None:
        """The first callers after a start must all be let in, with one request to the issuer."""
        issuer.serve(es_jwk("es"))
        verifier = TokenVerifier(jwks_url=issuer.url)
        token = jwt.encode(claims(), ES, algorithm="ES256", headers={"kid": "es"})
        callers = await asyncio.gather(*(verifier.verify(token) for _ in range(20)))
        assert len(callers) == 20
        assert issuer.asked == 1

    async def test_an_outage_of_the_issuer_is_bridged_and_a_withdrawn_key_ends(self, issuer: Issuer) -> None:
        """Known keys must work while the issuer fails, for a day at most, and stop once it publishes others."""
        clock = Clock()
        verifier = TokenVerifier(jwks_url=issuer.url, monotonic=clock)
        token = jwt.encode(claims(), ES, algorithm="ES256", headers={"kid": "es"})
        issuer.serve(es_jwk("es"))
        await verifier.verify(token)
        for broken in (None, b"<html>", b"[]", b'{"keys": []}', b"[" * 5000):
            issuer.answer = broken
            clock.now += 700
            await verifier.verify(token)
        assert issuer.asked == 6
        clock.now += KEPT_FOR_S
        await refusal_of(token, verifier)
        issuer.serve(es_jwk("es"))
        clock.now += REFETCH_AT_MOST_EVERY_S
        await verifier.verify(token)
        issuer.serve(es_jwk("another"))
        clock.now += 700
        await refusal_of(token, verifier)
