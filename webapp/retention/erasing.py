"""Erasing the personal part of what was kept long enough. What is left are the facts: what was done, when, where.

Each kind is a function that erases some and says how many; calling it again erases the next ones, and what was erased
is not found again. Rows that somebody works on just now are passed over until the next time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.models import Attribution, Contest, TextOpinion
from webapp.attribution.repeats.models import ComplaintSketch
from webapp.attribution.replay.models import ReplayOpinion
from webapp.attribution.signals.actions import forget_notes
from webapp.counter.applications.models import Application, ApplicationFollower
from webapp.counter.queue.models import QueueTicket
from webapp.database import db
from webapp.feedback.casework.models import CaseNote, CasePresence
from webapp.feedback.life_cycle import END_STATES
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Feedback, Follower, Photo, Rating
from webapp.feedback.vocabulary import ERASED
from webapp.indicators.objections.models import IndicatorObjection, ObjectionDecision, ObjectionFile
from webapp.messaging.models import Notification, OutgoingMessage
from webapp.retention.models import Erasure
from webapp.retention.terms import Kind, Term, load_terms

#: Of one kind in one transaction.
BATCH = 500
#: States in which a message will not be sent any more.
_OVER = ("sent", "failed", "blocked")


def erase_ended(now: datetime, most: int = BATCH) -> int:
    """Erase up to `most` of each kind whose term has ended at `now`; how many in all. Flushes only."""
    erased = 0
    for term in load_terms():
        count = _ERASE[term.kind](term.ended_before(now), now, most)
        erased += count
        if count:
            db.session.execute(
                upsert(Erasure)
                .values(kind=term.kind, day=now.date(), count=count)
                .on_conflict_do_update(index_elements=["kind", "day"], set_={"count": Erasure.count + count})
            )
    return erased


def count_ended(term: Term, now: datetime) -> int:
    """How many complaints, files or rows of this kind wait for the sweep."""
    entity, condition = _waiting(term.kind, term.ended_before(now))
    return db.session.scalar(select(func.count()).select_from(entity).where(condition)) or 0


def _waiting(kind: Kind, before: datetime) -> tuple[type, ColumnElement[bool]]:
    """The rows of a kind that began before `before` and were not erased yet."""
    ended = and_(Complaint.state.in_(END_STATES), Complaint.settled_at < before)
    match kind:
        case Kind.CONTACT:
            return Complaint, and_(ended, Complaint.erased_at.is_(None))
        case Kind.PHOTOS:
            return Photo, Photo.complaint_id.in_(select(Complaint.feedback_id).where(ended))
        case Kind.WORDS:
            return Complaint, and_(ended, Complaint.text != ERASED)
        case Kind.COMMENTS:
            filed = select(Feedback.id).where(Feedback.filed_at < before)
            return Rating, and_(Rating.original_comment.is_not(None), Rating.feedback_id.in_(filed))
        case Kind.MESSAGES:
            over = and_(OutgoingMessage.state.in_(_OVER), OutgoingMessage.created_at < before)
            return OutgoingMessage, and_(over, OutgoingMessage.address_key != b"")
        case Kind.NOTIFICATIONS:
            return Notification, Notification.at < before
        case Kind.TICKETS:
            told = or_(QueueTicket.chat_address.is_not(None), QueueTicket.person_key.is_not(None))
            return QueueTicket, and_(QueueTicket.drawn_at < before, told)
        case Kind.APPLICANTS:
            named = or_(Application.applicant_name.is_not(None), Application.applicant_phone.is_not(None))
            followed = Application.id.in_(select(ApplicationFollower.application_id))
            return Application, and_(Application.finished_at < before, or_(named, followed))
        case Kind.PRESENCE:
            return CasePresence, CasePresence.seen_at < before
        case Kind.OBJECTIONS:
            decided = select(ObjectionDecision.objection_id).where(ObjectionDecision.at < before)
            return IndicatorObjection, and_(IndicatorObjection.id.in_(decided), IndicatorObjection.erased_at.is_(None))


def _some(kind: Kind, before: datetime, most: int) -> list[int]:
    """The ids of some rows of a kind, locked."""
    entity, condition = _waiting(kind, before)
    (key,) = entity.__table__.primary_key.columns  # type: ignore[attr-defined]
    rows = select(key).where(condition).order_by(key).limit(most).with_for_update(skip_locked=True)
    return list(db.session.scalars(rows))


def _contact(before: datetime, now: datetime, most: int) -> int:
    """Who complained: nobody can tell from then on, nor open the case with what the reporter wrote down."""
    ids = _some(Kind.CONTACT, before, most)
    if ids:
        # One unknowable word for all of them: it opens nothing, because what is typed is cleaned to another form.
        word = secrets.token_hex(32)
        db.session.execute(
            update(Complaint)
            .where(Complaint.feedback_id.in_(ids))
            .values(
                contact_name=None,
                contact_phone=None,
                contact_email=None,
                original_text=None,
                secret_word=word,
                erased_at=now,
            )
        )
        db.session.execute(
            update(ComplaintMessage)
            .where(ComplaintMessage.complaint_id.in_(ids), ComplaintMessage.original_text.is_not(None))
            .values(original_text=None)
        )
        db.session.execute(update(Feedback).where(Feedback.id.in_(ids)).values(rater_key=None))
        db.session.execute(delete(Follower).where(Follower.complaint_id.in_(ids)))
    return len(ids)


def _photos(before: datetime, _now: datetime, most: int) -> int:
    ids = _some(Kind.PHOTOS, before, most)
    db.session.execute(delete(Photo).where(Photo.id.in_(ids)))
    return len(ids)


def _words(before: datetime, _now: datetime, most: int) -> int:
    """What was said, where it was, and what was noted about it."""
    ids = _some(Kind.WORDS, before, most)
    if ids:
        db.session.execute(update(Complaint).where(Complaint.feedback_id.in_(ids)).values(text=ERASED))
        db.session.execute(update(ComplaintMessage).where(ComplaintMessage.complaint_id.in_(ids)).values(text=ERASED))
        db.session.execute(update(CaseNote).where(CaseNote.complaint_id.in_(ids)).values(text=ERASED))
        # The topic stays: it is a word of the agency's own list, and counts go by it.
        db.session.execute(
            update(TextOpinion).where(TextOpinion.feedback_id.in_(ids)).values(candidates=[], outside=null(), parts=[])
        )
        db.session.execute(update(ReplayOpinion).where(ReplayOpinion.feedback_id.in_(ids)).values(candidates=[]))
        db.session.execute(
            update(Contest)
            .where(Contest.feedback_id.in_(ids))
            .values(reason=ERASED, decision=case((Contest.decision.is_not(None), ERASED)))
        )
        db.session.execute(
            update(Attribution)
            .where(Attribution.feedback_id.in_(ids), Attribution.reason.is_not(None))
            .values(reason=ERASED)
        )
        db.session.execute(delete(ComplaintSketch).where(ComplaintSketch.complaint_id.in_(ids)))
        db.session.execute(
            update(Disposition)
            .where(Disposition.complaint_id.in_(ids), Disposition.note.is_not(None))
            .values(note=ERASED)
        )
        db.session.execute(
            update(Feedback).where(Feedback.id.in_(ids)).values(place=None, latitude=None, longitude=None)
        )
        forget_notes(ids, ERASED)
    return len(ids)


def _comments(before: datetime, _now: datetime, most: int) -> int:
    ids = _some(Kind.COMMENTS, before, most)
    db.session.execute(update(Rating).where(Rating.feedback_id.in_(ids)).values(original_comment=None))
    return len(ids)


def _messages(before: datetime, _now: datetime, most: int) -> int:
    """To whom something was sent. The rows stay, so that it is not said twice."""
    ids = _some(Kind.MESSAGES, before, most)
    db.session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.id.in_(ids))
        .values(address="", address_key=b"", content=None, receipt=None)
    )
    return len(ids)


def _notifications(before: datetime, _now: datetime, most: int) -> int:
    ids = _some(Kind.NOTIFICATIONS, before, most)
    db.session.execute(delete(Notification).where(Notification.id.in_(ids)))
    return len(ids)


def _tickets(before: datetime, _now: datetime, most: int) -> int:
    ids = _some(Kind.TICKETS, before, most)
    db.session.execute(
        update(QueueTicket).where(QueueTicket.id.in_(ids)).values(chat_address=None, chat_key=None, person_key=None)
    )
    return len(ids)


def _applicants(before: datetime, _now: datetime, most: int) -> int:
    ids = _some(Kind.APPLICANTS, before, most)
    db.session.execute(
        update(Application).where(Application.id.in_(ids)).values(applicant_name=None, applicant_phone=None)
    )
    db.session.execute(delete(ApplicationFollower).where(ApplicationFollower.application_id.in_(ids)))
    return len(ids)


def _presence(before: datetime, _now: datetime, _most: int) -> int:
    gone = db.session.execute(
        delete(CasePresence).where(CasePresence.seen_at < before).returning(CasePresence.account_id)
    )
    return len(gone.all())


def _objections(before: datetime, now: datetime, most: int) -> int:
    """What was said and sent. That there was an objection, and how it ended, stays: the figure hangs on it."""
    ids = _some(Kind.OBJECTIONS, before, most)
    if ids:
        db.session.execute(delete(ObjectionFile).where(ObjectionFile.objection_id.in_(ids)))
        db.session.execute(
            update(IndicatorObjection).where(IndicatorObjection.id.in_(ids)).values(reason=ERASED, erased_at=now)
        )
        db.session.execute(
            update(ObjectionDecision).where(ObjectionDecision.objection_id.in_(ids)).values(reasons=ERASED)
        )
    return len(ids)


_ERASE: dict[Kind, Callable[[datetime, datetime, int], int]] = {
    Kind.CONTACT: _contact,
    Kind.PHOTOS: _photos,
    Kind.WORDS: _words,
    Kind.COMMENTS: _comments,
    Kind.MESSAGES: _messages,
    Kind.NOTIFICATIONS: _notifications,
    Kind.TICKETS: _tickets,
    Kind.APPLICANTS: _applicants,
    Kind.PRESENCE: _presence,
    Kind.OBJECTIONS: _objections,
}
