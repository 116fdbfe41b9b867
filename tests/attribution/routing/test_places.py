"""Which units are many of a kind, and which of them a place means."""

from __future__ import annotations

import pytest

from webapp.attribution.routing import CatalogueUnit
from webapp.attribution.routing.places import PlaceClass, classes_of, shares

OFFICES = PlaceClass("kelurahan", ("1", "2", "3"), ("melati", "melati baru", "dahlia"))


def test_units_of_a_kind_are_one_class_and_offices_with_duties_are_not() -> None:
    names = ["Kecamatan A", "Kecamatan B", "Dinas C", "Dinas D", "Dinas E", "Dinas F", "Dinas G", "Kelurahan H"]
    names += [f"Mukim {letter}" for letter in "JKLMN"]
    classes = classes_of([CatalogueUnit(name, name) for name in names])
    kinds = {one.kind: len(one.units) for one in classes if one.kind}
    assert kinds == {"kecamatan": 2, "mukim": 5}
    assert sorted(unit for one in classes for unit in one.units) == sorted(names)


@pytest.mark.parametrize(
    ("place", "text", "expected"),
    [
        ("Melati", "", {"1": 1.0}),
        ("MELATI BARU, Dahlia", "", {"2": 1.0}),
        ("Kec. Melati, Kel. Dahlia", "", {"3": 1.0}),
        ("Dahlya", "", {"3": 1.0}),
        ("", "di Melati Baru dekat pasar", {"2": 1.0}),
        ("Dahlia", "bukan di Melati", {"3": 1.0}),
        ("Entah", "", {"1": 1 / 3, "2": 1 / 3, "3": 1 / 3}),
    ],
)
def test_the_place_decides(place: str, text: str, expected: dict[str, float]) -> None:
    assert shares(OFFICES, text, place) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("place", "unit"), [("Dahlia, Melati", "1"), ("Kec. Dahlia, Melati", "3"), ("Mawar, Melati Baru", "2")]
)
def test_the_larger_place_comes_last(place: str, unit: str) -> None:
    districts = PlaceClass("kecamatan", OFFICES.units, OFFICES.places)
    assert shares(districts, "", place) == {unit: 1.0}
