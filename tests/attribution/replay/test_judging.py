"""What would be done with a past complaint follows from the very rules, by its words and its place."""

from __future__ import annotations

from webapp.attribution.replay.judging import Doing, Ground, would_do
from webapp.attribution.routing import Candidate, CatalogueUnit, Routed
from webapp.attribution.routing.places import classes_of

UNITS = (
    CatalogueUnit("2", "Dinas Kebersihan"),
    CatalogueUnit("3", "Kecamatan Melati"),
    CatalogueUnit("4", "Kecamatan Kenanga"),
)
GROUND = Ground(
    units=UNITS,
    paths={1: "/1/", 2: "/1/2/", 3: "/1/3/", 4: "/1/4/"},
    names={int(unit.id): unit.name for unit in UNITS},
    classes=classes_of(UNITS),
)


def said(**probabilities: float) -> Routed:
    candidates = tuple(Candidate(unit.removeprefix("u"), part, ()) for unit, part in probabilities.items())
    return Routed(candidates, 1 - sum(probabilities.values()), sure=True)


def test_what_the_words_say_surely_is_sent_what_they_say_half_is_not() -> None:
    surely = would_do(GROUND, said(u2=0.97), "", personal=False)
    assert (surely.unit_id, surely.sent) == (2, True)
    half = would_do(GROUND, said(u2=0.5, u3=0.3), "", personal=False)
    assert (half.unit_id, half.sent) == (2, False)
    assert 0.3 < half.share < 0.7


def test_what_points_at_a_person_is_for_people() -> None:
    plain, personal = (would_do(GROUND, said(u2=0.97), "", personal=one) for one in (False, True))
    assert plain.sent and not personal.sent
    assert (plain.unit_id, plain.share) == (personal.unit_id, personal.share)


def test_the_place_decides_among_units_of_a_kind() -> None:
    nowhere = would_do(GROUND, said(u3=0.48, u4=0.48), "", personal=False)
    there = would_do(GROUND, said(u3=0.48, u4=0.48), "Jalan Anggrek, Kenanga", personal=False)
    assert not nowhere.sent
    assert there.unit_id == 4 and there.share > nowhere.share


def test_nothing_said_is_nothing_done() -> None:
    assert would_do(GROUND, Routed((), 1.0, sure=False), "", personal=False) == Doing(None, 0.0, sent=False)
