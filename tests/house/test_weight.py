"""The API stays light: what only workers need is not even loaded with it."""

import subprocess
import sys

HEAVY = ("litellm", "onnxruntime", "numpy", "scipy", "statsmodels", "pandas", "krippendorff", "opentelemetry")
LOADED = f"""
import sys
import app.main
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_the_api_loads_nothing_heavy() -> None:
    """Neither models nor statistics, which cost seconds and hundreds of megabytes, nor what only traces need."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True, text=True)
    assert done.stdout.split() == []
