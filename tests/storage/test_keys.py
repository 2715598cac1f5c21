"""Master keys: what they are called, which of them opens, and what is kept of it beside what they wrap."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.embedded import Servers
from app.errors import ConfigurationError
from app.settings import Settings
from app.storage.history import sessions
from app.storage.sealed import (
    CannotOpen,
    KeyDamaged,
    MasterKey,
    MasterKeyMissing,
    MasterKeys,
    new_key,
    text_aad,
    unseal,
)
from app.wiring import Spectrum, opened
from tests.client import session
from tests.conftest import MASTER_KEY, database, settings_for
from tests.life import JUNE, take, who

keys_of_32 = st.binary(min_size=32, max_size=32)
ONE, OTHER, THIRD = (MasterKey(bytes([number]) * 32) for number in (1, 2, 3))


@given(key=keys_of_32, other=keys_of_32)
def test_an_id_names_one_key_and_shows_none_of_it(key: bytes, other: bytes) -> None:
    """The same key has the same id of 16 hex digits, another key another, and no plain hash of the key gives it."""
    id_ = MasterKey(key).id
    assert (id_ == MasterKey(other).id) == (key == other)
    assert len(id_) == 16
    assert int(id_, 16) >= 0
    assert id_ not in key.hex()
    assert not hashlib.sha256(key).hexdigest().startswith(id_)


def test_the_current_key_wraps_and_all_of_them_open() -> None:
    """What a previous key wrapped opens as before, whatever id it is said to have; what is new is the current key's."""
    key, both = new_key(), MasterKeys(OTHER, (ONE,))
    by_previous = ONE.wrap("identity", key)
    for by in (None, ONE.id, OTHER.id, "0" * 16):
        assert both.unwrap("identity", by_previous, by) == key
    assert OTHER.unwrap("identity", both.wrap("identity", key)) == key
    with pytest.raises(MasterKeyMissing):
        ONE.unwrap("identity", both.wrap("identity", key))
    assert both.ids == (OTHER.id, ONE.id)
    assert MasterKeys(OTHER, (ONE, OTHER, ONE)).ids == both.ids


def test_a_key_that_is_not_here_is_named_by_its_id_alone() -> None:
    """The refusal says which settings would help and the id that is wanted, and no byte of any key."""
    wrapped = THIRD.wrap("person|1", new_key())
    with pytest.raises(MasterKeyMissing) as refused:
        MasterKeys(OTHER, (ONE,)).unwrap("person|1", wrapped, THIRD.id)
    said = str(refused.value)
    assert THIRD.id in said
    assert "SPECTRUM_MASTER_KEY" in said
    assert "SPECTRUM_PREVIOUS_MASTER_KEYS" in said
    assert not any(key.key.hex() in said or key.key.hex() in repr(key) for key in (ONE, OTHER, THIRD))
    assert "person" not in said
    with pytest.raises(KeyDamaged):  # the key that is named is here: no setting would help
        MasterKeys(THIRD).unwrap("person|2", wrapped, THIRD.id)


