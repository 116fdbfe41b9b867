"""What time does to feedback."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from webapp.database import db
from webapp.feedback.models import Photo

#: How long an uploaded photo waits for its form to be sent.
PHOTO_WAITS = timedelta(hours=24)


def forget_unsent_photos(now: datetime) -> None:
    """Delete photos whose form was never sent."""
    db.session.execute(delete(Photo).where(Photo.complaint_id.is_(None), Photo.created_at < now - PHOTO_WAITS))
