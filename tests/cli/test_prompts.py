"""`spectrum prompts`: what there is, what changed, publishing, and trying a revision before it is published."""

from collections.abc import Awaitable
from pathlib import Path

import pytest

from app.cli import prompts as command
from app.errors import ConfigurationError
from prompts import list_prompts, list_revisions
from prompts.catalog import ROOM
from tests.models.routes import models_file
from tests.models.saying import SPOILT, speaks
from tests.models.service import service_that


async def _said(running: Awaitable[int], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = await running
    return status, capsys.readouterr().out


async def test_every_published_revision_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with the day it was published on; what serves first is marked."""
    status, out = await _said(command.show_prompts(), capsys)
    assert status == 0
    for prompt in list_prompts():
        for revision in list_revisions(prompt.key):
            assert f"{revision.name}{' *' if revision.number == prompt.first else ''}" in out


async def test_what_changed_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Against the revision before, or another one; the first has none before it."""
    status, out = await _said(command.show_diff("weekly-card@2", None), capsys)
    assert (status, out.startswith("--- weekly-card@1\n+++ weekly-card@2\n")) == (0, True)
    assert "+- No guilt" in out
    status, same = await _said(command.show_diff("weekly-card@1", "weekly-card@1"), capsys)
    assert (status, same.strip()) == (0, "")
    with pytest.raises(ConfigurationError, match="is the first of its prompt"):
        await command.show_diff("weekly-card@1", None)
    for unknown in ("weekly-card@99", "weekly-card", "haiku@1", "weekly-card@two"):
        with pytest.raises(ConfigurationError, match="no such revision"):
            await command.show_diff(unknown, None)


async def test_publishing_again_publishes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The lock is as it was, and that is said."""
    before = (ROOM / "catalog.lock").read_bytes()
    status, out = await _said(command.lock_revisions(), capsys)
    assert (status, out) == (0, "Every revision is published already.\n")
    assert (ROOM / "catalog.lock").read_bytes() == before


@pytest.mark.parametrize("prompt", ["weekly-card", "monthly-narrative"])
async def test_a_revision_is_tried(prompt: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The composer words a few invented briefs with it, and says what checks and rubric say."""
    status, out = await _said(command.try_revision(f"{prompt}@3", 2), capsys)
    assert status == 0
    assert out.count("passes all checks") == 2


async def test_what_words_nothing_cannot_be_tried() -> None:
    """A prompt that only scores is refused in a sentence."""
    with pytest.raises(ConfigurationError, match="words no texts"):
        await command.try_revision("rubric-score@1", 1)


@pytest.mark.parametrize(
    ("how", "status", "said"), [("well", 0, "cost 315"), ("diagnoses", 1, "no-diagnosis (text 0:")]
)
async def test_a_model_is_tried(
    how: str, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is asked once for each text, what it costs is told, and a refused text says why and ends with 1."""
    async with service_that(speaks() if how == "well" else speaks(SPOILT[how])) as service:
        file = models_file(tmp_path / "models.toml", service.url)
        found, out = await _said(command.try_revision("monthly-narrative@3", 1, file, "small"), capsys)
    assert (found, len(service.requests)) == (status, 1)
    assert said in out.replace("\n", " ")
    with pytest.raises(ConfigurationError, match="asks a deployment huge: it knows small"):
        await command.try_revision("monthly-narrative@3", 1, file, "huge")
