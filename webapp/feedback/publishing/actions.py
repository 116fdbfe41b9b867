"""Showing a complaint to the public, and taking it back: never by itself, always somebody's deliberate act."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Exclusion
from webapp.feedback.publishing.errors import NotPublishable, TellsOfPerson
from webapp.feedback.publishing.models import Publication
from webapp.feedback.publishing.rules import Bar, bar_to_publishing, telling_words
from webapp.organisation.models import Officer, Posting

#: Reasons that no person wrote.
BY_REPORTER = "reporter"
REPLACED = "replaced"


def allow_public(complaint: Complaint, allowed: bool, at: datetime) -> None:
    """The reporter lets the public see a version without anything personal; or no longer, and it disappears at once."""
    complaint.secret = not allowed
    if not allowed:
        _withdraw(complaint.feedback_id, None, BY_REPORTER, at)


def publish_complaint(complaint: Complaint, actor: Account, text: str, answer: str | None, at: datetime) -> Publication:
    """Show a complaint to the public in these words; what stood there before is taken back.

    The caller has shown `actor` these words as the public will see them. Raises NotForThisPerson without the permission
    for its unit, NotPublishable, TellsOfPerson.
    """
    bar = bar_for(complaint, actor)
    if bar is not None:
        raise NotPublishable(bar)
    text, answer = text.strip(), (answer or "").strip() or None
    words = words_that_tell(complaint, f"{text}\n{answer or ''}")
    if words:
        raise TellsOfPerson(words)
    _withdraw(complaint.feedback_id, actor, REPLACED, at)
    publication = Publication(
        complaint_id=complaint.feedback_id,
        text=text,
        answer=answer,
        words=func.to_tsvector("indonesian", f"{text}\n{answer or ''}"),
        published_at=at,
        published_by_id=actor.id,
    )
    db.session.add(publication)
    db.session.flush()
    return publication


def withdraw_publication(complaint: Complaint, actor: Account, reason: str, at: datetime) -> None:
    """Take back what the public sees; the row stays. Raises NotForThisPerson without the permission for its unit."""
    _require_publisher(complaint, actor)
    _withdraw(complaint.feedback_id, actor, reason.strip(), at)


def bar_for(complaint: Complaint, actor: Account) -> Bar | None:
    """What keeps `actor` from showing it to the public; NotForThisPerson without the permission for its unit."""
    _require_publisher(complaint, actor)
    return bar_to_publishing(
        state=State(complaint.state),
        secret=complaint.secret,
        points_at_person=complaint.points_at_person,
        may_decide=can(actor, Permission.COMPLAINT_DECIDE, complaint.unit),
    )


def words_that_tell(complaint: Complaint, text: str) -> list[str]:
    """The words of a text for the public that tell of a person who has to do with this complaint, or of anybody."""
    concerned = db.session.scalars(
        select(Officer.name)
        .join(Exclusion, Exclusion.officer_id == Officer.id)
        .where(Exclusion.complaint_id == complaint.feedback_id)
    ).all()
    reporter = db.session.scalar(select(Complaint.contact_name).where(Complaint.feedback_id == complaint.feedback_id))
    colleagues = db.session.scalars(
        select(Officer.name)
        .join(Posting, Posting.officer_id == Officer.id)
        .where(Posting.unit_id == complaint.unit_id)
        .distinct()
    ).all()
    return telling_words(text, hidden=[*concerned, *([reporter] if reporter else [])], known=colleagues)


def _require_publisher(complaint: Complaint, actor: Account) -> None:
    if complaint.unit is None or not can(actor, Permission.COMPLAINT_PUBLISH, complaint.unit):
        raise NotForThisPerson


def _withdraw(complaint_id: int, actor: Account | None, reason: str, at: datetime) -> None:
    db.session.execute(
        update(Publication)
        .where(Publication.complaint_id == complaint_id, Publication.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by_id=actor.id if actor else None, withdrawn_reason=reason)
    )
