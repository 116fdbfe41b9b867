"""Evidence that comes later: the evening's upload of a queue machine moves what was judged by day, and both scores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.accounts import make_account
from tests.factories.feedback import make_complaint, make_rating
from tests.factories.organisation import make_officer, make_shift
from tests.factories.reporting import MORNING, Office, make_reporting_office, visit
from tests.pipeline import Pipeline, pipeline_of
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback, attribute_visits, decide_attribution
from webapp.attribution.models import Attribution
from webapp.counter.incoming.reports import VisitReport
from webapp.counter.incoming.visits import take_in_visits
from webapp.counter.models import Visit
from webapp.feedback.models import Exclusion
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot

#: The citizen was served from 09:10 to 09:18 and says nearly so.
ABOUT_THEN = MORNING + timedelta(minutes=15)
EVENING = MORNING + timedelta(hours=10)


@pytest.fixture
def pipeline(app: Flask, environment: dict[str, str], database: SQLAlchemy) -> Iterator[Pipeline]:
    """The relay and the workers of this test."""
    with pipeline_of(app, environment["REDIS_URL"]) as started:
        yield started


def make_office(database: SQLAlchemy) -> Office:
    session = database.session()
    office = make_reporting_office(session)
    office.officer.name, office.other_officer.name = "Kusumawardani Putri", "Herlambang Adi"
    for name in ("Rina", "Agus", "Dewi", "Joko", "Yuni", "Eko", "Fajar", "Galih"):
        make_officer(session, office.unit, name=name)
    make_shift(session, office.officer, office.counter, MORNING - timedelta(hours=1))
    return office


def upload(office: Office, now: datetime = EVENING) -> None:
    """The machine's day: the number was served by somebody who stood in, as were those around it."""
    reports = [
        VisitReport(**visit(f"A-{number:03}", MORNING + timedelta(minutes=9 * (number - 12)), officer="P-2"))
        for number in range(10, 15)
    ]
    take_in_visits(reports, office.sender, now=now)


def charged(database: SQLAlchemy, feedback_id: int) -> list[int]:
    shares = database.session.scalars(
        select(Attribution).where(Attribution.feedback_id == feedback_id, Attribution.superseded_at.is_(None))
    ).one()
    return [share.officer_id for share in shares.shares if share.officer_id is not None]


def test_the_evenings_upload_moves_a_rating_and_both_officers_figures(pipeline: Pipeline, database: SQLAlchemy) -> None:
    office = make_office(database)
    session = database.session()
    rating = make_rating(
        session,
        MORNING + timedelta(hours=2),
        value=1,
        unit_id=office.unit.id,
        counter_id=office.counter.id,
        occurred_at=ABOUT_THEN,
        occurred_exactly=True,
        comment="Bu Kusumawardhani kurang teliti. Nomor antrean saya A-012.",
    )
    first, second, feedback_id = office.officer.id, office.other_officer.id, rating.feedback_id
    session.commit()
    pipeline.run()
    assert charged(database, feedback_id) == [first], "the roster and the name agree"
    session = database.session()
    upload(office, datetime.now(UTC))
    session.commit()
    pipeline.run()
    assert charged(database, feedback_id) == [second], "records of the counter and the number outdo roster and name"
    facts = database.session.scalars(
        select(IndicatorFact).where(IndicatorFact.feedback_id == feedback_id).order_by(IndicatorFact.id)
    ).all()
    assert [(fact.officer_id, fact.withdrawn_at is None) for fact in facts] == [(first, False), (second, True)]
    standing = database.session.scalars(
        select(IndicatorSnapshot).where(IndicatorSnapshot.superseded_at.is_(None)).order_by(IndicatorSnapshot.id)
    ).all()
    counted = {snapshot.officer_id: snapshot.fact_ids for snapshot in standing}
    assert counted == {first: [], second: [facts[1].id]}, (
        "the figure of whom it no longer concerns is computed anew, too"
    )
    kept = database.session.scalars(
        select(Attribution).where(Attribution.feedback_id == feedback_id).order_by(Attribution.id)
    ).all()
    assert [one.superseded_at is None for one in kept] == [False, True]


def test_judging_again_by_the_same_records_moves_nothing(database: SQLAlchemy) -> None:
    office = make_office(database)
    session = database.session()
    stated: dict[str, Any] = {"unit_id": office.unit.id, "counter_id": office.counter.id, "occurred_at": ABOUT_THEN}
    complaint = make_complaint(session, MORNING + timedelta(hours=2), occurred_exactly=True, **stated)
    attribute_feedback([complaint.feedback_id], MORNING + timedelta(hours=2))
    upload(office)
    session.flush()
    ids = list(session.scalars(select(Visit.id).order_by(Visit.id)))
    assert attribute_visits(ids, EVENING) == [complaint.feedback_id]
    for hour in (1, 2, 3):
        assert attribute_visits(ids, EVENING + timedelta(hours=hour)) == []
    excluded = session.scalars(
        select(Exclusion.officer_id)
        .where(Exclusion.complaint_id == complaint.feedback_id)
        .order_by(Exclusion.officer_id)
    ).all()
    assert excluded == sorted([office.officer.id, office.other_officer.id]), (
        "who may have been meant reads nothing of it"
    )


def test_another_day_another_counter_and_a_persons_decision_are_left_alone(database: SQLAlchemy) -> None:
    office = make_office(database)
    session = database.session()
    at = MORNING + timedelta(hours=2)
    stated: dict[str, Any] = {"unit_id": office.unit.id, "counter_id": office.counter.id, "occurred_exactly": True}
    yesterday = make_complaint(session, at, occurred_at=ABOUT_THEN - timedelta(days=1), **stated)
    decided = make_complaint(session, at, occurred_at=ABOUT_THEN, **stated)
    attribute_feedback([yesterday.feedback_id, decided.feedback_id], at)
    decide_attribution(
        decided.feedback_id,
        unit_id=office.unit.id,
        officer_id=None,
        actor=make_account(session, (Role.TRIAGE, office.root)),
        reason="Sudah diperiksa.",
        at=at,
    )
    upload(office)
    session.flush()
    ids = list(session.scalars(select(Visit.id).order_by(Visit.id)))
    assert attribute_visits(ids, EVENING) == []


def test_a_queue_number_in_the_words_is_found_when_its_machine_tells_of_it(database: SQLAlchemy) -> None:
    office = make_office(database)
    session = database.session()
    complaint = make_complaint(
        session,
        MORNING + timedelta(hours=3),
        text="Nomor antrean saya A-012 hari ini. Pak Herlambang mengembalikan berkas tanpa alasan.",
        unit_id=office.unit.id,
    )
    attribute_feedback([complaint.feedback_id], MORNING + timedelta(hours=3))
    assert charged(database, complaint.feedback_id) == []
    upload(office)
    session.flush()
    attribute_visits(list(session.scalars(select(Visit.id).order_by(Visit.id))), EVENING)
    assert charged(database, complaint.feedback_id) == [office.other_officer.id]
    assert complaint.state == "sent", "now it says whom it concerns"
