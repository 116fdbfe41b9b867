"""The compiled damping against its definition in plain Python, and what it keeps of each fact."""

import math
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from webapp.indicators.damping import weigh
from webapp.indicators.evaluation.laws import CELLS, FIRST_DAY, check, random_fact, random_reference
from webapp.indicators.facts import Fact
from webapp.indicators.formula import ComponentReference, score_component


def _bounded(x: float, s: float, free: float, most: float) -> float:
    z = x - free * s
    return x if z <= 0 else free * s + z / (1 + z / ((most - free) * s))


def _of_rater(pulls: list[tuple[float, float]], verified: bool, keyed: bool) -> float:
    """pulls: (of the fact, of one of its cases)."""
    total = math.fsum(pull for pull, _one in pulls)
    if not pulls or not keyed:
        return total
    most = max(one for _pull, one in pulls)
    return most * (1.5 - 0.5 * most / total) if verified else most


def _one_direction(facts: list[Fact], pulls: list[float]) -> float:
    """docstring of webapp/indicators/damping.py, word by word, with dictionaries."""
    sums = {}
    for verified in (True, False):
        base = 1.0 if verified else 0.25
        raters: dict[object, list[tuple[float, float]]] = defaultdict(list)
        visits: dict[object, dict[object, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
        for fact, pull in zip(facts, pulls, strict=True):
            if fact.verified == verified and pull > 0:
                rater = ("person", fact.rater) if fact.rater else ("alone", fact.id) if verified else ("day", fact.day)
                raters[rater].append((pull, pull / fact.events))
                visits[fact.quarter, fact.day][rater].append((pull, pull / fact.events))

        def of(pulls: list[tuple[float, float]], rater: tuple[str, object], verified: bool = verified) -> float:
            return _of_rater(pulls, verified, rater[0] != "alone")

        by_raters = math.fsum(of(own, rater) for rater, own in raters.items())
        days = {key: math.fsum(of(own, rater) for rater, own in day.items()) for key, day in visits.items()}
        by_days = 0.0
        for quarter in sorted({quarter for quarter, _day in days}):
            dated = {day: x for (q, day), x in days.items() if q == quarter and day is not None}
            by_days += math.fsum(x for (q, day), x in days.items() if q == quarter and day is None)
            bounded = _each(dated, base, 2, 4, 1 / 63)
            weeks: dict[object, float] = defaultdict(float)
            for day, x in bounded.items():
                weeks[day.isocalendar()[:2]] += x
            by_days += math.fsum(_each(weeks, base, 3, 5, 2 / 3 / 13).values())
        sums[verified] = min(by_days, by_raters)
    return sums[True] + _bounded(sums[False], 1 + sums[True] / 10, 1, 1.25)


def _each(sums: dict, base: float, free: float, most: float, growth: float) -> dict:
    seen = {key: min(x, most * base) for key, x in sums.items()}
    total = math.fsum(seen.values())
    return {key: _bounded(x, base + growth * (total - seen[key]), free, most) for key, x in sums.items()}


def _defined_pull(facts: list[Fact], reference: ComponentReference, theta: float) -> float:
    effects = reference.effects()
    pulls = []
    for fact in facts:
        eta = reference.b0 + effects.get(fact.cell, 0.0)
        mu = 1 / (1 + math.exp(-(eta + fact.share * theta)))
        base = (1.0 if fact.verified else 0.25) * (fact.share >= 0.3) * fact.events
        pulls.append(base * fact.share * (fact.y - mu))
    return _one_direction(facts, pulls) - _one_direction(facts, [-pull for pull in pulls])


def _history(seed: int, count: int = 80) -> tuple[list[Fact], ComponentReference]:
    chance = random.Random(seed)
    reference = random_reference(chance)
    return [random_fact(chance, number, FIRST_DAY) for number in range(count)], reference


@pytest.mark.parametrize("seed", range(12))
def test_theta_is_the_root_of_the_equation_as_it_is_defined(seed: int) -> None:
    facts, reference = _history(seed)
    theta = score_component(facts, reference).theta
    assert _defined_pull(facts, reference, theta) == pytest.approx(reference.shrinkage * theta, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_weights_shown_are_those_that_act(seed: int) -> None:
    facts, reference = _history(seed)
    facts.sort(key=lambda fact: fact.id)
    read = weigh(facts, reference)
    pull = math.fsum(
        fact.events * weight * fact.share * (fact.y - 1 / (1 + math.exp(-(eta + fact.share * read.theta))))
        for fact, weight, eta in zip(facts, read.weights.tolist(), read.eta.tolist(), strict=True)
    )
    assert pull == pytest.approx(reference.shrinkage * read.theta, abs=1e-9)
    assert ((read.weights >= 0.0) & (read.weights <= 1.0)).all()


def _alone(seed: int, days: int, verified: float) -> tuple[list[Fact], ComponentReference]:
    """Facts of whom nobody came twice, spread over so many days; so many of them verified."""
    chance = random.Random(seed)
    facts, reference = _history(seed, 120)
    spread = []
    for number, fact in enumerate(facts):
        known = chance.random() < verified
        spread.append(
            replace(
                fact,
                verified=known,
                rater=None if known and chance.random() < 0.3 else f"n{number}",
                events=fact.events if known and number % 40 == 0 else 1.0,
                day=FIRST_DAY + timedelta(days=chance.randrange(days)),
            )
        )
        if spread[-1].events > 1.0:
            spread[-1] = replace(spread[-1], rater=None)
    return spread, reference


@pytest.mark.parametrize(("days", "verified"), [(200, 1.0), (200, 0.8), (60, 0.0), (8, 0.7)])
@pytest.mark.parametrize("seed", range(3))
def test_where_nobody_comes_twice_the_shorter_way_gives_the_same(seed: int, days: int, verified: float) -> None:
    """The pull is summed up in one pass unless a day or week is bounded; with a rater who repeats, never."""
    facts, reference = _alone(seed, days, verified)
    read = score_component(facts, reference)
    assert _defined_pull(facts, reference, read.theta) == pytest.approx(reference.shrinkage * read.theta, abs=1e-9)
    again = Fact("rating:x", "satisfaction", 1.0, 0.01, True, FIRST_DAY, "again", CELLS[0])  # too unsure to weigh
    longer = score_component([*facts, again, replace(again, id="rating:y")], reference)
    assert longer.theta == pytest.approx(read.theta, abs=1e-12)
    assert longer.variance == pytest.approx(read.variance, rel=1e-12)
    weights = {line.fact_id: line.weight for line in longer.lines}
    assert [weights[line.fact_id] for line in read.lines] == pytest.approx([line.weight for line in read.lines])
    if days == 8:
        assert min(weights.values()) < 0.9  # busy days were bounded


def test_random_steps_never_go_the_wrong_way() -> None:
    """`python -m webapp.indicators.evaluate laws` looks at 100,000."""
    found = check(800, seed=20261122)
    assert found["cases"] == 800
    assert found["violations"] == 0


def test_a_broken_law_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The yardstick itself: with weights by count a further 4 takes from the others, and `check` says so."""

    def by_count(facts: list[Fact], reference: ComponentReference) -> object:
        score = score_component([replace(fact, y=1 - fact.y) for fact in facts], reference)
        return replace(score, theta=score.theta)

    monkeypatch.setattr("webapp.indicators.evaluation.laws.score_component", by_count)
    assert check(60, seed=1)["violations"] > 0


def test_a_fact_of_many_cases_pulls_like_that_many() -> None:
    reference = ComponentReference("speed", 0.5, 0.4, 0.4)
    one = Fact("served:1", "speed", 0.7, 1.0, True, FIRST_DAY, None, "s", events=12.0)
    twelve = [replace(one, id=f"served:{n}", events=1.0) for n in range(12)]
    summed, apart = score_component([one], reference), score_component(twelve, reference)
    assert summed.theta == pytest.approx(apart.theta, abs=1e-12)
    assert summed.reliability == pytest.approx(apart.reliability, abs=1e-12)
    assert summed.lines[0].points == pytest.approx(sum(line.points for line in apart.lines), abs=1e-9)
    assert (summed.lines[0].weight, summed.lines[0].events) == (1.0, 12.0)


@pytest.mark.parametrize("moved", [lambda f: replace(f, others=(("q", 0.4),)), lambda f: replace(f, share=0.6)])
def test_a_strong_colleague_who_may_have_served_takes_part_of_the_praise(moved: Callable[[Fact], Fact]) -> None:
    reference = ComponentReference("satisfaction", 0.5, 0.4, 0.4, thetas=(("q", 1.5),))
    fact = Fact("rating:1", "satisfaction", 1.0, 1.0, True, FIRST_DAY, "a", "s", officer="p")
    assert 0.0 < score_component([moved(fact)], reference).theta < score_component([fact], reference).theta
