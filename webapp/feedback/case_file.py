"""One complaint as those who handle it see it: everything said and done, nothing about who complained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Photo, StateChange
from webapp.organisation.models import Unit


class Obstacle(StrEnum):
    """Why a viewer cannot take or answer a complaint that he sees."""

    #: He may read here, not answer.
    READ_ONLY = "read_only"
    #: A colleague has it on his desk.
    TAKEN = "taken"
    #: The reporter disputes the viewer's own answer: another pair of eyes is due.
    OWN_ANSWER = "own_answer"
    #: It is answered or settled: nothing to do.
    DONE = "done"
    #: It is not clear yet where it belongs.
    NOT_PLACED = "not_placed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    `what`: filed, sent, taken, in_triage, marked_personal, marked_impersonal, question, reply, answer, dispute,
    acceptance, closed. `by`: name of the member of staff; None for the reporter and for rules.
    """

    at: datetime
    what: str
    by: str | None = None
    unit: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class CasePhoto:
    """A photo that the reporter sent along."""

    id: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What handlers see of a complaint. Contact, secret word and the unmasked text are not in it for anybody."""

    code: str
    kind: str
    text: str
    state: str
    channel: str
    filed_at: datetime
    due_at: datetime | None
    timezone: str
    unit: str | None
    stated_unit: str | None
    service: str | None
    counter: str | None
    place: str | None
    latitude: float | None
    longitude: float | None
    occurred_at: datetime | None
    occurred_exactly: bool
    anonymous: bool
    personal: bool
    finding: str | None
    reopened: int
    handler: str | None
    is_handler: bool
    asked: bool
    may_hand_out: bool
    obstacle: Obstacle | None
    photos: tuple[CasePhoto, ...]
    history: tuple[Happening, ...]

    @property
    def may_take(self) -> bool:
        """Whether the viewer may take it onto his desk now."""
        return not self.is_handler and (
            self.obstacle is None or (self.obstacle == Obstacle.TAKEN and self.may_hand_out)
        )

    @property
    def may_answer(self) -> bool:
        """Whether the viewer may answer or ask now; what nobody has yet, he takes by answering."""
        return self.obstacle is None


def read_case(viewer: Account, code: str) -> CaseFile:
    """The complaint with this code for `viewer`; raises NotForThisPerson where he may not see it or there is none."""
    complaint = get_case(viewer, code)
    feedback = complaint.feedback
    handler = db.session.get(Account, complaint.handler_id) if complaint.handler_id else None
    messages = _messages(complaint)
    return CaseFile(
        code=complaint.code,
        kind=complaint.complaint_kind,
        text=complaint.text,
        state=complaint.state,
        channel=feedback.channel,
        filed_at=feedback.filed_at,
        due_at=complaint.due_at,
        timezone=complaint.unit.timezone if complaint.unit else "Asia/Jakarta",
        unit=complaint.unit.name if complaint.unit else None,
        stated_unit=feedback.unit.name if feedback.unit else None,
        service=feedback.service.name if feedback.service else None,
        counter=feedback.counter.name if feedback.counter else None,
        place=feedback.place,
        latitude=feedback.latitude,
        longitude=feedback.longitude,
        occurred_at=feedback.occurred_at,
        occurred_exactly=feedback.occurred_exactly,
        anonymous=complaint.anonymous,
        personal=complaint.points_at_person,
        finding=complaint.finding,
        reopened=complaint.reopened,
        handler=handler.name if handler else None,
        is_handler=complaint.handler_id == viewer.id,
        asked=bool(messages) and messages[-1].what == "question",
        may_hand_out=_may(viewer, Permission.COMPLAINT_ASSIGN, complaint),
        obstacle=obstacle_for(viewer, complaint),
        photos=_photos(complaint),
        history=_history(complaint, messages),
    )


def obstacle_for(viewer: Account, complaint: Complaint) -> Obstacle | None:
    """Why `viewer`, who sees `complaint`, cannot answer it now; None if he can."""
    if complaint.unit_id is None:
        return Obstacle.NOT_PLACED
    if not _may(viewer, Permission.COMPLAINT_ANSWER, complaint):
        return Obstacle.READ_ONLY
    if complaint.state not in (State.SENT, State.ASSIGNED, State.IN_WORK, State.DISPUTED):
        return Obstacle.DONE
    if complaint.handler_id not in (None, viewer.id):
        return Obstacle.TAKEN
    if complaint.handler_id is None and complaint.reopened and complaint.answered_by_id == viewer.id:
        return Obstacle.OWN_ANSWER
    return None


def open_for_work(viewer: Account, code: str, *, taking: bool = False) -> tuple[Complaint, Obstacle | None]:
    """The complaint, locked for the transaction, and what keeps `viewer` from working on it.

    With `taking`, whoever may hand complaints out may also take one from a colleague's desk. Raises NotForThisPerson.
    """
    complaint = get_case(viewer, code, lock=True)
    obstacle = obstacle_for(viewer, complaint)
    if taking and obstacle == Obstacle.TAKEN and _may(viewer, Permission.COMPLAINT_ASSIGN, complaint):
        # Nor is this a way around the second pair of eyes.
        own = complaint.reopened and complaint.answered_by_id == viewer.id
        return complaint, Obstacle.OWN_ANSWER if own else None
    return complaint, obstacle


def was_said(code: str, write_key: str) -> bool:
    """Whether the form with this key was received for the complaint before."""
    return (
        db.session.scalar(
            select(ComplaintMessage.id)
            .join(Complaint, Complaint.feedback_id == ComplaintMessage.complaint_id)
            .where(Complaint.code == code, ComplaintMessage.write_key == write_key)
        )
        is not None
    )


def read_photo(viewer: Account, code: str, photo_id: int) -> tuple[bytes, str]:
    """Content and media type of a photo; raises NotForThisPerson where the complaint is not the viewer's to see."""
    complaint = get_case(viewer, code)
    if photo_id >= 2**63:  # no id is as large, and PostgreSQL would not even look
        raise NotForThisPerson
    found = db.session.execute(
        select(Photo.content, Photo.media_type).where(Photo.id == photo_id, Photo.complaint_id == complaint.feedback_id)
    ).one_or_none()
    if found is None:
        raise NotForThisPerson
    return found.content, found.media_type


