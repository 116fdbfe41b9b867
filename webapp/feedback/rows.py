"""What a draft becomes in the tables: filing one by one and importing in bulk build their rows here, alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp.feedback.codes import new_code, new_secret_word
from webapp.feedback.drafts import ComplaintDraft, RatingDraft
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.secrecy import points_at_person
from webapp.feedback.vocabulary import Channel


def feedback_values(
    draft: ComplaintDraft | RatingDraft, *, write_key: str, channel: Channel, at: datetime, rater_key: bytes | None
) -> dict[str, Any]:
    """The columns of `Feedback`: what was stated, by whom as far as that is known, and when it was filed (`at`)."""
    values: dict[str, Any] = {
        "kind": "rating",
        "channel": channel,
        "write_key": write_key,
        "unit_id": draft.unit_id,
        "service_id": draft.service_id,
        "counter_id": draft.counter_id,
        "visit_id": draft.visit_id,
        "occurred_at": draft.occurred_at,
        "occurred_exactly": draft.occurred_exactly,
        "filed_at": at,
        "rater_key": rater_key,
    }
    if isinstance(draft, ComplaintDraft):
        values |= {
            "kind": "complaint",
            "application_id": draft.application_id,
            "about_delay": draft.about_delay,
            "place": draft.place,
            "latitude": draft.latitude,
            "longitude": draft.longitude,
        }
    return values


def complaint_values(draft: ComplaintDraft) -> dict[str, Any]:
    """The columns of `Complaint` but its id, with a fresh code and secret word. The code may be taken: draw again."""
    text = draft.text.strip()
    masked = mask_personal_numbers(text)
    personal = points_at_person(text, stated=draft.about_person)
    return {
        "code": new_code(),
        "secret_word": new_secret_word(),
        "complaint_kind": draft.kind,
        "text": masked,
        "original_text": text if masked != text else None,
        "secret": draft.secret or personal,
        "anonymous": draft.anonymous,
        "points_at_person": personal,
        "contact_name": draft.contact_name or None,
        "contact_phone": draft.contact_phone or None,
        "contact_email": draft.contact_email or None,
        "joins_id": None if personal else draft.joins_id,
    }


def rating_values(draft: RatingDraft, feedback_id: int) -> dict[str, Any]:
    """The columns of `Rating`."""
    comment = (draft.comment or "").strip()
    masked = mask_personal_numbers(comment)
    return {
        "feedback_id": feedback_id,
        "value": draft.value,
        "scale": draft.scale,
        "comment": masked or None,
        "original_comment": comment if masked != comment else None,
    }


def shown_text(text: str) -> str:
    """The words of a complaint as they are stored in the clear: trimmed and masked."""
    return mask_personal_numbers(text.strip())
