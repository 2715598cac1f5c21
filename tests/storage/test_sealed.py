"""Sealed words open for their own person, session and epoch alone; identities and signatures hold."""

import base64
import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ConfigurationError
from app.storage.history import sessions
from app.storage.keyring import keep_keyring
from app.storage.sealed import (
    CannotOpen,
    Identity,
    MasterKey,
    MasterKeys,
    Signer,
    content_hmac,
    new_key,
    seal,
    text_aad,
    unseal,
)
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, take, who

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PERSON, SESSION = UUID(int=1), UUID(int=2)


@given(plain=st.binary(max_size=200), place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_changed_bit_keeps_it_shut(plain: bytes, place: int, bit: int) -> None:
    """Whatever bit of nonce, ciphertext or tag changes, nothing is opened; unchanged it opens to the same bytes."""
    aad = text_aad(PERSON, SESSION, 0)
    sealed = seal(KEY, plain, aad)
    assert unseal(KEY, sealed, aad) == plain
    tampered = bytearray(sealed)
    tampered[place % len(sealed)] ^= 1 << bit
    with pytest.raises(CannotOpen):
        unseal(KEY, bytes(tampered), aad)


@given(cut=st.integers(0, 40))
def test_a_cut_one_stays_shut(cut: int) -> None:
    """A body that lost its end, down to nothing at all, cannot be opened."""
    sealed = seal(KEY, b"words of a person", text_aad(PERSON, SESSION, 0))
    with pytest.raises(CannotOpen):
        unseal(KEY, sealed[:cut], text_aad(PERSON, SESSION, 0))


@pytest.mark.parametrize(
    "aad",
    [
        text_aad(UUID(int=3), SESSION, 0),
        text_aad(PERSON, UUID(int=3), 0),
        text_aad(PERSON, SESSION, 1),
        text_aad(SESSION, PERSON, 0),
        b"",
    ],
)
def test_another_place_keeps_it_shut(aad: bytes) -> None:
    """Another person, session or epoch than it was sealed for cannot open it, nor can another key."""
    sealed = seal(KEY, b"words", text_aad(PERSON, SESSION, 0))
    with pytest.raises(CannotOpen):
        unseal(KEY, sealed, aad)
    with pytest.raises(CannotOpen):
        unseal(OTHER_KEY, sealed, text_aad(PERSON, SESSION, 0))


def test_the_same_words_are_never_sealed_alike() -> None:
    """Two sealings of one text share nothing that could be compared."""
    sealed = [seal(KEY, b"the same words", b"") for _ in range(50)]
    assert len({body[:12] for body in sealed}) == len({body[12:] for body in sealed}) == 50


def test_another_master_key_is_said_in_a_sentence() -> None:
    """A wrapped key opens for its name and master key alone; else the sentence says which setting is wrong."""
    master, key = MasterKey(KEY), new_key()
    wrapped = master.wrap("identity", key)
    assert master.unwrap("identity", wrapped) == key
    for opener, name in ((MasterKey(OTHER_KEY), "identity"), (master, "signing")):
        with pytest.raises(ConfigurationError, match="set SPECTRUM_MASTER_KEY to the key it was made with"):
            opener.unwrap(name, wrapped)
    with pytest.raises(ConfigurationError, match="64 hex digits"):
        MasterKey(b"short")
    assert key.hex() not in repr(master)


async def test_the_keyring_is_made_once(spectrum: Spectrum) -> None:
    """Opening again gives the same keys, and another master key is refused without changing them."""
    ports = spectrum.ports
    async with ports.store.for_everyone() as tx:
        again = await keep_keyring(tx, ports.keyring.master)
    assert (again.identity, again.signing_seed) == (ports.keyring.identity, ports.keyring.signing_seed)

    async def open_with_another() -> None:
        async with ports.store.for_everyone() as tx:
            await keep_keyring(tx, MasterKeys(MasterKey(OTHER_KEY)))

    with pytest.raises(ConfigurationError, match="SPECTRUM_MASTER_KEY"):
        await open_with_another()


@given(key=st.text(min_size=1, max_size=40), other=st.text(min_size=1, max_size=40))
def test_an_identity_is_stable_and_its_own(key: str, other: str) -> None:
    """One subject key gives one UUID (version 8), another key or installation another one."""
    identity = Identity(KEY)
    person_id = identity.person_id(key)
    assert person_id == Identity(KEY).person_id(key)
    assert (person_id.version, person_id.variant) == (8, "specified in RFC 4122")
    assert (person_id == identity.person_id(other)) == (key == other)
    assert person_id != Identity(OTHER_KEY).person_id(key)


def test_pseudonyms_of_two_purposes_cannot_be_matched() -> None:
    """A person's name in one purpose says nothing of the one in another."""
    identity = Identity(KEY)
    names = {identity.pseudonym(purpose, PERSON) for purpose in ("receipt", "tombstone", "stat")}
    assert len(names) == 3
    assert all(len(name) == 32 and PERSON.hex not in name for name in names)
    assert identity.pseudonym("receipt", PERSON) == Identity(KEY).pseudonym("receipt", PERSON)
    assert identity.pseudonym("receipt", PERSON) != Identity(OTHER_KEY).pseudonym("receipt", PERSON)


@given(person=st.uuids(), other=st.uuids())
def test_an_alias_leads_back_for_its_own_purpose_alone(person: UUID, other: UUID) -> None:
    """Who holds the key finds the person again; another purpose, key or text leads to nobody who exists."""
    identity = Identity(KEY)
    alias = identity.alias("jobs", person)
    assert identity.person_of("jobs", alias) == person
    assert (identity.alias("jobs", other) == alias) == (other == person)
    assert person.hex not in alias
    assert identity.person_of("stat", alias) != person
    assert Identity(OTHER_KEY).person_of("jobs", alias) != person
    for wrong in ("", "ada", alias[:-1], alias[:-2], alias + "00", "g" * 32, "é" * 32):
        assert identity.person_of("jobs", wrong) is None


def test_a_receipt_is_verified_with_the_published_key_alone() -> None:
    """The JWK verifies the statement as it stands, and no other statement."""
    signer = Signer(KEY)
    facts = {"operation": str(PERSON), "remaining": 0, "stores": [{"store": "session", "deleted": 3}]}
    signed = signer.sign(facts)
    assert orjson.loads(signed["statement"]) == facts
    assert signed["key_id"] == signer.public_jwk["kid"] == hashlib.sha256(signer.public_key).hexdigest()[:16]
    published = signer.public_jwk["x"]
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(published + "=" * (-len(published) % 4)))
    signature = base64.urlsafe_b64decode(signed["signature"])
    key.verify(signature, signed["statement"].encode())
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed["statement"].replace('"deleted":3', '"deleted":4').encode())


