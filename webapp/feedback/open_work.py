"""How much is still to be done somewhere, as a number and nothing else."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.database import db
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.models import Complaint


def count_open_complaints(unit_id: int) -> int:
    """Complaints that lie in a unit and have not come to their end, those that wait for their reporter included."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Complaint)
            .where(Complaint.unit_id == unit_id, Complaint.state.in_([*OPEN_STATES, State.ANSWERED]))
        )
        or 0
    )
