"""Which complaints count towards signals, and how they are counted: in one query, the same for detector and pages.

Counted is what says something about a topic (as the words say, else about the service that was chosen) at the unit
where it lies. Praise does not count, nor what was archived or passed on to another agency, nor what points at a person.
What one reporter says several times on a day counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal, or_, select, tuple_

from webapp.attribution.models import TextOpinion
from webapp.attribution.signals.baseline import YEAR, Counts, guard_of
from webapp.attribution.signals.settings import SignalRules
from webapp.counter.applications.models import Application
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.models import Unit

#: What a complaint is about where its words do not say.
SERVICE = func.coalesce(Feedback.service_id, Visit.service_id, Application.service_id)
#: The day on which it was filed, where it lies.
DAY = cast(func.timezone(Unit.timezone, Feedback.filed_at), Date)
#: Who says it: the same device or chat; where none is known each complaint is somebody else's.
REPORTER = func.coalesce(Feedback.rater_key, func.int8send(Feedback.id))
#: So sure the words must be that it is praise, whatever its writer called it.
_SURELY_PRAISE = 0.8
_SERVICE_WITHOUT_TOPIC = case((TextOpinion.topic_id.is_(None), SERVICE))


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic at a unit, or where there is no topic a service."""

    unit_id: int
    topic_id: int | None
    service_id: int | None


@dataclass(frozen=True, slots=True)
class CountedCity:
    """What the detector looks at: the counts, and which pair each row is."""

    counts: Counts
    subjects: list[Subject]


def counted() -> ColumnElement[bool]:
    """The condition under which a complaint counts."""
    reads_as_praise = (
        select(TextOpinion.feedback_id)
        .where(
            TextOpinion.feedback_id == Complaint.feedback_id,
            TextOpinion.kind == ComplaintKind.PRAISE,
            TextOpinion.kind_probability >= _SURELY_PRAISE,
        )
        .correlate(Complaint)
        .exists()
    )
    return and_(
        ~reads_as_praise,
        Complaint.unit_id.is_not(None),
        ~Complaint.points_at_person,
        Complaint.complaint_kind != ComplaintKind.PRAISE,
        Complaint.state.not_in((State.ARCHIVED, State.PASSED_ON)),
    )


def over_complaints(*columns: Any) -> Select[Any]:
    """A query over complaints with all that counting needs."""
    return (
        select(*columns)
        .select_from(Complaint)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .join(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(TextOpinion, TextOpinion.feedback_id == Feedback.id)
        .outerjoin(Visit, Visit.id == Feedback.visit_id)
        .outerjoin(Application, Application.id == Feedback.application_id)
    )


def is_about(subject: Subject) -> ColumnElement[bool]:
    """The condition that a complaint is one of this pair."""
    if subject.topic_id is not None:
        about: ColumnElement[bool] = TextOpinion.topic_id == subject.topic_id
    else:
        about = and_(TextOpinion.topic_id.is_(None), literal(subject.service_id) == SERVICE)
    return and_(Complaint.unit_id == subject.unit_id, about)


def count_city(now: datetime, rules: SignalRules) -> CountedCity | None:
    """What was complained of at which unit, a day each, until today; None where nothing ever was."""
    today = local_today(now)
    since = today - timedelta(days=YEAR * rules.years + 7 * rules.trailing_weeks + guard_of(rules) + 60)
    rows = db.session.execute(
        over_complaints(
            Complaint.unit_id,
            TextOpinion.topic_id,
            _SERVICE_WITHOUT_TOPIC.label("service_id"),
            DAY.label("day"),
            func.count(REPORTER.distinct()),
        )
        .where(
            counted(),
            Feedback.filed_at >= datetime.combine(since, time(), ZoneInfo("UTC")),
            Feedback.filed_at < now,
            or_(TextOpinion.topic_id.is_not(None), SERVICE.is_not(None)),
        )
        .group_by(Complaint.unit_id, TextOpinion.topic_id, _SERVICE_WITHOUT_TOPIC, DAY)
    ).all()
    if not rows:
        return None
    first = min(row.day for row in rows)
    places: dict[Subject, int] = {}
    cells = [
        (places.setdefault(Subject(*row[:3]), len(places)), min(row.day, today), row[4])
        for row in sorted(rows, key=lambda row: (row.day, row.unit_id, row.topic_id or 0, row.service_id or 0))
    ]
    table = np.zeros((len(places), (today - first).days + 1))
    for place, day, count in cells:
        table[place, (day - first).days] += count
    subjects = list(places)
    return CountedCity(
        Counts(
            first=first,
            counts=table,
            units=np.array([subject.unit_id for subject in subjects]),
            topics=np.array([subject.topic_id or -(subject.service_id or 0) for subject in subjects]),
        ),
        subjects,
    )


def daily_counts(
    subjects: Sequence[Subject], first: date, last: date, seen: ColumnElement[bool]
) -> dict[Subject, dict[date, int]]:
    """How many complaints of each pair were filed on each day that had any, of those for which `seen` is true."""
    if not subjects:
        return {}
    key = tuple_(Complaint.unit_id, func.coalesce(TextOpinion.topic_id, 0), func.coalesce(_SERVICE_WITHOUT_TOPIC, 0))
    rows = db.session.execute(
        over_complaints(
            Complaint.unit_id,
            TextOpinion.topic_id,
            _SERVICE_WITHOUT_TOPIC.label("service_id"),
            DAY.label("day"),
            func.count(REPORTER.distinct()),
        )
        .where(
            counted(),
            seen,
            Feedback.filed_at >= datetime.combine(first - timedelta(days=1), time(), ZoneInfo("UTC")),
            Feedback.filed_at < datetime.combine(last + timedelta(days=2), time(), ZoneInfo("UTC")),
            DAY.between(first, last),
            key.in_([(one.unit_id, one.topic_id or 0, one.service_id or 0) for one in subjects]),
        )
        .group_by(Complaint.unit_id, TextOpinion.topic_id, _SERVICE_WITHOUT_TOPIC, DAY)
    )
    found: dict[Subject, dict[date, int]] = {}
    for row in rows:
        found.setdefault(Subject(*row[:3]), {})[row.day] = row[4]
    return found


def local_today(now: datetime) -> date:
    """The day that it is in the agency."""
    zone = db.session.scalar(select(Unit.timezone).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1))
    return now.astimezone(ZoneInfo(zone or "Asia/Jakarta")).date()
