"""`attack`: how far each named attack moves the figure of an officer with 112 good ratings, and his raw mean.

The ratings lie over 50 days, verified, each by another citizen; the reference is that of the default preset before any
data, so the figures depend on nothing but the formula.
"""

import argparse
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from webapp.indicators.facts import Fact
from webapp.indicators.formula import FORMULA_VERSION, fit_reference, score_component

RATINGS: Final = 112
COMPONENT: Final = "satisfaction"
FIRST_DAY: Final = date(2026, 10, 1)
ATTACK_DAY: Final = date(2026, 11, 4)
CELL: Final = ("service", "counter")


def _fact(number: int, y: float, day: date, verified: bool, rater: str | None) -> Fact:
    return Fact(f"rating:{number}", COMPONENT, y, 1.0, verified, day, rater, CELL)


def good_officer(seed: int = RATINGS) -> list[Fact]:
    """112 ratings of 1 to 4, most of them 4, over 50 days."""
    chance = random.Random(seed)
    answers = [1.0] * 6 + [2 / 3] * 3 + [1 / 3]
    return [
        _fact(n, chance.choice(answers), FIRST_DAY + timedelta(days=n % 50), True, f"citizen{n}")
        for n in range(RATINGS)
    ]


def _ratings(
    count: int, y: float, verified: bool, rater: Callable[[int], str | None], days: int = 1, first: date = ATTACK_DAY
) -> list[Fact]:
    """Ratings spread evenly over so many days from the first on."""
    return [_fact(10_000 + n, y, first + timedelta(days=n * days // count), verified, rater(n)) for n in range(count)]


def _stranger(number: int) -> str:
    return f"stranger{number}"


ATTACKS: Final[dict[str, Callable[[], list[Fact]]]] = {
    "hundred_unverified_in_a_day": lambda: _ratings(100, 0.0, False, _stranger),
    "hundred_with_tickets_in_a_day": lambda: _ratings(100, 0.0, True, _stranger),
    "fifty_fours_of_one_device_in_a_day": lambda: _ratings(50, 1.0, False, lambda _n: "device"),
    "fifty_fours_of_one_device_over_fifty_days": lambda: _ratings(50, 1.0, False, lambda _n: "device", 50, FIRST_DAY),
    "fifty_fours_of_one_device_with_tickets": lambda: _ratings(50, 1.0, True, lambda _n: "device", 50, FIRST_DAY),
    "fifty_fours_without_key": lambda: _ratings(50, 1.0, False, lambda _n: None),
    "slow_drip_of_strangers_over_eight_weeks": lambda: _ratings(100, 0.0, False, _stranger, 56, FIRST_DAY),
    "ten_thousand_strangers_over_four_weeks": lambda: _ratings(10_000, 0.0, False, _stranger, 28, FIRST_DAY),
    "hundred_unverified_over_a_week": lambda: _ratings(100, 0.0, False, _stranger, 5, date(2026, 11, 2)),
    "hundred_with_tickets_over_a_week": lambda: _ratings(100, 0.0, True, _stranger, 5, date(2026, 11, 2)),
    "just_below_the_limit_of_a_day": lambda: _ratings(60, 0.0, True, _stranger, 20, date(2026, 11, 2)),
    "ten_devices_rating_themselves_over_fifty_days": lambda: _ratings(
        100, 1.0, False, lambda n: f"device{n % 10}", 50, FIRST_DAY
    ),
    "ring_of_five_colleagues_with_tickets": lambda: _ratings(
        60, 1.0, True, lambda n: f"colleague{n % 5}", 50, FIRST_DAY
    ),
    "fours_with_own_tickets_over_thirty_days": lambda: _ratings(60, 1.0, True, _stranger, 30, FIRST_DAY),
}


def moved_by(added: list[Fact], officer: list[Fact] | None = None) -> tuple[float, float]:
    """Points that the added facts move the figure, and the raw mean on the same scale."""
    officer = good_officer() if officer is None else officer
    reference = fit_reference([], "prior").components[COMPONENT]
    before = score_component(officer, reference).figure
    after = score_component([*officer, *added], reference).figure
    mean = sum(fact.y for fact in officer) / len(officer)
    attacked = sum(fact.y for fact in (*officer, *added)) / (len(officer) + len(added))
    return after - before, 75.0 * (attacked - mean)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `attack`."""
    parser.add_argument(
        "--name", choices=sorted(ATTACKS), action="append", help="only this one; may come several times"
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Points moved by each attack."""
    names = arguments.name or list(ATTACKS)
    found = {name: moved_by(ATTACKS[name]()) for name in names}
    return {
        "formula": FORMULA_VERSION,
        "ratings_of_the_officer": RATINGS,
        "points_moved": {
            name: {"indicator": round(figure, 3), "raw_mean": round(mean, 3)} for name, (figure, mean) in found.items()
        },
    }
