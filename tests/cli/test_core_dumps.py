"""No program writes its memory to a disk: neither one started by the command nor the server by itself."""

import signal
import subprocess
import sys

import pytest

from tests.cli.conftest import LONGEST_S

if sys.platform != "linux":
    pytest.skip("this test asks Linux' prctl and sees whether there was a core dump", allow_module_level=True)

SHOW = """
import ctypes, resource, os
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # 3: PR_GET_DUMPABLE
"""
PROGRAMS = {
    "from app.cli import main; main(['prompts'])": "(1, 1) 0",
    "from app.main import application; application()": "(1, 1) 0",
    "": ") 1",
}
"""What is run, and how the last line that it prints ends."""


@pytest.mark.parametrize("program", PROGRAMS, ids=["command", "server", "neither"])
def test_no_core_dump(program: str) -> None:
    """A command and the server have a limit that means none, and are not dumpable, as other programs are."""
    done = subprocess.run(
        [sys.executable, "-c", program + SHOW],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=True,
    )
    assert done.stdout.splitlines()[-1].endswith(PROGRAMS[program])


def test_what_is_started_leaves_none_either() -> None:
    """The limit goes on to programs that ours start, as the bundled servers are, which hold words for a moment too."""
    code = "import subprocess, sys; from app.memory import forbid_core_dumps; forbid_core_dumps(); "
    child = "import resource, os; assert resource.getrlimit(resource.RLIMIT_CORE) == (1, 1); os.abort()"
    code += f"sys.exit(-subprocess.run([sys.executable, '-c', {child!r}]).returncode)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=LONGEST_S, check=False)
    assert ended.returncode == signal.SIGABRT
