"""What the counter publishes reaches the chats of those concerned, the facts, and complaints about delays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import delete, func, select

from tests.factories.applications import make_application, make_clerk
from tests.factories.feedback import make_complaint, make_rating
from tests.factories.organisation import daytime_zone, make_unit
from tests.factories.queue import make_hall, make_line, make_ticket, open_session
from tests.factories.reporting import MORNING, make_reporting_office, visit
from tests.pipeline import Pipeline
from tests.worker.conftest import Deliveries
from webapp.attribution.models import Attribution, AttributionShare
from webapp.counter.applications.actions import follow_application, hand_over
from webapp.counter.applications.models import TurnaroundFact
from webapp.counter.applications.turnaround_facts import record_turnaround
from webapp.counter.events import StagesReported
from webapp.counter.incoming.reports import VisitReport
from webapp.counter.incoming.visits import take_in_visits
from webapp.counter.queue.calling import call_next
from webapp.counter.queue.models import QueueTicket
from webapp.database import transaction
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.models import OutgoingMessage
from webapp.outbox import publish
from webapp.outbox.models import OutboxEvent
from worker.events import RemindersDue, SweepDue

CHAT = ChatAddress("telegram", "5000000007")


def told(database: SQLAlchemy) -> list[str]:
    """The kinds of messages on their way out."""
    database.session.rollback()
    return sorted(key.partition(":")[0] for key in database.session.scalars(select(OutgoingMessage.key)))


def test_calls_reach_the_called_and_who_is_near(
    pipeline: Pipeline, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    session = database.session()
    now = datetime.now(UTC)
    unit = make_unit(session, make_unit(session), timezone=daytime_zone(now))
    line = make_line(session, make_hall(session, unit, tell_ahead=2, always_open=True))
    tickets = [make_ticket(session, line, now, chat=CHAT) for _number in range(2)]
    desk, _session = open_session(session, [line], now)
    call_next(desk.account, now)
    session.commit()
    pipeline.run()
    assert told(database) == ["nearly", "notice"]
    assert {one.state for one in deliveries.of("tell_who_is_near")} == {"done"}
    with transaction():
        # The day ends: what waited expires, and is told so.
        session.execute(QueueTicket.__table__.update().values(day=QueueTicket.day - 2))
        publish(SweepDue())
        publish(RemindersDue())
    pipeline.run()
    session.expire_all()
    assert {ticket.state for ticket in tickets} == {"expired"}
    assert told(database) == ["nearly", "notice", "notice", "notice"]


def test_what_moves_a_file_is_told_and_becomes_facts_that_are_judged(
    pipeline: Pipeline, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    session = database.session()
    at = datetime.now(UTC) - timedelta(days=9)
    unit = make_unit(session)
    clerk, officer = make_clerk(session, unit)
    _account, colleague = make_clerk(session, unit)
    files = [make_application(session, unit, at, officer=officer) for _number in range(3)]
    follow_application(files[0].code, CHAT, at)
    hand_over(clerk, files[0].stages[0].id, colleague.id, at + timedelta(days=1))
    publish(StagesReported([file.id for file in files]))
    session.commit()
    pipeline.run()
    assert told(database) == ["notice", "notice"]  # registered and complete; whose hands it is in is not told
    standing = select(func.count(TurnaroundFact.application_id.distinct())).where(
        TurnaroundFact.superseded_at.is_(None), TurnaroundFact.stage_id.is_not(None)
    )
    assert database.session.scalar(standing) == 3
    for job in ("record_turnaround", "attribute_delayed", "notify_applicant"):
        assert {one.state for one in deliveries.of(job)} == {"done"}, job


def test_a_rating_follows_the_agencys_correction_of_who_served(pipeline: Pipeline, database: SQLAlchemy) -> None:
    session = database.session()
    office = make_reporting_office(session)
    told = VisitReport(**visit())
    [taken] = take_in_visits([told], office.sender, now=MORNING + timedelta(hours=1))
    assert taken.record.visit is not None
    rating = make_rating(session, MORNING + timedelta(hours=2), visit_id=taken.record.visit.id)
    decided = make_complaint(session, MORNING + timedelta(hours=2), visit_id=taken.record.visit.id)
    session.commit()
    pipeline.run()

    def concerned(feedback_id: int) -> list[int | None]:
        standing = select(AttributionShare.officer_id).join(Attribution)
        return list(
            database.session.scalars(
                standing.where(Attribution.feedback_id == feedback_id, Attribution.superseded_at.is_(None))
            )
        )

    ids = (rating.feedback_id, decided.feedback_id)
    assert [concerned(one) for one in ids] == [[office.officer.id], [office.officer.id]]
    session = database.session()
    for officer in ("P-2", "P-2"):  # the same once more is no correction
        take_in_visits([VisitReport(**visit(officer=officer))], office.sender, now=datetime.now(UTC))
    session.commit()
    assert session.scalar(select(func.count()).where(OutboxEvent.name == "VisitsCorrected")) == 1
    pipeline.run()
    assert [concerned(one) for one in ids] == [[office.other_officer.id], [office.other_officer.id]]


def test_a_delay_that_goes_on_is_judged_by_the_facts_of_the_moment(pipeline: Pipeline, database: SQLAlchemy) -> None:
    session, now = database.session(), datetime.now(UTC)
    registered = now - timedelta(days=30)
    unit = make_unit(session, make_unit(session))
    _clerk, officer = make_clerk(session, unit)
    file = make_application(session, unit, registered, officer=officer)
    record_turnaround([file.id], registered)  # on time then, and nobody has touched it since
    session.execute(delete(OutboxEvent))
    complaint = make_complaint(session, now, application_id=file.id, about_delay=True)
    session.commit()
    pipeline.run()
    blamed = (
        select(AttributionShare.officer_id)
        .join(Attribution)
        .where(Attribution.feedback_id == complaint.feedback_id, Attribution.superseded_at.is_(None))
    )
    assert officer.id in database.session.scalars(blamed).all()
