"""What a supervisor does about a signal: look at it, close it with what was found, open it again. Each is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from webapp.accounts.models import Account
from webapp.attribution.signals.errors import AlreadyClosed, AnotherOpen, StillOpen
from webapp.attribution.signals.models import Signal, SignalCase, SignalStep
from webapp.attribution.signals.queries import find_signal
from webapp.database import db
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint


def mark_seen(viewer: Account, signal_id: int, at: datetime) -> None:
    """Say that it was looked at; once. Raises NoSuchSignal."""
    signal = find_signal(viewer, signal_id, lock=True)
    if signal.seen_at is None:
        _see(signal, viewer, at)


def close_signal(viewer: Account, signal_id: int, note: str, at: datetime) -> None:
    """Close it with what was found and done. Raises NoSuchSignal, AlreadyClosed."""
    signal = find_signal(viewer, signal_id, lock=True)
    if signal.closed_at is not None:
        raise AlreadyClosed
    if signal.seen_at is None:
        _see(signal, viewer, at)
    signal.closed_at, signal.closed_by_id, signal.note = at, viewer.id, mask_personal_numbers(note)
    _note(signal, "closed", viewer, at, signal.note)


def reopen_signal(viewer: Account, signal_id: int, at: datetime) -> None:
    """Open it again: it goes on after all. Raises NoSuchSignal, StillOpen, AnotherOpen."""
    signal = find_signal(viewer, signal_id, lock=True)
    if signal.closed_at is None:
        raise StillOpen
    newer = select(Signal.id).where(
        Signal.unit_id == signal.unit_id,
        Signal.topic_id.is_not_distinct_from(signal.topic_id),
        Signal.service_id.is_not_distinct_from(signal.service_id),
        Signal.closed_at.is_(None),
    )
    if db.session.scalar(newer) is not None:
        raise AnotherOpen
    signal.closed_at, signal.closed_by_id = None, None
    _note(signal, "reopened", viewer, at, None)


def forget_notes(complaint_ids: Sequence[int], erased: str) -> None:
    """Put `erased` in the place of what was noted on signals behind which these were the last complaints with words."""
    behind = select(SignalCase.signal_id).where(SignalCase.complaint_id.in_(complaint_ids))
    left = (
        select(SignalCase.signal_id)
        .join(Complaint, Complaint.feedback_id == SignalCase.complaint_id)
        .where(SignalCase.signal_id.in_(behind), Complaint.text != erased)
    )
    for note, of in ((Signal.note, Signal.id), (SignalStep.note, SignalStep.signal_id)):
        db.session.execute(
            update(note.class_)
            .where(of.in_(behind), of.not_in(left), note.is_not(None))
            .values(note=erased)
            .execution_options(synchronize_session=False)
        )


def _see(signal: Signal, viewer: Account, at: datetime) -> None:
    signal.seen_at, signal.seen_by_id = at, viewer.id
    _note(signal, "seen", viewer, at, None)


def _note(signal: Signal, step: str, viewer: Account, at: datetime, note: str | None) -> None:
    db.session.add(SignalStep(signal_id=signal.id, step=step, account_id=viewer.id, at=at, note=note))
    db.session.flush()
