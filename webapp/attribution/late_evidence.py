"""Which feedback late evidence may be about: what named the counter, the day, the number or the file in question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import REGCONFIG

from webapp.counter.applications.models import Application
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.models import Feedback
from webapp.feedback.search.models import ComplaintWords
from webapp.organisation.models import Service, Unit

#: So long after a visit a complaint is looked for that tells the day in its words only.
TOLD_WITHIN = timedelta(days=14)
#: Pairs of unit or counter and day that one look is for; a larger upload is a history that nobody complained of yet.
MOST_DAYS = 400
#: As the words of complaints are kept.
_LANGUAGE = cast("pg_catalog.indonesian", REGCONFIG)


def about_visits(visit_ids: Sequence[int]) -> ColumnElement[bool]:
    """Feedback by the receipts of these visits, or that names their counter or unit on their day without a receipt."""
    ids = sorted(visit_ids)
    rows = db.session.execute(
        select(Visit.counter_id, Visit.unit_id, Visit.finished_at, Unit.path, Unit.timezone)
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.id.in_(ids))
        .order_by(Visit.finished_at.desc())
    ).all()
    counters: dict[tuple[int, datetime], None] = {}
    units: dict[tuple[str, datetime], None] = {}
    for row in rows:
        first = row.finished_at.astimezone(ZoneInfo(row.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
        if row.counter_id is not None:
            counters[row.counter_id, first] = None
        units[row.path, first] = None
    stated = [
        and_(Feedback.counter_id == counter_id, _happened(first)) for counter_id, first in list(counters)[:MOST_DAYS]
    ]
    for path, first in list(units)[:MOST_DAYS]:
        above = [int(part) for part in path.strip("/").split("/")]
        services = select(Service.id).where(Service.unit_id.in_(above))
        stated.append(
            and_(
                Feedback.kind == "complaint",
                or_(Feedback.unit_id.in_(above), and_(Feedback.unit_id.is_(None), Feedback.service_id.in_(services))),
                or_(
                    _happened(first),
                    and_(Feedback.occurred_at.is_(None), Feedback.filed_at.between(first, first + TOLD_WITHIN)),
                ),
            )
        )
    if not units:
        return false()
    # Nobody rates or complains of a visit before its day: so the look is for what was filed since, by its index.
    earliest = min(first for _, first in units)
    unproved = and_(Feedback.visit_id.is_(None), Feedback.application_id.is_(None), or_(*stated))
    return and_(Feedback.filed_at >= earliest, or_(Feedback.visit_id.in_(ids), unproved))


def about_applications(application_ids: Sequence[int]) -> ColumnElement[bool]:
    """Complaints of the delay of these files, and those whose text tells the code or the number of one of them."""
    ids = sorted(application_ids)
    numbers = {
        told
        for row in db.session.execute(select(Application.code, Application.external_id).where(Application.id.in_(ids)))
        for told in row
        if told
    }
    wanted = [ComplaintWords.words.op("@@")(func.phraseto_tsquery(_LANGUAGE, number)) for number in sorted(numbers)]
    telling = select(ComplaintWords.complaint_id).where(or_(false(), *wanted))
    return or_(
        and_(Feedback.application_id.in_(ids), Feedback.about_delay),
        and_(Feedback.application_id.is_(None), Feedback.id.in_(telling)),
    )


def _happened(first: datetime) -> ColumnElement[bool]:
    """On the day that begins at `first`."""
    return and_(Feedback.occurred_at >= first, Feedback.occurred_at < first + timedelta(days=1))
