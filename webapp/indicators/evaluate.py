"""The yardstick of the indicator: `python -m webapp.indicators.evaluate NAME`, each with --help. Prints JSON.

`score`: officers from a Parquet file of facts. `simulate`: a city whose truth is known. `attack`: what attacks move.
`insteval`: unseen raters of a public data set. `speed`: seconds and memory. `laws`: random cases against law 1.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

_ROOM: Final = "webapp.indicators.evaluation"
COMMANDS: Final = {
    "score": "score",
    "simulate": "simulated",
    "attack": "attack",
    "insteval": "insteval",
    "speed": "speed",
    "laws": "laws",
    "composite": "composite",
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 1 and a sentence on stderr where its input can't be used."""
    # threads of BLAS on a shared machine were up to 40 times slower than one; they are read when numpy is imported
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    words = sys.argv[1:] if words is None else list(words)
    parser = argparse.ArgumentParser(prog="python -m webapp.indicators.evaluate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="NAME")
    # what a command needs is imported only where it is the one asked for
    for name, module in COMMANDS.items():
        own = commands.add_parser(name)
        if name in words[:1]:
            import_module(f"{_ROOM}.{module}").add_arguments(own)
    arguments = parser.parse_args(words)
    try:
        result = import_module(f"{_ROOM}.{COMMANDS[arguments.command]}").run(arguments)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{arguments.command}: {error}\n")
        return 1
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