async def test_everything_new_says_which_key_wraps_it(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A new person's key and the installation's own are kept with the id of the current master key."""
    await take(spectrum, session(person, JUNE))
    current = MasterKey(bytes.fromhex(MASTER_KEY)).id
    kept = await owner.fetchval("SELECT master_key FROM person WHERE id = $1", who(spectrum, person))
    assert kept == current == spectrum.ports.keyring.master.current.id
    secrets = await owner.fetch("SELECT name, master_key FROM secret ORDER BY name")
    assert [tuple(row) for row in secrets] == [("identity", current), ("signing", current)]


async def test_no_other_key_opens_a_kept_row(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Nothing that lies in the database opens a sealed row, and no other person's key or other master key does."""
    one, other = session(person, JUNE, "a quiet day"), session(f"{person}-other", JUNE, "a loud day")
    await take(spectrum, one, other)
    ids = [who(spectrum, each["subjectKey"]) for each in (one, other)]
    sealed = []
    for person_id, each in zip(ids, (one, other), strict=True):
        async with spectrum.ports.store.for_person(person_id) as tx:
            found = await sessions.find_sealed(tx, person_id, UUID(each["sessionKey"]))
        assert found is not None
        sealed.append(found)
    row = sealed[0]
    aad = text_aad(ids[0], UUID(one["sessionKey"]), row.epoch)
    master = spectrum.ports.keyring.master
    right = master.unwrap(f"person|{ids[0]}", row.wrapped_key)
    assert b"a quiet day" in unseal(right, row.body, aad)
    wrong = [master.unwrap(f"person|{ids[1]}", sealed[1].wrapped_key), master.current.key, row.wrapped_key[12:44]]
    for key in (*wrong, hashlib.sha256(master.current.id.encode()).digest()):
        with pytest.raises(CannotOpen):
            unseal(key, row.body, aad)
    for stranger in (ONE, MasterKey(bytes.fromhex(MASTER_KEY)[::-1])):
        with pytest.raises(MasterKeyMissing):
            stranger.unwrap(f"person|{ids[0]}", row.wrapped_key)


@asynccontextmanager
async def _installation(servers: Servers, template: str, tmp_path: Path) -> AsyncIterator[Settings]:
    """Give the settings of an installation that was opened once under the tests' master key."""
    async with database(servers, template) as url:
        settings = settings_for(url, servers, tmp_path)
        async with opened(settings):
            pass
        yield settings


def _with(settings: Settings, **more: str | None) -> Settings:
    return Settings.model_validate({**settings.model_dump(), **more})


async def test_a_wrong_key_at_the_start_is_a_sentence(servers: Servers, template: str, tmp_path: Path) -> None:
    """Another master key is refused in a sentence, also with secrets of before ids; beside the right one it starts."""
    other = "ab" * 32
    async with _installation(servers, template, tmp_path) as settings:
        for _ in ("with ids", "without"):
            with pytest.raises(ConfigurationError, match="does not open this database's keys"):
                async with opened(_with(settings, master_key=other)):
                    pytest.fail("it must not start")
            assert settings.database_url is not None
            connection = await asyncpg.connect(settings.database_url.get_secret_value())
            await connection.execute("UPDATE secret SET master_key = NULL")
            await connection.close()
        previous = f" {MASTER_KEY} ,{MASTER_KEY.upper()},"
        async with opened(_with(settings, master_key=other, previous_master_keys=previous)) as spectrum:
            master = spectrum.ports.keyring.master
            assert master.ids == (MasterKey(bytes.fromhex(other)).id, MasterKey(bytes.fromhex(MASTER_KEY)).id)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"master_key": "xyz" * 21}, "SPECTRUM_MASTER_KEY must be 64 hex digits"),
        ({"master_key": "abcd"}, "SPECTRUM_MASTER_KEY must be 64 hex digits"),
        ({"previous_master_keys": f"{MASTER_KEY},abcd"}, "Each of SPECTRUM_PREVIOUS_MASTER_KEYS must be 64 hex"),
        ({"master_key_command": "echo abcd"}, "SPECTRUM_MASTER_KEY or SPECTRUM_MASTER_KEY_COMMAND, and not both"),
        ({"master_key": None, "master_key_command": "echo abcd"}, "SPECTRUM_MASTER_KEY_COMMAND prints must be 64 hex"),
    ],
)
async def test_keys_that_are_none_are_refused_unseen(
    servers: Servers, tmp_path: Path, more: dict[str, str | None], named: str
) -> None:
    """What is no key, or one source too many, is a sentence that names the setting and repeats nothing of its value."""
    settings = _with(settings_for(servers.database_url, servers, tmp_path), **more)
    with pytest.raises(ConfigurationError, match=named) as refused:
        async with opened(settings):
            pytest.fail("it must not start")
    assert not any(text in str(refused.value) for text in ("xyz", "abcd", MASTER_KEY[:16]))
    assert refused.value.__cause__ is None


async def test_a_command_is_as_good_as_the_key(servers: Servers, template: str, tmp_path: Path) -> None:
    """An installation opens by a script that prints its key, and makes no key file beside it."""
    script = tmp_path / "ask a vault.sh"
    script.write_text(f"#!/bin/sh\necho {MASTER_KEY}\necho 'said to nobody' >&2\n")
    script.chmod(0o700)
    async with _installation(servers, template, tmp_path) as settings:
        by_command = _with(settings, master_key=None, master_key_command=f"'{script}' --decrypt")
        async with opened(by_command) as spectrum:
            assert spectrum.ports.keyring.master == MasterKeys(MasterKey(bytes.fromhex(MASTER_KEY)))
    assert not (tmp_path / "master.key").exists()
