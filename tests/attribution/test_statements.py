"""Statements held against the records: written counters, queue tickets, names, files, places, words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import update

from tests.factories.city import SmallCity, make_small_city
from tests.factories.counter import make_visit
from tests.factories.feedback import make_complaint, make_rating
from tests.factories.organisation import make_counter, make_officer, make_service, make_shift, make_unit
from tests.factories.queue import make_hall, make_line, make_ticket
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_applications, attribute_feedback
from webapp.attribution.circumstances import Circumstances
from webapp.attribution.evidence import gather_circumstances
from webapp.attribution.models import LEADS, Evidence, TextOpinion
from webapp.attribution.queries import concerned_for, reasons_for
from webapp.counter.applications.models import Application, ApplicationStage, TurnaroundFact
from webapp.counter.queue.models import QueueTicket
from webapp.feedback.models import Complaint, Feedback

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # a Monday, 10:00 in Jakarta
LATER = AT + timedelta(hours=2)


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    return make_small_city(database.session(), AT)


def known_of(database: SQLAlchemy, city: SmallCity, text: str, **stated: Any) -> Circumstances:
    stated.setdefault("unit_id", city.unit.id)
    complaint = make_complaint(database.session(), LATER, text=text, **stated)
    feedback = database.session.get_one(Feedback, complaint.feedback_id)
    return gather_circumstances([feedback])[feedback.id]


def test_a_counter_and_a_time_that_are_only_written(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    counter = make_counter(session, city.unit, name="Loket 83")
    make_shift(session, city.officer, counter, AT - timedelta(hours=2))
    make_visit(session, city.unit, AT + timedelta(minutes=4), officer=city.colleague, counter=counter)
    known = known_of(database, city, "Tadi jam 10 pagi di loket 83 saya tidak dilayani dengan baik.")
    assert (known.counter_unit_id, known.exactly) == (city.unit.id, True)
    assert [part.officer_id for part in known.served_there] == [city.colleague.id]
    assert [part.officer_id for part in known.on_duty] == [city.officer.id]
    assert known_of(database, city, "Di loket 83 saya ditolak.").served_there == (), "no day is told"


def test_a_day_at_a_counter_is_shared_by_visits(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    counter = make_counter(session, city.unit)
    for minutes, officer in ((0, city.officer), (15, city.officer), (30, city.officer), (45, city.colleague)):
        make_visit(session, city.unit, AT + timedelta(minutes=minutes), officer=officer, counter=counter)
    known = known_of(database, city, "Kurang ramah.", counter_id=counter.id, occurred_at=AT)
    assert {part.officer_id: part.part for part in known.served_there} == {
        city.officer.id: 0.75,
        city.colleague.id: 0.25,
    }
    assert not known.exactly


@pytest.mark.parametrize(("text", "found"), [("nomor antrean {label}", True), ("nomor antrean 77", False)])
def test_a_queue_ticket_of_the_told_day(city: SmallCity, database: SQLAlchemy, text: str, found: bool) -> None:
    session = database.session()
    line = make_line(session, make_hall(session, city.unit, always_open=True), city.service)
    ticket = make_ticket(session, line, AT)
    visit = make_visit(session, city.unit, AT + timedelta(minutes=20), officer=city.colleague)
    session.execute(update(QueueTicket).values(visit_id=visit.id))
    known = known_of(database, city, f"Hari ini {text.format(label=ticket.label)}.")
    assert [part.officer_id for part in known.queue_served] == ([city.colleague.id] if found else [])
    other_day = known_of(database, city, f"Kemarin {text.format(label=ticket.label)}.")
    assert other_day.queue_served == ()
    elsewhere = make_unit(session, city.root)
    assert known_of(database, city, f"Hari ini nomor antrean {ticket.label}.", unit_id=elsewhere.id).queue_served == ()


def test_a_name_is_looked_for_in_the_told_unit_on_the_told_day_only(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    named = make_officer(session, city.unit, name="Herlambang Kusuma")
    elsewhere = make_unit(session, city.root)
    make_officer(session, elsewhere, name="Maimunah Lubis")
    known = known_of(database, city, "Pak Herlambang tadi marah.")
    assert ([part.officer_id for part in known.named], known.named_by) == ([named.id], "part")
    assert known_of(database, city, "Bu Maimunah tadi marah.").named == ()
    assert known_of(database, city, "Pak Herlambang marah.").named == (), "no day is told"
    for nowhere in (None, city.root.id):
        assert known_of(database, city, "Pak Herlambang tadi marah.", unit_id=nowhere).named == ()


def test_who_may_be_meant_is_told_to_those_alone_who_decide_about_persons(
    city: SmallCity, database: SQLAlchemy
) -> None:
    session = database.session()
    named = make_officer(session, city.unit, name="Herlambang Kusuma")
    complaint = make_complaint(session, LATER, text="Pak Herlambang tadi marah.", unit_id=city.unit.id)
    attribute_feedback([complaint.feedback_id], LATER)
    stored = session.query(Evidence).order_by(Evidence.id).all()
    assert [lead[1] for lead in stored[0].particulars[LEADS]] == [named.id]
    assert all(LEADS not in reason.particulars for reason in reasons_for(complaint))
    seen = concerned_for(city.staff[Role.SUPERVISOR], complaint)
    assert [(one.officer, one.charged) for one in seen if one.officer] == [("Herlambang Kusuma", False)]
    assert concerned_for(city.staff[Role.OFFICER], complaint) == ()


def make_file(database: SQLAlchemy, city: SmallCity, code: str, external_id: str | None = None) -> Application:
    file = Application(
        code=code,
        write_key=f"uji:{code}",
        unit_id=city.unit.id,
        service_id=city.service.id,
        channel="kiosk",
        registered_at=AT,
        source="uji" if external_id else None,
        external_id=external_id,
        stages=[ApplicationStage(position=1, code="verified", name="Diverifikasi", unit_id=city.unit.id)],
    )
    database.session.add(file)
    database.session.flush()
    return file


def test_a_files_code_in_the_words_leads_to_who_delayed_it(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    file = make_file(database, city, "BK-23456-789AB")
    complaint = make_complaint(session, LATER, text="Berkas bk-23456-789ab belum juga selesai.")
    attribute_feedback([complaint.feedback_id], LATER)
    assert (complaint.state, complaint.unit_id) == ("sent", city.unit.id)
    session.add(
        TurnaroundFact(
            application_id=file.id,
            stage_id=file.stages[0].id,
            unit_id=city.unit.id,
            officer_id=city.officer.id,
            started_at=AT,
            elapsed_seconds=3600,
            counted_seconds=3600,
            outside_seconds={},
            delay_seconds=3600,
            rules_version="1",
            recorded_at=AT,
        )
    )
    session.flush()
    assert attribute_applications([file.id], LATER) == [complaint.feedback_id], "the stages came later"
    known = gather_circumstances([session.get_one(Feedback, complaint.feedback_id)])[complaint.feedback_id]
    assert [delay.officer_id for delay in known.told_file_delays] == [city.officer.id]
    other = make_complaint(session, LATER, text="Berkas bk-23456-789ab: petugasnya ramah.")
    told = gather_circumstances([session.get_one(Feedback, other.feedback_id)])[other.feedback_id]
    assert (told.told_file_unit_id, told.told_file_delays) == (city.unit.id, ()), "it is not about the delay"


def test_the_agencys_own_number_of_a_file_counts_within_the_told_unit(city: SmallCity, database: SQLAlchemy) -> None:
    make_file(database, city, "BK-23456-789AC", "2026-0042")
    text = "Permohonan nomor 2026-0042 ditolak."
    assert known_of(database, city, text).numbered_file_unit_id == city.unit.id
    assert known_of(database, city, text, unit_id=None).numbered_file_unit_id is None


def test_words_and_place(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    districts = [make_unit(session, city.unit, name=f"Kecamatan {name}") for name in ("Melati", "Kenanga", "Cempaka")]
    service = make_service(session, city.unit)
    complaint = make_complaint(session, LATER, service_id=service.id, place="Kampung Baru, Kenangga")
    session.add(
        TextOpinion(
            feedback_id=complaint.feedback_id,
            version="uji",
            candidates=[{"unit_id": districts[0].id, "probability": 0.4, "words": []}],
            unknown=0.6,
            sure=False,
            parts=[],
            teaches=0.5,
            at=LATER,
        )
    )
    session.flush()
    known = gather_circumstances([session.get_one(Feedback, complaint.feedback_id)])[complaint.feedback_id]
    assert [(one.unit_id, one.part) for one in known.text_units] == [(districts[0].id, 0.4)]
    assert [one.unit_id for one in known.place_units] == [districts[1].id]


def test_what_somebody_thinks_is_not_looked_at(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    stated: dict[str, Any] = {"unit_id": city.unit.id, "counter_id": city.counter.id, "occurred_at": AT}
    ratings = [make_rating(session, LATER, value=value, comment="Tadi dilayani.", **stated) for value in (1, 4)]
    feedback = [session.get_one(Feedback, one.feedback_id) for one in ratings]
    first, last = gather_circumstances(feedback).values()
    assert first == last
    assert session.get(Complaint, ratings[0].feedback_id) is None