async def test_what_is_kept_is_bound_to_its_place(spectrum: Spectrum, person: str) -> None:
    """A kept body opens with the person's key in its own row's place, and in no other person's or session's."""
    one, two = session(person, JUNE, "a quiet day"), session(person, JUNE, "a loud day")
    await take(spectrum, one, two)
    person_id = who(spectrum, person)
    async with spectrum.ports.store.for_person(person_id) as tx:
        first = await sessions.find_sealed(tx, person_id, UUID(one["sessionKey"]))
        second = await sessions.find_sealed(tx, person_id, UUID(two["sessionKey"]))
    assert first is not None
    assert second is not None
    key = spectrum.ports.keyring.master.unwrap(f"person|{person_id}", first.wrapped_key)
    place = text_aad(person_id, UUID(one["sessionKey"]), first.epoch)
    assert b"a quiet day" in unseal(key, first.body, place)
    with pytest.raises(CannotOpen):
        unseal(key, second.body, place)
    with pytest.raises(CannotOpen):
        unseal(key, first.body, text_aad(uuid4(), UUID(one["sessionKey"]), first.epoch))
    with pytest.raises(ConfigurationError):
        spectrum.ports.keyring.master.unwrap(f"person|{uuid4()}", first.wrapped_key)


async def test_a_replay_is_known_by_its_words(spectrum: Spectrum, person: str) -> None:
    """The same session again is a duplicate; other words under its key are refused, and the first words stay."""
    first = session(person, JUNE, "a quiet day")
    (taken,) = await take(spectrum, first)
    assert not taken.duplicate
    turns: list[dict[str, Any]] = [{**first["turns"][0], "text": "another day"}]
    same, changed = await take(spectrum, first, {**first, "turns": turns})
    assert (same.duplicate, same.session_id, same.problems) == (True, UUID(first["sessionKey"]), ())
    assert [problem.code.value for problem in changed.problems] == ["IDEMPOTENCY_CONFLICT"]
    assert "another" not in changed.problems[0].message
    assert content_hmac(KEY, b"x") != content_hmac(OTHER_KEY, b"x")
    assert replace(same, duplicate=False) == taken
