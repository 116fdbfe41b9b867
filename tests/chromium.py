"""The browser of the journeys: `python -m tests.chromium` installs it where it can, and names what is missing.

Under CI a missing browser is a failure; elsewhere the browser tests are skipped with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "no Chromium was found: install one (Debian: apt-get install chromium; macOS: brew install --cask chromium) "
    "or name it in CHROMIUM"
)


def find() -> str | None:
    """Path of a Chromium or Chrome on this machine, or None."""
    named = os.environ.get("CHROMIUM", "").strip()
    return shutil.which(named) if named else next((path for name in NAMES if (path := shutil.which(name))), None)


def under_ci() -> bool:
    """Whether a missing part has to fail the run."""
    return os.environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


def install() -> None:
    """Install Chromium with apt-get, where there is one and we are root."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("installing Chromium for the browser tests ...", file=sys.stderr)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *command], env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed: {(done.stderr.strip().splitlines() or ['?'])[-1]}", file=sys.stderr)
            return


def main() -> int:
    """Exit code 1 if there is no browser and there has to be one."""
    if find() is None:
        install()
    if find() is not None:
        return 0
    print(f"{HOW}. " + ("" if under_ci() else "The browser tests will be skipped."), file=sys.stderr)
    return 1 if under_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
