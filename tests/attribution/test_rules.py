"""The rules as a table: what is known, and whom it names. No database."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.attribution.rules import LEAST_OFFICER_SHARE, RULES, Circumstances, Delay, OnDuty, Share, judge

UNIT, OTHER_UNIT, OFFICER, COLLEAGUE = 1, 2, 11, 12
AGENCY_UNIT, AGENCY_OFFICER = 3, 13


def on_duty(*officers: int) -> tuple[OnDuty, ...]:
    return tuple(OnDuty(officer, UNIT) for officer in officers)


TABLE = [
    ("nothing at all", Circumstances(), "nothing_known", [Share(1.0)]),
    ("a service", Circumstances(service_unit_id=UNIT), "service_chosen", [Share(1.0, UNIT)]),
    ("a unit", Circumstances(chosen_unit_id=UNIT, service_unit_id=OTHER_UNIT), "unit_chosen", [Share(1.0, UNIT)]),
    ("a counter without a time", Circumstances(counter_unit_id=UNIT), "unit_chosen", [Share(1.0, UNIT)]),
    (
        "a counter with one officer on duty",
        Circumstances(on_duty=on_duty(OFFICER), counter_unit_id=UNIT, chosen_unit_id=OTHER_UNIT),
        "counter_and_shift",
        [Share(1.0, UNIT, OFFICER)],
    ),
    (
        "a counter with two on duty",
        Circumstances(on_duty=on_duty(OFFICER, COLLEAGUE), counter_unit_id=UNIT),
        "counter_and_shift",
        [Share(0.5, UNIT, OFFICER), Share(0.5, UNIT, COLLEAGUE)],
    ),
    (
        "a counter with three on duty",
        Circumstances(on_duty=on_duty(11, 12, 13), counter_unit_id=UNIT),
        "counter_and_shift",
        [Share(1 / 3, UNIT, 11), Share(1 / 3, UNIT, 12), Share(1 / 3, UNIT, 13)],
    ),
    (
        "a counter with so many on duty that nobody's part is enough",
        Circumstances(on_duty=on_duty(11, 12, 13, 14), counter_unit_id=UNIT),
        "counter_and_shift",
        [Share(1.0, UNIT)],
    ),
    (
        "a file that lay in the tray and then with an officer",
        Circumstances(
            application_unit_id=UNIT,
            about_delay=True,
            delays=(Delay(UNIT, None, 3600), Delay(UNIT, OFFICER, 3600), Delay(OTHER_UNIT, COLLEAGUE, 800)),
            chosen_unit_id=OTHER_UNIT,
        ),
        "application_delay",
        [Share(0.45, UNIT), Share(0.45, UNIT, OFFICER), Share(0.1, OTHER_UNIT)],
    ),
    (
        "a file that is late for a cause that is nobody's fault",
        Circumstances(application_unit_id=UNIT, about_delay=True, delays=()),
        "application_unit",
        [Share(1.0, UNIT)],
    ),
    (
        "a file that somebody delayed, but the complaint is not about that",
        Circumstances(application_unit_id=UNIT, delays=(Delay(UNIT, OFFICER, 3600),)),
        "application_unit",
        [Share(1.0, UNIT)],
    ),
    (
        "a receipt, whatever else was chosen",
        Circumstances(
            visit_officer_id=OFFICER,
            visit_unit_id=UNIT,
            on_duty=on_duty(COLLEAGUE),
            counter_unit_id=OTHER_UNIT,
            chosen_unit_id=OTHER_UNIT,
        ),
        "receipt",
        [Share(1.0, UNIT, OFFICER)],
    ),
    (
        "the agency's decision on a unit, against a receipt",
        Circumstances(agency_unit_id=AGENCY_UNIT, visit_officer_id=OFFICER, visit_unit_id=UNIT),
        "agency_decision",
        [Share(1.0, AGENCY_UNIT)],
    ),
    (
        "the agency's decision on an officer",
        Circumstances(agency_unit_id=AGENCY_UNIT, agency_officer_id=AGENCY_OFFICER),
        "agency_decision",
        [Share(1.0, AGENCY_UNIT, AGENCY_OFFICER)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("known", "rule", "shares"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_known_says_whom_it_concerns(known: Circumstances, rule: str, shares: list[Share]) -> None:
    judgement = judge(known)
    assert (judgement.rule, list(judgement.shares)) == (rule, shares)


def test_the_stronger_rule_decides() -> None:
    known = Circumstances(
        agency_unit_id=AGENCY_UNIT,
        visit_officer_id=OFFICER,
        visit_unit_id=UNIT,
        application_unit_id=UNIT,
        about_delay=True,
        delays=(Delay(UNIT, None, 60),),
        on_duty=on_duty(OFFICER),
        counter_unit_id=UNIT,
        chosen_unit_id=UNIT,
        service_unit_id=UNIT,
    )
    without = [known]
    for less in (
        {"agency_unit_id": None},
        {"visit_officer_id": None},
        {"delays": ()},
        {"application_unit_id": None},
        {"on_duty": ()},
        {"counter_unit_id": None, "chosen_unit_id": None},
    ):
        without.append(replace(without[-1], **less))
    assert [judge(known).rule for known in without] == [rule.__name__ for rule in RULES]


def test_a_sentence_gets_its_particulars() -> None:
    names = {"unit": "Dinas", "service": "Akta", "counter": "Loket 3", "day": "2026-11-23"}
    judgement = judge(Circumstances(on_duty=on_duty(OFFICER, COLLEAGUE), counter_unit_id=UNIT, names=names))
    assert judgement.particulars == {**names, "officers": 2}


#: On a machine with much else to do, making an example can take long without anything being wrong with it.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ids = st.none() | st.integers(1, 6)
circumstances = st.builds(
    Circumstances,
    agency_officer_id=ids,
    agency_unit_id=st.integers(1, 6),
    visit_officer_id=ids,
    visit_unit_id=st.integers(1, 6),
    on_duty=st.lists(st.builds(OnDuty, st.integers(1, 40), st.integers(1, 3)), unique=True, max_size=9).map(tuple),
    counter_unit_id=ids,
    chosen_unit_id=ids,
    service_unit_id=ids,
) | st.builds(
    Circumstances,
    visit_officer_id=ids,
    visit_unit_id=st.integers(1, 6),
    on_duty=st.lists(st.builds(OnDuty, st.integers(1, 40), st.integers(1, 3)), unique=True, max_size=9).map(tuple),
    counter_unit_id=st.integers(1, 6),
    chosen_unit_id=ids,
    service_unit_id=ids,
)


@patiently
@given(circumstances)
def test_shares_sum_to_one(known: Circumstances) -> None:
    shares = judge(known).shares
    assert shares and all(0 < share.share <= 1 for share in shares)
    assert sum(share.share for share in shares) == pytest.approx(1, abs=1e-12)


@patiently
@given(circumstances)
def test_nobody_is_named_without_evidence(known: Circumstances) -> None:
    evidence = {known.agency_officer_id, known.visit_officer_id, *(one.officer_id for one in known.on_duty)}
    for share in judge(known).shares:
        if share.officer_id is not None:
            assert share.officer_id in evidence
            assert share.share >= LEAST_OFFICER_SHARE and share.unit_id is not None


@patiently
@given(circumstances)
def test_without_receipt_shift_or_decision_it_is_the_units(known: Circumstances) -> None:
    bare = replace(known, agency_officer_id=None, visit_officer_id=None, on_duty=())
    assert all(share.officer_id is None for share in judge(bare).shares)


@patiently
@given(st.lists(st.integers(1, 99), min_size=1, max_size=12, unique=True))
def test_who_shares_a_counter_shares_alike(officers: list[int]) -> None:
    parts = [share.share for share in judge(Circumstances(on_duty=on_duty(*officers), counter_unit_id=UNIT)).shares]
    assert all(before == after for before, after in pairwise(parts))
