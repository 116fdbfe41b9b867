"""The rules as a table: what is known, and whom it names. No database."""

from __future__ import annotations

import pytest

from webapp.attribution.circumstances import Circumstances, Delay, Part, UnitPart
from webapp.attribution.combining import judge
from webapp.attribution.rules import CERTAIN, WEIGHED, Share, weighed_of

UNIT, OTHER_UNIT, OFFICER, COLLEAGUE = 1, 2, 11, 12
AGENCY_UNIT, AGENCY_OFFICER = 3, 13
LATE = (Delay(UNIT, None, 3600), Delay(UNIT, OFFICER, 3600), Delay(OTHER_UNIT, COLLEAGUE, 800))
EVERYTHING_WEIGHED = Circumstances(
    queue_served=(Part(UNIT, OFFICER),),
    queue_unit_id=UNIT,
    served_there=(Part(UNIT, OFFICER),),
    on_duty=(Part(UNIT, COLLEAGUE),),
    counter_unit_id=UNIT,
    named=(Part(UNIT, OFFICER),),
    named_by="full",
    numbered_file_unit_id=UNIT,
    chosen_unit_id=OTHER_UNIT,
    service_unit_id=UNIT,
    text_units=(UnitPart(UNIT, 0.7), UnitPart(OTHER_UNIT, 0.2)),
    place_units=(UnitPart(UNIT),),
)

CERTAINTIES = [
    ("nothing at all", Circumstances(), "nothing_known", [Share(1.0)]),
    (
        "a file that lay in the tray and then with an officer",
        Circumstances(application_unit_id=UNIT, about_delay=True, delays=LATE, chosen_unit_id=OTHER_UNIT),
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
        "the code of a file in the text, which speaks of delay",
        Circumstances(told_file_unit_id=UNIT, told_file_delays=LATE, chosen_unit_id=OTHER_UNIT),
        "told_file_delay",
        [Share(0.45, UNIT), Share(0.45, UNIT, OFFICER), Share(0.1, OTHER_UNIT)],
    ),
    ("the code of a file in the text", Circumstances(told_file_unit_id=UNIT), "told_file", [Share(1.0, UNIT)]),
    (
        "a receipt, whatever else was stated",
        Circumstances(
            visit_officer_id=OFFICER,
            visit_unit_id=UNIT,
            on_duty=(Part(OTHER_UNIT, COLLEAGUE),),
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
]


@pytest.mark.parametrize(
    ("known", "rule", "shares"), [row[1:] for row in CERTAINTIES], ids=[row[0] for row in CERTAINTIES]
)
def test_what_is_certain_decides_alone(known: Circumstances, rule: str, shares: list[Share]) -> None:
    judgement = judge(known)
    assert (judgement.rule, list(judgement.shares)) == (rule, shares)
    assert [ground.weight for ground in judgement.grounds] == [None]


def test_every_weighed_rule_speaks_for_itself() -> None:
    said = {one.rule: one for one in weighed_of(EVERYTHING_WEIGHED)}
    assert list(said) == [rule.__name__ for rule in WEIGHED]
    assert [part.officer_id for part in said["counter_and_shift"].officers] == [COLLEAGUE]
    assert said["words"].particulars["percent"] == 70
    assert not said["named_officer"].units, "a name is only looked for in the told unit: it says nothing about it"
    assert {rule.__name__ for rule in WEIGHED}.isdisjoint(rule.__name__ for rule in CERTAIN)


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        ({"counter_unit_id": UNIT, "on_duty": (Part(UNIT, OFFICER),), "exactly": True}, "shift_then"),
        ({"counter_unit_id": UNIT, "on_duty": (Part(UNIT, OFFICER),)}, "shift_that_day"),
        ({"counter_unit_id": UNIT, "served_there": (Part(UNIT, OFFICER),), "exactly": True}, "served_then"),
        ({"queue_unit_id": UNIT, "queue_served": (Part(UNIT, OFFICER),), "queue_by_label": True}, "queue_label"),
        ({"queue_unit_id": UNIT, "queue_served": (Part(UNIT, OFFICER),)}, "queue_number"),
        ({"chosen_unit_id": UNIT, "named": (Part(UNIT, OFFICER),), "named_by": "common"}, "named_common"),
    ],
)
def test_how_it_is_told_says_how_strong_it_is(known: dict[str, object], kind: str) -> None:
    assert kind in {one.kind for one in weighed_of(Circumstances(**known))}  # type: ignore[arg-type]


def test_a_sentence_gets_its_particulars() -> None:
    names = {"unit": "Dinas", "service": "Akta", "counter": "Loket 3", "day": "2026-11-23"}
    two = (Part(UNIT, OFFICER, 0.5), Part(UNIT, COLLEAGUE, 0.5))
    said = weighed_of(Circumstances(on_duty=two, counter_unit_id=UNIT, names=names))
    assert said[0].particulars == {**names, "officers": 2}
