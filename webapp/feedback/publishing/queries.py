"""Reading what the public sees, and what a publisher has to know before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, false, func, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.errors import FeedbackError
from webapp.feedback.handling import get_case, visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Feedback
from webapp.feedback.publishing.actions import bar_for
from webapp.feedback.publishing.models import Publication
from webapp.feedback.publishing.rules import PUBLIC_STATES, Bar
from webapp.organisation.models import Service, Unit

#: Entries of one page.
PAGE = 20
#: Entries of a publisher's list.
MOST_CANDIDATES = 50


class NoSuchPublication(FeedbackError):
    """Nothing under this number is shown to the public (any more)."""


@dataclass(frozen=True, slots=True)
class PublicComplaint:
    """A complaint as everybody may read it. Neither its code nor its day: both lead towards who filed it."""

    id: int
    text: str
    answer: str | None
    kind: str
    state: State
    unit: str
    service: str | None
    #: The zone of the unit, and when it was filed: told to the month.
    timezone: str
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Some of them, the newest first. `older` and `newer` lead on: the ids to look beyond, None where nothing is."""

    items: tuple[PublicComplaint, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class ForPublisher:
    """What somebody sees who considers showing a complaint to the public."""

    code: str
    text: str
    answer: str | None
    state: State
    secret: bool
    points_at_person: bool
    kind: str
    unit: str
    service: str | None
    timezone: str
    filed_at: datetime
    bar: Bar | None
    #: What the public sees now.
    standing: PublicComplaint | None
    #: The answer was given after what stands there was published.
    outdated: bool


def list_published(words: str = "", *, before: int | None = None, after: int | None = None) -> PublicPage:
    """A page of what the public may read, the newest first, of those that hold `words` where there are any.

    `before` and `after` are ids from an earlier page.
    """
    query = _published()
    if words:
        query = query.where(Publication.words.op("@@")(func.websearch_to_tsquery("indonesian", words)))
    if after is not None:
        rows = db.session.execute(query.where(Publication.id > after).order_by(Publication.id).limit(PAGE + 1)).all()
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        items = tuple(_public(row) for row in rows)
        return PublicPage(items, items[-1].id if items else None, items[0].id if more else None)
    if before is not None:
        query = query.where(Publication.id < before)
    rows = db.session.execute(query.order_by(Publication.id.desc()).limit(PAGE + 1)).all()
    items = tuple(_public(row) for row in rows[:PAGE])
    older = items[-1].id if len(rows) > PAGE else None
    return PublicPage(items, older, items[0].id if items and before is not None else None)


def read_published(publication_id: int) -> PublicComplaint:
    """One of them; NoSuchPublication where it is not shown (any more)."""
    row = db.session.execute(_published().where(Publication.id == publication_id)).one_or_none()
    if row is None:
        raise NoSuchPublication
    return _public(row)


def read_for_publisher(viewer: Account, code: str) -> ForPublisher:
    """A complaint that `viewer` might show to the public; NotForThisPerson where that is not for him to decide."""
    complaint = get_case(viewer, code)
    bar = bar_for(complaint, viewer)
    assert complaint.unit is not None
    feedback = complaint.feedback
    standing = db.session.execute(_published().where(Publication.complaint_id == complaint.feedback_id)).one_or_none()
    published_at = db.session.scalar(
        select(Publication.published_at).where(
            Publication.complaint_id == complaint.feedback_id, Publication.withdrawn_at.is_(None)
        )
    )
    return ForPublisher(
        code=complaint.code,
        text=complaint.text,
        answer=db.session.scalar(
            select(ComplaintMessage.text)
            .where(ComplaintMessage.complaint_id == complaint.feedback_id, ComplaintMessage.kind == "answer")
            .order_by(ComplaintMessage.id.desc())
            .limit(1)
        ),
        state=State(complaint.state),
        secret=complaint.secret,
        points_at_person=complaint.points_at_person,
        kind=complaint.complaint_kind,
        unit=complaint.unit.name,
        service=feedback.service.name if feedback.service else None,
        timezone=complaint.unit.timezone,
        filed_at=feedback.filed_at,
        bar=bar,
        standing=_public(standing) if standing else None,
        outdated=bool(published_at and complaint.answered_at is not None and complaint.answered_at > published_at),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A complaint whose reporter lets it be shown, for whoever decides; `public_id` where the public sees it."""

    code: str
    text: str
    state: State
    unit: str
    public_id: int | None
    points_at_person: bool


def list_candidates(viewer: Account, *, published: bool) -> list[Candidate]:
    """What `viewer` might show to the public, answered last first; or what is shown already, the newest first."""
    answered = Complaint.answered_at.is_not(None)
    order = Publication.id.desc() if published else Complaint.answered_at.desc()
    condition = Publication.id.is_not(None) if published else Publication.id.is_(None) & answered
    rows = db.session.execute(
        select(
            Complaint.code,
            Publication.text if published else Complaint.text,
            Complaint.state,
            Unit.name,
            Publication.id,
            Complaint.points_at_person,
        )
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .join(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(
            Publication,
            (Publication.complaint_id == Complaint.feedback_id) & Publication.withdrawn_at.is_(None),
        )
        .where(
            Complaint.secret.is_(False),
            Complaint.state.in_(sorted(PUBLIC_STATES)),
            condition,
            visible_to(viewer),
            or_(false(), *(Unit.path.startswith(path) for path in reach(viewer, Permission.COMPLAINT_PUBLISH))),
        )
        .order_by(order)
        .limit(MOST_CANDIDATES)
    )
    return [Candidate(code, text, State(state), unit, id_, person) for code, text, state, unit, id_, person in rows]


def _published() -> Select[int, str, str | None, str, str, str, str | None, str, datetime]:
    """What is shown: published, not taken back, and its reporter still lets it be shown."""
    return (
        select(
            Publication.id,
            Publication.text,
            Publication.answer,
            Complaint.complaint_kind,
            Complaint.state,
            Unit.name,
            Service.name,
            Unit.timezone,
            Feedback.filed_at,
        )
        .join(Complaint, Complaint.feedback_id == Publication.complaint_id)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .join(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(Service, Service.id == Feedback.service_id)
        .where(Publication.withdrawn_at.is_(None), Complaint.secret.is_(False))
    )


def _public(row: Row[int, str, str | None, str, str, str, str | None, str, datetime]) -> PublicComplaint:
    id_, text, answer, kind, state, unit, service, timezone, filed_at = row
    return PublicComplaint(id_, text, answer, kind, State(state), unit, service, timezone, filed_at)
