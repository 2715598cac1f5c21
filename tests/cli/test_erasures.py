"""Receipts and restored databases from a shell: what is said, and with which status it ends."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.embedded import Servers
from app.pipeline import forget
from app.storage.forgetting import operations
from app.storage.forgetting.operations import ResetScope
from app.storage.sealed import Signer
from app.wiring import Spectrum, opened
from tests.cli.conftest import Command
from tests.client import session
from tests.conftest import settings_for
from tests.life import JUNE, at, owner_of, take, who, work_off


@pytest.fixture(scope="module")
async def spectrum(environment: dict[str, str], servers: Servers) -> AsyncIterator[Spectrum]:
    """Open the installation of the commands in this process."""
    state = Path(environment["SPECTRUM_STATE_DIR"])
    async with opened(settings_for(environment["SPECTRUM_DATABASE_URL"], servers, state)) as found:
        yield found


@pytest.fixture(scope="module")
async def receipt(spectrum: Spectrum, servers: Servers) -> dict[str, Any]:
    """Give a receipt that was counted again twice, as the app would save it."""
    async with owner_of(spectrum, servers) as owner:
        await take(spectrum, session("someone", JUNE))
        person = await at(owner, who(spectrum, "someone"))
        operation_id = await forget.request(spectrum.ports, person, ResetScope.EVERYTHING, uuid4())
        await work_off(spectrum, owner)
    async with spectrum.ports.store.for_person(person.id) as tx:
        operation = await operations.find(tx, person.id, operation_id)
    assert operation is not None
    assert operation.receipt is not None
    kept = operation.receipt
    checks = [{name: check[name] for name in ("statement", "signature")} for check in kept["checks"]]
    assert len(checks) == 2
    return {"statement": kept["statement"], "signature": kept["signature"], "keyId": kept["key_id"], "checks": checks}


def test_a_receipt_is_checked(spectrum_command: Command, receipt: dict[str, Any], tmp_path: Path) -> None:
    """A file and standard input alike, with the installation's own key or a saved set of keys."""
    (tmp_path / "receipt.json").write_text(json.dumps(receipt))
    done = spectrum_command("receipt", "verify", "receipt.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VALID: EVERYTHING completed ")
    assert done.stdout.count("counted again") == 2
    without_checks = {name: receipt[name] for name in ("statement", "signature", "keyId")}
    assert spectrum_command("receipt", "verify", "-", stdin=json.dumps(without_checks)).returncode == 0


def test_saved_keys_need_no_installation(
    spectrum: Spectrum, spectrum_command: Command, receipt: dict[str, Any], tmp_path: Path
) -> None:
    """With the published keys in a file nothing is opened; a set without the right one says so."""
    own = Signer(spectrum.ports.keyring.signing_seed).public_jwk
    foreign = Signer(bytes(32)).public_jwk
    nowhere = {"SPECTRUM_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    (tmp_path / "receipt.json").write_text(json.dumps(receipt))
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [foreign, own]}))
    done = spectrum_command("receipt", "verify", "receipt.json", "--keys", "keys.json", **nowhere)
    assert done.returncode == 0
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [foreign]}))
    done = spectrum_command("receipt", "verify", "receipt.json", "--keys", "keys.json", **nowhere)
    assert (done.returncode, done.stdout[:11]) == (3, "UNKNOWN_KEY")


@pytest.mark.parametrize("part", ["statement", "signature", "check"])
def test_a_changed_receipt_does_not_hold(spectrum_command: Command, receipt: dict[str, Any], part: str) -> None:
    """One changed mark in the statement, the signature or a later count is enough."""
    changed = json.loads(json.dumps(receipt))
    if part == "check":
        changed["checks"][1]["statement"] = changed["checks"][1]["statement"].replace('"remaining":0', '"remaining":1')
    elif part == "statement":
        changed["statement"] = changed["statement"].replace("EVERYTHING", "DERIVED")
    else:
        other = "A" if changed["signature"][5] == "_" else "_"
        changed["signature"] = changed["signature"][:5] + other + changed["signature"][6:]
    assert changed != receipt
    done = spectrum_command("receipt", "verify", "-", stdin=json.dumps(changed))
    assert (done.returncode, done.stdout[:8]) == (1, "INVALID:")


def test_another_receipts_count_does_not_stand_in(
    spectrum: Spectrum, spectrum_command: Command, receipt: dict[str, Any]
) -> None:
    """What was signed here for something else is no part of this receipt, and a line of the journal is no receipt."""
    signer = Signer(spectrum.ports.keyring.signing_seed)
    foreign = signer.sign({"type": "recount", "operation": str(uuid4()), "at": "2026-01-01T00:00:00Z", "remaining": 0})
    mixed = {**receipt, "checks": [*receipt["checks"], foreign]}
    own = {"keyId": receipt["keyId"]}
    alone = {**receipt["checks"][0], **own}
    line = json.loads(spectrum.ports.journal.path.read_text().splitlines()[0]) | own
    for told in (mixed, alone, line, {**signer.sign({"a": 1}), **own}):
        done = spectrum_command("receipt", "verify", "-", stdin=json.dumps(told))
        assert (done.returncode, done.stdout[:8]) == (1, "INVALID:"), told


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"statement": 1, "signature": "x", "keyId": "y"}', "nonsense"])
def test_what_is_no_receipt_is_a_sentence(spectrum_command: Command, content: str) -> None:
    """Anything else is one line on standard error and status 2."""
    done = spectrum_command("receipt", "verify", "-", stdin=content)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("spectrum: ")
    assert done.stderr.count("\n") == 1


def test_the_guard_says_what_it_did(
    spectrum: Spectrum, spectrum_command: Command, receipt: dict[str, Any], tmp_path: Path
) -> None:
    """It reads this machine's journal and those it is given; a line that is not signed makes it end with 1."""
    assert receipt
    done = spectrum_command("restore-guard")
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        done.stderr == "1 erasures were remembered; erased again here: 0 resets, 0 sessions, 0 texts past their time.\n"
    )
    (line,) = spectrum.ports.journal.path.read_text().splitlines()
    (tmp_path / "other.jsonl").write_text(line.replace("EVERYTHING", "DERIVED") + "\nnonsense\n" + line + "\n")
    done = spectrum_command("restore-guard", "other.jsonl")
    assert done.returncode == 1
    assert "2 lines were not signed by this installation" in done.stderr
    nowhere = spectrum_command("restore-guard", SPECTRUM_TOMBSTONES_DIR=str(tmp_path / "empty"))
    assert nowhere.returncode == 1
    assert "There is no journal on this machine" in nowhere.stderr
    done = spectrum_command("restore-guard", "missing.jsonl")
    assert done.returncode == 2
    assert done.stderr.startswith("spectrum: missing.jsonl cannot be read")
