"""The search finds what it must: otherwise its silence would say nothing."""

import base64
import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from urllib.parse import quote

import pytest

from tests.leakage.canaries import FORMS, HEAD, TAIL, canary, found_in, in_raw, middle, patterns
from tests.leakage.places import temporary_files

WORDS = [canary(number) for number in (0, 7, 999)]
AROUND = b'{"a": "Ganz gew\xc3\xb6hnliche Worte %s, und mehr davon.", "b": [1, 2, 3]}'


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_found_wherever_it_stands(form: str) -> None:
    """A canary in each form, alone or among other text, is found whole; so is each half of it."""
    for word in WORDS:
        for part in (word, word[: len(HEAD) + 2], word[-len(TAIL) - 2 :]):
            assert found_in(FORMS[form](part).encode()), (form, part)
            assert found_in(AROUND % FORMS[form](part).encode()), (form, part)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_found_through_what_a_program_does_to_it(form: str) -> None:
    """Also as JSON, percent-encoded, base64, hexadecimal or UTF-16, as a log or a table may keep it."""
    for word in WORDS:
        written = FORMS[form](word)
        for kept in (
            json.dumps({"text": written}).encode(),
            quote(written).encode(),
            repr(written).encode(),
            written.encode("utf-16-le"),
        ):
            assert found_in(kept), (form, kept)
    if form in ("plain", "upper case", "reversed", "rot13"):
        for before in (b"", b"a", b"ab"):
            whole = before + FORMS[form](WORDS[0]).encode() + b" and more"
            assert in_raw(base64.b64encode(whole))
            assert in_raw(base64.urlsafe_b64encode(whole))
            assert in_raw(whole.hex().encode())


def test_a_middle_alone_is_found() -> None:
    """What is left of a canary that was cut at both ends is known for one."""
    assert found_in(b"..." + middle(999).upper().encode() + b"...", [middle(999)]) == {middle(999)}


def test_other_words_are_none() -> None:
    """Ordinary text, ids and numbers are no canary, and no two canaries are alike."""
    assert found_in(AROUND + json.dumps({"id": "0198d0b4-5c1e-7b3a-9f00-aa12bc34de56"}).encode(), [middle(5)]) == set()
    assert len({canary(number) for number in range(5_000)}) == 5_000


def test_no_pattern_is_found_by_chance() -> None:
    """Every pattern is long: four letters of base64 stand in some id or other."""
    assert min(map(len, patterns(HEAD) | patterns(TAIL))) >= 8


def test_a_temporary_file_is_found_with_a_name_or_without(tmp_path: Path) -> None:
    """What a program writes for a moment is read while it lives, also where it has no name; a closed one is gone."""
    with NamedTemporaryFile(dir=tmp_path) as named, TemporaryFile(dir=tmp_path.parent) as nameless:
        for number, file in enumerate((named, nameless)):
            file.write(canary(number).encode())
            file.flush()
        content = b"\n".join(temporary_files(tmp_path, [os.getpid()]))
        assert found_in(content, [middle(0), middle(1)]) >= {middle(0), middle(1)}
    assert not found_in(b"\n".join(temporary_files(tmp_path, [os.getpid()])))
