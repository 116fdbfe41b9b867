"""Shares of what several pieces of evidence say together, and the laws that they keep."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.attribution import combining
from webapp.attribution.circumstances import Circumstances, Part, UnitPart
from webapp.attribution.combining import Before, judge
from webapp.attribution.rules import LEAST_OFFICER_SHARE, weighed_of
from webapp.attribution.strengths import stated_strengths

STATED = stated_strengths()
A, B, OFFICE, BELOW, DEEPER = 1, 2, 3, 4, 5
OFFICER, COLLEAGUE = 11, 12
PATHS = {A: "/1/", B: "/2/", OFFICE: "/3/", BELOW: "/3/4/", DEEPER: "/3/5/"}


def share_of(known: Circumstances, unit_id: int | None, officer_id: int | None = None) -> float:
    return sum(one.share for one in judge(known).shares if (one.unit_id, one.officer_id) == (unit_id, officer_id))


def test_one_piece_of_evidence_gives_its_own_strength() -> None:
    assert share_of(Circumstances(chosen_unit_id=A), A) == pytest.approx(STATED.unit["unit_chosen"])
    lone = Circumstances(counter_unit_id=A, on_duty=(Part(A, OFFICER),), exactly=True)
    [lead] = judge(lone).leads
    unit = 1 - share_of(lone, None)
    assert lead.share == pytest.approx(unit * STATED.officer["shift_then"])


def test_what_agrees_gives_more_and_what_disagrees_leaves_it_open() -> None:
    alone = share_of(Circumstances(chosen_unit_id=A), A)
    assert share_of(Circumstances(chosen_unit_id=A, text_units=(UnitPart(A, 0.8),)), A) > alone
    assert share_of(Circumstances(chosen_unit_id=A, text_units=(UnitPart(B, 0.8),)), A) < alone


def test_a_weak_word_against_the_citizens_choice_changes_nothing_and_a_strong_one_asks_a_human() -> None:
    weak = judge(Circumstances(chosen_unit_id=A, text_units=(UnitPart(B, 0.5), UnitPart(A, 0.1))))
    strong = judge(Circumstances(chosen_unit_id=A, text_units=(UnitPart(B, 0.97),)))
    assert weak.unit_id == A
    assert strong.unit_id is None
    assert {ground.rule for ground in strong.grounds} == {"unit_chosen", "words"}, "the reasons are kept"


@pytest.mark.parametrize(("probability", "placed"), [(0.95, A), (0.6, None)])
def test_words_alone_place_only_what_they_are_sure_of(probability: float, placed: int | None) -> None:
    assert judge(Circumstances(text_units=(UnitPart(A, probability),))).unit_id == placed


def test_pieces_of_one_statement_are_no_two_witnesses() -> None:
    shift = Circumstances(counter_unit_id=A, on_duty=(Part(A, OFFICER),), exactly=True)
    record = replace(shift, served_there=(Part(A, OFFICER),))
    name = replace(shift, named=(Part(A, OFFICER),), named_by="part")
    by_record, by_name = judge(record).leads[0].share, judge(name).leads[0].share
    assert by_record > judge(shift).leads[0].share
    assert STATED.officer["named_part"] < STATED.officer["served_then"]
    assert by_name > by_record, "a name is told apart from the counter, so that it says more although it is weaker"


def test_records_outdo_the_roster() -> None:
    known = Circumstances(
        counter_unit_id=A, on_duty=(Part(A, OFFICER),), served_there=(Part(A, COLLEAGUE),), exactly=True
    )
    assert {lead.officer_id for lead in judge(known).leads} == {COLLEAGUE}


def test_who_is_not_surely_meant_is_not_charged_but_known_as_possible() -> None:
    two = (Part(A, OFFICER, 0.5), Part(A, COLLEAGUE, 0.5))
    judgement = judge(Circumstances(counter_unit_id=A, served_there=two, exactly=True))
    assert judgement.charged == frozenset()
    assert {lead.officer_id for lead in judgement.leads} == {OFFICER, COLLEAGUE}


def test_of_a_unit_and_one_below_it_the_more_exact_statement_counts() -> None:
    counter = Circumstances(chosen_unit_id=OFFICE, counter_unit_id=BELOW, paths=PATHS)
    assert judge(counter).unit_id == BELOW
    words = Circumstances(chosen_unit_id=OFFICE, text_units=(UnitPart(BELOW, 0.6), UnitPart(DEEPER, 0.3)), paths=PATHS)
    assert judge(words).unit_id == OFFICE, "words do not refine what the citizen chose, they confirm it"
    assert share_of(words, OFFICE) > share_of(Circumstances(chosen_unit_id=OFFICE), OFFICE)
    place = Circumstances(service_unit_id=OFFICE, place_units=(UnitPart(DEEPER),), paths=PATHS)
    assert judge(place).unit_id == DEEPER, "the place decides between the offices of a kind"


def test_who_stands_charged_stays_so_while_little_changes() -> None:
    known = Circumstances(chosen_unit_id=A, queue_unit_id=A, queue_served=(Part(A, OFFICER),), queue_by_label=True)
    share = judge(known).leads[0].share
    stricter = replace(STATED, least_charged_share=share + STATED.charge_slack / 2)
    assert judge(known, stricter).charged == frozenset()
    assert judge(known, stricter, Before(frozenset({OFFICER}))).charged == {OFFICER}
    out_of_reach = replace(STATED, least_charged_share=share + 2 * STATED.charge_slack)
    assert judge(known, out_of_reach, Before(frozenset({OFFICER}))).charged == frozenset()


#: On a machine with much else to do, making an example can take long without anything being wrong with it.
patiently = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

ids = st.none() | st.integers(1, 5)
parts = st.lists(st.tuples(st.integers(1, 5), st.integers(11, 16)), unique_by=lambda one: one[1], max_size=4).map(
    lambda pairs: tuple(Part(unit, officer, 1 / len(pairs)) for unit, officer in pairs)
)
unit_parts = st.lists(st.integers(1, 5), unique=True, max_size=4).map(
    lambda found: tuple(UnitPart(unit, 0.9 / len(found)) for unit in found)
)
circumstances = st.builds(
    Circumstances,
    queue_served=parts,
    queue_unit_id=ids,
    served_there=parts,
    on_duty=parts,
    exactly=st.booleans(),
    counter_unit_id=ids,
    named=parts,
    named_by=st.sampled_from(["full", "part", "common", "described"]),
    chosen_unit_id=ids,
    service_unit_id=ids,
    text_units=unit_parts,
    place_units=unit_parts,
    paths=st.just(PATHS),
)


@patiently
@given(circumstances)
def test_shares_sum_to_one(known: Circumstances) -> None:
    shares = judge(known).shares
    assert shares and all(0 < share.share <= 1 for share in shares)
    assert math.fsum(share.share for share in shares) == pytest.approx(1, abs=1e-12)
    assert len({(share.unit_id, share.officer_id) for share in shares}) == len(shares)


@patiently
@given(circumstances)
def test_weights_sum_to_one_unless_one_decides_alone(known: Circumstances) -> None:
    weights = [ground.weight for ground in judge(known).grounds]
    if len(weights) == 1:
        assert weights == [None]
    else:
        assert math.fsum(weight or 0 for weight in weights) == pytest.approx(1)


@patiently
@given(circumstances)
def test_nobody_is_charged_without_evidence_that_points_at_him(known: Circumstances) -> None:
    pointed = {
        part.officer_id
        for found in (known.queue_served, known.served_there, known.on_duty, known.named)
        for part in found
    }
    judgement = judge(known)
    assert {lead.officer_id for lead in judgement.leads} <= pointed
    for share in judgement.shares:
        if share.officer_id is not None:
            assert share.share >= LEAST_OFFICER_SHARE and share.unit_id is not None
    bare = replace(known, queue_served=(), served_there=(), on_duty=(), named=())
    assert not judge(bare).leads


@patiently
@given(circumstances, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(known: Circumstances, random: object) -> None:
    found = list(weighed_of(known))
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for one, other in ((found, shuffled),):
        units, unknown = combining.weigh_units(known, one, STATED)
        again, unknown_again = combining.weigh_units(known, other, STATED)
        assert units == pytest.approx(again) and unknown == pytest.approx(unknown_again)
        for unit_id in units:
            assert combining.weigh_officers(known, one, unit_id, STATED) == pytest.approx(
                combining.weigh_officers(known, other, unit_id, STATED)
            )


def test_what_somebody_thinks_of_a_service_is_no_circumstance() -> None:
    assert not {"value", "scale", "rating", "finding", "kind", "y"} & set(Circumstances.__dataclass_fields__)


def test_statements_that_agree_on_an_officer_confirm_the_unit_as_well() -> None:
    counter = Circumstances(counter_unit_id=A, served_there=(Part(A, OFFICER),), exactly=True)
    agreeing = replace(counter, named=(Part(A, OFFICER),), named_by="part")
    differing = replace(counter, named=(Part(A, COLLEAGUE),), named_by="part")
    unit, _ = combining.weigh_units(counter, weighed_of(counter), STATED)
    sure, _ = combining.weigh_units(agreeing, weighed_of(agreeing), STATED)
    unsure, _ = combining.weigh_units(differing, weighed_of(differing), STATED)
    assert unsure[A] < unit[A] < sure[A]
    assert judge(agreeing).charged == {OFFICER}
    assert judge(differing).charged == judge(counter).charged == frozenset()
