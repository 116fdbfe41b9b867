"""What an officer reads of his own figure."""

from __future__ import annotations

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.models import IndicatorFact
from webapp.indicators.queries.sheet import sheet
from webapp.indicators.queries.views import ScoreSheet
from webapp.organisation.queries import officer_of


def own_sheet(viewer: Account, period: str) -> ScoreSheet | None:
    """The viewer's own figure of a quarter; None for an account that is no officer's."""
    officer = officer_of(viewer)
    return None if officer is None else sheet(officer, period, own=True)


def counted_complaints(viewer: Account) -> frozenset[int]:
    """The complaints whose facts stand in the viewer's own figures, by their ids; none for who is no officer."""
    officer = officer_of(viewer)
    if officer is None:
        return frozenset()
    return frozenset(
        db.session.scalars(
            select(IndicatorFact.feedback_id).where(
                IndicatorFact.officer_id == officer.id,
                IndicatorFact.withdrawn_at.is_(None),
                IndicatorFact.key.startswith("complaint:"),
            )
        )
    )
