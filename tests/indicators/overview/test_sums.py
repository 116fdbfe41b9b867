"""Sums over a unit weigh each fact as the model does, and count people rather than votes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency
from tests.factories.organisation import make_service
from webapp.indicators.models import IndicatorFact, IndicatorReference
from webapp.indicators.overview.sums import UnitSums, sums_of
from webapp.indicators.reference import ComponentReference, Reference
from webapp.organisation.models import Officer, Service

AT = datetime(2026, 11, 10, 2, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 9), date(2026, 11, 10)


class City:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency: Agency = make_agency(session)
        self.other: Service = make_service(session, self.agency.unit, name="KTP-el")
        first = (self.agency.service.id, "receipt")
        component = ComponentReference(
            "satisfaction",
            b0=0.0,
            phi=0.5,
            tau=0.4,
            cells=((first, 1.0, 1.0),),
            quarters=(((self.other.id, "2026-Q4"), -1.0, 9.0),),
            units=((self.agency.unit.id, 0.5, 9.0),),
        )
        reference = IndicatorReference(
            version="v", fitted_at=AT, content=Reference("v", {"satisfaction": component}).to_json()
        )
        session.add(reference)
        session.flush()
        self.reference_id: int = reference.id
        self.number = 0

    def fact(self, officer: Officer, y: float, rater: str | None = None, **given: object) -> None:
        self.number += 1
        values: dict[str, object] = {
            "key": f"rating:{self.number}", "component": "satisfaction", "period": "2026-Q4", "day": MONDAY,
            "share": 1.0, "verified": True, "service_id": self.agency.service.id, "channel": "receipt",
        }  # fmt: skip
        self.session.add(IndicatorFact(officer_id=officer.id, y=y, rater=rater, recorded_at=AT, **(values | given)))

    def sums(self, *officers: Officer) -> UnitSums:
        self.session.flush()
        sums = sums_of([officer.id for officer in officers], "2026-Q4", "satisfaction", self.reference_id)
        assert sums is not None
        return sums


@pytest.fixture
def city(session: Session) -> City:
    return City(session)


def test_each_fact_weighs_as_the_model_says_and_is_expected_by_its_service_channel_quarter_and_unit(
    city: City,
) -> None:
    sari, budi = city.agency.sari_officer, city.agency.budi_officer
    city.fact(sari, 1.0, "a")
    city.fact(sari, 0.0, "a", day=TUESDAY)  # the same citizen again: half each
    city.fact(sari, 1.0, None, verified=False, day=date(2026, 11, 11), share=0.5)  # a quarter, half of it his
    city.fact(budi, 1.0, "a", service_id=city.other.id, unit_id=city.agency.unit.id, channel="portal")
    city.fact(budi, 1.0, "b", share=0.2)  # too unsure to be anybody's
    city.fact(budi, 1.0, "c", withdrawn_at=AT, withdrawn_why="objection")
    city.fact(budi, 1.0, "d", period="2026-Q3")
    city.fact(city.agency.tono_officer, 1.0, "e")
    sums = city.sums(sari, budi)
    officers = {group.key: group.tally for group in sums.officers}
    assert officers[sari.id].weight == pytest.approx(0.5 + 0.5 + 0.125)
    assert officers[sari.id].good == pytest.approx(0.5 + 0.125)
    assert officers[sari.id].expected == pytest.approx(25 + 75 * 0.7310586)  # logistic(0 + 1)
    assert officers[budi.id].facts == 1
    assert officers[budi.id].expected == pytest.approx(25 + 75 * 0.3775407)  # logistic(0 - 1 + .5)
    assert (sums.phi, sums.tau) == (0.5, 0.4)


def test_a_crowded_day_weighs_less(city: City) -> None:
    for n in range(21):
        city.fact(city.agency.sari_officer, 1.0, f"r{n}")
    assert city.sums(city.agency.sari_officer).officers[0].tally.weight == pytest.approx(21 / 2)


def test_groups_count_people_whoever_served_them(city: City) -> None:
    sari, budi = city.agency.sari_officer, city.agency.budi_officer
    for n in range(6):
        city.fact(sari, 1.0, f"r{n}")
    for n in range(3):
        city.fact(budi, 1.0, f"r{n}", channel="portal", day=TUESDAY)
        city.fact(budi, 1.0, f"r{n}", channel="portal", day=TUESDAY, service_id=city.other.id)
    city.fact(budi, 1.0, None, channel="portal", day=None, verified=False)
    sums = city.sums(sari, budi)
    assert {group.key: group.raters for group in sums.services} == {city.agency.service.id: 7, city.other.id: 3}
    assert {group.key: group.raters for group in sums.channels} == {"receipt": 6, "portal": 4}
    assert {group.key: group.raters for group in sums.weekdays} == {0: 1, 1: 6, 2: 3}
    assert {group.key: group.raters for group in sums.officers} == {sari.id: 6, budi.id: 4}
    small = next(group for group in sums.channels if group.key == "portal")
    assert small.persons == {"r0", "r1", "r2", "-"}
    assert not next(group for group in sums.channels if group.key == "receipt").persons


def test_nothing_is_summed_where_nothing_is_expected(city: City) -> None:
    assert sums_of([], "2026-Q4", "satisfaction", None) is None
    assert sums_of([], "2026-Q4", "no_such_component", city.reference_id) is None
    assert city.sums().officers == ()
