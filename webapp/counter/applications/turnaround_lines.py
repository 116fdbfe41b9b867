"""The turnaround of one file, ready to be put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.applications.access import find_application
from webapp.counter.applications.catalogue import WAITING_APPLICANT
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.models import Application, PauseCause, TurnaroundFact
from webapp.counter.applications.turnaround_columns import Fact, facts_of
from webapp.counter.applications.views import FileOutcome, OutsideTime, Turnaround, TurnaroundLine
from webapp.counter.applications.vocabulary import ApplicationState
from webapp.database import db
from webapp.organisation.models import Officer, Unit


def turnaround_of(viewer: Account, application_id: int, now: datetime) -> Turnaround | None:
    """What the turnaround of a file was, or is up to `now`; None while it has not begun, for papers are missing.

    Of a file that has ended it is what the recorded facts say. For who handles or supervises files where it passed;
    raises NoSuchApplication.
    """
    try:
        application = find_application(viewer, application_id, Permission.APPLICATION_READ_UNIT)
    except NoSuchApplication:
        application = find_application(viewer, application_id, Permission.APPLICATION_HANDLE)
    facts = _facts(application, now)
    whole = next((fact for fact in facts if fact.stage_id is None), None)
    if whole is None:
        return None
    causes = dict(db.session.execute(select(PauseCause.code, PauseCause.name)).all())
    return Turnaround(
        started_at=whole.started_at,
        ended_at=whole.ended_at,
        elapsed=whole.elapsed_seconds,
        counted=whole.counted_seconds,
        standard=whole.target_seconds,
        delay=whole.delay_seconds,
        outside=outside_times(whole.outside_seconds, causes),
        calendar=whole.calendar,
        lines=_lines(application, [fact for fact in facts if fact.stage_id is not None], causes),
    )


def outcome_of(application: Application, now: datetime) -> FileOutcome | None:
    """How a finished file ended against what was promised, and where a delay arose. No names.

    None for one that has not finished, and for one of which nobody knows when it was complete.
    """
    if application.state != ApplicationState.FINISHED:
        return None
    facts = _facts(application, now)
    whole = next((fact for fact in facts if fact.stage_id is None), None)
    if whole is None:
        return None
    causes = dict(db.session.execute(select(PauseCause.code, PauseCause.name)).all())
    late: dict[int | None, int] = defaultdict(int)
    for fact in facts:
        late[fact.stage_id] += fact.delay_seconds
    return file_outcome(
        whole.counted_seconds,
        whole.target_seconds,
        whole.delay_seconds,
        [(stage.name, late[stage.id]) for stage in application.stages if late[stage.id]],
        outside_times(whole.outside_seconds, causes),
    )


def file_outcome(
    counted: int,
    standard: int | None,
    delay: int,
    late_stages: Sequence[tuple[str, int]],
    outside: Sequence[OutsideTime],
) -> FileOutcome:
    """An outcome from what the facts say; waiting for the applicant is told apart from what was nobody's fault."""
    return FileOutcome(
        counted=counted,
        standard=standard,
        delay=delay,
        late_stages=tuple(late_stages),
        nobodys=tuple(one for one in outside if one.code != WAITING_APPLICANT),
        applicants=sum(one.seconds for one in outside if one.code == WAITING_APPLICANT),
    )


def _facts(application: Application, now: datetime) -> list[Fact]:
    """What is recorded of a file that has ended; what holds now as long as that has not been written."""
    recorded = _recorded(application) if application.finished_at is not None else []
    if any(fact.stage_id is None and fact.ended_at == application.finished_at for fact in recorded):
        return recorded
    return facts_of([application], now)


def _recorded(application: Application) -> list[Fact]:
    rows = db.session.scalars(
        select(TurnaroundFact).where(
            TurnaroundFact.application_id == application.id, TurnaroundFact.superseded_at.is_(None)
        )
    )
    return [
        Fact(
            row.application_id,
            row.stage_id,
            row.unit_id,
            row.officer_id,
            row.started_at,
            row.ended_at,
            row.elapsed_seconds,
            row.counted_seconds,
            row.outside_seconds,
            row.target_seconds,
            row.delay_seconds,
            row.calendar,
        )
        for row in rows
    ]


def _lines(application: Application, facts: Sequence[Fact], causes: Mapping[str, str]) -> tuple[TurnaroundLine, ...]:
    """By stage, in it by time, the tray before whoever took it out at the same moment."""
    stages = {stage.id: stage for stage in application.stages}
    officers = _names(Officer, {fact.officer_id for fact in facts})
    units = _names(Unit, {fact.unit_id for fact in facts})
    lines = [
        (
            stages[fact.stage_id].position,
            TurnaroundLine(
                stage_id=fact.stage_id,
                stage=stages[fact.stage_id].name,
                unit=units[fact.unit_id],
                officer_id=fact.officer_id,
                officer=officers[fact.officer_id] if fact.officer_id is not None else None,
                started_at=fact.started_at,
                ended_at=fact.ended_at,
                elapsed=fact.elapsed_seconds,
                counted=fact.counted_seconds,
                target=fact.target_seconds,
                delay=fact.delay_seconds,
                outside=outside_times(fact.outside_seconds, causes),
            ),
        )
        for fact in facts
        if fact.stage_id is not None
    ]
    lines.sort(key=lambda one: (one[0], one[1].started_at, one[1].officer_id or 0))
    return tuple(line for _position, line in lines)


def _names(model: type[Officer] | type[Unit], ids: set[int | None] | set[int]) -> dict[int, str]:
    return dict(db.session.execute(select(model.id, model.name).where(model.id.in_(ids - {None}))).all())


def outside_times(seconds: Mapping[str, int], causes: Mapping[str, str]) -> tuple[OutsideTime, ...]:
    """What was taken out, named by `causes`; the longest first."""
    found = (OutsideTime(code, causes.get(code, code), int(one)) for code, one in seconds.items() if one)
    return tuple(sorted(found, key=lambda one: (-one.seconds, one.code)))
