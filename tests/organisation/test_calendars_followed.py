"""A calendar that is changed by its page holds at once in processes that have read it before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import make_agency, make_placed
from tests.factories.organisation import make_calendar
from webapp.accounts.permissions import Role
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.vocabulary import Clock
from webapp.organisation.inherited import calendar_at, inherited_by

#: A Tuesday, in the afternoon of Jakarta.
NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
HOLIDAY = date(2026, 11, 12)


def test_a_holiday_moves_the_next_due_date_and_none_that_was_counted_before(
    client: FlaskClient, session: Session
) -> None:
    agency = make_agency(session)
    calendar = make_calendar(session)
    agency.city.calendar_id = calendar.id
    administrator = make_account(session, (Role.ADMINISTRATOR, agency.city))
    session.commit()

    def term() -> tuple[datetime, str | None]:
        """By when a complaint that came now must be answered, and by which calendar that was counted."""
        complaint = make_placed(session, NOW, agency.unit)
        session.commit()
        row = session.execute(
            select(ComplaintClock.due_at, ComplaintClock.due_calendar).where(
                ComplaintClock.complaint_id == complaint.feedback_id, ComplaintClock.clock == Clock.SETTLE
            )
        ).one()
        return row.due_at, row.due_calendar

    before = term()
    assert term() == before == (before[0], f"{calendar.id}:1")
    sign_in(client, administrator)
    added = {"do": "day", "day-day": HOLIDAY.isoformat(), "day-name": "Hari jadi kota"}
    assert client.post(f"/kelola/hari-libur/{calendar.id}", data=added).status_code == 302
    after = term()
    assert after[1] == f"{calendar.id}:2"
    # One working day more; a weekend where it ended on a Friday.
    assert after[0] - before[0] in (timedelta(days=1), timedelta(days=3))
    assert inherited_by(agency.unit.id).working_time().exceptions == {HOLIDAY: False}
    assert (
        client.post(f"/kelola/hari-libur/{calendar.id}/hapus-hari", data={"day": HOLIDAY.isoformat()}).status_code
        == 302
    )
    assert term() == (before[0], f"{calendar.id}:3")
    # Terms that run are counted as they were; and nobody told this process to forget what it had read, as nobody could
    # tell the others.
    assert inherited_by(agency.unit.id).working_time_as_of(f"{calendar.id}:1").exceptions == {}
    assert inherited_by(agency.unit.id).working_time_as_of(f"{calendar.id}:2").exceptions == {HOLIDAY: False}
    assert calendar_at.cache_info().currsize == calendar_at.cache_info().misses == 3
