"""Loading what scores figures before the first one is asked for: the compiled functions, and what they stand on."""

from __future__ import annotations

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
