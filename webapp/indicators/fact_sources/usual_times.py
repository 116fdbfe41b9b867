"""How long a service usually takes at the counter: frozen for each quarter when it is first asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Float, cast, extract, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.counter.models import Visit
from webapp.database import db
from webapp.indicators.models import UsualServingTime
from webapp.indicators.periods import span_of
from webapp.organisation.models import Service

LEAST_VISITS: Final = 100
"""With fewer in the year before, the standard says what is usual."""


def usual_seconds(service_ids: Collection[int], period: str) -> dict[int, float]:
    """The usual serving time of these services in a quarter, in seconds; services of which none is known are left out.

    The median of the visits of the year before the quarter, else the service's standard.
    """
    wanted = set(service_ids)
    known = _stored(wanted, period)
    if missing := wanted - known.keys():
        _freeze(missing, period)
        known = _stored(wanted, period)
    return {service_id: seconds for service_id, seconds in known.items() if seconds is not None and seconds > 0.0}


def _stored(service_ids: Collection[int], period: str) -> dict[int, float | None]:
    rows = db.session.execute(
        select(UsualServingTime.service_id, UsualServingTime.seconds).where(
            UsualServingTime.period == period, UsualServingTime.service_id.in_(service_ids)
        )
    )
    return {row.service_id: row.seconds for row in rows}


def _freeze(service_ids: Collection[int], period: str) -> None:
    first, _last = span_of(period)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    took = cast(extract("epoch", Visit.finished_at - Visit.started_at), Float)
    medians = {
        row[0]: (float(row[1]), int(row[2]))
        for row in db.session.execute(
            select(Visit.service_id, func.percentile_cont(0.5).within_group(took), func.count())
            .where(
                Visit.service_id.in_(service_ids),
                Visit.finished_at >= begin - timedelta(days=365),
                Visit.finished_at < begin,
            )
            .group_by(Visit.service_id)
        )
    }
    standards = db.session.execute(
        select(Service.id, Service.standard_minutes).where(Service.id.in_(service_ids)).order_by(Service.id)
    )
    rows: list[dict[str, object]] = []
    for service_id, minutes in standards:
        median, visits = medians.get(service_id, (0.0, 0))
        if visits >= LEAST_VISITS and median > 0.0:
            rows.append({"service_id": service_id, "period": period, "seconds": median, "visits": visits})
        else:
            seconds = minutes * 60.0 if minutes is not None else None
            rows.append({"service_id": service_id, "period": period, "seconds": seconds, "visits": 0})
    if rows:
        db.session.execute(upsert(UsualServingTime).values(rows).on_conflict_do_nothing())
