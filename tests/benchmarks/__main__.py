"""`python -m tests.benchmarks [NAME]`: JSON lines on standard output, a table on standard error.

A benchmark is a module of this package named in BENCHES whose `run()` yields results. The exit code is 1 if a target
is missed.
"""

from __future__ import annotations

import importlib
import os
import sys

from rich.console import Console

from tests.benchmarks.results import Result, as_table

#: Name -> module.
BENCHES = {
    "start": "start",
    "filing": "filing",
    "latency": "latency",
    "import": "import_",
    "calls": "calls",
    "turnaround": "turnaround",
    "waiting": "waiting",
    "pages": "pages",
    "desk": "desk",
    "lives": "lives",
    "signals": "signals",
    "repeats": "repeats",
    "service_days": "service_days",
    "indicators": "indicators",
}


def main(arguments: list[str]) -> int:
    """Run one benchmark or all; the exit code."""
    console = Console(stderr=True)
    if len(arguments) > 1 or any(name not in BENCHES for name in arguments):
        console.print(f"usage: python -m tests.benchmarks [{'|'.join(BENCHES)}]", markup=False)
        return 2
    results: list[Result] = []
    for name in arguments or BENCHES:
        console.print(f"{name} ... (load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
        for result in importlib.import_module(f"tests.benchmarks.{BENCHES[name]}").run():
            results.append(result)
            sys.stdout.write(result.as_json() + "\n")
            sys.stdout.flush()
    console.print(as_table(results))
    return 1 if any(result.holds is False for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
