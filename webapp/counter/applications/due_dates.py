"""When a file is due: its standard in working hours from completeness on, moved by what was nobody's fault."""

from __future__ import annotations

from datetime import timedelta

from webapp.counter.applications.models import Application
from webapp.organisation.calendars import WorkingTime, add_working_time, working_time_between
from webapp.organisation.inherited import inherited_by


def count_due(application: Application) -> None:
    """Set the due date of a file that is complete from its standard and its ended pauses; none without a standard.

    The first count decides the calendar and its version; later ones, when a pause ends, keep it. The file's own unit
    decides the hours, whatever units its stages lie in.
    """
    if application.complete_at is None:
        application.due_at = None
        return
    working = working_time_for(application)
    application.due_calendar = working.calendar
    if application.standard_minutes is None:
        application.due_at = None
        return
    amount = timedelta(minutes=application.standard_minutes)
    reached = application.complete_at
    for pause in sorted(application.pauses, key=lambda pause: pause.starts_at):
        if pause.outside_control and pause.ends_at is not None:
            begin = max(pause.starts_at, reached)  # reported pauses may overlap: time is taken out once
            if pause.ends_at > begin:
                amount += working_time_between(begin, pause.ends_at, working)
                reached = pause.ends_at
    application.due_at = add_working_time(application.complete_at, amount, working)


def working_time_for(application: Application) -> WorkingTime:
    """The working time by which a file is promised and measured: as it stood when its due date was first counted."""
    if application.due_calendar is None and application.due_at is None:
        return inherited_by(application.unit_id).working_time()
    return inherited_by(application.unit_id).working_time_as_of(application.due_calendar)
