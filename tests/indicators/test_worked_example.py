"""The numbers of the worked example in docs/indicator.md are what the formula gives."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from tests.architecture.source_tree import ROOT
from webapp.indicators.components.registry import PRIORS, SATISFACTION
from webapp.indicators.facts import Fact
from webapp.indicators.formula import ComponentScore, fit_reference, score_component

#: What twenty people gave Sari, one on every other day.
GIVEN = (4, 4, 3, 4, 2, 4, 4, 3, 4, 4, 4, 3, 4, 4, 1, 4, 4, 4, 3, 4)
FIRST = date(2026, 10, 5)


def rated(number: int, value: int, day: date, *, verified: bool = True) -> Fact:
    return Fact(
        id=f"rating:{number}",
        component=SATISFACTION,
        y=(value - 1) / 3,
        share=1.0,
        verified=verified,
        day=day,
        rater=f"citizen {number}",
        cell=("akta", "counter"),
        officer="sari",
        source="rating",
    )


def score(facts: list[Fact]) -> ComponentScore:
    return score_component(facts, fit_reference([], "example", PRIORS).components[SATISFACTION])


def said(value: float, places: int = 1) -> str:
    return f"{value:.{places}f}".replace(".", ",")


def moved(points: float) -> str:
    return ("+" if points > 0 else "−") + said(abs(points), 2)


TWENTY = [rated(number, value, FIRST + timedelta(days=2 * number)) for number, value in enumerate(GIVEN)]
LATER = date(2026, 11, 20)


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join((ROOT / "docs/indicator.md").read_text(encoding="utf-8").split())


def between(result: ComponentScore) -> str:
    return f"{said(result.figure)}, antara {said(result.low)} dan {said(result.high)}"


def test_before_and_after_twenty_ratings(page: str) -> None:
    before, after = score([]), score(TWENTY)
    assert f"angkanya {between(before)}. Itu bukan nilai Sari" in page and before.status == "not_enough_data"
    assert f"Angkanya menjadi {between(after)}, *sementara*" in page and after.status == "provisional"
    mean = 25 * sum(GIVEN) / len(GIVEN)
    assert f"Rata-rata mentahnya {said(mean + 1e-9)}." in page
    twice = TWENTY + [
        rated(300 + number, value, FIRST + timedelta(days=2 * number + 1)) for number, value in enumerate(GIVEN)
    ]
    assert f"yang sebarannya sama angkanya {between(score(twice))}" in page


def test_the_lines(page: str) -> None:
    result = score(TWENTY)
    points = dict.fromkeys((4, 3, 2, 1), 0.0)
    for line in result.lines:
        points[round(3 * line.y) + 1] += line.points
    for value, often in sorted(Counter(GIVEN).items()):
        row = f"| nilai {value} | {often} | {moved(points[value] / often)} | {moved(points[value])} |"
        assert row in page, row
    total = result.figure - result.expected
    assert sum(points.values()) == pytest.approx(total, abs=1e-9)
    assert f"| jumlah | {len(GIVEN)} | | {moved(total)} |" in page
    begun, ended = said(result.expected, 2), said(result.figure, 2)
    assert f"dari angka wajar {begun} ke {ended} (di halaman" in page
    assert f"{begun} + {said(total, 2)} = {ended}." in page


def test_one_more_rating_and_an_attack(page: str) -> None:
    four, one = score([*TWENTY, rated(99, 4, LATER)]), score([*TWENTY, rated(99, 1, LATER)])
    assert f"memberi 4, angkanya menjadi {said(four.figure)}." in page
    assert f"memberi 1, angkanya menjadi {said(one.figure)}." in page
    crowd = score(TWENTY + [rated(500 + number, 1, LATER, verified=False) for number in range(100)])
    raw = 25 * (sum(GIVEN) + 100) / (len(GIVEN) + 100)
    assert f"menjadi {said(raw)}. Angka Sari menjadi {said(crowd.figure)}," in page
    assert f"masih antara {said(crowd.low)} dan {said(crowd.high)}:" in page