def _may(viewer: Account, permission: Permission, complaint: Complaint) -> bool:
    return complaint.unit is not None and can(viewer, permission, complaint.unit)


def _photos(complaint: Complaint) -> tuple[CasePhoto, ...]:
    rows = db.session.execute(
        select(Photo.id, Photo.width, Photo.height)
        .where(Photo.complaint_id == complaint.feedback_id)
        .order_by(Photo.id)
    )
    return tuple(CasePhoto(row.id, row.width, row.height) for row in rows)


def _messages(complaint: Complaint) -> list[Happening]:
    rows = db.session.execute(
        select(ComplaintMessage.at, ComplaintMessage.kind, ComplaintMessage.text, Account.name)
        .outerjoin(Account, Account.id == ComplaintMessage.account_id)
        .where(ComplaintMessage.complaint_id == complaint.feedback_id)
        .order_by(ComplaintMessage.id)
    )
    return [Happening(row.at, row.kind, row.name, text=row.text or None) for row in rows]


def _history(complaint: Complaint, messages: list[Happening]) -> tuple[Happening, ...]:
    """Filing, where it was sent and who took it, what was said, how it ended: the oldest first."""
    happenings = [Happening(complaint.feedback.filed_at, "filed"), *messages]
    dispositions = db.session.execute(
        select(Disposition.at, Disposition.reason, Disposition.handler_id, Unit.name.label("unit"), Account.name)
        .outerjoin(Unit, Unit.id == Disposition.unit_id)
        .outerjoin(Account, Account.id == Disposition.decided_by_id)
        .where(Disposition.complaint_id == complaint.feedback_id)
        .order_by(Disposition.id)
    )
    for row in dispositions:
        what = "taken" if row.handler_id else "sent" if row.unit else "in_triage"
        what = row.reason if row.reason in ("marked_personal", "marked_impersonal") else what
        happenings.append(Happening(row.at, what, row.name, row.unit))
    closed = db.session.scalar(
        select(StateChange.at)
        .where(StateChange.complaint_id == complaint.feedback_id, StateChange.state == State.CLOSED)
        .order_by(StateChange.id.desc())
        .limit(1)
    )
    if closed is not None:
        happenings.append(Happening(closed, "closed"))
    return tuple(sorted(happenings, key=lambda happening: happening.at))
