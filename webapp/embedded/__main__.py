"""Run the city in the foreground (`run`), list its processes (`status`), or print its settings for a shell (`env`)."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

from webapp.embedded import processes
from webapp.embedded.folder import CityFolder
from webapp.embedded.supervisor import Supervisor

_ROOT = Path(__file__).resolve().parent.parent.parent


def main(argv: list[str] | None = None) -> int:
    """Do what the command line asks for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m webapp.embedded", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "status", "env"), default="run")
    parser.add_argument("--var", type=Path, default=_ROOT / "var", help="folder of data, secrets and logs")
    wanted = parser.parse_args(argv)
    if wanted.command == "status":
        return status(CityFolder(wanted.var))
    if wanted.command == "env":
        return env(CityFolder(wanted.var))
    return Supervisor(_ROOT, wanted.var, os.environ).run()


def status(folder: CityFolder) -> int:
    """Print as JSON whether the city runs, and each process with its number; exit code 0 if it runs."""
    running = folder.running() if folder.held_by_other() else None
    if running is None:
        print(json.dumps({"running": False}))  # noqa: T201
        return 1
    for entry in running.get("children", {}).values():
        entry["alive"] = processes.birth(int(entry["pid"])) == entry["born"]
    running.pop("settings", None)  # they hold passwords; `env` is asked for them on purpose
    print(json.dumps({"running": True} | running, indent=2))  # noqa: T201
    return 0


def env(folder: CityFolder) -> int:
    """Print the running city's settings as a shell reads them, for commands of the product; exit code 0 if it runs.

    `eval "$(.venv/bin/python -m webapp.embedded env)"` lets the next `flask --app wsgi ...` work on the city.
    """
    running = folder.running() if folder.held_by_other() else None
    if running is None:
        print("no city is running here: start it with make run", file=sys.stderr)  # noqa: T201
        return 1
    for name, value in running["settings"].items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
