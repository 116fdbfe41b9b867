"""Signals: how many false alarms a year, and how soon a doubling or tripling is found. Simulated, the truth known.

Worlds without any rise: `chance` (Poisson), `weeks` (weeks differ by a tenth more than chance), `rough` (by a third:
a standard deviation of 55 %), `days` (single days differ by a third). In each every alarm is false.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from tests.benchmarks.results import Result, measured
from webapp.attribution.signals.baseline import Counts, Floats, find_rises, guard_of, usual_of
from webapp.attribution.signals.settings import SignalRules, load_rules

WEEKDAYS = np.array([1.5, 1.4, 1.2, 1.1, 1.0, 0.5, 0.3])
#: Relative variance of weeks and of days beyond chance.
WORLDS = {"chance": (0.0, 0.0), "weeks": (0.1, 0.0), "rough": (0.3, 0.0), "days": (0.0, 0.3)}
PAIRS = 1500
YEARS = 1.5
#: Complaints a week that are usual, and how many times as many come in the rise.
RISES = ((3.5, 2), (3.5, 3), (7, 2), (7, 3), (21, 2), (21, 3))
RISE_PAIRS = 200
FOUND_WITHIN = 28


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How many alarms there were in how many years of a pair, all of them false."""

    alarms: int
    pair_years: float

    def a_year(self, pairs: float) -> float:
        """Alarms a year in so many pairs."""
        return self.alarms / self.pair_years * pairs


def make_world(kind: str, levels: Floats, days: int, random: np.random.Generator) -> Floats:
    """Complaints a day of pairs with these mean counts a day."""
    weeks, single = WORLDS[kind]
    mean = levels[:, None] * (WEEKDAYS / WEEKDAYS.mean())[np.arange(days) % 7]
    if weeks:
        mean = mean * np.repeat(random.gamma(1 / weeks, weeks, (len(levels), days // 7 + 1)), 7, axis=1)[:, :days]
    if single:
        mean = mean * random.gamma(1 / single, single, (len(levels), days))
    return np.asarray(random.poisson(mean), dtype=float)


def count_false_alarms(kind: str, pairs: int, days: int, rules: SignalRules, seed: int) -> FalseAlarms:
    """Look every week, as far back as the rules do, for so many days; windows that overlap are one alarm."""
    random = np.random.default_rng(seed)
    learned = rules.trailing_weeks * 7 + guard_of(rules)
    levels = random.lognormal(np.log(0.15), 1.2, pairs)
    counts = make_world(kind, levels, learned + days, random)
    units, topics = random.integers(0, 40, pairs), random.integers(0, 100, pairs)
    until = np.full(pairs, -1)
    alarms = looks = 0
    for day in range(learned, learned + days, rules.look_back):
        known = Counts(date(2024, 1, 1), counts[:, day - learned : day + 1], units, topics)
        usual = usual_of(known, rules)
        assert usual is not None
        looks += 1
        for rise in find_rises(known, usual, rules):
            first, last = rise.first + day - learned, rise.last + day - learned
            alarms += first > until[rise.pair]
            until[rise.pair] = max(until[rise.pair], last)
    return FalseAlarms(alarms, pairs * looks * rules.look_back / 365)


def days_until_found(week: float, factor: float, pairs: int, rules: SignalRules, seed: int) -> list[int | None]:
    """How many days after the beginning of a rise each of so many pairs was found; None: not within FOUND_WITHIN."""
    random = np.random.default_rng(seed)
    learned = rules.trailing_weeks * 7 + guard_of(rules)
    quiet = random.lognormal(np.log(0.15), 1.2, 300)
    levels = np.concatenate([np.full(pairs, week / 7), quiet])
    counts = make_world("weeks", levels, learned + FOUND_WITHIN, random)
    counts[:pairs, learned:] += make_world("weeks", levels[:pairs] * (factor - 1), FOUND_WITHIN, random)
    units, topics = random.integers(0, 40, len(levels)), random.integers(0, 100, len(levels))
    found: list[int | None] = [None] * pairs
    for after in range(FOUND_WITHIN):
        known = Counts(date(2024, 1, 1), counts[:, : learned + after + 1], units, topics)
        usual = usual_of(known, rules)
        assert usual is not None
        for rise in find_rises(known, usual, rules):
            if rise.pair < pairs and found[rise.pair] is None:
                found[rise.pair] = after + 1
    return found


def run() -> Iterator[Result]:
    """False alarms in each world against what the rules state, then power and delay."""
    rules = load_rules()
    for number, kind in enumerate(WORLDS):
        alarms = count_false_alarms(kind, PAIRS, round(365 * YEARS), rules, number)
        words = f"false alarms a year for {rules.per_pairs:g} pairs, {kind}"
        yield measured("signals", words, alarms.a_year(rules.per_pairs), "alarms", most=rules.alarms_a_year)
    for week, factor in RISES:
        found = days_until_found(week, factor, RISE_PAIRS, rules, 7)
        days = [day for day in found if day is not None]
        words = f"{week:g} a week becoming {factor} times as many"
        yield measured("signals", f"{words}: found within {FOUND_WITHIN} days", 100 * len(days) / RISE_PAIRS, "%")
        if len(days) > RISE_PAIRS / 2:
            yield measured("signals", f"{words}: half of those after", float(median(days)), "days")
