"""Likely repeats of a complaint: for those who may merge them, and for a citizen who is about to send one more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, literal, null, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from webapp.accounts.models import Account
from webapp.attribution.repeats.finding import find_repeats
from webapp.attribution.repeats.likeness import LONGEST_GAP, SURE, How
from webapp.attribution.repeats.models import RepeatLink
from webapp.attribution.repeats.reading import Matter
from webapp.database import db
from webapp.feedback.drafts import ComplaintDraft
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.movement.choices import may_be_main
from webapp.feedback.rows import shown_text
from webapp.feedback.secrecy import points_at_person
from webapp.feedback.suppression import LEAST, Count, count_of
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.models import Service, Unit

#: States of a complaint that another one can be worked on with.
_WORKED_ON = tuple(sorted(OPEN_STATES - {State.FILED}))


@dataclass(frozen=True, slots=True)
class Repeat:
    """An open complaint that is likely about the same matter.

    `likeness`: 0 to 1, 0 where only the reporter speaks for it. `same_reporter`: sent from the same device; it tells
    nothing of who it is. `joined`: the reporter of the complaint asked to join this one.
    """

    code: str
    excerpt: str
    state: str
    filed_at: datetime
    unit: str | None
    likeness: float
    how: How | None
    same_reporter: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """What a citizen is told of others' complaints about the same matter: nothing of their words.

    `count` is how many others there are, None in it where that is too few to be told.
    """

    complaint_id: int
    count: Count
    service: str | None
    unit: str | None
    since: datetime
    timezone: str | None
    state: str


def list_repeats(viewer: Account, complaint: Complaint, limit: int = 8) -> list[Repeat]:
    """Open complaints that `viewer` sees, may hand out, and that are likely about the same matter as `complaint`.

    The one that its reporter joined first, then the likeliest; those from the same device are there, too. For a caller
    that has opened `complaint` as `viewer`.
    """
    feedback, id_ = complaint.feedback, complaint.feedback_id
    gap = timedelta(days=LONGEST_GAP)
    spoken_for: list[Select[int, float, str | None, bool]] = [
        _linked(RepeatLink.other_id, RepeatLink.complaint_id == id_),
        _linked(RepeatLink.complaint_id, RepeatLink.other_id == id_),
    ]
    if feedback.rater_key is not None:
        spoken_for.append(
            select(Feedback.id.label("id"), literal(0.0).label("likeness"), null().label("how"), literal(True))
            .where(Feedback.rater_key == feedback.rater_key, Feedback.kind == "complaint")
            .where(Feedback.filed_at.between(feedback.filed_at - gap, feedback.filed_at + gap))
        )
    if complaint.joins_id is not None:
        joined = select(func.coalesce(Complaint.merged_into_id, Complaint.feedback_id))
        spoken_for.append(
            select(
                joined.where(Complaint.feedback_id == complaint.joins_id).scalar_subquery(),
                literal(0.0),
                null(),
                literal(False),
            )
        )
    spoken = union_all(*spoken_for).subquery()
    id_column, likeness, how, same = spoken.c
    best = (
        select(
            id_column.label("id"),
            func.max(likeness).label("likeness"),
            func.max(how).label("how"),
            func.bool_or(same).label("same"),
        )
        .group_by(id_column)
        .subquery()
    )
    joins = Complaint.feedback_id == (complaint.joins_id or 0)
    rows = db.session.execute(
        select(
            Complaint.code,
            func.left(Complaint.text, 240).label("text"),
            Complaint.state,
            Feedback.filed_at,
            Unit.name.label("unit"),
            best.c.likeness,
            best.c.how,
            best.c.same,
            joins.label("joined"),
        )
        .join(best, best.c.id == Complaint.feedback_id)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(
            may_be_main(viewer),
            Complaint.feedback_id != id_,
            Complaint.points_at_person == complaint.points_at_person,
        )
        .order_by(joins.desc(), best.c.likeness.desc(), best.c.same.desc(), Feedback.filed_at, Complaint.feedback_id)
        .limit(limit)
    )
    return [
        Repeat(
            row.code,
            row.text,
            row.state,
            row.filed_at,
            row.unit,
            row.likeness,
            How(row.how) if row.how else None,
            row.same,
            row.joined,
        )
        for row in rows
    ]


def _linked(
    other: ColumnElement[int] | InstrumentedAttribute[int], condition: ColumnElement[bool]
) -> Select[int, float, str | None, bool]:
    return select(
        other.label("id"), RepeatLink.likeness.label("likeness"), RepeatLink.how.label("how"), literal(False)
    ).where(condition)


def reported_before(draft: ComplaintDraft, at: datetime) -> Reported | None:
    """What a citizen who is about to send `draft` may be told of others' complaints about it; None where nothing.

    Nothing is said to who complains of a person, or of his own visit or file: that is his own matter, or nobody else's.

    Told of are complaints alone that nearly certainly are about the same matter, are worked on, and point at nobody.
    Complaints whose reporters want them secret are told of only among so many that none of them can be made out
    (LEAST): else whoever writes what he guesses would learn whether somebody complained of it. The words of none are
    told.
    """
    own = draft.visit_id is not None or draft.application_id is not None or draft.kind == ComplaintKind.PRAISE
    if own or points_at_person(draft.text, stated=draft.about_person):
        return None
    located = draft.latitude is not None and draft.longitude is not None
    matter = Matter(
        text=shown_text(draft.text),
        filed_at=at,
        place=draft.place or "",
        position=(draft.latitude, draft.longitude) if located else None,  # type: ignore[arg-type]
        unit_id=draft.unit_id,
        service_id=draft.service_id,
    )
    ids = {one.complaint_id for one in find_repeats(matter, personal=False, least=SURE, told=True)}
    if not ids:
        return None
    rows = db.session.execute(
        select(
            Complaint.feedback_id,
            Complaint.merged_into_id,
            Complaint.state,
            Complaint.secret,
            Feedback.filed_at,
            Service.name.label("service"),
            Unit.name.label("unit"),
            Unit.timezone,
        )
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(Service, Service.id == Feedback.service_id)
        .where(
            or_(Complaint.feedback_id.in_(ids), Complaint.merged_into_id.in_(ids)),
            ~Complaint.points_at_person,
            Complaint.erased_at.is_(None),
        )
        .order_by(Feedback.filed_at, Complaint.feedback_id)
    ).all()
    leading = [row for row in rows if row.feedback_id in ids and row.state in _WORKED_ON]
    if not leading:
        return None
    # The one that others were merged into, else the first.
    merged = {row.merged_into_id for row in rows}
    main = next((row for row in leading if row.feedback_id in merged), leading[0])
    of_it = [row for row in rows if row.state in _WORKED_ON or row.state == State.MERGED]
    if len(of_it) < LEAST and main.secret:
        told = [row for row in leading if not row.secret]
        if not told:
            return None
        main = told[0]
    return Reported(
        complaint_id=main.feedback_id,
        count=count_of(len(of_it)),
        service=main.service,
        unit=main.unit,
        since=of_it[0].filed_at if len(of_it) >= LEAST else main.filed_at,
        timezone=main.timezone,
        state=main.state,
    )
