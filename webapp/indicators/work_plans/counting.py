"""What the product itself counts of an officer's work, month by month in the unit's own zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, cast, func, literal, select, union_all

from webapp.counter.applications.models import ApplicationStage, TurnaroundFact
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.facts.models import Deed, HandlingFact
from webapp.indicators.work_plans.vocabulary import Measure
from webapp.organisation.models import Unit

#: (officer, measure, month as "2026-11").
Counted = Mapping[tuple[int, str, str], float]


def count_done(officer_ids: Collection[int], first: date, last: date) -> Counted:
    """What these officers did from `first` to `last`, by measure and month; what is not there is 0. One statement.

    A visit and a stage count for who served and who finished it, an answer for who gave it, each once: what was merged
    into another complaint counts there (as in webapp.feedback.facts).
    """
    if not officer_ids:
        return {}
    # A day more at each end, whatever the zone; the month is then that of the unit's own clock.
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    month = "YYYY-MM"
    visits = (
        select(
            Visit.officer_id.label("officer_id"),
            literal(Measure.VISITS_SERVED.value).label("measure"),
            func.to_char(func.timezone(Unit.timezone, Visit.finished_at), month).label("month"),
        )
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.officer_id.in_(officer_ids), Visit.finished_at.between(begin, end))
    )
    stages = (
        select(
            TurnaroundFact.officer_id,
            literal(Measure.STAGES_FINISHED.value),
            func.to_char(func.timezone(Unit.timezone, TurnaroundFact.ended_at), month),
        )
        .join(ApplicationStage, ApplicationStage.id == TurnaroundFact.stage_id)
        .join(Unit, Unit.id == TurnaroundFact.unit_id)
        .where(
            TurnaroundFact.officer_id.in_(officer_ids),
            TurnaroundFact.superseded_at.is_(None),
            TurnaroundFact.ended_at.between(begin, end),
            ApplicationStage.finished_at == TurnaroundFact.ended_at,
        )
    )
    answers = select(
        cast(HandlingFact.officer_id, BigInteger),
        literal(Measure.ANSWERS_GIVEN.value),
        func.to_char(HandlingFact.month, month),
    ).where(
        HandlingFact.officer_id.in_(officer_ids),
        HandlingFact.month.between(first.replace(day=1), last),
        HandlingFact.deed.in_((Deed.FIRST_ANSWER, Deed.ANSWER)),
    )
    done = union_all(visits, stages, answers).subquery()
    counts: dict[tuple[int, str, str], float] = defaultdict(float)
    for row in db.session.execute(
        select(done.c.officer_id, done.c.measure, done.c.month, func.count()).group_by(
            done.c.officer_id, done.c.measure, done.c.month
        )
    ):
        if f"{first:%Y-%m}" <= row[2] <= f"{last:%Y-%m}":
            counts[row[0], row[1], row[2]] = float(row[3])
    return dict(counts)
