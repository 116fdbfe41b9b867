"""The browser of the journeys: `python -m tests.chromium` installs it where it can, and names what is missing.

Under CI a missing browser is a failure; elsewhere the browser tests are skipped with the reason.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "no Chromium was found: install one (Debian: apt-get install chromium; macOS: brew install --cask chromium) "
    "or name it in CHROMIUM"
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--js-flags=--min-semi-space-size=64",  # MB: axe throws away what it makes so fast that tidying up takes long
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


class Running:
    """Chromium under Playwright, started when it is first lent and again after it has died."""

    def __init__(self, playwright: Playwright, path: str) -> None:
        self._playwright, self._path = playwright, path
        self._loop = asyncio.get_running_loop()  # Playwright's, which it keeps in this thread
        self._chrome: Browser | None = None
        asyncio._set_running_loop(None)

    @contextmanager
    def lent(self) -> Iterator[Browser]:
        """The browser, in which nothing is left open afterwards; the loop counts as running until then."""
        asyncio._set_running_loop(self._loop)
        try:
            if self._chrome is None or not self._chrome.is_connected():
                flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
                self._chrome = self._playwright.chromium.launch(executable_path=self._path, args=flags)
            yield self._chrome
            for left in self._chrome.contexts:
                left.close()
        finally:
            asyncio._set_running_loop(None)

    def close(self) -> None:
        """End it."""
        asyncio._set_running_loop(self._loop)
        if self._chrome is not None:
            self._chrome.close()


@contextmanager
def running(path: str) -> Iterator[Running]:
    """The Chromium at `path`, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = Running(playwright, path)
        try:
            yield browser
        finally:
            browser.close()


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
