"""Measures attribution on files, an agency's own or any other: `python -m webapp.attribution.evaluate WHAT ...`.

WHAT is `routing` (text to unit), `duplicates` (repeats of a complaint) or `officers` (simulated visits with known
truth). The last line of the output is a JSON object with the figures; what goes before it is for people. Texts of
complaints are never printed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence

SUBJECTS = {
    "routing": "text to unit, learned from decided complaints or from the catalogue alone",
    "duplicates": "likely repeats among complaints, against pairs that somebody judged",
    "officers": "who served, simulated with partial, wrong and late evidence and known truth",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one measurement. Exit code 2 and a sentence on stderr where the input cannot be used."""
    # More threads on a shared machine make linear algebra slower, not faster; must be set before numpy comes in.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    parser = argparse.ArgumentParser(prog="python -m webapp.attribution.evaluate", description=__doc__)
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="WHAT")
    wanted = list(sys.argv[1:] if arguments is None else arguments)
    for name, about in SUBJECTS.items():
        subject = subjects.add_parser(name, help=about, description=about)
        # Only the one that is asked for is imported: the others may need more than this one.
        if name in wanted[:1]:
            importlib.import_module(f"webapp.attribution.evaluation.{name}").add_arguments(subject)
    chosen = parser.parse_args(wanted)
    module = importlib.import_module(f"webapp.attribution.evaluation.{chosen.subject}")
    try:
        figures = module.run(chosen)
    except (OSError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(json.dumps(figures, ensure_ascii=False))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
