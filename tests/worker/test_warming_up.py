"""The worker's start is not slowed by what scores figures, and neither is its first job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_ASK = """
import sys
import worker.__main__ as face
print("numba" in sys.modules)
face.warm_up_beside().join(120)
from webapp.indicators.kernel.officers import read_officer
print(len(read_officer.signatures))
face.warm_up()
print(len(read_officer.signatures))
"""


def test_the_kernel_is_loaded_beside_and_not_at_import() -> None:
    done = subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "1", "1"]
    assert done.stderr == ""
