"""Who delayed a file, by the facts of its turnaround."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.attribution.circumstances import Delay
from webapp.counter.applications.models import TurnaroundFact
from webapp.database import db


def delays_of(application_ids: set[int | None]) -> dict[int, tuple[Delay, ...]]:
    """Who delayed these files, and by how much, as the facts of their turnaround stand."""
    wanted = sorted(id_ for id_ in application_ids if id_ is not None)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(
            TurnaroundFact.application_id,
            TurnaroundFact.unit_id,
            TurnaroundFact.officer_id,
            func.sum(TurnaroundFact.delay_seconds),
        )
        .where(
            TurnaroundFact.application_id.in_(wanted),
            TurnaroundFact.superseded_at.is_(None),
            TurnaroundFact.stage_id.is_not(None),
            TurnaroundFact.delay_seconds > 0,
        )
        .group_by(TurnaroundFact.application_id, TurnaroundFact.unit_id, TurnaroundFact.officer_id)
        .order_by(TurnaroundFact.application_id, TurnaroundFact.unit_id, TurnaroundFact.officer_id)
    )
    found: dict[int, tuple[Delay, ...]] = {}
    for application_id, unit_id, officer_id, seconds in rows:
        found[application_id] = (*found.get(application_id, ()), Delay(unit_id, officer_id, int(seconds)))
    return found
