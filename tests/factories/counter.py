"""Visits and their receipts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.factories.organisation import make_counter, make_officer, make_service
from webapp.counter.models import Visit
from webapp.organisation.models import Counter, Officer, Service, Unit


def make_visit(
    session: Session,
    unit: Unit,
    finished_at: datetime,
    *,
    officer: Officer | None = None,
    service: Service | None = None,
    counter: Counter | None = None,
    minutes: float = 12,
) -> Visit:
    """A citizen served in `unit` until `finished_at`. `webapp.counter.queries.receipt_of(visit.id)` is its receipt."""
    visit = Visit(
        unit_id=unit.id,
        service_id=(service or make_service(session, unit)).id,
        counter_id=(counter or make_counter(session, unit)).id,
        officer_id=(officer or make_officer(session, unit)).id,
        waited_seconds=900,
        started_at=finished_at - timedelta(minutes=minutes),
        finished_at=finished_at,
    )
    session.add(visit)
    session.flush()
    return visit
