"""Commands of `spectrum`, one after the other in one process: `python -m tests.leakage.shell [[["keys"], 0], …]`.

Ends with status 1 at the first that does not end as it is said beside it.
"""

import json
import sys

from app.cli import main


def _run(commands: list[tuple[list[str], int]]) -> int:
    for arguments, expected in commands:
        status = main(arguments)
        if status != expected:
            sys.stderr.write(f"{arguments[0]} ended with {status}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(_run(json.loads(sys.argv[1])))
