"""Work plans with targets of little, agreed to as everybody's are."""

from __future__ import annotations

from datetime import datetime

from tests.factories.desk import Agency
from webapp.indicators.work_plans.actions import PlannedTarget, agree_plan, draft_plan, propose_plan
from webapp.indicators.work_plans.models import WorkPlan
from webapp.indicators.work_plans.vocabulary import Aspect, Measure


def planned(
    measure: Measure = Measure.OWN_COUNT, *quarters: float, result: str = "Melayani warga", indicator: str = "Jumlah"
) -> PlannedTarget:
    """A target; without `quarters` 30 in the third and 60 in the fourth."""
    first, second, third, fourth = quarters or (0.0, 0.0, 30.0, 60.0)
    return PlannedTarget(
        "Layanan tepat waktu",
        result,
        Aspect.QUANTITY,
        indicator,
        measure,
        "kunjungan",
        (first, second, third, fourth),
    )


def make_agreed_plan(
    agency: Agency, *targets: PlannedTarget, at: datetime, year: int = 2026, note: str = ""
) -> WorkPlan:
    """Sari's plan, to which Rina agreed."""
    plan = draft_plan(agency.sari, year, targets or [planned()], at)
    propose_plan(agency.sari, plan.id, "", at)
    return agree_plan(agency.rina, plan.id, note, at)
