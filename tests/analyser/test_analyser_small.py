"""The small engine's file: named by its bytes, refused when damaged, small, and with its licences."""

from pathlib import Path

import pytest

from app.analyser import Engine, analyser_version
from app.analyser.small import load_model
from app.analyser.version import SMALL_FILE, version_of


def test_the_version_names_the_file(tmp_path: Path) -> None:
    """Other bytes give another version; the committed file gives that of the build, `small-` and 12 digits."""
    other, same = tmp_path / "other.npz", tmp_path / "small.npz"
    other.write_bytes(SMALL_FILE.read_bytes() + b"\0")
    same.write_bytes(SMALL_FILE.read_bytes())
    version = analyser_version(Engine.SMALL)
    assert version_of((same,)) == version == load_model(SMALL_FILE).version
    assert version_of((other,)).partition("-")[2] != version.partition("-")[2]
    assert len(version) == len("small-") + 12


@pytest.mark.parametrize("content", [b"PK\x03\x04 not really", b"plain words", b"\x93NUMPY\x01\x00"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    """A damaged file of weights stops the load with a sentence, not with wrong numbers."""
    broken = tmp_path / "broken.npz"
    broken.write_bytes(content)
    with pytest.raises(ValueError, match="not a file of weights"):
        load_model(broken)


def test_the_weights_are_small_and_carry_their_licences() -> None:
    """At most 2 MB are committed, with the credit that EmoBank's share-alike licence asks for beside them."""
    assert SMALL_FILE.stat().st_size <= 2_000_000
    card = SMALL_FILE.with_name("SMALL_CARD.md").read_text(encoding="utf-8")
    for credit in ("CC BY-SA 4.0", "EmoBank", "CC BY 4.0", "GoEmotions", "MIT", "Lemotif"):
        assert credit in card
