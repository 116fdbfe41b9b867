"""Strengths: stated, learned from confirmed cases, kept and read again."""

from __future__ import annotations

import json
import random

import pytest

from webapp.attribution.circumstances import Circumstances, Part, UnitPart
from webapp.attribution.evaluation.officers import calibration_error
from webapp.attribution.fitting import Confirmed, fit_strengths, measure
from webapp.attribution.rules import WEIGHED
from webapp.attribution.strengths import UnreadableStrengths, read_strengths, stated_strengths

STATED = stated_strengths()


def cases_of(right: float, count: int) -> list[Confirmed]:
    """Counters with one officer by the records, who is the right one in so many of the cases."""
    chance = random.Random(7)
    return [
        Confirmed(
            Circumstances(counter_unit_id=1, served_there=(Part(1, 11),), exactly=True, roster_sizes={1: 10}),
            1,
            11 if chance.random() < right else 12,
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("right", [0.6, 0.95])
def test_what_was_often_wrong_is_worth_less(right: float) -> None:
    fitted = fit_strengths(cases_of(right, 2000), "uji")
    assert fitted.officer["served_then"] == pytest.approx(right, abs=0.03)
    assert fitted.officer["shift_then"] == STATED.officer["shift_then"], "of what was never seen the stated one holds"


def test_few_cases_move_little() -> None:
    few = fit_strengths(cases_of(0.0, 3), "uji").officer["served_then"]
    assert STATED.officer["served_then"] - 0.06 < few < STATED.officer["served_then"]


def test_what_words_leave_open_is_no_mistake_of_theirs() -> None:
    cases = [
        Confirmed(Circumstances(text_units=(UnitPart(1, 0.7),)), 1 if number % 10 < 7 else 2) for number in range(500)
    ]
    assert fit_strengths(cases, "uji").unit["text"] > 0.9


def test_learned_strengths_foretell_better() -> None:
    cases = cases_of(0.6, 400)
    assert measure(cases[200:], fit_strengths(cases[:200], "uji")).loss < measure(cases[200:], STATED).loss


def test_they_are_read_as_they_were_kept() -> None:
    fitted = fit_strengths(cases_of(0.7, 50), "uji")
    assert read_strengths(fitted.to_bytes()) == fitted


@pytest.mark.parametrize(
    "spoilt", [b"", b"[]", b"{}", b'{"version": "x", "unit": {"text": 1.5}, "officer": {}}', b"\x80\x04"]
)
def test_what_is_no_strengths_is_refused(spoilt: bytes) -> None:
    with pytest.raises(UnreadableStrengths):
        read_strengths(spoilt)


def test_a_value_out_of_range_is_refused() -> None:
    content = json.loads(STATED.to_bytes())
    content["officer_dependent"] = 3.0
    with pytest.raises(UnreadableStrengths):
        read_strengths(json.dumps(content).encode())


def test_every_kind_of_evidence_has_a_stated_strength() -> None:
    assert set(STATED.officer) <= set(STATED.unit) == set(STATED.weighs)
    assert {"queue_label", "served_then", "shift_then", "named_full"} <= set(STATED.officer)
    assert all(0.5 <= strength < 1 for strength in (*STATED.unit.values(), *STATED.officer.values()))
    assert len(WEIGHED) <= len(STATED.unit)


def test_the_calibration_error_is_the_mean_distance() -> None:
    assert calibration_error([(0.8, True)] * 8 + [(0.8, False)] * 2) == 0.0
    assert calibration_error([(0.9, False)] * 5 + [(0.1, False)] * 5) == pytest.approx(0.5)
