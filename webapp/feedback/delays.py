"""Complaints that say of a file that it takes too long."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from webapp.database import db
from webapp.feedback.models import Feedback


def list_delayed_files(feedback_ids: Sequence[int]) -> list[int]:
    """The files that these feedbacks call late, by id."""
    query = select(Feedback.application_id).where(
        Feedback.id.in_(feedback_ids), Feedback.about_delay, Feedback.application_id.is_not(None)
    )
    return sorted({file_id for file_id in db.session.scalars(query) if file_id is not None})
