"""What is said with .8 shall be right in 8 of 10 cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attribution.routing.calibration import (
    UNTURNED,
    blend,
    calibration_error,
    fit_blend,
    fit_sharpness,
    fit_top,
    softmax,
    turn_top,
)


def drawn(sharpness: float, cases: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and truths drawn with the chances that the scores have at a sharpness."""
    chance = np.random.default_rng(5)
    scores = chance.normal(size=(cases, 4))
    shares = softmax(sharpness * scores)
    truth = np.array([chance.choice(4, p=row) for row in shares])
    return scores, truth


def test_the_sharpness_that_made_the_cases_is_found() -> None:
    scores, truth = drawn(2.5)
    assert fit_sharpness(scores, truth, np.eye(4)) == pytest.approx(2.5, rel=0.1)
    assert fit_sharpness(scores[:0], truth[:0], np.eye(4)) == 1.0


def test_shares_that_say_too_much_are_turned_back() -> None:
    scores, truth = drawn(1.0)
    boasting = softmax(3.0 * scores)
    turned = turn_top(boasting, fit_top(boasting, truth))

    def error(shares: np.ndarray) -> float:
        return calibration_error(shares.max(axis=1).tolist(), (shares.argmax(axis=1) == truth).tolist())

    assert error(boasting) > 0.15
    assert error(turned) < error(boasting) / 2


def test_few_cases_turn_little() -> None:
    scores, truth = drawn(1.0, cases=3)
    assert fit_top(softmax(3.0 * scores), truth) == pytest.approx(UNTURNED, abs=0.7)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=6),
    st.tuples(st.floats(0.1, 3), st.floats(0.1, 3), st.floats(-2, 2)),
)
def test_turning_keeps_the_likeliest_and_the_sum(scores: list[float], turn: tuple[float, float, float]) -> None:
    shares = softmax(np.array([scores]))
    turned = turn_top(shares, turn)
    assert turned.sum() == pytest.approx(1.0)
    assert turned.min() >= 0
    assert turned.argmax() == shares.argmax()


def test_a_blend_trusts_who_is_right() -> None:
    scores, truth = drawn(2.0)
    right, guessing = softmax(2.0 * scores), softmax(drawn(2.0, len(truth))[0][::-1])
    powers = fit_blend(right, guessing, truth, (1.0, 0.5))
    assert powers[0] == pytest.approx(1.0, abs=0.15)
    assert powers[1] < 0.1
    assert blend(right, guessing, (1.0, 0.0)) == pytest.approx(right)
