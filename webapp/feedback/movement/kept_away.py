"""Whoever must not see a complaint must not see what is said on another one about the same matter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.feedback.models import Exclusion, Recusal


def copy_kept_away(source_id: int, target_id: int, at: datetime) -> None:
    """Keep the complaint `target_id` from everybody from whom `source_id` is kept."""
    excluded = select(literal(target_id), Exclusion.officer_id, literal(at)).where(Exclusion.complaint_id == source_id)
    recused = select(literal(target_id), Recusal.account_id, literal(at)).where(Recusal.complaint_id == source_id)
    db.session.execute(
        upsert(Exclusion).from_select(["complaint_id", "officer_id", "at"], excluded).on_conflict_do_nothing()
    )
    db.session.execute(
        upsert(Recusal).from_select(["complaint_id", "account_id", "at"], recused).on_conflict_do_nothing()
    )
