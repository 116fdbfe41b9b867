"""Visits that an agency's own queue machine reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from webapp.counter.events import VisitsCorrected, VisitsReported
from webapp.counter.incoming.clocks import check_moment, in_order, moved, note
from webapp.counter.incoming.intake import Sender, Sitting, Taken, note_lateness
from webapp.counter.incoming.models import IncomingRecord
from webapp.counter.incoming.names import Unknown, without_nip
from webapp.counter.incoming.problems import Problem
from webapp.counter.incoming.reports import VisitReport
from webapp.counter.models import Visit
from webapp.database import db
from webapp.outbox import publish


def take_in_visits(
    reports: Sequence[VisitReport], sender: Sender, *, now: datetime, sent_at: datetime | None = None
) -> list[Taken]:
    """Take visits in, in the order told; what became of each. A held one stays as a record, and no visit is made of it.

    `sent_at` is what the sender's clock showed: times are moved by what it is off. A visit that was known already is
    corrected where its content differs.
    """
    sitting = Sitting[VisitReport](sender, now)
    use = VisitUse(sitting)
    taken = sitting.take("visit", reports, sent_at, use)
    use.write()
    return taken


class VisitUse:
    """Makes visits of reports; see `intake.Use`."""

    def __init__(self, sitting: Sitting[VisitReport]) -> None:
        self._sitting = sitting
        self._new: list[Visit] = []

    def write(self) -> None:
        """Publish that there are new visits."""
        if self._new:
            db.session.flush()
            publish(VisitsReported([visit.id for visit in self._new]))
            self._new = []

    def __call__(self, record: IncomingRecord, report: VisitReport, offset: timedelta, problems: list[Problem]) -> None:
        now, names = self._sitting.now, self._sitting.names
        drawn, called, finished = (moved(at, offset) for at in (report.drawn_at, report.called_at, report.finished_at))
        for field, at in (("drawn_at", drawn), ("called_at", called), ("finished_at", finished)):
            check_moment(at, field, now, problems)
        called = in_order(drawn, called, "called_at", problems)
        finished = in_order(called, finished, "finished_at", problems)
        note_lateness(finished, now, problems)
        unit = service = counter = officer = None
        try:
            unit = names.unit(report.unit)
        except Unknown as unknown:
            note(problems, unknown.problem)
        if unit is not None:
            try:
                service = names.service(report.service, unit)
            except Unknown as unknown:
                note(problems, unknown.problem)
            try:
                counter = names.counter(report.counter, unit)
            except Unknown as unknown:
                note(problems, unknown.problem)
        try:
            officer = names.officer(without_nip(report.officer))
        except Unknown as unknown:
            note(problems, unknown.problem)
        if any(problem.holds for problem in problems):
            return
        assert unit is not None and service is not None and officer is not None
        known = record.visit is not None
        if record.visit is None:
            record.visit = Visit(external_id=f"{record.source}:{record.external_id}")
            db.session.add(record.visit)
            self._new.append(record.visit)
        visit = record.visit
        before = (visit.unit_id, visit.service_id, visit.officer_id, visit.counter_id)
        visit.unit_id, visit.service_id, visit.officer_id = unit.id, service.id, officer.id
        visit.counter_id = counter.id if counter is not None else None
        if known and before != (visit.unit_id, visit.service_id, visit.officer_id, visit.counter_id):
            publish(VisitsCorrected([visit.id]))  # what was said of it concerns somebody else now
        visit.waited_seconds = round((called - drawn).total_seconds())
        visit.started_at, visit.finished_at = called, finished
