"""The figures of a router, counted by hand on a few answers."""

from __future__ import annotations

import pytest

from webapp.attribution.routing import Candidate, DecidedCase, Routed, Said
from webapp.attribution.routing.calibration import calibration_error
from webapp.attribution.routing.measuring import figures_of, right_on_surest


def answer(sure: bool, *candidates: tuple[str, float]) -> Routed:
    shown = tuple(Candidate(unit, share, ()) for unit, share in candidates)
    return Routed(shown, 1 - sum(share for _, share in candidates), sure)


ANSWERS = [
    answer(True, ("a", 0.9), ("b", 0.1)),
    answer(True, ("a", 0.8), ("b", 0.15)),
    answer(False, ("b", 0.4), ("c", 0.3), ("d", 0.2), ("a", 0.1)),
    answer(False),
]
CASES = [DecidedCase(Said(""), unit) for unit in ("a", "b", "a", "a")]


def test_figures_are_counted() -> None:
    figures = figures_of(ANSWERS, CASES)
    assert figures.n == 4
    assert figures.top1 == 0.25
    # The third has its unit in the fourth place, the last has no candidate.
    assert figures.top3 == 0.5
    assert figures.abstained == 0.5
    assert figures.top1_when_sure == 0.5
    # a: 2 x 1 / (3 + 2), b: 0, nothing said: 0.
    assert figures.macro_f1 == pytest.approx(0.4 / 3)
    assert figures.ece == pytest.approx((0.1 + 0.8 + 0.4 + 0.0) / 4)
    assert right_on_surest(ANSWERS, CASES, 0.5) == 0.5
    assert right_on_surest(ANSWERS, CASES, 0.25) == 1.0


def test_no_cases_no_figures() -> None:
    assert figures_of([], []).n == 0
    assert calibration_error([], []) == 0.0
    assert right_on_surest([], [], 0.7) == 0.0


def test_what_is_right_as_often_as_it_says_has_no_calibration_error() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == 0.0
    assert calibration_error([1.0, 1.0], [True, False]) == 0.5
