"""How well a router does on cases whose unit is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from webapp.attribution.routing.calibration import calibration_error
from webapp.attribution.routing.cases import DecidedCase, Routed, RoutingFigures
from webapp.attribution.routing.router import Router


def measure(router: Router, cases: Sequence[DecidedCase]) -> RoutingFigures:
    """Figures of a router on decided cases that it has not learned from. No cases: all zero."""
    return figures_of(router.route([case.said for case in cases]), cases)


def figures_of(routed: Sequence[Routed], cases: Sequence[DecidedCase]) -> RoutingFigures:
    """Figures of what a router answered to decided cases, in their order."""
    if not cases:
        return RoutingFigures(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    first = [one.candidates[0].unit if one.candidates else "" for one in routed]
    truth = [case.unit for case in cases]
    hits = [guess == unit for guess, unit in zip(first, truth, strict=True)]
    sure_hits = [hit for hit, one in zip(hits, routed, strict=True) if one.sure]
    in_three = sum(
        unit in {candidate.unit for candidate in one.candidates[:3]} for unit, one in zip(truth, routed, strict=True)
    )
    return RoutingFigures(
        n=len(cases),
        top1=sum(hits) / len(cases),
        top3=in_three / len(cases),
        macro_f1=_macro_f1(truth, first),
        abstained=1 - len(sure_hits) / len(cases),
        top1_when_sure=sum(sure_hits) / len(sure_hits) if sure_hits else 0.0,
        ece=calibration_error([one.candidates[0].probability if one.candidates else 0.0 for one in routed], hits),
    )


def right_on_surest(routed: Sequence[Routed], cases: Sequence[DecidedCase], part: float) -> float:
    """How often the likeliest unit is right on that part of the cases where its share is largest; 0 without cases."""
    answers = [
        (one.candidates[0].probability, one.candidates[0].unit == case.unit)
        for one, case in zip(routed, cases, strict=True)
        if one.candidates
    ]
    surest = sorted(answers, key=lambda answer: -answer[0])[: int(len(cases) * part)]
    return sum(right for _, right in surest) / len(surest) if surest else 0.0


def _macro_f1(truth: Sequence[str], guessed: Sequence[str]) -> float:
    """Mean over the units that occur or were said of 2 hits / (said + occurring)."""
    hits = Counter(unit for unit, guess in zip(truth, guessed, strict=True) if unit == guess)
    total = Counter(truth) + Counter(guessed)
    return sum(2 * hits[unit] / count for unit, count in total.items()) / len(total)
