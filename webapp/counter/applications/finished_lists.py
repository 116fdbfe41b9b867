"""Files of a unit that ended lately: what was late comes first, with where and why. No applicants' names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.applications.access import within
from webapp.counter.applications.catalogue import WAITING_APPLICANT
from webapp.counter.applications.models import Application, ApplicationStage, PauseCause, TurnaroundFact
from webapp.counter.applications.turnaround_lines import file_outcome, outside_times
from webapp.counter.applications.views import FileOutcome
from webapp.counter.applications.vocabulary import ApplicationState
from webapp.database import db
from webapp.organisation.models import Service, Unit

#: How far back the list of finished files goes.
LATELY = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A file that is done. `outcome` None: nobody knows when it was complete."""

    code: str
    service: str
    unit: str
    timezone: str
    finished_at: datetime
    outcome: FileOutcome | None


@dataclass(frozen=True, slots=True)
class FinishedFiles:
    """One page of them; `total` and `late` count all that finished lately."""

    files: tuple[FinishedFile, ...]
    total: int
    late: int


def list_finished(viewer: Account, now: datetime, unit_id: int | None = None, *, page: int, size: int) -> FinishedFiles:
    """Files of the units that `viewer` supervises, or of one of them and those below, that finished lately.

    Those that were late by the longest delay; then those that took longer than promised for what was nobody's fault;
    then the rest, the latest first. What a file took is what the recorded facts say.
    """
    condition = and_(
        within(viewer, Permission.APPLICATION_READ_UNIT),
        Application.state == ApplicationState.FINISHED,
        Application.finished_at > now - LATELY,
    )
    if unit_id is not None:
        unit = db.session.get(Unit, unit_id) if 0 < unit_id < 2**63 else None
        if unit is None:
            return FinishedFiles((), 0, 0)
        condition = and_(condition, Unit.path.startswith(unit.path, autoescape=True))
    waits = func.jsonb_each_text(TurnaroundFact.outside_seconds).table_valued("key", "value")
    nobodys = (
        select(func.coalesce(func.sum(cast(waits.c.value, BigInteger)), 0))
        .where(waits.c.key != WAITING_APPLICANT)
        .scalar_subquery()
    )
    delay = func.coalesce(TurnaroundFact.delay_seconds, 0)
    prolonged = TurnaroundFact.counted_seconds + nobodys > TurnaroundFact.target_seconds
    rows = db.session.execute(
        select(
            Application.id,
            Application.code,
            Service.name.label("service"),
            Unit.name.label("unit"),
            Unit.timezone,
            Application.finished_at,
            TurnaroundFact.counted_seconds,
            TurnaroundFact.target_seconds,
            TurnaroundFact.delay_seconds,
            TurnaroundFact.outside_seconds,
            func.count().over().label("total"),
            func.sum(case((delay > 0, 1), else_=0)).over().label("late"),
        )
        .join(Application.unit)
        .join(Application.service)
        .outerjoin(
            TurnaroundFact,
            and_(
                TurnaroundFact.application_id == Application.id,
                TurnaroundFact.stage_id.is_(None),
                TurnaroundFact.superseded_at.is_(None),
            ),
        )
        .where(condition)
        .order_by(
            delay.desc(),
            case((prolonged, 0), else_=1),
            Application.finished_at.desc(),
            Application.id.desc(),
        )
        .limit(size)
        .offset((max(1, page) - 1) * size)
    ).all()
    if not rows:
        return FinishedFiles((), 0, 0)
    causes = dict(db.session.execute(select(PauseCause.code, PauseCause.name)).all())
    stages = _late_stages([row.id for row in rows if row.delay_seconds])
    return FinishedFiles(
        tuple(
            FinishedFile(
                row.code, row.service, row.unit, row.timezone, row.finished_at, _outcome(row, stages[row.id], causes)
            )
            for row in rows
        ),
        rows[0].total,
        int(rows[0].late),
    )


def _late_stages(application_ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """The stages in which delay arose, in their order."""
    late_seconds = func.sum(TurnaroundFact.delay_seconds)
    rows = db.session.execute(
        select(TurnaroundFact.application_id, ApplicationStage.name, cast(late_seconds, BigInteger))
        .join(ApplicationStage, ApplicationStage.id == TurnaroundFact.stage_id)
        .where(TurnaroundFact.application_id.in_(application_ids), TurnaroundFact.superseded_at.is_(None))
        .group_by(TurnaroundFact.application_id, ApplicationStage.id)
        .having(late_seconds > 0)
        .order_by(ApplicationStage.position)
    )
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for application_id, name, late in rows:
        found[application_id].append((name, late))
    return found


def _outcome(row: Any, late_stages: Sequence[tuple[str, int]], causes: dict[str, str]) -> FileOutcome | None:
    if row.counted_seconds is None:
        return None
    outside = outside_times(row.outside_seconds, causes)
    return file_outcome(row.counted_seconds, row.target_seconds, row.delay_seconds, late_stages, outside)
