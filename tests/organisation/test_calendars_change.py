"""Calendars say by their version that they were changed; national days are proposals."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories.feedback import make_complaint
from tests.factories.organisation import make_calendar, make_unit
from webapp.feedback.handling import send_to_unit
from webapp.organisation.calendar_actions import (
    add_days_off,
    add_season,
    create_calendar,
    remove_day,
    remove_season,
    rename_calendar,
    set_day,
)
from webapp.organisation.calendars import due_after_working_days
from webapp.organisation.errors import CodeTaken, SeasonOverlaps
from webapp.organisation.holiday_table import national_days, years_to_mend
from webapp.organisation.opening_hours import parse_hours, written_hours
from webapp.organisation.queries import working_time_as_of, working_time_of


def test_each_change_raises_the_version_and_no_change_does_not(session: Session) -> None:
    calendar = make_calendar(session)
    day = date(2026, 12, 24)
    for working, version in ((False, 2), (False, 2), (True, 3)):
        set_day(calendar, day, "Cuti bersama", working=working)
        assert calendar.version == version
    remove_day(calendar, day)
    remove_day(calendar, day)
    assert (calendar.version, calendar.days) == (4, [])


def test_what_somebody_entered_stays(session: Session) -> None:
    calendar = make_calendar(session)
    set_day(calendar, date(2026, 12, 25), "Tetap buka", working=True)
    national = national_days(2026)
    assert add_days_off(calendar, national.days) == len(national.days) - 1
    assert next(entry for entry in calendar.days if entry.day == date(2026, 12, 25)).working
    version = calendar.version
    assert add_days_off(calendar, national.days) == 0
    assert calendar.version == version


def test_joint_leave_is_among_the_days_while_it_was_decreed() -> None:
    known = national_days(2026)
    assert known.joint_leave_known
    assert known.days[date(2026, 12, 24)].startswith("Cuti Bersama")
    assert known.days[date(2026, 8, 17)] == "Hari Kemerdekaan Republik Indonesia"
    unknown = national_days(2028)
    assert not unknown.joint_leave_known
    assert date(2028, 8, 17) in unknown.days


def test_a_new_calendar_is_its_units(session: Session) -> None:
    unit = make_unit(session)
    below = make_unit(session, unit)
    calendar = create_calendar("Kalender Dinas", unit)
    set_day(calendar, date(2026, 11, 24), "Hari jadi", working=False)
    assert not working_time_of(below).is_working_day(date(2026, 11, 24))
    with pytest.raises(CodeTaken):
        create_calendar("Kalender Dinas", below)
    with pytest.raises(CodeTaken):
        rename_calendar(make_calendar(session), "Kalender Dinas")


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("07.30-12.00, 13.00-16.00", [["07:30", "12:00"], ["13:00", "16:00"]]),
        ("7:30 – 12:00; 13.00 s/d 16.00", [["07:30", "12:00"], ["13:00", "16:00"]]),
        ("08.00 sampai 14.00", [["08:00", "14:00"]]),
        ("", []),
    ],
)
def test_opening_hours_are_read_as_people_write_them(written: str, spans: list[list[str]]) -> None:
    assert parse_hours(written) == spans
    assert parse_hours(written_hours(spans)) == spans


@pytest.mark.parametrize("wrong", ["pagi", "12.00-07.30", "08.00-12.00, 11.00-13.00", "24.00-25.00", "08.60-09.00"])
def test_hours_that_cannot_be_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_hours(wrong)


def test_ramadan_shortens_the_hours_and_units_below_inherit_them(session: Session) -> None:
    calendar = make_calendar(session)
    unit = make_unit(session, calendar=calendar)
    below = make_unit(session, unit)
    first, last = date(2026, 2, 19), date(2026, 3, 20)
    add_season(calendar, "Ramadan 1447 H", first, last)
    add_season(calendar, "Ramadan 1447 H", first, last)
    assert calendar.version == 2
    assert working_time_of(below).spans_on(first)[0][0] == datetime(2026, 2, 19, 1, tzinfo=UTC)
    unit.season_hours = {"3": [["09:00", "12:00"]]}
    session.flush()
    assert working_time_of(below).spans_on(first) == [
        (datetime(2026, 2, 19, 2, tzinfo=UTC), datetime(2026, 2, 19, 5, tzinfo=UTC))
    ]
    with pytest.raises(SeasonOverlaps):
        add_season(calendar, "Lain", last, date(2026, 3, 25))
    remove_season(calendar, first)
    assert not working_time_of(below).seasons


def test_a_due_date_can_be_counted_again_as_it_was_then(session: Session) -> None:
    calendar = make_calendar(session, (date(2026, 12, 25),))
    unit = make_unit(session, calendar=calendar)
    filed = datetime(2026, 12, 21, 3, tzinfo=UTC)
    then = working_time_of(unit)
    due = due_after_working_days(filed, 5, then)
    set_day(calendar, date(2026, 12, 24), "Cuti bersama", working=False)
    add_season(calendar, "Masa", date(2026, 12, 28), date(2026, 12, 31))
    now = working_time_of(unit)
    assert then.calendar != now.calendar
    assert due_after_working_days(filed, 5, now) != due
    assert due_after_working_days(filed, 5, working_time_as_of(unit, then.calendar)) == due
    assert working_time_as_of(unit, now.calendar) == now
    with pytest.raises(LookupError):
        working_time_as_of(unit, f"{calendar.id}:99")


def test_a_complaint_keeps_the_calendar_that_its_due_date_was_counted_with(session: Session) -> None:
    unit = make_unit(session, calendar=make_calendar(session))
    now = datetime(2026, 11, 20, 3, tzinfo=UTC)
    complaint = make_complaint(session, now, unit_id=unit.id)
    send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=now)
    assert complaint.due_calendar == f"{unit.calendar_id}:1"


@pytest.mark.parametrize(
    ("entered", "today", "to_mend"),
    [
        ({2026, 2027}, date(2026, 11, 22), []),
        ({2026}, date(2026, 9, 1), []),
        ({2026}, date(2026, 11, 22), [(2027, False)]),
        # Entered, but its cuti bersama was not decreed when the holidays were last looked up.
        ({2027, 2028}, date(2027, 12, 1), [(2028, True)]),
        (set(), date(2026, 5, 1), [(2026, False)]),
    ],
)
def test_years_that_a_calendar_knows_too_little_of(
    entered: set[int], today: date, to_mend: list[tuple[int, bool]]
) -> None:
    assert years_to_mend((date(year, 1, 1) for year in entered), today) == to_mend
