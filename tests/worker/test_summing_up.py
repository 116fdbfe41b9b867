"""Days, corrections and confirmed work reach the facts through the outbox and the worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.counter import make_visit
from tests.factories.desk import make_agency
from tests.pipeline import Pipeline
from tests.worker.conftest import Deliveries
from webapp.counter.events import VisitsCorrected
from webapp.database import transaction
from webapp.indicators.events import ServiceDaysDue
from webapp.indicators.models import IndicatorFact
from webapp.indicators.work_plans.actions import PlannedTarget, agree_plan, draft_plan, propose_plan
from webapp.indicators.work_plans.vocabulary import Aspect, Measure
from webapp.outbox import publish


def counted(database: SQLAlchemy, component: str) -> list[tuple[int, float]]:
    database.session.rollback()
    rows = database.session.execute(
        select(IndicatorFact.officer_id, IndicatorFact.events)
        .where(IndicatorFact.component == component, IndicatorFact.withdrawn_at.is_(None))
        .order_by(IndicatorFact.officer_id, IndicatorFact.key)
    )
    return [(row.officer_id, row.events) for row in rows]


def test_what_rests_is_summed_up_and_what_is_corrected_moves(
    pipeline: Pipeline, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    session = database.session()
    agency = make_agency(session)
    sari, budi = agency.sari_officer.id, agency.budi_officer.id
    yesterday = datetime.now(UTC) - timedelta(hours=20)
    visit = make_visit(session, agency.unit, yesterday, officer=agency.sari_officer, service=agency.service)
    make_visit(session, agency.unit, datetime.now(UTC), officer=agency.budi_officer, service=agency.service)
    plan = draft_plan(
        agency.sari,
        yesterday.year,
        [PlannedTarget("a", "b", Aspect.QUANTITY, "c", Measure.VISITS_SERVED, "kunjungan", (1.0, 1.0, 1.0, 1.0))],
        yesterday,
    )
    propose_plan(agency.sari, plan.id, "", yesterday)
    agree_plan(agency.rina, plan.id, "", yesterday)
    publish(ServiceDaysDue())
    session.commit()
    pipeline.run()
    assert counted(database, "speed") == [(sari, 1.0)]  # Budi's day still runs
    assert {one.state for one in deliveries.of("record_targets")} == {"done"}
    past = make_visit(session, agency.unit, yesterday - timedelta(days=5), officer=agency.budi_officer)
    visit.officer_id = budi
    session.flush()
    with transaction():
        publish(VisitsCorrected([past.id]))
        publish(ServiceDaysDue())
    pipeline.run()
    assert (sari, 1.0) not in counted(database, "conduct")
    assert {one.state for one in deliveries.of("record_visit_days")} == {"done"}
    assert len(counted(database, "conduct")) >= 1
