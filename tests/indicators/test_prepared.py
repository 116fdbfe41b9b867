"""Facts in columns: however they came to be, a score has the same bits."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from webapp.indicators.formula import Fact, fit_reference, prepare_officer, score_officer, score_prepared
from webapp.indicators.presets import load_preset

FIRST_DAY = date(2026, 7, 1)
PRESET = load_preset()


def _fact(chance: random.Random, number: int) -> Fact:
    return Fact(
        f"rating:{chance.randrange(10**6)}:{number}",
        chance.choice(list(PRESET.weights)),
        chance.choice((0.0, 1 / 3, 2 / 3, 1.0)),
        chance.choice((1.0, 1.0, 0.6, 0.29)),
        chance.random() < 0.6,
        None if chance.random() < 0.1 else FIRST_DAY + timedelta(days=chance.randrange(120)),
        None if chance.random() < 0.2 else f"r{chance.randrange(25)}",
        (chance.randrange(4), chance.choice(("counter", "app"))),
        officer="1",
        events=chance.choice((1.0, 1.0, 12.5)),
        unit=chance.choice((None, 1, 2)),
        period=chance.choice(("", "2026-Q3")),
        others=chance.choice(((), (("3", 0.4),), (("5", 0.2), ("7", 0.1)))),
    )


@pytest.mark.parametrize("seed", range(8))
def test_facts_that_are_added_one_by_one_give_the_same_bits(seed: int) -> None:
    chance = random.Random(seed)
    facts = [_fact(chance, number) for number in range(90)]
    reference = fit_reference([replace(fact, officer=str(n % 6), others=()) for n, fact in enumerate(facts)], "some")
    own = prepare_officer(facts[: chance.randrange(60)], PRESET)
    begun_with = sum(map(len, own.values()))
    for fact in facts[begun_with:]:
        own[fact.component] = own[fact.component].with_more([fact])
    assert repr(score_prepared(own, reference, PRESET, with_lines=True)) == repr(
        score_officer(facts, reference, PRESET)
    )
    day = FIRST_DAY + timedelta(days=chance.randrange(120))
    then = {name: part.until(day) for name, part in own.items()}
    known = [fact for fact in facts if fact.day is None or fact.day <= day]
    assert repr(score_prepared(then, reference, PRESET, with_lines=True)) == repr(
        score_officer(known, reference, PRESET)
    )


def test_a_fact_is_not_added_twice() -> None:
    chance = random.Random(1)
    facts = [replace(_fact(chance, number), component="satisfaction") for number in range(20)]
    own = prepare_officer(facts, PRESET)["satisfaction"]
    with pytest.raises(ValueError, match="comes twice"):
        own.with_more([facts[7]])
    with pytest.raises(ValueError, match="comes twice"):
        own.with_more([replace(facts[7], id="rating:new"), replace(facts[3], id="rating:new")])
    assert len(own) == 20
