"""What is done for figures when there is time: groups of lines stored, a new release's formula taken into use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from webapp.database import db
from webapp.indicators.contents import complete_contents
from webapp.indicators.formula import FORMULA_VERSION
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.periods import day_of, period_of
from webapp.indicators.reference_keeping import renew_if_outgrown
from webapp.indicators.rounds import mark_outdated, resume_rounds


def keep_figures(at: datetime) -> None:
    """Go on with rounds that were given up, store what is explained, and compute the running quarter's figures anew
    where an earlier release computed them; those of closed quarters stay as they were published."""
    resume_rounds()
    complete_contents()
    renew_if_outgrown(at)
    running = period_of(day_of(at))
    if db.session.scalar(
        select(
            exists().where(
                IndicatorSnapshot.period == running,
                IndicatorSnapshot.superseded_at.is_(None),
                IndicatorSnapshot.formula_version != FORMULA_VERSION,
            )
        )
    ):
        mark_outdated(running)
