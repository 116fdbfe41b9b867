"""Calendars say by their version that they were changed; national days are proposals."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.factories.organisation import make_calendar, make_unit
from webapp.organisation.calendar_actions import add_days_off, create_calendar, remove_day, rename_calendar, set_day
from webapp.organisation.errors import CodeTaken
from webapp.organisation.holiday_table import national_days
from webapp.organisation.opening_hours import parse_hours, written_hours
from webapp.organisation.queries import working_time_of


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
