"""A complaint as its reporter sees it: what happened, what was said, what can be done. No name of any staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.database import db
from webapp.feedback.errors import AlreadySent, NoSuchCase
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Feedback, Photo, StateChange
from webapp.feedback.upkeep import DAYS_OF_SILENCE
from webapp.organisation.calendars import WorkingTime, count_working_days, due_after_working_days
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of


@dataclass(frozen=True, slots=True)
class Reporter:
    """Whoever holds a browser: the complaints that were filed from it, or opened with their secret words."""

    complaint_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FiledComplaint:
    """The two words by which a complaint is found again, for its reporter."""

    code: str
    secret_word: str
    filed_at: datetime
    points_at_person: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a complaint.

    `what`: filed, in_triage, sent, moved, taken, question, reply, answer, dispute, accepted, closed. `unit` is where
    it went, `text` what was said.
    """

    at: datetime
    what: str
    unit: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ReporterCase:
    """All that a reporter learns about the complaint."""

    code: str
    kind: str
    text: str
    state: State
    channel: str
    filed_at: datetime
    #: The zone in which times are told: the unit's; None while it lies with none.
    timezone: str | None
    unit: str | None
    stated_unit: str | None
    service: str | None
    counter: str | None
    place: str | None
    has_position: bool
    occurred_at: datetime | None
    occurred_exactly: bool
    secret: bool
    anonymous: bool
    points_at_person: bool
    has_contact: bool
    due_at: datetime | None
    #: Working days of the unit up to and with the due day; None while nothing is due.
    working_days_left: int | None
    overdue: bool
    #: When a standing answer that is left alone closes the complaint.
    closes_at: datetime | None
    #: The agency asked something and heard nothing yet.
    question: Moment | None
    answer: Moment | None
    history: tuple[Moment, ...]
    photo_ids: tuple[int, ...]

    @property
    def is_open(self) -> bool:
        """Whether the agency still has to do something."""
        return self.state in OPEN_STATES

    @property
    def awaits_verdict(self) -> bool:
        """Whether the reporter may accept or dispute."""
        return self.state == State.ANSWERED

    @property
    def may_reply(self) -> bool:
        """Whether something can still be added."""
        return self.is_open or self.awaits_verdict


def find_case(viewer: Reporter, code: str, *, lock: bool = False) -> Complaint:
    """The complaint with this code, if the viewer opened it; NoSuchCase else (also where there is none)."""
    if "\x00" in code:  # no code holds one, and PostgreSQL would not even look
        raise NoSuchCase
    query = select(Complaint).where(Complaint.code == code, Complaint.feedback_id.in_(viewer.complaint_ids))
    if lock:
        query = query.with_for_update(of=Complaint)
    complaint = db.session.scalars(query).one_or_none()
    if complaint is None:
        raise NoSuchCase
    return complaint


def list_filed(viewer: Reporter) -> list[FiledComplaint]:
    """The viewer's complaints with their secret words, newest first."""
    rows = db.session.execute(
        select(Complaint.code, Complaint.secret_word, Feedback.filed_at, Complaint.points_at_person)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .where(Complaint.feedback_id.in_(viewer.complaint_ids))
        .order_by(Feedback.filed_at.desc(), Feedback.id.desc())
    )
    return [FiledComplaint(*row) for row in rows]


def read_own_photo(viewer: Reporter, code: str, photo_id: int) -> tuple[bytes, str]:
    """Content and media type of a photo of the viewer's complaint; NoSuchCase else."""
    complaint = find_case(viewer, code)
    found = db.session.execute(
        select(Photo.content, Photo.media_type).where(Photo.id == photo_id, Photo.complaint_id == complaint.feedback_id)
    ).one_or_none()
    if found is None:
        raise NoSuchCase
    return found.content, found.media_type


