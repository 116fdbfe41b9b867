"""`laws`: law 1 on random histories. At each step one fact is added, or one answer bettered, and looked at both ways.

Histories are made to be hard: several cells, quarters and shares, bursts, one rater on many days, strangers beside
people who were served, facts that sum up many cases, days unknown.
"""

import argparse
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from webapp.indicators.evaluation.sizes import at_least
from webapp.indicators.facts import Cell, Fact
from webapp.indicators.formula import ComponentReference, score_component

CELLS: Final[tuple[Cell, ...]] = (("certificates", "counter"), ("certificates", "bot"), ("cards", "counter"), (7, None))
FIRST_DAY: Final = date(2026, 9, 25)  # histories run over the end of a quarter
STEPS: Final = 60
ROUNDING: Final = 1e-11
"""theta is found to some 1e-15 of the sums; a real violation is larger by orders of magnitude."""


def random_reference(chance: random.Random) -> ComponentReference:
    """A frozen reference, with hard and easy services."""
    known = chance.sample(CELLS, chance.randint(1, len(CELLS)))
    return ComponentReference(
        component="satisfaction",
        b0=chance.uniform(-3.0, 4.0),
        phi=chance.uniform(0.1, 1.5),
        tau=chance.uniform(0.05, 1.5),
        cells=tuple((cell, chance.uniform(-3.0, 3.0), 1.0 / len(known)) for cell in known),
    )


def random_fact(chance: random.Random, number: int, burst: date) -> Fact:
    """A fact as it may come; `burst`: a day on which many fall."""
    day = burst if chance.random() < 0.4 else FIRST_DAY + timedelta(days=int(chance.expovariate(0.08)) % 40)
    own = f"n{number}"
    return Fact(
        f"rating:{chance.randrange(10**6):06d}-{number}",
        "satisfaction",
        chance.choice((0.0, 1 / 3, 2 / 3, 1.0)),
        chance.choice((1.0, 1.0, 1.0, 0.6, 0.31, 0.2)),
        chance.random() < 0.5,
        None if chance.random() < 0.05 else day,
        chance.choice((None, "a", "b", "c", "a", own, own, own, own)),
        chance.choice(CELLS),
        events=chance.choice((1.0, 1.0, 1.0, 1.0, 8.0)),
    )


def check(cases: int, seed: int) -> dict[str, Any]:
    """So many steps; how many went the wrong way, and by how much theta at worst."""
    chance = random.Random(seed)
    violations, worst, seen = 0, 0.0, 0
    while seen < cases:
        reference = random_reference(chance)
        burst = FIRST_DAY + timedelta(days=chance.randrange(30))
        facts: list[Fact] = []
        before = 0.0
        for number in range(min(STEPS, cases - seen)):
            if facts and chance.random() < 0.2:
                which = chance.randrange(len(facts))
                better = chance.random() < 0.5
                old = facts[which]
                changed = max(old.y, chance.random()) if better else min(old.y, chance.random())
                facts[which] = replace(old, y=changed)
            else:
                fact = random_fact(chance, number, burst)
                better = chance.random() < 0.5
                facts.append(replace(fact, y=1.0 if better else 0.0))
            after = score_component(facts, reference).theta
            wrong = before - after if better else after - before
            worst = max(worst, wrong)
            violations += wrong > ROUNDING
            before = after
            seen += 1
    return {"cases": seen, "seed": seed, "violations": violations, "worst": worst, "allowed_rounding": ROUNDING}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `laws`."""
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """A 4 never lowers and a 1 never raises, in random cases. Raises ValueError for fewer than one."""
    at_least("--cases", arguments.cases, 1)
    return {"monotone": check(arguments.cases, arguments.seed)}
