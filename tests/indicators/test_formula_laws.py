"""The laws of the indicator that concern the formula, as properties over random officers, facts and references."""

import json
import math
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from webapp.indicators.formula import (
    ComponentReference,
    Fact,
    Reference,
    fit_reference,
    load_preset,
    score_component,
    score_officer,
)

MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CELLS = (("certificates", "counter"), ("certificates", "bot"), ("cards", "counter"), (7, None))
FIRST_DAY = date(2026, 9, 28)  # the days run over the end of a quarter


def effects() -> st.SearchStrategy[float]:
    return st.floats(-3, 3, allow_nan=False)


@st.composite
def references(draw: st.DrawFn, component: str = "satisfaction") -> ComponentReference:
    known = draw(st.lists(st.sampled_from(CELLS), unique=True, max_size=3))
    return ComponentReference(
        component=component,
        b0=draw(st.floats(-4, 5)),
        phi=draw(st.floats(0.1, 1.5)),
        tau=draw(st.floats(0.05, 1.5)),
        cells=tuple((cell, draw(effects()), 1 / len(known)) for cell in known),
    )


@st.composite
def one_fact(draw: st.DrawFn, number: int, component: str = "satisfaction") -> Fact:
    return Fact(
        id=f"rating:{number}",
        component=component,
        y=draw(st.sampled_from((0.0, 1 / 3, 2 / 3, 1.0)) | st.floats(0, 1)),
        share=draw(st.sampled_from((1.0, 0.5, 0.3, 0.29)) | st.floats(0.01, 1)),
        verified=draw(st.booleans()),
        day=draw(st.none() | st.integers(0, 5).map(lambda days: FIRST_DAY + timedelta(days=days))),
        rater=draw(st.sampled_from((None, "a", "b", "c", "d"))),
        cell=draw(st.sampled_from(CELLS)),
    )


@st.composite
def crowds(draw: st.DrawFn, component: str = "satisfaction") -> list[Fact]:
    """Facts as they come, plus bursts of equal ones, so that the damping bites."""
    facts: list[Fact] = []
    for _ in range(draw(st.integers(0, 8))):
        fact = draw(one_fact(len(facts), component))
        copies = draw(st.sampled_from((1, 1, 1, 3, 40)))
        own_raters = draw(st.booleans())
        for _copy in range(copies):
            number = len(facts)
            rater = f"x{number}" if own_raters else fact.rater
            facts.append(replace(fact, id=f"rating:{number}", rater=rater))
    return facts


@given(references(), crowds(), st.data())
@MANY
def test_a_four_never_lowers_and_a_one_never_raises(reference: ComponentReference, facts: list[Fact], data) -> None:
    added = data.draw(one_fact(1_000_000 if data.draw(st.booleans()) else 10_000))
    before = score_component(facts, reference)
    best = score_component([*facts, replace(added, y=1.0)], reference)
    worst = score_component([*facts, replace(added, y=0.0)], reference)
    assert best.theta >= before.theta - 1e-11, "a 4 lowered the officer"
    assert worst.theta <= before.theta + 1e-11, "a 1 raised the officer"
    assert best.figure >= before.figure - 1e-9
    assert worst.figure <= before.figure + 1e-9


@given(references(), crowds(), st.integers(0, 10_000), st.floats(0, 1))
@MANY
def test_a_better_answer_to_the_same_fact_never_lowers(
    reference: ComponentReference, facts: list[Fact], which: int, better: float
) -> None:
    assume(facts)
    which %= len(facts)
    raised = replace(facts[which], y=max(better, facts[which].y))
    changed = [*facts[:which], raised, *facts[which + 1 :]]
    assert score_component(changed, reference).theta >= score_component(facts, reference).theta - 1e-11


def test_random_histories_stay_monotone_at_every_step() -> None:
    """A long history with bursts, repeats, several cells and shares: each step is checked in both directions."""
    rng = random.Random(20261121)
    reference = ComponentReference(
        "satisfaction",
        1.2,
        0.4,
        0.4,
        tuple((cell, effect, 0.25) for cell, effect in zip(CELLS, (-1.5, 2.0, 0.0, 0.5), strict=True)),
    )
    for _history in range(5):
        facts: list[Fact] = []
        theta = score_component(facts, reference).theta
        for number in range(80):
            y = rng.choice((0.0, 1.0))
            fact = Fact(
                f"rating:{rng.randrange(10**9)}-{number}",
                "satisfaction",
                y,
                rng.choice((1.0, 1.0, 0.6, 0.31)),
                rng.random() < 0.6,
                FIRST_DAY + timedelta(days=int(rng.expovariate(0.5))),
                rng.choice((None, *"abcdefgh", f"n{number}", f"n{number}")),
                rng.choice(CELLS),
            )
            facts.append(fact)
            after = score_component(facts, reference).theta
            assert (after >= theta - 1e-11) if y == 1.0 else (after <= theta + 1e-11), fact
            theta = after


