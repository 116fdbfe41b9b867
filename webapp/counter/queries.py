"""Reading visits by their receipts."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.counter.errors import ReceiptExpired
from webapp.counter.models import Visit
from webapp.counter.receipts import InvalidReceipt, issue_receipt, read_receipt
from webapp.database import db
from webapp.encryption import keyring


def receipt_of(visit_id: int) -> str:
    """The code on the receipt of a visit."""
    return issue_receipt(visit_id, _key())


def visit_of_receipt(code: str, *, now: datetime, valid_days: int) -> Visit:
    """The visit that a receipt proves; raises InvalidReceipt or ReceiptExpired."""
    visit = db.session.get(Visit, read_receipt(code, _key()))
    if visit is None:
        raise InvalidReceipt(code)
    if now > visit.finished_at + timedelta(days=valid_days):
        raise ReceiptExpired
    return visit


def _key() -> bytes:
    return keyring().lookup_key("receipt", "")
