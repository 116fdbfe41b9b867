"""Who is told of a signal: whoever leads the unit, or the nearest above who may see enough of what is behind it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission
from webapp.attribution.signals.events import SignalRaised
from webapp.attribution.signals.models import Signal
from webapp.attribution.signals.queries import sees_signal
from webapp.database import db
from webapp.feedback.staff_notices import recipient_of
from webapp.messaging.notifications import Sender, notify
from webapp.messaging.vocabulary import NoticeKind

_READERS = tuple(role for role, permissions in ROLE_PERMISSIONS.items() if Permission.SIGNAL_READ in permissions)


def queue_signal_notices(event: SignalRaised, *, at: datetime, sender: Sender) -> int:
    """Tell of a new signal, once; how many were told. No count is told: the page shows each what he may see."""
    signal = db.session.get(Signal, event.signal_id)
    if signal is None or signal.closed_at is not None:
        return 0
    about = signal.topic or signal.service
    assert about is not None, "the table holds one of them"
    particulars = {"signal": signal.id, "subject": about.name, "unit": signal.unit.name}
    return notify(
        [recipient_of(account) for account in _nearest(signal)],
        NoticeKind.SIGNAL,
        None,
        particulars,
        key=f"signal:{signal.id}",
        at=at,
        sender=sender,
    )


def _nearest(signal: Signal) -> list[Account]:
    """Those who may see it, at the unit or the nearest one above where somebody may."""
    way = [int(part) for part in signal.unit.path.strip("/").split("/")]
    held = db.session.execute(
        select(Account, RoleAssignment.unit_id)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .where(Account.active, RoleAssignment.role.in_(_READERS), RoleAssignment.unit_id.in_(way))
        .order_by(Account.id)
    ).all()
    for unit_id in reversed(way):
        accounts = list(dict.fromkeys(account for account, at in held if at == unit_id))
        found = [account for account in accounts if sees_signal(account, signal.id)]
        if found:
            return found
    return []
