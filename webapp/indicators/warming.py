"""Loading what scores figures before the first one is asked for: the compiled functions, and what they stand on.

`python -m webapp.indicators.warming` compiles them all on a machine that never did, and keeps them for every process.
"""

from __future__ import annotations

import os
from datetime import date

from webapp.indicators.formula import Fact, fit_reference, score_officer
from webapp.indicators.presets import load_preset


def warm_up() -> None:
    """Score an officer whom nobody stores, by the same way as any. Takes about a second, seconds where the kernel must
    be compiled first; asked again it takes a millisecond.
    """
    preset = load_preset()
    component = next(iter(preset.weights))
    fact = Fact("rating:1", component, 1.0, 1.0, True, None, None, (1, "counter"), officer="1", period="2026-Q4")
    score_officer([fact], fit_reference([], "prior", dict(preset.priors)), preset)


def compile_all() -> None:
    """Score an officer, and fit a reference to a few facts, so that all machine code is on disk."""
    warm_up()
    component = next(iter(load_preset().weights))
    fit_reference(
        [
            Fact(
                f"rating:{number}",
                component,
                number % 4 / 3,
                1.0,
                True,
                date(2026, 10, 1 + number % 28),
                str(number),
                (number % 3, "counter"),
                officer=str(number % 5),
                unit=number % 2,
            )
            for number in range(120)
        ],
        "warm",
        dict(load_preset().priors),
    )


if __name__ == "__main__":
    os.nice(10)  # it takes what the programs leave that somebody waits for
    compile_all()
