"""One complaint as those who handle it see it: everything said and done, nothing about who complained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.case_story import CaseNoteLine, Happening, read_story
from webapp.feedback.casework.case_photos import CasePhoto, list_case_photos
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case, visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Feedback, Photo


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
    #: What the reporter sent along.
    photos: tuple[CasePhoto, ...]
    #: What officers show of the remedy.
    remedies: tuple[CasePhoto, ...]
    history: tuple[Happening, ...]
    notes: tuple[CaseNoteLine, ...]
    #: Changes with everything that is said or decided: what a form remembers, to notice that somebody was quicker.
    version: str

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

    def since(self, version: str) -> tuple[Happening, ...]:
        """What was said and decided after `version`; nothing where that is no version of this case."""
        seen = _parts(version)
        if seen is None:
            return ()
        return tuple(one for one in self.history if one.number > seen[1 if one.is_move else 0])


def read_case(viewer: Account, code: str) -> CaseFile:
    """The complaint with this code for `viewer`; raises NotForThisPerson where he may not see it or there is none."""
    return read_case_of(viewer, open_case_file(viewer, code))


def open_case_file(viewer: Account, code: str) -> Complaint:
    """The complaint with this code with all that its page tells of it, in one query; raises NotForThisPerson."""
    if "\x00" in code:  # no code holds one, and PostgreSQL would not even look
        raise NotForThisPerson
    feedback = contains_eager(Complaint.feedback)
    complaint = db.session.scalars(
        select(Complaint)
        .join(Complaint.feedback)
        .outerjoin(Complaint.unit)
        .where(Complaint.code == code, visible_to(viewer))
        .options(
            contains_eager(Complaint.unit),
            feedback,
            feedback.joinedload(Feedback.unit),
            feedback.joinedload(Feedback.service),
            feedback.joinedload(Feedback.counter),
        )
    ).one_or_none()
    if complaint is None:
        raise NotForThisPerson
    return complaint


def read_case_of(viewer: Account, complaint: Complaint) -> CaseFile:
    """A complaint that was opened as `viewer`."""
    feedback = complaint.feedback
    story = read_story(viewer, complaint)
    photos = list_case_photos(viewer, complaint)
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
        handler=story.handler,
        is_handler=complaint.handler_id == viewer.id,
        asked=complaint.awaiting_reporter_since is not None,
        may_hand_out=_may(viewer, Permission.COMPLAINT_ASSIGN, complaint),
        obstacle=obstacle_for(viewer, complaint),
        photos=tuple(photo for photo in photos if photo.kind == "report"),
        remedies=tuple(photo for photo in photos if photo.kind == "remedy"),
        history=story.history,
        notes=story.notes,
        version=story.version,
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


def version_of(complaint: Complaint) -> str:
    """The version of a complaint as it stands; under its lock nobody else can change it meanwhile."""
    said, moved = db.session.execute(
        select(
            select(func.max(ComplaintMessage.id))
            .where(ComplaintMessage.complaint_id == complaint.feedback_id)
            .scalar_subquery(),
            select(func.max(Disposition.id)).where(Disposition.complaint_id == complaint.feedback_id).scalar_subquery(),
        )
    ).one()
    return f"{said or 0}-{moved or 0}"


def is_outdated(complaint: Complaint, version: str) -> bool:
    """Whether something was said or decided since a page of `version` was opened; a form that names none is current."""
    return _parts(version) is not None and version != version_of(complaint)


def _parts(version: str) -> tuple[int, int] | None:
    said, _dash, moved = version.partition("-")
    if not (said.isascii() and said.isdecimal() and moved.isascii() and moved.isdecimal() and len(version) < 41):
        return None
    return int(said), int(moved)


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
