"""Prompt revisions: published once, never changed, and whole."""

import hashlib
import json
import shutil
import string
from datetime import date
from pathlib import Path

import pytest

from prompts import ChangedRevision, UnknownRevision, list_prompts, list_revisions, load_revision
from prompts.catalog import LOCK, ROOM, published
from prompts.lock import lock_new_revisions
from prompts.revisions import revision_path

TODAY = date(2026, 11, 26)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A copy of the prompts that a test may change."""
    copy = tmp_path / "prompts"
    shutil.copytree(ROOM, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_everything_here_is_published_and_unchanged() -> None:
    """Each file's fingerprint is the published one: what runs is what was reviewed."""
    for prompt in list_prompts():
        revisions = list_revisions(prompt.key)
        assert [revision.number for revision in revisions] == list(range(1, len(revisions) + 1))
        assert prompt.first in [revision.number for revision in revisions]
        for revision in revisions:
            content = revision_path(prompt.key, revision.number).read_bytes()
            assert revision.hash == hashlib.sha256(content).hexdigest() == published()[revision.name].hash


def test_a_revision_is_whole() -> None:
    """Name, feature, instructions, schema and parameters are there, and the schema is JSON."""
    revision = load_revision("weekly-card", 1)
    assert (revision.name, revision.feature) == ("weekly-card@1", "WEEKLY_INSIGHTS")
    assert load_revision("monthly-narrative").feature == "MONTHLY_NARRATIVE"
    assert json.loads(revision.output_schema)["required"] == ["headline", "body"]
    assert revision.parameters["max_output_tokens"] > 0
    assert "JSON" in revision.body


def test_phrases_can_be_filled() -> None:
    """Every phrase has at least one variant, and its placeholders are plain names."""
    for prompt in list_prompts():
        for key, variants in load_revision(prompt.key).phrases.items():
            assert variants, key
            for variant in variants:
                fields = [name for _, name, _, _ in string.Formatter().parse(variant) if name is not None]
                assert all(name.isidentifier() for name in fields), key


def test_a_changed_revision_is_refused(room: Path) -> None:
    """A published file that was touched fails with a sentence that says to add a new version."""
    path = revision_path("weekly-card", 1, room)
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    following = len(list_revisions("weekly-card")) + 1
    with pytest.raises(ChangedRevision, match=rf"add weekly-card/v{following}\.md instead"):
        load_revision("weekly-card", 1, room=room)
    with pytest.raises(ChangedRevision, match="weekly-card@1"):
        lock_new_revisions(room, day=TODAY)


def test_publishing_adds_new_revisions_alone(room: Path) -> None:
    """A new file is unknown until it is locked; locking adds its line, keeps the others, and is idempotent."""
    before = dict(published(room))
    following = len(list_revisions("weekly-card")) + 1
    shutil.copy(revision_path("weekly-card", 1, room), revision_path("weekly-card", following, room))
    with pytest.raises(UnknownRevision, match=r"spectrum prompts lock"):
        load_revision("weekly-card", following, room=room)
    assert lock_new_revisions(room, day=TODAY) == (f"weekly-card@{following}",)
    assert lock_new_revisions(room, day=TODAY) == ()
    assert {name: published(room)[name] for name in before} == before
    load_revision.cache_clear()
    assert load_revision("weekly-card", room=room).number == following


def test_a_removed_revision_is_noticed(room: Path) -> None:
    """History is immutable: a published file may not disappear."""
    revision_path("monthly-narrative", 1, room).unlink()
    with pytest.raises(ChangedRevision, match="monthly-narrative@1"):
        lock_new_revisions(room, day=TODAY)


def test_unknown_prompts_are_told_apart() -> None:
    """A prompt or number that is not there is a lookup error, not an empty text."""
    with pytest.raises(UnknownRevision):
        load_revision("weekly-poem")
    with pytest.raises(UnknownRevision):
        load_revision("weekly-card", 999)


def test_the_lock_names_nothing_else() -> None:
    """Every line of the lock belongs to a prompt of the catalogue."""
    keys = {prompt.key for prompt in list_prompts()}
    assert (ROOM / LOCK).exists()
    assert {name.partition("@")[0] for name in published()} == keys