def read_case(viewer: Reporter, code: str, now: datetime) -> ReporterCase:
    """The complaint as its reporter sees it at the moment `now`; NoSuchCase where the viewer has not opened it."""
    complaint = find_case(viewer, code)
    feedback = complaint.feedback
    state = State(complaint.state)
    working = working_time_of(complaint.unit) if complaint.unit else None
    messages = _messages(complaint)
    said = [message for message in messages if message.what in ("question", "reply", "answer")]
    answers = [message for message in said if message.what == "answer"]
    due_at = complaint.due_at if state in OPEN_STATES else None
    return ReporterCase(
        code=complaint.code,
        kind=complaint.complaint_kind,
        text=complaint.text,
        state=state,
        channel=feedback.channel,
        filed_at=feedback.filed_at,
        timezone=working.timezone if working else None,
        unit=complaint.unit.name if complaint.unit else None,
        stated_unit=feedback.unit.name if feedback.unit else None,
        service=feedback.service.name if feedback.service else None,
        counter=feedback.counter.name if feedback.counter else None,
        place=feedback.place,
        has_position=feedback.latitude is not None,
        occurred_at=feedback.occurred_at,
        occurred_exactly=feedback.occurred_exactly,
        secret=complaint.secret,
        anonymous=complaint.anonymous,
        points_at_person=complaint.points_at_person,
        has_contact=_has_contact(complaint),
        due_at=due_at,
        working_days_left=count_working_days(now, due_at, working) if due_at and working else None,
        overdue=due_at is not None and due_at < now,
        closes_at=_closes_at(complaint, working),
        question=said[-1] if said and said[-1].what == "question" and state in OPEN_STATES else None,
        answer=answers[-1] if answers else None,
        history=_history(complaint, messages),
        photo_ids=tuple(
            db.session.scalars(select(Photo.id).where(Photo.complaint_id == complaint.feedback_id).order_by(Photo.id))
        ),
    )


def _has_contact(complaint: Complaint) -> bool:
    return bool(
        db.session.scalar(
            select(
                Complaint.contact_name.is_not(None)
                | Complaint.contact_phone.is_not(None)
                | Complaint.contact_email.is_not(None)
            ).where(Complaint.feedback_id == complaint.feedback_id)
        )
    )


def _closes_at(complaint: Complaint, working: WorkingTime | None) -> datetime | None:
    if complaint.state != State.ANSWERED or complaint.answered_at is None:
        return None
    return due_after_working_days(complaint.answered_at, DAYS_OF_SILENCE, working or WorkingTime())


def _messages(complaint: Complaint) -> list[Moment]:
    rows = db.session.execute(
        select(ComplaintMessage.at, ComplaintMessage.kind, ComplaintMessage.text)
        .where(ComplaintMessage.complaint_id == complaint.feedback_id)
        .order_by(ComplaintMessage.at, ComplaintMessage.id)
    )
    return [Moment(at, "accepted" if kind == "acceptance" else kind, None, text) for at, kind, text in rows]


#: What a state change tells. Answers, disputes and acceptances are told by their messages, with their words.
_STEPS = {State.IN_TRIAGE: "in_triage", State.SENT: "sent", State.IN_WORK: "taken", State.CLOSED: "closed"}


def _history(complaint: Complaint, messages: list[Moment]) -> tuple[Moment, ...]:
    """Everything that happened, oldest first. Who did it and why is for the agency's own pages."""
    sent = select(Disposition.at, Unit.name).join(Unit, Unit.id == Disposition.unit_id)
    units = dict(
        db.session.execute(sent.where(Disposition.complaint_id == complaint.feedback_id).order_by(Disposition.id)).all()
    )
    changes = db.session.execute(
        select(StateChange.at, StateChange.state)
        .where(StateChange.complaint_id == complaint.feedback_id)
        .order_by(StateChange.at, StateChange.id)
    )
    moments = [Moment(complaint.feedback.filed_at, "filed")]
    where: str | None = None
    for at, state in changes:
        what = _STEPS.get(State(state))
        if what == "sent":
            unit = units.get(at)
            if where is not None:
                what = "moved"
            where = unit
            moments.append(Moment(at, what, unit))
        elif what == "taken":
            if moments[-1].what != "taken":  # from one desk to another is no news for the reporter
                moments.append(Moment(at, what))
        elif what is not None:
            moments.append(Moment(at, what))
    return tuple(sorted([*moments, *messages], key=lambda moment: moment.at))


def refuse_other_words(complaint: Complaint, write_key: str, text: str) -> None:
    """Raise AlreadySent where a form was sent before with other words than `text`, which would be lost silently."""
    earlier = db.session.scalar(
        select(ComplaintMessage.text).where(
            ComplaintMessage.complaint_id == complaint.feedback_id, ComplaintMessage.write_key == write_key
        )
    )
    if earlier is not None and earlier != mask_personal_numbers(text.strip()):
        raise AlreadySent(complaint.code)