@given(references(), crowds())
@MANY
def test_the_lines_sum_to_the_distance_and_have_the_sign_of_their_surprise(
    reference: ComponentReference, facts: list[Fact]
) -> None:
    score = score_component(facts, reference)
    assert math.fsum(line.points for line in score.lines) == pytest.approx(
        score.figure - score.expected, rel=0, abs=1e-9
    )
    assert [line.fact_id for line in score.lines] == sorted(fact.id for fact in facts)
    for line in score.lines:
        assert line.points * (line.y - line.expected) >= 0.0
        assert 0.0 <= line.weight <= 1.0
        assert line.reasons or line.weight == 1.0, "a line that counts less must say why"


@given(crowds(), crowds("complaint_handling"), references())
@SOME
def test_the_lines_of_the_composite_sum_too(
    ratings: list[Fact], handled: list[Fact], reference: ComponentReference
) -> None:
    preset = load_preset()
    usual = Reference("r", {name: replace(reference, component=name) for name in preset.weights})
    score = score_officer([*ratings, *handled], usual, preset)
    assert math.fsum(line.points for line in score.lines) == pytest.approx(
        score.figure - score.expected, rel=0, abs=1e-9
    )
    assert len(score.lines) == len(ratings) + len(handled)
    assert 25.0 <= score.low <= score.figure + 1e-9
    assert score.figure - 1e-9 <= score.high <= 100.0
    assert 0.0 <= score.reliability <= 1.0


@given(references(), crowds(), st.randoms(use_true_random=False))
@MANY
def test_the_order_of_arrival_does_not_change_a_bit(
    reference: ComponentReference, facts: list[Fact], chance: random.Random
) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert repr(score_component(shuffled, reference)) == repr(score_component(facts, reference))


@given(crowds(), st.randoms(use_true_random=False))
@SOME
def test_a_stored_reference_gives_the_same_bits(facts: list[Fact], chance: random.Random) -> None:
    certain = [replace(fact, share=1.0, officer=chance.choice("pqr")) for fact in facts]
    shuffled = list(certain)
    chance.shuffle(shuffled)
    fitted = fit_reference(certain, "2026-11")
    assert repr(fit_reference(shuffled, "2026-11")) == repr(fitted)
    stored = Reference.from_json(json.loads(json.dumps(fitted.to_json())), fitted.doubt_bytes())
    assert repr(stored) == repr(fitted)
    own = [replace(fact, officer="p") for fact in facts]
    assert repr(score_officer(own, stored)) == repr(score_officer(own, fitted))


@given(references(), crowds())
@example(ComponentReference("satisfaction", 1.0, 0.4, 0.4), [])
@MANY
def test_the_interval_holds_the_figure_and_the_reliability_is_a_part(
    reference: ComponentReference, facts: list[Fact]
) -> None:
    score = score_component(facts, reference)
    assert 25.0 <= score.low <= score.figure <= score.high <= 100.0
    assert score.low < score.high
    assert 0.0 <= score.reliability < 1.0
    wanted = (
        "not_enough_data" if score.reliability < 0.5 else "provisional" if score.reliability < 0.7 else "sufficient"
    )
    assert score.status == wanted


@given(references(), crowds(), st.floats(0.01, 0.2999), st.booleans())
@SOME
def test_a_share_below_the_minimum_charges_nothing(
    reference: ComponentReference, facts: list[Fact], share: float, verified: bool
) -> None:
    """Law 3. The fact is there, with a line of 0 and its reason."""
    unsure = Fact("rating:unsure", "satisfaction", 0.0, share, verified, FIRST_DAY, "a", CELLS[0])
    score = score_component([*facts, unsure], reference)
    assert abs(score.theta - score_component(facts, reference).theta) < 1e-12
    line = next(line for line in score.lines if line.fact_id == "rating:unsure")
    assert (line.points, line.weight, line.reasons) == (0.0, 0.0, ("share_too_small",))


@given(references(), crowds("complaint_handling"), st.data())
@SOME
def test_missing_is_not_zero(reference: ComponentReference, handled: list[Fact], data) -> None:
    """Law 10. An empty component stays at its expectation with its whole doubt, and a first good event can't lower."""
    missing = "satisfaction"
    preset = load_preset()
    usual = Reference("r", {name: replace(reference, component=name) for name in preset.weights})
    before = score_officer(handled, usual, preset)
    empty = before.components[missing]
    assert empty.figure == empty.expected
    assert empty.variance == pytest.approx(empty.prior_variance, rel=0, abs=1e-9)
    assert (empty.reliability, empty.status, empty.lines) == (0.0, "not_enough_data", ())
    first = replace(data.draw(one_fact(5, missing)), y=1.0)
    after = score_officer([*handled, first], usual, preset)
    assert after.figure >= before.figure - 1e-9
    assert after.expected == before.expected
    assert after.reliability >= before.reliability - 1e-12
