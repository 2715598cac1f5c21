"""What sealing and opening a session costs, as ratios to the bare cipher: in memory alone, on one core."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.samples import sample_sessions
from app.storage.sealed import MasterKey, MasterKeys, content_hmac, new_key, seal, text_aad, unseal
from benchmarks.figures import Figure, Spread, alternating

PERSON = UUID(int=1)
NAME = f"person|{PERSON}"
BARE = "the bare cipher (AES-256-GCM, key and nonce at hand)"


def _us_each(work: Callable[[bytes], object], contents: Sequence[bytes]) -> float:
    start = time.perf_counter()
    for content in contents:
        work(content)
    return (time.perf_counter() - start) / len(contents) * 1e6


def sealing(rounds: int) -> list[Figure]:
    """The sample people's sessions, sealed and opened."""
    contents = [orjson.dumps(each) for each in sample_sessions(datetime.now(UTC).date())]
    master = MasterKeys(MasterKey(new_key()))
    two = MasterKeys(MasterKey(new_key()), (master.current,))
    key, session, nonce = new_key(), uuid4(), bytes(12)
    wrapped, cipher = master.wrap(NAME, key), AESGCM(key)
    aad = text_aad(PERSON, session, 0)
    sealed = [seal(key, content, aad) for content in contents]

    def take_in(content: bytes) -> None:
        """As ingestion does: the data key, the mark of a replay, the sealing."""
        opened = master.unwrap(NAME, wrapped, master.current.id)
        content_hmac(opened, content)
        seal(opened, content, text_aad(PERSON, session, 0))

    def read(body: bytes) -> None:
        """As the analyser's stage does: the data key, and the opening."""
        unseal(master.unwrap(NAME, wrapped, master.current.id), body, text_aad(PERSON, session, 0))

    taken = alternating(
        {
            BARE: lambda: _us_each(lambda content: cipher.encrypt(nonce, content, aad), contents),
            "a plain hash (SHA-256), which keeps nothing secret": lambda: _us_each(sha256, contents),
            "sealed, as a session is taken in": lambda: _us_each(take_in, contents),
            "opened, as a session is read": lambda: _us_each(read, sealed),
            "a data key opened": lambda: _us_each(lambda _: master.unwrap(NAME, wrapped), contents),
            "a data key wrapped anew": lambda: _us_each(lambda _: two.wrap(NAME, two.unwrap(NAME, wrapped)), contents),
        },
        rounds,
    )
    bare = Spread.of(taken[BARE]).median
    return [
        Figure(
            "ingest",
            f"{what}, against the bare cipher",
            Spread.ratio(taken[what], taken[BARE]),
            beside=f"{Spread.of(taken[what]).median:.1f} against {bare:.1f} µs",
        )
        for what in taken
        if what != BARE
    ]
