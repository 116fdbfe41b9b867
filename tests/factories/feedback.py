"""Complaints and ratings, filed the way the faces file them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from tests.factories.counting import next_number
from webapp.feedback.actions import submit_complaint, submit_rating
from webapp.feedback.drafts import ComplaintDraft, RatingDraft
from webapp.feedback.models import Complaint, Rating
from webapp.feedback.vocabulary import Channel

WORDS = "Sudah dua minggu berkas saya belum selesai, padahal dijanjikan tiga hari kerja."


def make_complaint(
    session: Session,
    at: datetime,
    *,
    channel: Channel = Channel.PORTAL,
    write_key: str | None = None,
    photo_key: str | None = None,
    draft: ComplaintDraft | None = None,
    **stated: Any,
) -> Complaint:
    """A complaint filed at `at`, by the same action as everybody's; `stated` are fields of ComplaintDraft."""
    submitted = submit_complaint(
        replace(draft or ComplaintDraft(text=WORDS), **stated),
        write_key=write_key or f"form:test-{next_number()}",
        channel=channel,
        at=at,
        photo_key=photo_key,
    )
    return session.get_one(Complaint, submitted.feedback_id)


def make_rating(
    session: Session,
    at: datetime,
    *,
    value: int = 4,
    channel: Channel = Channel.RECEIPT,
    write_key: str | None = None,
    rater_key: bytes | None = None,
    **stated: Any,
) -> Rating:
    """A rating given at `at`; `stated` are fields of RatingDraft (visit_id makes it a verified one)."""
    submitted = submit_rating(
        RatingDraft(value=value, **stated),
        write_key=write_key or f"form:test-{next_number()}",
        channel=channel,
        at=at,
        rater_key=rater_key,
    )
    return session.get_one(Rating, submitted.feedback_id)


def make_picture(
    width: int = 640,
    height: int = 480,
    kind: str = "JPEG",
    *,
    colour: tuple[int, int, int] = (40, 110, 90),
    **save: Any,
) -> bytes:
    """A picture file of one colour; `save` goes to Pillow (exif=...)."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind, **save)
    return out.getvalue()
