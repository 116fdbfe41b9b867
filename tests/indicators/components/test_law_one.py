"""No closing early, no refusing, no passing on and no leaving lie raises a figure (law 1, in the facts)."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.indicators.components.registry import ACCURACY, CONDUCT, PRIORS, SPEED, TARGET
from webapp.indicators.components.speed import (
    LEFT_LYING,
    UNSERVED,
    Served,
    day_values,
    people_left,
    turnaround_value,
)
from webapp.indicators.components.target import target_value
from webapp.indicators.fact_sources.tally import COUNTER, FILE, Place, Tally
from webapp.indicators.facts import Fact
from webapp.indicators.formula import score_component
from webapp.indicators.reference import ComponentReference
from webapp.indicators.work_plans.proportion import MonthDone, attainment, never_told

DAY = date(2026, 11, 24)
HERE = Place(7, 3, 5, COUNTER, DAY)
DESK = Place(7, 3, 5, FILE, DAY)
USUAL = 600.0
#: What rounding may move: far less than anybody can read.
ROUNDING = 1e-9

VISITS = st.lists(
    st.tuples(st.floats(60, 3000), st.floats(0, 1500), st.floats(0, 3600)), min_size=1, max_size=12
)  # time served, time between two, time waited


def visits_of(told: list[tuple[float, float, float]]) -> list[Served]:
    at, visits = 0.0, []
    for served, between, waited in told:
        at += between
        visits.append(Served(at, at + served, waited, USUAL))
        at += served
    return visits


def reference(component: str) -> ComponentReference:
    prior = PRIORS[component]
    return ComponentReference(component, math.log(prior.expectation / (1 - prior.expectation)), prior.phi, prior.tau)


def figure(tally: Tally, component: str) -> float:
    facts = [
        Fact(
            id=one.key,
            component=one.component,
            y=one.y,
            share=one.share,
            verified=one.verified,
            day=one.day,
            rater=None,
            cell=(one.service_id, one.channel),
            events=one.events,
        )
        for one in tally.facts()
        if one.component == component
    ]
    return score_component(facts, reference(component)).figure


def day_at_the_counter(values: list[float], unserved: float = 0.0) -> Tally:
    tally = Tally()
    for value in values:
        tally.add("speed", SPEED, HERE, value)
        tally.add("served", ACCURACY, HERE, 1.0)
        tally.add("served", CONDUCT, HERE, 1.0)
    if unserved > 0:
        tally.add("left", SPEED, HERE, UNSERVED, events=unserved)
    return tally


@settings(max_examples=60, deadline=None)
@given(told=VISITS, left=st.integers(1, 12))
def test_closing_early_never_raises(told: list[tuple[float, float, float]], left: int) -> None:
    visits = visits_of(told)
    left = min(left, len(visits))
    stays, goes = visits[: len(visits) - left], visits[len(visits) - left :]
    rest = max(visits[-1].finished - (stays[-1].finished if stays else 0.0), left * USUAL)
    unserved = people_left(len(goes), 0, rest, USUAL)
    whole = day_at_the_counter(day_values(visits, opened=0.0))
    short = day_at_the_counter(day_values(stays, opened=0.0), unserved)
    for component in (SPEED, ACCURACY, CONDUCT):
        assert figure(short, component) <= figure(whole, component) + ROUNDING, component


@settings(max_examples=60, deadline=None)
@given(told=VISITS, which=st.integers(0, 11))
def test_leaving_somebody_to_a_colleague_never_raises(told: list[tuple[float, float, float]], which: int) -> None:
    visits = visits_of(told)
    rest = [visit for place, visit in enumerate(visits) if place != which % len(visits)]
    served = day_at_the_counter(day_values(visits, opened=0.0))
    refused = day_at_the_counter(day_values(rest, opened=0.0), unserved=1.0)
    for component in (SPEED, ACCURACY, CONDUCT):
        assert figure(refused, component) <= figure(served, component) + ROUNDING, component


@settings(max_examples=40, deadline=None)
@given(told=VISITS, which=st.integers(0, 11), slower=st.floats(0, 3000), later=st.floats(0, 1500))
def test_being_slower_or_calling_later_never_raises(
    told: list[tuple[float, float, float]], which: int, slower: float, later: float
) -> None:
    changed = list(told)
    served, between, waited = changed[which % len(told)]
    changed[which % len(told)] = (served + slower, between, waited)
    before = figure(day_at_the_counter(day_values(visits_of(told), opened=0.0)), SPEED)
    assert figure(day_at_the_counter(day_values(visits_of(changed), opened=0.0)), SPEED) <= before + ROUNDING
    changed = list(told)
    # Who is called later has waited longer by as much.
    changed[which % len(told)] = (served, between + later, waited + later)
    assert figure(day_at_the_counter(day_values(visits_of(changed), opened=0.0)), SPEED) <= before + ROUNDING


@settings(max_examples=30, deadline=None)
@given(others=st.lists(st.floats(0, 1), max_size=8), times=st.floats(0.0, 40.0))
def test_letting_a_file_lie_is_never_better_than_finishing_it(others: list[float], times: float) -> None:
    finished, lying = Tally(), Tally()
    for tally in (finished, lying):
        for value in others:
            tally.add("turnaround", SPEED, DESK, value)
    finished.add("turnaround", SPEED, DESK, turnaround_value(times * USUAL, USUAL))
    lying.add("turnaround", SPEED, DESK, UNSERVED)  # what it comes to after LEFT_LYING times the target
    assert figure(lying, SPEED) <= figure(finished, SPEED) + ROUNDING
    assert turnaround_value(LEFT_LYING * USUAL, USUAL) == UNSERVED


@settings(max_examples=60, deadline=None)
@given(
    told=st.lists(st.floats(0, 1000), min_size=1, max_size=3),
    limit=st.floats(0.5, 300),
    more=st.floats(0, 1000),
    which=st.integers(0, 2),
)
def test_more_of_what_should_be_little_never_raises_and_silence_is_never_better(
    told: list[float], limit: float, more: float, which: int
) -> None:
    def value(values: list[float]) -> float:
        kept = attainment(
            limit, [MonthDone(f"2026-1{place}", one) for place, one in enumerate(values)], less_is_better=True
        )
        assert kept is not None
        return target_value(kept.ratio)

    which %= len(told)
    worse, silent = list(told), list(told)
    worse[which] += more
    silent[which] = never_told(limit, less_is_better=True)
    assert 0.0 <= value(worse) <= value(told) <= 1.0
    assert value(silent) <= value(told) + ROUNDING


@settings(max_examples=60, deadline=None)
@given(
    done=st.lists(st.one_of(st.none(), st.floats(0, 200)), min_size=1, max_size=3),
    target=st.floats(1, 300),
    more=st.floats(0, 100),
)
def test_doing_less_of_a_target_never_raises(done: list[float | None], target: float, more: float) -> None:
    def value(values: list[float | None]) -> float | None:
        reached = attainment(target, [MonthDone(f"2026-1{place}", one) for place, one in enumerate(values)])
        return None if reached is None else target_value(reached.ratio)

    less: list[float | None] = [None if one is None else max(one - more, 0.0) for one in done]
    before, after = value(done), value(less)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        facts = [
            score_component(
                [Fact("target:1", TARGET, y, 1.0, True, DAY, None, (None, "plan"))], reference(TARGET)
            ).figure
            for y in (after, before)
        ]
        assert facts[0] <= facts[1] + ROUNDING


def test_the_order_of_cases_does_not_matter() -> None:
    values = [0.1, 0.7, 0.33, 0.9, 1 / 3]
    one, other = day_at_the_counter(values).facts(), day_at_the_counter(values[::-1]).facts()
    described: list[Any] = [(fact.key, fact.component, fact.y, fact.events) for fact in one]
    assert described == [(fact.key, fact.component, fact.y, fact.events) for fact in other]
