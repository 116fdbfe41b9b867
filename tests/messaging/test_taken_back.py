"""Who may not see a case any more is told nothing of it, not even what waited for the end of his quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.feedback.actions import reply_to_agency
from webapp.feedback.events import ComplaintMoved, ReporterReplied
from webapp.feedback.handling import ask_reporter, exclude_officers, send_to_unit, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.movement.conflicts import declare_conflict
from webapp.feedback.staff_notices import list_notifications, queue_digests, queue_staff_notices
from webapp.messaging.chat_links import link_chat, new_chat_link
from webapp.messaging.models import Notification, NotificationChoice, OutgoingMessage
from webapp.messaging.notifications import Sender
from webapp.organisation.queries import working_time_of

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)  # Tuesday, ten o'clock in Jakarta
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=True)

Parting = Callable[[Complaint, Agency], None]


def excluded(complaint: Complaint, agency: Agency) -> None:
    exclude_officers(complaint.feedback_id, [agency.sari_officer.id], AT)


def stepped_out(complaint: Complaint, agency: Agency) -> None:
    declare_conflict(complaint, agency.sari, AT)


def sent_elsewhere(complaint: Complaint, agency: Agency) -> None:
    send_to_unit(complaint, agency.elsewhere, working_time_of(agency.elsewhere), reason="uji", at=AT)


def told(session: Session, agency: Agency, **chosen: object) -> tuple[Complaint, Complaint]:
    """Sari was told of two cases of hers; nothing has gone out yet."""
    link_chat(new_chat_link(agency.sari.id, AT), "4711", AT)
    session.add(NotificationChoice(account_id=agency.sari.id, by_email=True, **chosen))
    cases = make_placed(session, AT, agency.unit), make_placed(session, AT, agency.unit)
    for complaint in cases:
        take_complaint(complaint, agency.sari, AT)
        session.flush()
        ask_reporter(complaint, agency.sari, "Tanggal berapa?", write_key=f"q{complaint.code}", at=AT)
        reply_to_agency(complaint, "Tanggal 12.", write_key=f"r{complaint.code}", at=AT)
        event = ReporterReplied(complaint.feedback_id)
        assert queue_staff_notices(event, key=f"event:{complaint.code}", at=AT, sender=SENDER) == 1
    return cases


def written(session: scoped_session[Session]) -> str:
    return " ".join(message.content or "" for message in session.scalars(select(OutgoingMessage)))


@pytest.mark.parametrize("part", [excluded, stepped_out])
def test_what_waits_for_the_end_of_quiet_hours_is_not_sent_any_more(
    session: scoped_session[Session], part: Parting
) -> None:
    agency = make_agency(session())
    case, other = told(session(), agency, quiet_from=time(9), quiet_until=time(11))
    assert written(session).count(case.code) >= 2  # chat and letter
    part(case, agency)
    assert case.code not in written(session) and other.code in written(session)
    assert session.scalar(select(func.count()).where(Notification.code == case.code)) == 0


@pytest.mark.parametrize("part", [excluded, stepped_out, sent_elsewhere])
def test_no_digest_tells_of_what_is_out_of_sight(session: scoped_session[Session], part: Parting) -> None:
    agency = make_agency(session())
    case, other = told(session(), agency, digest_at=time(16))
    part(case, agency)
    queue_digests(AT + timedelta(hours=7), SENDER)
    assert other.code in written(session) and case.code not in written(session)


def test_what_is_out_of_sight_keeps_no_news_away(session: scoped_session[Session]) -> None:
    """One unread word that something waits is enough, as long as one finds it."""
    agency = make_agency(session())
    first, second = make_placed(session(), AT, agency.unit), make_placed(session(), AT, agency.unit)

    def arrives(complaint: Complaint) -> int:
        event = ComplaintMoved(complaint.feedback_id)
        return queue_staff_notices(event, key=f"event:{complaint.code}", at=AT, sender=SENDER)

    assert (arrives(first), arrives(second)) == (1, 0)
    sent_elsewhere(first, agency)
    session.flush()
    assert list_notifications(agency.rina) == []
    assert arrives(second) == 1
    assert [one.code for one in list_notifications(agency.rina)] == [second.code]
