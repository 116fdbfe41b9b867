"""Which members of staff are told what happens on complaints, and what they find on their own page.

Nobody is told of a complaint that he may not see at that moment: whoever it concerns learns nothing by a notification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, can
from webapp.database import db
from webapp.feedback.casework.models import CaseMention, CaseNote
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.presets import find_preset
from webapp.feedback.clocks.vocabulary import Clock, Person
from webapp.feedback.events import (
    ClockMissed,
    ClockNearing,
    ColleagueMentioned,
    ComplaintMoved,
    ComplaintSettled,
    ReporterReplied,
)
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.movement.people import not_kept_away
from webapp.messaging.models import Notification
from webapp.messaging.notifications import Recipient, Sender, notify, send_digest, who_waits_for_a_digest
from webapp.messaging.vocabulary import NoticeKind
from webapp.organisation.models import Unit
from webapp.organisation.superiors import list_administrators

#: As many unread ones as the header counts.
MOST_COUNTED = 99
LISTED = 100
#: More of what came together than this no digest tells.
MOST_IN_DIGEST = 500

StaffEvent = ComplaintMoved | ComplaintSettled | ReporterReplied | ColleagueMentioned | ClockNearing | ClockMissed


def queue_staff_notices(event: StaffEvent, *, key: str, at: datetime, sender: Sender) -> int:
    """Tell those whom the event concerns, once under `key`; how many were told."""
    told = _what_and_whom(event)
    if told is None or not told[2]:
        return 0
    kind, complaint, accounts, particulars = told
    recipients = [recipient_of(account) for account in accounts if _may_see(account, complaint)]
    return notify(recipients, kind, complaint.code, particulars, key=f"staff:{key}", at=at, sender=sender)


def queue_digests(now: datetime, sender: Sender) -> None:
    """Send the daily digests that have come due."""
    for account_id in who_waits_for_a_digest():
        account = db.session.get_one(Account, account_id)
        if account.active:
            found = {one.id for one in list_notifications(account, MOST_IN_DIGEST)}
            send_digest(recipient_of(account), now, sender, found)


def _what_and_whom(event: StaffEvent) -> tuple[NoticeKind, Complaint, list[Account], dict[str, Any]] | None:
    """Kind, complaint, whom to ask for their right to see it, and what the sentence needs; None: nobody is told."""
    if isinstance(event, ColleagueMentioned):
        note = db.session.get_one(CaseNote, event.note_id)
        writer = db.session.get_one(Account, note.account_id)
        named = select(CaseMention.account_id).where(CaseMention.note_id == note.id)
        accounts = list(db.session.scalars(select(Account).where(Account.id.in_(named)).order_by(Account.id)))
        return NoticeKind.MENTIONED, db.session.get_one(Complaint, note.complaint_id), accounts, {"by": writer.name}
    if isinstance(event, ClockNearing | ClockMissed):
        return _clock(event)
    complaint = db.session.get_one(Complaint, event.feedback_id)
    handler = _handler(complaint)
    if isinstance(event, ReporterReplied):
        return NoticeKind.REPLIED, complaint, handler, {}
    if isinstance(event, ComplaintSettled):
        if event.state != State.DISPUTED:
            return None
        answered = Account.id == complaint.answered_by_id if complaint.answered_by_id is not None else None
        return NoticeKind.RETURNED, complaint, _near(complaint, _HANDING_OUT, without=answered), {}
    if complaint.state == State.ASSIGNED:
        return NoticeKind.ASSIGNED, complaint, handler, {}
    if complaint.state == State.SENT and complaint.unit is not None:
        unit = complaint.unit
        return NoticeKind.ARRIVED, complaint, _near(complaint, _HANDING_OUT, but=_knows(unit)), {"unit": unit.name}
    return None


def _knows(unit: Unit) -> ColumnElement[bool]:
    """Whether somebody has an unread notification that something reached this unit: one is enough to go and look.

    Only of what lies there still, and is no matter for few: of the rest he may find nothing on his page.
    """
    return exists().where(
        Notification.account_id == Account.id,
        Notification.read_at.is_(None),
        Notification.kind == NoticeKind.ARRIVED,
        Notification.code == Complaint.code,
        Complaint.unit_id == unit.id,
        ~Complaint.points_at_person,
    )


#: Who hands out what reaches a unit; of what points at a person only superiors know.
_HANDING_OUT = (Role.LIAISON, Role.SUPERVISOR)


def _clock(event: ClockNearing | ClockMissed) -> tuple[NoticeKind, Complaint, list[Account], dict[str, Any]]:
    clock = db.session.get_one(ComplaintClock, event.clock_id)
    complaint = db.session.get_one(Complaint, clock.complaint_id)
    zone = complaint.unit.timezone if complaint.unit is not None else "Asia/Jakarta"
    particulars = {"clock": clock.clock, "due": clock.due_at.isoformat(), "zone": zone}
    standard = find_preset(clock.preset).standards[Clock(clock.clock)]
    if isinstance(event, ClockNearing):
        return NoticeKind.NEARING, complaint, _person(complaint, standard.remind), particulars
    if event.level == 0:  # the reporter's own term: whoever has the case goes on without him
        return NoticeKind.MISSED, complaint, _person(complaint, Person.HANDLER), particulars
    rungs = standard.ladder[: event.level]
    return NoticeKind.MISSED, complaint, _person(complaint, rungs[-1].tell) if rungs else [], particulars


def _person(complaint: Complaint, person: Person) -> list[Account]:
    """Who that is for a complaint. Until somebody has it, whoever hands complaints out there does."""
    if person == Person.HANDLER:
        return _handler(complaint) or _near(complaint, _HANDING_OUT)
    # Where nobody leads above, it comes to the head once more: somebody always hears of it.
    above = _near(complaint, (Role.SUPERVISOR,), skip=1) if person == Person.ABOVE else []
    return above or _near(complaint, (Role.SUPERVISOR,))


def _handler(complaint: Complaint) -> list[Account]:
    account = db.session.get(Account, complaint.handler_id) if complaint.handler_id is not None else None
    return [account] if account is not None else []


def _near(
    complaint: Complaint,
    roles: tuple[Role, ...],
    *,
    skip: int = 0,
    without: ColumnElement[bool] | None = None,
    but: ColumnElement[bool] | None = None,
) -> list[Account]:
    """Who holds one of these roles at the unit of the complaint, or at the nearest unit above where somebody does.

    Whoever may not see it is passed over, and whom `without` is true of: where the head is the accused, his superior is
    the nearest. `skip` leaves out so many of these nearest units; of the nearest those stay untold whom `but` is true
    of. Without a unit it is triage that has it.
    """
    held = select(RoleAssignment.account_id, RoleAssignment.unit_id).join(Account).where(*not_kept_away(complaint))
    if without is not None:
        held = held.where(~without)
    if complaint.points_at_person:
        roles = tuple(role for role in roles if Permission.COMPLAINT_READ_PERSONAL in ROLE_PERMISSIONS[role])
    if complaint.unit is None:
        rows = db.session.execute(held.where(RoleAssignment.role == Role.TRIAGE)).all()
    else:
        # The nearest unit is the last one on the way down.
        way = [int(part) for part in complaint.unit.path.strip("/").split("/")]
        rows = db.session.execute(held.where(RoleAssignment.role.in_(roles), RoleAssignment.unit_id.in_(way))).all()
        nearest = sorted({row.unit_id for row in rows}, key=way.index, reverse=True)[skip : skip + 1]
        rows = [row for row in rows if row.unit_id in nearest]
    if not rows:
        return []
    wanted = select(Account).where(Account.id.in_(sorted({row.account_id for row in rows}))).order_by(Account.id)
    return list(db.session.scalars(wanted if but is None else wanted.where(~but)))


def _may_see(account: Account, complaint: Complaint) -> bool:
    query = (
        select(Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(Complaint.feedback_id == complaint.feedback_id, visible_to(account))
    )
    return db.session.scalar(query) is not None


def recipient_of(account: Account) -> Recipient:
    """How somebody is reached: his address and language, and the zone of the first unit that he has a role for."""
    zone = account.grants[0].unit.timezone if account.grants else "Asia/Jakarta"
    return Recipient(account.id, account.email, account.language, zone)


def ask_to_decide(
    accounts: Sequence[Account],
    kind: NoticeKind,
    stranded: NoticeKind | None,
    *,
    code: str | None,
    due_at: datetime,
    key: str,
    at: datetime,
    sender: Sender,
) -> int:
    """Ask these to decide something by a date; how many were told.

    Where there is nobody, whoever gives roles hears that somebody is missing (`stranded`, unless None), and nothing of
    the case itself.
    """
    if not accounts and stranded is not None:
        whom = [recipient_of(account) for account in list_administrators()]
        return notify(whom, stranded, None, {}, key=key, at=at, sender=sender)
    told = 0
    for account in accounts:
        recipient = recipient_of(account)
        particulars: dict[str, Any] = {"due": due_at.isoformat(), "zone": recipient.timezone}
        told += notify([recipient], kind, code, particulars, key=key, at=at, sender=sender)
    return told


@dataclass(frozen=True, slots=True)
class ListedNotification:
    """A notification as its reader sees it."""

    id: int
    kind: str
    code: str | None
    particulars: dict[str, Any]
    at: datetime
    read: bool


def list_notifications(viewer: Account, limit: int = LISTED) -> list[ListedNotification]:
    """What the viewer was told, the latest first; of cases that he may not see any more nothing is left."""
    rows = db.session.execute(
        select(
            Notification.id,
            Notification.kind,
            Notification.code,
            Notification.particulars,
            Notification.at,
            Notification.read_at,
        )
        .outerjoin(Complaint, Complaint.code == Notification.code)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(Notification.account_id == viewer.id, or_(Notification.code.is_(None), visible_to(viewer)))
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    return [
        ListedNotification(row.id, row.kind, row.code, row.particulars, row.at, row.read_at is not None) for row in rows
    ]


def count_unread(viewer: Account) -> int:
    """How many the viewer has not read, of those about what he may see; at most MOST_COUNTED are counted."""
    return db.session.scalar(_unread_of(viewer.id, visible_to(viewer))) or 0


@lru_cache(maxsize=512)
def _unread_of(account_id: int, seen: ColumnElement[bool]) -> Select[int]:
    """The question that every page asks: putting it together anew takes longer than asking it."""
    unread = (
        select(Notification.id)
        .outerjoin(Complaint, Complaint.code == Notification.code)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(
            Notification.account_id == account_id,
            Notification.read_at.is_(None),
            or_(Notification.code.is_(None), seen),
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(unread)


def may_be_told(viewer: Account) -> bool:
    """Whether anything is ever told to somebody with these roles."""
    told = (
        Permission.COMPLAINT_ANSWER,
        Permission.COMPLAINT_ASSIGN,
        Permission.COMPLAINT_TRIAGE,
        Permission.ACCOUNT_MANAGE,
    )
    return any(can(viewer, permission) for permission in told)
