"""The strengths of evidence that are used now: the learned ones, else the stated."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from webapp.attribution.models import LearnedModel
from webapp.attribution.strengths import Strengths, UnreadableStrengths, read_strengths, stated_strengths
from webapp.database import db

STRENGTHS = "strengths"

log = structlog.get_logger()


def current_strengths() -> Strengths:
    """What was learned and adopted last; what is stated where nothing was, or where it cannot be read."""
    content = db.session.scalar(
        select(LearnedModel.content).where(
            LearnedModel.kind == STRENGTHS, LearnedModel.adopted_at.is_not(None), LearnedModel.retired_at.is_(None)
        )
    )
    if content is None:
        return stated_strengths()
    try:
        return read_strengths(content)
    except UnreadableStrengths as error:
        log.error("strengths are unreadable", error=str(error))
        return stated_strengths()
