"""Judging feedback: once, with its reasons; and people who decide otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.accounts import make_account
from tests.factories.city import SmallCity, make_small_city
from tests.factories.counter import make_visit
from tests.factories.feedback import make_complaint, make_rating
from tests.factories.organisation import make_counter, make_officer, make_shift, make_unit
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_applications, attribute_feedback, decide_attribution
from webapp.attribution.errors import OfficerNotInUnit
from webapp.attribution.models import Attribution
from webapp.counter.applications.models import Application, ApplicationStage, TurnaroundFact
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case, take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Exclusion
from webapp.outbox.models import OutboxEvent

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # a Monday, 10:00 in Jakarta
LATER = AT + timedelta(hours=1)


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    return make_small_city(database.session(), AT)


def standing(database: SQLAlchemy, feedback_id: int) -> Attribution:
    return database.session.scalars(
        select(Attribution).where(Attribution.feedback_id == feedback_id, Attribution.superseded_at.is_(None))
    ).one()


def whom(attribution: Attribution) -> list[tuple[int | None, int | None, float]]:
    return [(share.unit_id, share.officer_id, share.share) for share in attribution.shares]


def excluded(database: SQLAlchemy, feedback_id: int) -> set[int]:
    return set(database.session.scalars(select(Exclusion.officer_id).where(Exclusion.complaint_id == feedback_id)))


def test_a_rating_by_receipt_is_the_servers(city: SmallCity, database: SQLAlchemy) -> None:
    assert attribute_feedback([city.rating.feedback_id], AT) == [city.rating.feedback_id]
    attribution = standing(database, city.rating.feedback_id)
    assert whom(attribution) == [(city.unit.id, city.officer.id, 1.0)]
    assert (attribution.made_by, attribution.at) == ("rules", AT)
    [evidence] = attribution.evidence
    assert (evidence.rule, evidence.particulars["service"]) == ("receipt", city.service.name)
    events = database.session.scalars(select(OutboxEvent).where(OutboxEvent.name == "FeedbackAttributed")).all()
    assert [event.payload for event in events] == [{"feedback_ids": [city.rating.feedback_id]}]


def test_judging_again_changes_nothing(city: SmallCity, database: SQLAlchemy) -> None:
    ids = [city.rating.feedback_id, city.complaint.feedback_id]
    assert attribute_feedback([*ids, *ids], AT) == sorted(ids)
    assert attribute_feedback(ids, LATER) == []
    assert len(database.session.scalars(select(Attribution)).all()) == 2


def test_a_batch_in_any_order_is_judged_alike(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    visits = [make_visit(session, city.unit, AT, officer=city.officer) for _ in range(4)]
    ratings = [make_rating(session, AT, visit_id=visit.id) for visit in visits]
    ratings.append(make_rating(session, AT, unit_id=city.unit.id))
    ids = [rating.feedback_id for rating in ratings]
    assert attribute_feedback(list(reversed(ids)), AT) == ids
    assert [whom(standing(database, id_))[0][1] for id_ in ids] == [city.officer.id] * 4 + [None]


def test_a_rating_without_any_place_is_nobodys(city: SmallCity, database: SQLAlchemy) -> None:
    rating = make_rating(database.session(), AT)
    attribute_feedback([rating.feedback_id], AT)
    assert whom(standing(database, rating.feedback_id)) == [(None, None, 1.0)]


def test_counter_and_time_name_who_was_on_duty(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    counter = make_counter(session, city.unit)
    make_shift(session, city.officer, counter, AT, hours=2)
    make_shift(session, city.colleague, counter, AT + timedelta(hours=2), hours=2)
    stated: dict[str, Any] = {"counter_id": counter.id, "occurred_exactly": True}
    first = make_complaint(session, LATER, occurred_at=AT, **stated)
    border = make_complaint(session, LATER, occurred_at=AT + timedelta(hours=2), **stated)
    before = make_complaint(session, LATER, occurred_at=AT - timedelta(seconds=1), **stated)
    only_day = make_complaint(session, LATER, occurred_at=AT, counter_id=counter.id)
    early = make_complaint(session, LATER, occurred_at=AT - timedelta(hours=1), **stated)
    attribute_feedback([one.feedback_id for one in (first, border, before, only_day, early)], LATER)
    both = {city.officer.id, city.colleague.id}
    for one, meant in ((first, {city.officer.id}), (before, {city.officer.id}), (border, both), (only_day, both)):
        # The roster alone charges nobody: it does not know who stood in for whom. Whoever may be meant reads nothing.
        assert {officer for _, officer, _ in whom(standing(database, one.feedback_id))} == {None}
        assert excluded(database, one.feedback_id) == meant
        assert one.unit_id == city.unit.id
    assert excluded(database, early.feedback_id) == set()


def test_roster_and_records_of_one_stated_counter_are_one_statement_and_charge_nobody(
    city: SmallCity, database: SQLAlchemy
) -> None:
    session = database.session()
    counter = make_counter(session, city.unit)
    make_shift(session, city.officer, counter, AT, hours=4)
    stated: dict[str, Any] = {
        "counter_id": counter.id,
        "occurred_exactly": True,
        "occurred_at": AT + timedelta(hours=1),
    }
    make_visit(session, city.unit, AT + timedelta(minutes=65), officer=city.officer, counter=counter)
    sure = make_complaint(session, LATER, **stated)
    other = make_counter(session, city.unit)
    make_shift(session, city.officer, other, AT, hours=4)
    make_visit(session, city.unit, AT + timedelta(minutes=65), officer=city.colleague, counter=other)
    swapped = make_complaint(session, LATER, **{**stated, "counter_id": other.id})
    attribute_feedback([sure.feedback_id, swapped.feedback_id], LATER)
    # Whoever mistakes the counter mistakes both: it stays with the unit, and is kept from whom it may concern.
    assert {officer for _, officer, _ in whom(standing(database, sure.feedback_id))} == {None}
    assert excluded(database, sure.feedback_id) == {city.officer.id}
    rules = {evidence.rule: evidence.weight for evidence in standing(database, sure.feedback_id).evidence}
    assert set(rules) == {"served_at_counter", "counter_and_shift", "counter_told"}
    assert sum(weight or 0 for weight in rules.values()) == pytest.approx(1)
    assert {officer for _, officer, _ in whom(standing(database, swapped.feedback_id))} == {None}
    assert city.colleague.id in excluded(database, swapped.feedback_id)


def test_the_day_in_the_reason_is_that_of_the_unit(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    east = make_unit(session, city.root, timezone="Asia/Jayapura")
    finished = datetime(2026, 11, 22, 22, 45, tzinfo=UTC)  # Monday 07:45 in Jayapura, still Sunday in UTC
    visit = make_visit(session, east, finished)
    rating = make_rating(session, AT, visit_id=visit.id)
    attribute_feedback([rating.feedback_id], AT)
    assert standing(database, rating.feedback_id).evidence[0].particulars["day"] == "2026-11-23"


def test_a_complaint_goes_to_its_unit_with_a_due_date(city: SmallCity, database: SQLAlchemy) -> None:
    attribute_feedback([city.complaint.feedback_id], AT)
    assert (city.complaint.state, city.complaint.unit_id) == (State.SENT, city.unit.id)
    assert city.complaint.due_at is not None and city.complaint.due_at > AT + timedelta(days=14)


def test_a_complaint_without_evidence_waits_for_triage(city: SmallCity, database: SQLAlchemy) -> None:
    complaint = make_complaint(database.session(), AT)
    attribute_feedback([complaint.feedback_id], AT)
    assert (complaint.state, complaint.unit_id, complaint.due_at) == (State.IN_TRIAGE, None, None)


def test_what_points_at_a_person_waits_for_triage_unless_it_says_whom(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    unnamed = make_complaint(session, AT, unit_id=city.unit.id, about_person=True)
    visit = make_visit(session, city.unit, AT, officer=city.officer)
    named = make_complaint(session, AT, visit_id=visit.id, unit_id=city.unit.id, about_person=True)
    attribute_feedback([unnamed.feedback_id, named.feedback_id], AT)
    assert (unnamed.state, unnamed.unit_id) == (State.IN_TRIAGE, None)
    assert (named.state, named.unit_id) == (State.SENT, city.unit.id)
    assert excluded(database, named.feedback_id) == {city.officer.id}
    for account in (city.officer.account, city.colleague.account):
        assert account is not None
        for complaint in (unnamed, named):
            with pytest.raises(NotForThisPerson):
                get_case(account, complaint.code)
    assert get_case(city.staff[Role.SUPERVISOR], named.code) is named


def test_triage_decides_and_both_judgements_are_kept(city: SmallCity, database: SQLAlchemy) -> None:
    session, triage = database.session(), city.staff[Role.TRIAGE]
    complaint = make_complaint(session, AT, about_person=True, unit_id=city.unit.id)
    attribute_feedback([complaint.feedback_id], AT)
    first = standing(database, complaint.feedback_id)
    decided = decide_attribution(
        complaint.feedback_id,
        unit_id=city.unit.id,
        officer_id=city.officer.id,
        actor=triage,
        reason="  Loketnya disebut.  ",
        at=LATER,
    )
    session.expire_all()
    assert standing(database, complaint.feedback_id).id == decided.id
    assert first.superseded_at == LATER
    assert [(unit, officer) for unit, officer, _ in whom(first)] == [(city.unit.id, None), (None, None)]
    assert whom(decided) == [(city.unit.id, city.officer.id, 1.0)]
    assert (decided.made_by, decided.decided_by_id, decided.reason) == ("triage", triage.id, "Loketnya disebut.")
    assert [evidence.rule for evidence in decided.evidence] == ["triage_decision"]
    assert (complaint.state, complaint.unit_id) == (State.SENT, city.unit.id)
    assert excluded(database, complaint.feedback_id) == {city.officer.id}
    assert attribute_feedback([complaint.feedback_id], LATER) == [], "a rule never overrules a person"


def test_who_was_excluded_once_stays_excluded(city: SmallCity, database: SQLAlchemy) -> None:
    session, triage = database.session(), city.staff[Role.TRIAGE]
    visit = make_visit(session, city.unit, AT, officer=city.officer)
    complaint = make_complaint(session, AT, visit_id=visit.id)
    attribute_feedback([complaint.feedback_id], AT)
    for officer in (city.colleague.id, None):
        decide_attribution(
            complaint.feedback_id, unit_id=city.unit.id, officer_id=officer, actor=triage, reason="Keliru.", at=LATER
        )
    assert excluded(database, complaint.feedback_id) == {city.officer.id, city.colleague.id}
    history = session.scalars(
        select(Attribution).where(Attribution.feedback_id == complaint.feedback_id).order_by(Attribution.id)
    ).all()
    assert [one.superseded_at is None for one in history] == [False, False, True]


def test_a_complaint_leaves_the_desk_of_whom_it_turns_out_to_concern(city: SmallCity, database: SQLAlchemy) -> None:
    account = city.officer.account
    assert account is not None
    attribute_feedback([city.complaint.feedback_id], AT)
    take_complaint(city.complaint, account, AT)
    decide_attribution(
        city.complaint.feedback_id,
        unit_id=city.unit.id,
        officer_id=city.officer.id,
        actor=city.staff[Role.TRIAGE],
        reason="Tentang dia sendiri.",
        at=LATER,
    )
    assert (city.complaint.state, city.complaint.handler_id) == (State.SENT, None)
    with pytest.raises(NotForThisPerson):
        get_case(account, city.complaint.code)


def test_a_complaint_on_a_colleagues_desk_stays_there(city: SmallCity, database: SQLAlchemy) -> None:
    colleague = city.colleague.account
    assert colleague is not None
    attribute_feedback([city.complaint.feedback_id], AT)
    take_complaint(city.complaint, colleague, AT)
    decide_attribution(
        city.complaint.feedback_id,
        unit_id=city.unit.id,
        officer_id=city.officer.id,
        actor=city.staff[Role.TRIAGE],
        reason="Tentang rekannya.",
        at=LATER,
    )
    assert (city.complaint.state, city.complaint.handler_id) == (State.IN_WORK, colleague.id)


def test_an_officer_of_another_unit_cannot_be_named(city: SmallCity, database: SQLAlchemy) -> None:
    session = database.session()
    stranger = make_officer(session, make_unit(session, city.root), account=make_account(session))
    with pytest.raises(OfficerNotInUnit):
        decide_attribution(
            city.complaint.feedback_id,
            unit_id=city.unit.id,
            officer_id=stranger.id,
            actor=city.staff[Role.TRIAGE],
            reason="Salah.",
            at=LATER,
        )
    # The whole city is above both: from there he can be.
    decided = decide_attribution(
        city.complaint.feedback_id,
        unit_id=city.root.id,
        officer_id=stranger.id,
        actor=city.staff[Role.TRIAGE],
        reason="Benar.",
        at=LATER,
    )
    assert whom(decided) == [(city.root.id, stranger.id, 1.0)]
    assert session.get_one(Complaint, city.complaint.feedback_id).unit_id == city.root.id


def file_with_delay(database: SQLAlchemy, city: SmallCity, officer_id: int | None, seconds: int) -> Application:
    """A file of the city's service with one stage that took `seconds` too long in somebody's hands."""
    session = database.session()
    file = Application(
        code="BK-23456-789AB",
        write_key="uji:berkas",
        unit_id=city.unit.id,
        service_id=city.service.id,
        channel="kiosk",
        registered_at=AT,
        stages=[ApplicationStage(position=1, code="verified", name="Diverifikasi", unit_id=city.unit.id)],
    )
    session.add(file)
    session.flush()
    add_delay(database, file, officer_id, seconds)
    return file


def add_delay(database: SQLAlchemy, file: Application, officer_id: int | None, seconds: int) -> None:
    database.session.add(
        TurnaroundFact(
            application_id=file.id,
            stage_id=file.stages[0].id,
            unit_id=file.unit_id,
            officer_id=officer_id,
            started_at=AT,
            elapsed_seconds=seconds,
            counted_seconds=seconds,
            outside_seconds={},
            delay_seconds=seconds,
            rules_version="1",
            recorded_at=AT,
        )
    )
    database.session.flush()


def test_a_complaint_of_delay_follows_the_facts_of_the_file(city: SmallCity, database: SQLAlchemy) -> None:
    file = file_with_delay(database, city, None, 3600)
    complaint = make_complaint(database.session(), AT, application_id=file.id, about_delay=True)
    attribute_feedback([complaint.feedback_id], AT)
    assert whom(standing(database, complaint.feedback_id)) == [(city.unit.id, None, 1.0)]
    assert complaint.state == State.SENT
    # A day later the tray's hour is followed by three of the officer.
    add_delay(database, file, city.officer.id, 3 * 3600)
    assert attribute_applications([file.id], LATER) == [complaint.feedback_id]
    assert sorted(whom(standing(database, complaint.feedback_id)), key=lambda share: share[2]) == [
        (city.unit.id, None, 0.25),
        (city.unit.id, city.officer.id, 0.75),
    ]
    assert excluded(database, complaint.feedback_id) == {city.officer.id}
    assert attribute_applications([file.id], LATER) == []


def test_what_a_person_decided_about_a_late_file_stands(city: SmallCity, database: SQLAlchemy) -> None:
    file = file_with_delay(database, city, None, 3600)
    complaint = make_complaint(database.session(), AT, application_id=file.id, about_delay=True)
    attribute_feedback([complaint.feedback_id], AT)
    actor = make_account(database.session(), (Role.TRIAGE, city.unit))
    decide_attribution(
        complaint.feedback_id, unit_id=city.unit.id, officer_id=None, actor=actor, reason="sudah diperiksa", at=AT
    )
    add_delay(database, file, city.officer.id, 9 * 3600)
    assert attribute_applications([file.id], LATER) == []
