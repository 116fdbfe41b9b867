"""A complaint as its reporter sees it: what happened, what was said, what can be done. No name of any staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.database import db
from webapp.feedback.clocks.actions import read_clocks
from webapp.feedback.clocks.queries import reopening_ends
from webapp.feedback.clocks.running import Ticking
from webapp.feedback.clocks.vocabulary import Clock
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.models import Complaint, Follower, Photo
from webapp.feedback.publishing.models import Publication
from webapp.feedback.reporter_history import EXPLAINED, Moment, list_messages, tell_history
from webapp.feedback.tracking import Reporter, find_case, list_halves
from webapp.messaging.actions import EMAIL
from webapp.organisation.calendars import count_working_days


@dataclass(frozen=True, slots=True)
class Half:
    """Another part of a complaint that concerned two units."""

    code: str
    state: State
    unit: str | None


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
    #: The agency's time stands still until the reporter has answered.
    paused: bool
    #: When a standing answer that is left alone closes the complaint.
    closes_at: datetime | None
    #: Until when what is missing can be completed; then it is put away.
    complete_until: datetime | None
    #: The agency asked something and heard nothing yet.
    question: Moment | None
    answer: Moment | None
    #: What is missing, or why it ended without an answer.
    explanation: Moment | None
    #: The agency that it was passed on to.
    passed_on_to: str | None
    #: The other parts of a complaint that was split.
    halves: tuple[Half, ...]
    history: tuple[Moment, ...]
    photo_ids: tuple[int, ...]
    #: A version without anything personal stands on the public's page.
    published: bool
    #: News go to the e-mail address that was left.
    told_by_email: bool
    #: Until when the reporter may have a closed complaint opened again; None where it was not closed.
    reopen_until: datetime | None
    may_reopen: bool
    #: It was put away because something is missing, and can still be completed.
    may_come_back: bool
    #: The personal part was erased at the end of its retention.
    erased: bool

    @property
    def is_open(self) -> bool:
        """Whether the agency still has to do something."""
        return self.state in OPEN_STATES or self.state == State.MERGED

    @property
    def awaits_verdict(self) -> bool:
        """Whether the reporter may accept or dispute."""
        return self.state == State.ANSWERED

    @property
    def awaits_completion(self) -> bool:
        """Whether the reporter can complete what is missing."""
        return self.state == State.DEFERRED or self.may_come_back

    @property
    def may_reply(self) -> bool:
        """Whether something can still be added."""
        return self.is_open or self.awaits_verdict


def read_case(viewer: Reporter, code: str, now: datetime) -> ReporterCase:
    """The complaint as its reporter sees it at the moment `now`; NoSuchCase where the viewer has not opened it."""
    complaint = find_case(viewer, code)
    feedback = complaint.feedback
    state = State(complaint.state)
    ticking, inherited = read_clocks(complaint)
    working = inherited.working_time() if complaint.unit_id is not None else None
    messages = list_messages(complaint)
    said = [message for message in messages if message.what in ("question", "reply", "answer")]
    answers = [message for message in said if message.what == "answer"]
    history = tell_history(complaint, messages)
    clocks = {clock.clock: clock for clock in ticking if clock.runs}
    settle = clocks.get(Clock.SETTLE)
    paused = settle is not None and settle.paused_at is not None
    due_at = complaint.due_at if state in OPEN_STATES and not paused else None
    reopen_until = reopening_ends(complaint)
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
        due_at=due_at,
        working_days_left=count_working_days(now, due_at, working) if due_at and working else None,
        overdue=due_at is not None and due_at < now,
        paused=paused and state in OPEN_STATES,
        closes_at=_due(clocks.get(Clock.VERDICT)) if state == State.ANSWERED else None,
        complete_until=_due(clocks.get(Clock.COMPLETE)) if state == State.DEFERRED else None,
        question=said[-1] if said and said[-1].what == "question" and state in OPEN_STATES else None,
        answer=answers[-1] if answers else None,
        explanation=_explanation(state, history),
        passed_on_to=complaint.passed_on_to if state == State.PASSED_ON else None,
        halves=tuple(
            Half(half.code, State(half.state), half.unit.name if half.unit else None)
            for half in list_halves(complaint)
            if half.feedback_id != complaint.feedback_id
        ),
        history=history,
        photo_ids=tuple(
            db.session.scalars(
                select(Photo.id)
                .where(Photo.complaint_id == complaint.feedback_id, Photo.kind == "report")
                .order_by(Photo.id)
            )
        ),
        reopen_until=reopen_until,
        may_reopen=reopen_until is not None and now <= reopen_until,
        may_come_back=state == State.ARCHIVED and never_completed(history),
        erased=complaint.erased_at is not None,
        **_standing(complaint),
    )


def never_completed(history: tuple[Moment, ...]) -> bool:
    """Whether what was asked for last was never handed in."""
    asked_or_given = [moment.what for moment in history if moment.what in ("deferral", "completed", "restored")]
    return asked_or_given[-1:] == ["deferral"]


def _explanation(state: State, history: tuple[Moment, ...]) -> Moment | None:
    wanted = EXPLAINED.get(state)
    return next((moment for moment in reversed(history) if moment.what == wanted and moment.text), None)


def running_clocks(complaint: Complaint) -> dict[Clock, Ticking]:
    """The terms that run on a complaint, by what they wait for: the latest round of each."""
    return {clock.clock: clock for clock in read_clocks(complaint)[0] if clock.runs}


def _due(clock: Ticking | None) -> datetime | None:
    return clock.due_at if clock is not None and clock.paused_at is None else None


def _standing(complaint: Complaint) -> dict[str, bool]:
    """Whether a contact is kept, whether news go to it, whether the public sees a version."""
    id_ = complaint.feedback_id
    contact, told, published = db.session.execute(
        select(
            Complaint.contact_name.is_not(None)
            | Complaint.contact_phone.is_not(None)
            | Complaint.contact_email.is_not(None),
            select(Follower.id).where(Follower.complaint_id == id_, Follower.channel == EMAIL).exists(),
            select(Publication.id).where(Publication.complaint_id == id_, Publication.withdrawn_at.is_(None)).exists(),
        ).where(Complaint.feedback_id == id_)
    ).one()
    return {"has_contact": bool(contact), "told_by_email": told, "published": published}
