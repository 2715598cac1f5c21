"""Commands that read, write and print: what goes to which output, and with which status they end."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from graphql_schema.printing import sdl
from graphql_schema.schema import build_schema
from prompts import list_prompts
from tests.cli.conftest import LONGEST_S, Command
from tests.client import HEAVY, LIGHT, session
from tests.conftest import AUTH_SECRET

STARTED_S = 4.0
"""Long enough that a command waits for its input; nothing is asserted about time."""
START = datetime(2026, 7, 1, 9, tzinfo=UTC)
SECRET = "Nobody must ever read this sentence."


def _lines(*sessions: Any) -> str:
    return "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in sessions)


def test_token_prints_the_token_alone(spectrum_command: Command) -> None:
    """A script can take the output as it is: one token with the subject, the roles and the time asked for."""
    done = spectrum_command("token", "--person", "ada", "--role", "SERVICE", "--role", "OPERATOR", "--ttl", "60")
    assert (done.returncode, done.stderr) == (0, "")
    claims = jwt.decode(done.stdout.removesuffix("\n"), AUTH_SECRET, algorithms=["HS256"], audience="kalei-spectrum")
    assert (claims["sub"], set(claims["roles"]), claims["exp"] - claims["iat"]) == ("ada", {"SERVICE", "OPERATOR"}, 60)
    plain = spectrum_command("token", "--person", "ada")
    assert jwt.decode(plain.stdout.strip(), options={"verify_signature": False})["roles"] == ["USER"]


def test_a_token_that_would_not_hold_is_not_made(spectrum_command: Command) -> None:
    """A subject and a lifetime out of bounds are one line, and nothing on standard output."""
    done = spectrum_command("token", "--person", "", "--ttl", "90000")
    _is_a_sentence(done)
    assert "A subject has 1 to 200 characters" in done.stderr
    assert "A token lives 1 to 86400 seconds" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [("ingest", "-"), ("analyse",)])
def test_a_command_that_waits_for_input_can_be_stopped(
    environment: dict[str, str], tmp_path: Path, command: tuple[str, ...], name: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM end a filter whose input does not come, although nobody closes it; what came was taken."""
    line = json.dumps({"id": "1", "text": LIGHT} if command == ("analyse",) else session("waits", START, LIGHT))
    with subprocess.Popen(
        [sys.executable, "-m", "app", *command],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(STARTED_S)
            process.send_signal(name)
            assert process.wait(LONGEST_S) != 0
        finally:
            process.kill()


def test_an_address_that_is_none_is_refused_at_the_start(spectrum_command: Command) -> None:
    """A Redis address without a scheme is one sentence that names the setting, and nothing is taken."""
    done = spectrum_command("ingest", "-", stdin=_lines(session("nobody", START)), SPECTRUM_REDIS_URL="localhost:6379")
    _is_a_sentence(done)
    assert "SPECTRUM_REDIS_URL" in done.stderr


def test_a_password_that_hides_in_an_address_is_never_shown(spectrum_command: Command) -> None:
    """A database address that cannot be taken apart is one sentence that names the setting, and shows none of it."""
    done = spectrum_command("jobs", SPECTRUM_DATABASE_URL="postgresql://ada:hush/hush@db.test:5432/spectrum")
    _is_a_sentence(done)
    assert "SPECTRUM_DATABASE_URL" in done.stderr
    assert "hush" not in done.stderr


def test_bad_lines_are_named_and_the_good_ones_taken(spectrum_command: Command, tmp_path: Path) -> None:
    """Each bad line is told by number and field on one line, none of its words is; good lines go on; status 1."""
    good = [session("ada", START + timedelta(days=day), LIGHT) for day in range(3)]
    turn = {**session("ada", START, SECRET)["turns"][0]}
    bad: list[Any] = [
        "{" + SECRET,
        json.dumps(SECRET),
        json.dumps({"text": SECRET}),
        {**session("ada", START, SECRET), "sessionKey": SECRET},
        {**session("ada", START, SECRET), "startedAt": SECRET},
        {**session("ada", START, SECRET), "timeZone": "Mars/Olympus"},
        {**session("ada", START), "turns": [{**turn, "text": "x" * 8_001}]},
        {**session("ada", START), "turns": [{**turn, "kind": SECRET}]},
        {**session("ada", START, SECRET), "turns": [{**turn, "text": [SECRET]}]},
        {**session("ada", START, SECRET), "source": "DIARY"},
        '{"subjectKey": "\ud800"}'.encode("unicode_escape").decode(),
    ]
    file = tmp_path / "sessions.jsonl"
    file.write_text(_lines(good[0], *bad, good[1], "", good[2]))
    done = spectrum_command("ingest", str(file))
    assert done.returncode == 1
    assert done.stdout == ""
    told = done.stderr.splitlines()
    for number in range(2, 2 + len(bad)):
        assert any(line.startswith(f"line {number}:") for line in told), number
    for expected in (
        "line 5: sessionKey: sessionKey must be a UUID",
        "line 6: startedAt: startedAt must be an RFC 3339 instant such as 2026-07-01T09:30:00Z",
        "line 7: timeZone: timeZone is not a known IANA time zone name",
        "line 8: turns.0.text: text must have at most 8,000 characters",
        "line 11: source: source must be one of MIRROR, TURN, LENS",
    ):
        assert expected in told
    assert told[-1] == f"3 sessions taken, 0 duplicates, {len(bad)} refused"
    assert "must ever" not in done.stderr
    assert "Nobody" not in done.stderr


def test_duplicates_and_unknown_keys_are_no_failure(spectrum_command: Command) -> None:
    """From standard input: keys we do not know are named in one warning, known sessions are counted, status 0."""
    given = [session("ben", START + timedelta(days=day), HEAVY, mood=5, note=SECRET) for day in range(2)]
    given[0]["turns"][0]["loudness"] = 3
    first = spectrum_command("ingest", "-", stdin=_lines(*given))
    assert first.returncode == 0, first.stderr
    (warning, tally) = first.stderr.splitlines()
    assert warning == "Ignored and not kept: mood, note, turns.loudness"
    assert tally == "2 sessions taken, 0 duplicates, 0 refused"
    again = spectrum_command("ingest", "-", stdin=_lines(*given))
    assert again.returncode == 0
    assert again.stderr.splitlines()[-1] == "0 sessions taken, 2 duplicates, 0 refused"
    changed = spectrum_command("ingest", "-", stdin=_lines({**given[0], "source": "TURN"}))
    assert changed.returncode == 1
    assert changed.stderr.startswith("line 1: sessionKey: a session with this sessionKey was already taken")


def test_a_file_that_is_not_there_is_a_sentence(spectrum_command: Command, tmp_path: Path) -> None:
    """A missing file or a folder ends with status 2 and one sentence."""
    for name in (str(tmp_path / "nothing.jsonl"), str(tmp_path)):
        done = spectrum_command("ingest", name)
        _is_a_sentence(done)
        assert done.stderr.startswith(f"spectrum: {name} cannot be read")


def test_drain_leaves_nothing_and_jobs_shows_it(spectrum_command: Command) -> None:
    """After a drain no job waits; the ledger shows each kind with its counts."""
    days = [START + timedelta(days=day) for day in range(0, 14, 2)]
    assert spectrum_command("ingest", "-", stdin=_lines(*(session("cleo", day, HEAVY) for day in days))).returncode == 0
    before = spectrum_command("jobs")
    assert (before.returncode, before.stderr) == (0, "")
    assert "SESSION_ANALYSIS" in before.stdout
    assert "queued" in before.stdout
    done = spectrum_command("drain")
    assert done.returncode == 0, done.stderr
    assert "0 dead letters" in done.stderr
    after = spectrum_command("jobs")
    assert "queued" not in after.stdout
    assert "succeeded" in after.stdout
    assert "WEEKLY_AGGREGATION" in after.stdout
    assert "dead:" not in after.stdout


@pytest.mark.parametrize("arguments", [["analyse"], ["worker", "--queue", "seconds"]], ids=["analyse", "worker"])
def test_an_engine_that_cannot_be_loaded_is_a_sentence(
    environment: dict[str, str], tmp_path: Path, arguments: list[str]
) -> None:
    """Without its package nothing is read, instead of something else: one sentence, status 2, and no job is claimed."""
    code = f"import sys; sys.modules['onnxruntime'] = None; from app.cli import main; sys.exit(main({arguments!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        input='{"id": 1, "text": "x"}\n',
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "onnxruntime" in done.stderr
    assert "SPECTRUM_ANALYSER=small" in done.stderr


def test_analyse_is_a_filter(spectrum_command: Command) -> None:
    """A line in is a line out with the same id; a line that is none is answered too; nothing is kept or repeated."""
    given = [{"id": "a", "text": LIGHT}, {"id": "b", "text": HEAVY}]
    done = spectrum_command("analyse", stdin=_lines(*given))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert answers[0]["valence"] > answers[1]["valence"]
    assert "river" not in done.stdout


def test_schema_prints_what_is_committed(spectrum_command: Command) -> None:
    """Both schemas go to standard output, whole, and need no database."""
    for arguments, team in ((("schema",), False), (("schema", "--ops"), True)):
        done = spectrum_command(*arguments, SPECTRUM_DATABASE_URL="postgresql://nobody@localhost:1/nothing")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == sdl(build_schema(team=team))


def test_prompts_lists_every_published_revision(spectrum_command: Command) -> None:
    """Each prompt is there with a revision."""
    done = spectrum_command("prompts")
    assert (done.returncode, done.stderr) == (0, "")
    for prompt in list_prompts():
        assert f"{prompt.key}@" in done.stdout


def test_without_its_secrets_production_says_which(spectrum_command: Command) -> None:
    """A missing secret is a sentence with its name, status 2, and no traceback."""
    done = spectrum_command("jobs", SPECTRUM_ENV="production", SPECTRUM_MASTER_KEY="", SPECTRUM_AUTH_SECRET="")
    _is_a_sentence(done)
    assert "SPECTRUM_MASTER_KEY" in done.stderr
    assert "SPECTRUM_AUTH_SECRET" in done.stderr
    short = spectrum_command("token", "--person", "ada", SPECTRUM_AUTH_SECRET="short")
    _is_a_sentence(short)
    assert "SPECTRUM_AUTH_SECRET" in short.stderr
    wrong = spectrum_command("jobs", SPECTRUM_PORT="eighty")
    _is_a_sentence(wrong)
    assert "SPECTRUM_PORT" in wrong.stderr
    away = spectrum_command("jobs", SPECTRUM_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    _is_a_sentence(away)


def _is_a_sentence(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("spectrum: ")
    assert "Traceback" not in done.stderr
