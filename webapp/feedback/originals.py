"""The words as they were written, and who the reporter is: for the few who must, with a reason, each look recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, can
from webapp.audit.actions import Look, record_look
from webapp.database import db
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint, ComplaintMessage


class Reason(StrEnum):
    """Why somebody has to see the original."""

    #: Somebody may come to harm, and has to be reached at once.
    URGENT = "urgent"
    #: What was masked is needed to settle the matter: the number of a file taken for a NIK.
    NEEDED = "needed"
    #: The complaint itself is being examined.
    EXAMINATION = "examination"
    #: A law demands it: police, court, Ombudsman.
    LAW = "law"


@dataclass(frozen=True, slots=True)
class OriginalWords:
    """Something that was said, as it was written; only what masking had changed."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What may be opened, before it is: nothing of it is in here."""

    code: str
    anonymous: bool
    #: Whether the reporter left a contact that this viewer may see.
    has_contact: bool
    contact_withheld: bool
    #: Whether masking changed anything in what was said.
    was_masked: bool
    erased_at: datetime | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Original:
    """The words as they were written, and the reporter's contact where this viewer may see it."""

    code: str
    text: str
    messages: tuple[OriginalWords, ...]
    name: str | None
    phone: str | None
    email: str | None


def describe_original(viewer: Account, code: str) -> Sealed:
    """What there is to open; raises NotForThisPerson where `viewer` may not (or there is no such complaint)."""
    complaint = _get(viewer, code)
    masked = complaint.feedback_id in _masked([complaint.feedback_id])
    contact = db.session.execute(
        select(
            Complaint.contact_name.is_not(None)
            | Complaint.contact_phone.is_not(None)
            | Complaint.contact_email.is_not(None)
        ).where(Complaint.feedback_id == complaint.feedback_id)
    ).scalar_one()
    withheld = bool(contact) and not _may_see_contact(viewer, complaint)
    return Sealed(
        code=complaint.code,
        anonymous=complaint.anonymous,
        has_contact=bool(contact) and not withheld,
        contact_withheld=withheld,
        was_masked=masked,
        erased_at=complaint.erased_at,
        timezone=complaint.unit.timezone if complaint.unit else "Asia/Jakarta",
    )


def open_original(viewer: Account, code: str, reason: Reason, note: str, at: datetime) -> Original:
    """Show the original to `viewer`, and write down in the same transaction that he saw it and why.

    `note` are his own words, masked like all free text. Raises NotForThisPerson.
    """
    complaint = _get(viewer, code)
    seen = {"reason": str(reason)} | ({"note": mask_personal_numbers(note)} if note else {})
    record_look(viewer.id, complaint.feedback_id, Look.ORIGINAL, at, seen)
    messages = db.session.execute(
        select(ComplaintMessage.at, ComplaintMessage.author, ComplaintMessage.original_text)
        .where(ComplaintMessage.complaint_id == complaint.feedback_id, ComplaintMessage.original_text.is_not(None))
        .order_by(ComplaintMessage.id)
    )
    may = _may_see_contact(viewer, complaint)
    return Original(
        code=complaint.code,
        text=complaint.original_text if complaint.original_text is not None else complaint.text,
        messages=tuple(OriginalWords(row.at, row.author, row.original_text) for row in messages),
        name=complaint.contact_name if may else None,
        phone=complaint.contact_phone if may else None,
        email=complaint.contact_email if may else None,
    )


def _get(viewer: Account, code: str) -> Complaint:
    complaint = get_case(viewer, code)
    unit = complaint.unit
    if not can(viewer, Permission.COMPLAINT_READ_ORIGINAL, unit):
        raise NotForThisPerson
    return complaint


def _may_see_contact(viewer: Account, complaint: Complaint) -> bool:
    """Who stays anonymous stays so to everybody in the unit: only somebody from above it sees the contact."""
    if not complaint.anonymous or complaint.unit is None:
        return True
    path = complaint.unit.path
    return any(
        Permission.COMPLAINT_READ_ORIGINAL in ROLE_PERMISSIONS[Role(grant.role)]
        and path.startswith(grant.unit.path)
        and path != grant.unit.path
        for grant in viewer.grants
    )


def _masked(ids: list[int]) -> set[int]:
    """Those of these complaints in which masking changed something."""
    said = select(Complaint.feedback_id).where(Complaint.feedback_id.in_(ids), Complaint.original_text.is_not(None))
    later = select(ComplaintMessage.complaint_id).where(
        ComplaintMessage.complaint_id.in_(ids), ComplaintMessage.original_text.is_not(None)
    )
    return set(db.session.scalars(said.union(later)))
