"""The visit that a receipt proves and the file that a code opens, in words: service, unit, day. Never who served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.counter.applications.models import Application
from webapp.counter.codes import clean_application_code
from webapp.counter.errors import ReceiptExpired
from webapp.counter.queries import visit_of_receipt
from webapp.counter.receipts import InvalidReceipt
from webapp.database import db

#: A complaint may come long after the visit; the receipt still proves it.
DAYS_FOR_COMPLAINTS = 365


@dataclass(frozen=True, slots=True)
class ProvenVisit:
    """What a page tells of a visit, and where the feedback on it goes."""

    id: int
    unit_id: int
    service_id: int
    counter_id: int | None
    finished_at: datetime
    unit: str
    service: str
    timezone: str


@dataclass(frozen=True, slots=True)
class FiledApplication:
    """What a page tells of a document application, and where a complaint about it goes."""

    id: int
    code: str
    unit_id: int
    service_id: int
    unit: str
    service: str


def find_application(typed: str | None) -> FiledApplication | None:
    """The file of a code; None where the code opens none."""
    code = clean_application_code(typed or "")
    file = db.session.scalars(select(Application).where(Application.code == code)).one_or_none() if code else None
    if file is None:
        return None
    return FiledApplication(file.id, file.code, file.unit_id, file.service_id, file.unit.name, file.service.name)


def find_visit(receipt: str | None, now: datetime, valid_days: int = DAYS_FOR_COMPLAINTS) -> ProvenVisit | None:
    """The visit of a receipt; None where the code proves none (any more)."""
    try:
        return read_visit(receipt, now, valid_days) if receipt else None
    except (InvalidReceipt, ReceiptExpired):
        return None


def read_visit(receipt: str, now: datetime, valid_days: int) -> ProvenVisit:
    """The visit of a receipt; raises InvalidReceipt or ReceiptExpired."""
    visit = visit_of_receipt(receipt, now=now, valid_days=valid_days)
    return ProvenVisit(
        visit.id,
        visit.unit_id,
        visit.service_id,
        visit.counter_id,
        visit.finished_at,
        visit.unit.name,
        visit.service.name,
        visit.unit.timezone,
    )
