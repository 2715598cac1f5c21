"""`make bench`: what sealing and opening a session costs, as ratios to the bare cipher inside one run.

In memory alone, over the sample people's sessions, on one core; asserts nothing.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rich.console import Console
from rich.table import Table

from app.samples import sample_sessions
from app.storage.sealed import MasterKey, MasterKeys, content_hmac, new_key, seal, text_aad, unseal

REPEATS = 21
PERSON = UUID(int=1)
NAME = f"person|{PERSON}"


def _median_us(work: Callable[[bytes], object], contents: Sequence[bytes]) -> float:
    """Of `work` for one of `contents`; all of them in turns, so that whatever else the machine does weighs alike."""
    runs = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for content in contents:
            work(content)
        runs.append((time.perf_counter() - start) / len(contents) * 1e6)
    return statistics.median(runs)


def _measure(contents: Sequence[bytes], table: Table) -> None:
    master = MasterKeys(MasterKey(new_key()))
    two = MasterKeys(MasterKey(new_key()), (master.current,))
    key, session, nonce = new_key(), uuid4(), bytes(12)
    wrapped, cipher = master.wrap(NAME, key), AESGCM(key)
    aad = text_aad(PERSON, session, 0)
    sealed = [seal(key, content, aad) for content in contents]
    bare = _median_us(lambda content: cipher.encrypt(nonce, content, aad), contents)

    def take_in(content: bytes) -> None:
        """As ingestion does: the data key, the mark of a replay, the sealing."""
        opened = master.unwrap(NAME, wrapped, master.current.id)
        content_hmac(opened, content)
        seal(opened, content, text_aad(PERSON, session, 0))

    def read(body: bytes) -> None:
        """As the analyser's stage does: the data key, and the opening."""
        unseal(master.unwrap(NAME, wrapped, master.current.id), body, text_aad(PERSON, session, 0))

    rows: dict[str, float] = {
        "the bare cipher (AES-256-GCM, key and nonce at hand)": bare,
        "a plain hash (SHA-256), which keeps nothing secret": _median_us(sha256, contents),
        "sealed, as a session is taken in": _median_us(take_in, contents),
        "opened, as a session is read": _median_us(read, sealed),
        "a data key opened": _median_us(lambda _: master.unwrap(NAME, wrapped), contents),
        "a data key wrapped anew": _median_us(lambda _: two.wrap(NAME, two.unwrap(NAME, wrapped)), contents),
    }
    for what, micros in rows.items():
        table.add_row(what, f"{micros:.1f} µs", f"{micros / bare:.1f} x")


def main() -> int:
    """Measure and print the table."""
    contents = [orjson.dumps(each) for each in sample_sessions(datetime.now(UTC).date())]
    size = statistics.mean(map(len, contents))
    table = Table(
        "each", "median", "ratio", title=f"Sealing {len(contents):,} sessions of {size:,.0f} bytes on average"
    )
    _measure(contents, table)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
