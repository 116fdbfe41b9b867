"""Groups of lines: exact sums, never fewer than five raters, and no rating told by comparing two views (law 9)."""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.indicators.formula import Fact, fit_reference, score_officer
from webapp.indicators.line_groups import LineGroup, group_lines, members_of, released

REFERENCE = fit_reference([], "defaults")
DAY = date(2026, 10, 14)
MANY = settings(max_examples=50, deadline=None)


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Ratings and cases of one officer in their order of arrival; days mostly advance, some facts come late."""
    facts: list[Fact] = []
    day = DAY
    for number in range(draw(st.integers(0, 40))):
        day += timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 4, -2))))
        component = draw(st.sampled_from(("satisfaction", "satisfaction", "satisfaction", "complaint_handling")))
        facts.append(
            Fact(
                id=f"{'rating' if component == 'satisfaction' else 'complaint'}:{number}",
                component=component,
                y=draw(st.sampled_from((0.0, 1 / 3, 2 / 3, 1.0))),
                share=1.0,
                verified=draw(st.booleans()),
                day=draw(st.sampled_from((day, day, day, None))),
                rater=draw(st.sampled_from((None, *"abcdefghijkl"))),
                cell=("certificates", "counter"),
                source=draw(st.sampled_from(("receipt", "bot"))),
            )
        )
    return facts


def _groups(facts: Sequence[Fact]) -> tuple[LineGroup, ...]:
    return group_lines(score_officer(facts, REFERENCE).lines, facts)


def _people(facts: Sequence[Fact]) -> int:
    known = {fact.rater for fact in facts if fact.rater}
    visits = sum(fact.rater is None and fact.verified for fact in facts)
    return len(known) + visits + any(fact.rater is None and not fact.verified for fact in facts)


@given(histories())
@MANY
def test_groups_sum_to_the_distance_whether_released_or_live(facts: list[Fact]) -> None:
    for view in (facts, released(facts)):
        score = score_officer(view, REFERENCE)
        groups = group_lines(score.lines, view)
        total = math.fsum(group.points for group in groups)
        assert total == pytest.approx(score.figure - score.expected, rel=0, abs=1e-9)
        assert sum(group.facts for group in groups) == len(view)
        assert sum(group.waiting for group in groups) == len(view) - len(released(view))


@given(histories())
@MANY
def test_a_shown_group_of_ratings_has_five_raters_and_names_no_fact(facts: list[Fact]) -> None:
    for view in (facts, released(facts)):
        for group in _groups(view):
            if group.kind == "ratings":
                assert group.raters >= 5
            if group.component == "satisfaction":
                assert group.fact_ids == ()
                assert group.shown == (group.raters >= 5)
    assert all(group.shown for group in _groups(released(facts)))


@given(histories())
@MANY
def test_between_two_released_views_never_fewer_than_five_raters_join(facts: list[Fact]) -> None:
    before: list[Fact] = []
    before_groups: tuple[LineGroup, ...] = ()
    for arrived in range(len(facts) + 1):
        now = [fact for fact in released(facts[:arrived]) if fact.component == "satisfaction"]
        assert before == now[: len(before)], "a rating once released was taken back"
        joined = now[len(before) :]
        groups = _groups(now) if joined else before_groups
        if joined:
            assert _people(joined) >= 5
            assert len(now) - len(before) == sum(g.facts for g in groups) - sum(g.facts for g in before_groups)
            old = {(group.week, group.first_day, group.last_day, group.facts) for group in before_groups}
            changed = [g for g in groups if (g.week, g.first_day, g.last_day, g.facts) not in old]
            assert len(changed) == 1, "a batch must not be spread over several groups"
        before, before_groups = now, groups


def test_ratings_wait_until_there_are_five_raters() -> None:
    facts = [
        Fact(f"rating:{n}", "satisfaction", 1.0, 1.0, True, DAY, f"r{n}", ("a", "counter"))
        for n in (8, 9, 10, 11, 12, 13)
    ]
    assert released(facts[:4]) == []
    assert released(facts) == facts[:5], "ids count by number: 9 comes before 10"
    repeats = [replace(fact, rater="same") for fact in facts]
    assert released(repeats) == [], "one rater six times is one rater"
    nobody = [replace(fact, rater=None, verified=False) for fact in facts]
    assert released(nobody) == [], "unverified ratings without a key may all be one person's"
    visits = [replace(fact, rater=None) for fact in facts]
    assert released(visits) == visits[:5]


def test_waiting_lines_of_a_live_score_are_not_shown() -> None:
    facts = [Fact(f"rating:{n}", "satisfaction", 0.0, 1.0, True, DAY, f"r{n}", ("a", "counter")) for n in range(4)]
    (group,) = _groups(facts)
    assert (group.kind, group.shown, group.raters, group.fact_ids) == ("waiting", False, 4, ())


def test_a_lost_case_stands_alone_and_gains_are_summed_by_week() -> None:
    facts = [
        Fact(
            f"complaint:{n}",
            "complaint_handling",
            y,
            1.0,
            True,
            DAY + timedelta(days=n),
            None,
            ("a", "bot"),
            source="bot",
        )
        for n, y in enumerate((1.0, 0.0, 1.0, 1.0, 0.2))
    ]
    groups = _groups(facts)  # a Wednesday to a Sunday: one ISO week
    assert [(group.kind, group.fact_ids) for group in groups] == [
        ("case", ("complaint:4",)),
        ("cases", ("complaint:0", "complaint:2", "complaint:3")),
        ("case", ("complaint:1",)),
    ]
    assert groups[1].sources == (("bot", 3),)
    assert groups[0].week == "2026-W42"


def test_a_group_carries_no_rater() -> None:
    assert {field.name for field in fields(LineGroup)} == {
        "kind", "component", "week", "first_day", "last_day", "facts", "raters", "sources", "points", "shown",
        "waiting", "fact_ids", "key"
    }  # fmt: skip


def test_lines_of_other_facts_are_refused() -> None:
    facts = [Fact(f"rating:{n}", "satisfaction", 0.0, 1.0, True, DAY, f"r{n}", ("a", "counter")) for n in range(6)]
    lines = score_officer(facts, REFERENCE).lines
    with pytest.raises(ValueError, match="don't match"):
        group_lines(lines, facts[:5])
    with pytest.raises(ValueError, match="two lines"):
        group_lines([*lines, lines[0]], facts)
    with pytest.raises(ValueError, match="at least one rater"):
        group_lines(lines, facts, minimum=0)


def test_a_founded_complaint_among_the_ratings_is_a_case_of_its_own() -> None:
    """It has no rater to protect, and the officer must find the line to object to it."""
    ratings = [
        Fact(f"rating:{n}", "satisfaction", 1.0, 1.0, True, date(2026, 11, 2), f"r{n}", (1, "receipt"), source="rating")
        for n in range(6)
    ]
    complaint = Fact(
        "complaint:9", "satisfaction", 0.0, 1.0, True, date(2026, 11, 3), None, (1, "portal"), source="complaint"
    )
    groups = _groups([*ratings, complaint])
    assert {(group.kind, group.facts) for group in groups} == {("ratings", 6), ("case", 1)}
    assert [group.fact_ids for group in groups if group.kind == "case"] == [("complaint:9",)]


def test_what_days_and_files_moved_is_summed_by_week_up_and_down() -> None:
    facts = [
        Fact(
            f"served:7:{day}",
            "complaint_handling",
            y,
            1.0,
            True,
            day,
            None,
            (3, "counter"),
            source="served",
            events=9.0,
        )
        for day, y in ((date(2026, 11, 2), 0.1), (date(2026, 11, 3), 0.9), (date(2026, 11, 9), 0.1))
    ]
    assert [(group.kind, group.week, group.facts) for group in _groups(facts)] == [
        ("days", "2026-W46", 1),
        ("days", "2026-W45", 2),
    ]


def test_what_one_rating_says_of_several_elements_is_one_person_and_stays_together() -> None:
    facts = [
        Fact(f"rating:{n}{of}", "satisfaction", 1.0, 1.0, True, DAY, None, (1, "receipt"), source="rating")
        for n in range(7)
        for of in ("", ":kompetensi", ":perilaku")
    ]
    (group,) = _groups(facts)
    assert (group.raters, group.facts, group.waiting) == (7, 21, 6)
    assert [fact.id for fact in released(facts)] == [fact.id for fact in facts[:15]]


@given(histories())
@MANY
def test_the_key_of_a_line_finds_its_facts_and_stays_while_it_grows(facts: list[Fact]) -> None:
    before: dict[str, LineGroup] = {}
    for arrived in range(0, len(facts) + 1, 5):
        groups = _groups(facts[:arrived])
        keys = {group.key: group for group in groups}
        assert len(keys) == len(groups)
        members = members_of(facts[:arrived], keys)
        assert {key: len(members[key]) for key in keys} == {key: group.facts for key, group in keys.items()}
        for key, group in keys.items():
            if group.fact_ids:
                assert tuple(id_ for _component, id_ in members[key]) == group.fact_ids
        # What is shown keeps its key, whatever comes later.
        assert {key for key, group in before.items() if group.shown} <= keys.keys()
        before = keys


def test_a_line_begins_with_its_first_batch_and_tells_no_case_to_whom_it_is_not() -> None:
    facts = [Fact(f"rating:{n}", "satisfaction", 1.0, 1.0, True, DAY, f"r{n}", ("a", "counter")) for n in range(9)]
    first, later = _groups(facts[:5])[0], _groups(facts)[0]
    assert first.key == later.key != _groups(facts[1:])[0].key
    assert members_of(facts, ["unknown"]) == {}
