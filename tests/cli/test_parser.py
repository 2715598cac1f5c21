"""One parser over a module per command: help for each, and nobody waits for the imports of another."""

import gc
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import app.cli
from app.cli import COMMANDS, module_of, parse
from app.memory import loading

NO_COMMANDS = {"__init__", "stopping"}


def test_every_module_is_a_command() -> None:
    """What `spectrum --help` lists is what is there."""
    modules = {path.stem for path in Path(app.cli.__file__).parent.glob("*.py")} - NO_COMMANDS
    assert {f"app.cli.{name}" for name in modules} == {*map(module_of, COMMANDS)}


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Asked for help before any command, the parser names all of them with what they are for."""
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert [name for name, meaning in COMMANDS.items() if f"{name} {meaning}" not in said] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command has its own help."""
    with pytest.raises(SystemExit) as ended:
        parse([name, "--help"])
    assert ended.value.code == 0
    assert f"spectrum {name}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["token"], ["migrate", "x"]])
def test_what_cannot_be_run_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command, with an unknown one, and with options that do not fit: status 2 and the usage."""
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert "usage: spectrum" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "needed"), [(["token", "--person", "ada"], "False"), (["schema"], "True")])
def test_only_what_is_asked_for_is_imported(arguments: list[str], needed: str) -> None:
    """A command that asks nothing of GraphQL does not wait for its schema."""
    code = f"import sys; from app.cli import parse; parse({arguments!r}); print('strawberry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{needed}\n"


_WATCHED = """
import gc, sys, types
from app import cli
seen = []
def add(parser):
    seen.append(gc.isenabled())
    async def run(_):
        seen.append(gc.isenabled())
        return 0
    parser.set_defaults(run=run)
module = types.ModuleType("app.cli.migrate")
module.add = add
sys.modules["app.cli.migrate"] = module
cli.main(["migrate"])
print(seen)
"""


def test_garbage_is_looked_for_once_all_is_loaded() -> None:
    """Not while a command's module is imported, for all of it stays; again when the command runs."""
    done = subprocess.run([sys.executable, "-c", _WATCHED], capture_output=True, text=True, check=True)
    assert done.stdout == "[False, True]\n"


def test_loading_that_fails_leaves_no_garbage_behind() -> None:
    """What was looked for before is looked for again, whatever became of the imports."""
    with suppress(SystemExit), loading():
        assert not gc.isenabled()
        parse(["no-such-command"])
    assert gc.isenabled()
