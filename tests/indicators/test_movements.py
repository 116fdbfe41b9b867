"""What moved a figure sums up exactly, is split by its causes, and tells no rater."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portal.bare import make_bare_app
from webapp.indicators.components.registry import PRIORS
from webapp.indicators.formula import Fact, Preset, Reference, fit_reference, score_officer
from webapp.indicators.movements import Movement, State, movements, tells_nobody
from webapp.indicators.presets import load_preset
from webapp.indicators.wording.sheets import movement_reason


def fact(number: int, y: float, *, component: str = "satisfaction", source: str = "rating") -> Fact:
    return Fact(
        id=f"{source}:{number}",
        component=component,
        y=y,
        share=1.0,
        verified=True,
        day=date(2026, 11, 1 + number % 28),
        rater=f"warga-{number}",
        cell=(number % 3, "counter"),
        officer="7",
        source=source,
    )


def reference(version: str, ys: tuple[float, ...]) -> Reference:
    facts = [
        Fact(f"rating:{n}", "satisfaction", y, 1.0, True, date(2026, 9, 1), None, (n % 3, "counter"), str(n % 4))
        for n, y in enumerate(ys)
    ]
    return fit_reference(facts, version, PRIORS)


@cache
def old() -> Reference:
    return reference("2026-10", (1.0, 0.667, 1.0, 0.333) * 8)


@cache
def new() -> Reference:
    return reference("2026-11", (1.0, 1.0, 0.667, 1.0) * 8)


DEFAULT, SENAPELAN = load_preset(), load_preset("senapelan")


def state(facts: list[Fact], of: Reference, preset: Preset, read_by: Preset | None = None) -> State:
    weighed = [one for one in facts if one.component in preset.weights]
    as_read = [one for one in facts if one.component in (read_by or preset).weights]
    return State(score_officer(weighed, of, preset).figure, as_read, of, preset)


values = st.lists(st.sampled_from([0.0, 1 / 3, 2 / 3, 1.0]), min_size=0, max_size=12)


@settings(max_examples=30, deadline=None)
@given(before=values, gone=st.integers(0, 5), after=values, out=values, references=st.booleans(), presets=st.booleans())
def test_movements_sum_to_the_way_between_the_figures(
    before: list[float], gone: int, after: list[float], out: list[float], references: bool, presets: bool
) -> None:
    had = [fact(n, y, component=("satisfaction", "speed")[n % 4 == 0 and presets]) for n, y in enumerate(before)]
    has = had[gone:] + [fact(100 + n, y) for n, y in enumerate(after)]
    then = state(had, old(), DEFAULT)
    now = state(has, new() if references else old(), SENAPELAN if presets else DEFAULT, DEFAULT)
    why = {(one.component, one.id): ("objection", "evidence")[n % 2] for n, one in enumerate(had)}
    objected = [*had[: gone // 2], *(fact(200 + n, y) for n, y in enumerate(out))]
    for own in (False, True):
        moved = movements(then, now, why, own=own, objected=objected)
        assert sum(one.points for one in moved) == pytest.approx(now.figure - then.figure, abs=1e-9)


def by_kind(moved: tuple[Movement, ...]) -> dict[tuple[str, str], Movement]:
    return {(one.kind, one.component): one for one in moved}


def test_each_cause_is_named_with_what_stands_behind_it() -> None:
    had = [fact(n, 1.0) for n in range(8)]
    has = had[1:] + [fact(100 + n, 0.0) for n in range(6)]
    moved = by_kind(
        movements(
            state(had, old(), DEFAULT),
            state(has, new(), SENAPELAN, DEFAULT),
            {("satisfaction", "rating:0"): "attribution"},
            own=False,
        )
    )
    assert moved["withdrawn", "satisfaction"].details == {"why": "attribution", "sources": {"rating": 1}}
    assert moved["withdrawn", "satisfaction"].points < 0
    assert (moved["new_facts", "satisfaction"].facts, moved["new_facts", "satisfaction"].points < 0) == (6, True)
    assert moved["reference", "satisfaction"].details == {"from": "2026-10", "to": "2026-11"}
    assert moved["preset", ""].details == {"from": DEFAULT.version, "to": "senapelan-1"}


def test_new_facts_are_told_against_what_they_moved() -> None:
    low = [fact(n, 0.0) for n in range(12)]
    better = low + [fact(100 + n, 1 / 3) for n in range(6)]
    (against_own,) = movements(state(low, old(), DEFAULT), state(better, old(), DEFAULT), {}, own=True)
    (against_usual,) = movements(state([], old(), DEFAULT), state(low, old(), DEFAULT), {}, own=True)
    with make_bare_app().test_request_context():
        assert movement_reason(against_own) == "Hasilnya lebih baik daripada angka Anda di bagian ini sebelumnya."
        assert movement_reason(against_usual) == "Hasilnya tidak sebaik yang wajar."


def test_to_the_officer_a_withdrawn_rating_is_summed_up_with_the_new_ones() -> None:
    had = [fact(n, 1.0) for n in range(8)]
    has = had[1:] + [fact(100 + n, 0.0) for n in range(6)]
    why = {("satisfaction", "rating:0"): "attribution"}
    moved = movements(state(had, old(), DEFAULT), state(has, old(), DEFAULT), why, own=True)
    assert [(one.kind, one.facts, one.details["withdrawn"]) for one in moved] == [("new_facts", 6, 1)]


def test_fewer_raters_than_five_between_two_figures_tell_who_they_are() -> None:
    had = [fact(n, 1.0) for n in range(8)]
    assert tells_nobody(had, had)
    assert not tells_nobody(had, [*had, fact(99, 0.0)])
    assert not tells_nobody(had, had[1:])
    assert tells_nobody(had, [*had, *(fact(90 + n, 0.0) for n in range(5))])
    assert tells_nobody(had, [*had, fact(99, 0.0, component="complaint_handling", source="answer")])


def test_an_objection_is_told_as_the_figure_with_and_without_what_it_took_out() -> None:
    had = [fact(n, 1.0) for n in range(8)]
    has = [*had, *(fact(100 + n, 1.0) for n in range(6))]
    out = [fact(200 + n, 0.0) for n in range(6)]
    now = state(has, new(), DEFAULT)
    with_it = state([*has, *out], new(), DEFAULT)
    for own in (False, True):
        moved = by_kind(movements(state(had, old(), DEFAULT), now, {}, own=own, objected=out))
        told = moved["withdrawn", "satisfaction"]
        assert (told.points, told.facts) == (pytest.approx(now.figure - with_it.figure, abs=1e-9), 6)
        assert moved["new_facts", "satisfaction"].facts == 12


def test_an_objection_that_moved_nothing_is_told_all_the_same() -> None:
    had = [fact(n, 1.0) for n in range(8)]
    unsure = [replace(fact(200 + n, 0.0), share=0.1) for n in range(6)]
    (told,) = movements(state(had, old(), DEFAULT), state(had, old(), DEFAULT), {}, own=True, objected=unsure)
    assert (told.points, told.details["why"]) == (0.0, "objection")


def test_to_the_officer_an_objection_of_few_raters_is_summed_up_with_the_new_ratings() -> None:
    had = [fact(n, 1.0) for n in range(8)]
    has = [*had, *(fact(100 + n, 1.0) for n in range(6))]
    out = [fact(200 + n, 0.0) for n in range(2)]
    then, now = state(had, old(), DEFAULT), state(has, old(), DEFAULT)
    (told,) = movements(then, now, {}, own=True, objected=out)
    assert (told.kind, told.facts, told.details["objected"]) == ("new_facts", 6, True)
    assert {one.kind for one in movements(then, now, {}, own=False, objected=out)} == {"new_facts", "withdrawn"}
