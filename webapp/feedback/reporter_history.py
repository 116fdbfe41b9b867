"""What happened to a complaint as its reporter learns it: steps and words, never who of the staff they are by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import aliased

from webapp.database import db
from webapp.feedback.casework.models import PhotoFlag
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Photo, StateChange
from webapp.feedback.vocabulary import Move
from webapp.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a complaint.

    `what`: filed, in_triage, deferral, completed, verified, sent, moved, taken, question, reply, answer, dispute,
    accepted, closed, unsolved, reopened, passed_on, archived, restored, merged, separated, split. `unit` is where it
    went, `text` what was said, `photo_ids` the pictures of the remedy that an answer shows.
    """

    at: datetime
    what: str
    unit: str | None = None
    text: str | None = None
    photo_ids: tuple[int, ...] = ()


#: What a state change tells. Answers, disputes and acceptances are told by their messages, with their words.
_STEPS = {
    State.IN_TRIAGE: "in_triage",
    State.VERIFIED: "verified",
    State.SENT: "sent",
    State.IN_WORK: "taken",
    State.MERGED: "merged",
    State.CLOSED: "closed",
}
#: Steps that the agency explains in a message of the same moment.
EXPLAINED = {
    State.DEFERRED: "deferral",
    State.PASSED_ON: "passed_on",
    State.ARCHIVED: "archived",
    State.UNSOLVED: "unsolved",
}
#: What coming back from a state is called.
_RETURNS = {
    (State.DEFERRED, State.IN_TRIAGE): "completed",
    (State.PASSED_ON, State.IN_TRIAGE): "restored",
    (State.ARCHIVED, State.IN_TRIAGE): "restored",
    (State.MERGED, State.IN_TRIAGE): "separated",
    (State.CLOSED, State.DISPUTED): "reopened",
    (State.UNSOLVED, State.DISPUTED): "reopened",
}
_REPORTERS = ("completed", "reopened")
_ANSWER = aliased(ComplaintMessage)
_OTHER = aliased(Complaint)


def list_messages(complaint: Complaint) -> list[Moment]:
    """What was said on a complaint, oldest first, with the pictures that belong to each answer."""
    rows = db.session.execute(
        select(ComplaintMessage.id, ComplaintMessage.at, ComplaintMessage.kind, ComplaintMessage.text)
        .where(ComplaintMessage.complaint_id == complaint.feedback_id)
        .order_by(ComplaintMessage.at, ComplaintMessage.id)
    ).all()
    pictures = _pictures(complaint) if any(row.kind == "answer" for row in rows) else {}
    return [
        Moment(
            row.at,
            "accepted" if row.kind == "acceptance" else row.kind,
            None,
            row.text,
            (*pictures.get(row.id, ()), *pictures.get(row.at, ())) if row.kind == "answer" else (),
        )
        for row in rows
    ]


def _pictures(complaint: Complaint) -> dict[int | datetime, list[int]]:
    """The pictures of remedies by the answer they belong to: its id, or its time for an answer that another
    complaint about the same matter was given."""
    found: dict[int | datetime, list[int]] = defaultdict(list)
    for photo_id, message_id, owner, at in db.session.execute(
        select(Photo.id, ComplaintMessage.id, Photo.complaint_id, ComplaintMessage.at)
        .join(ComplaintMessage, ComplaintMessage.id == Photo.message_id)
        .where(shown_remedies(complaint))
        .order_by(Photo.id)
    ):
        key: int | datetime = message_id if owner == complaint.feedback_id else at
        found[key].append(photo_id)
    return found


def shown_remedies(complaint: Complaint) -> ColumnElement[bool]:
    """The condition under which a photo shows a remedy that was answered with: on this complaint, or on the one that
    was worked on for it as well; none that a superior judged not to be what it says."""
    own = Photo.complaint_id == complaint.feedback_id
    if complaint.merged_into_id is not None and complaint.state != State.MERGED:
        # Only pictures of an answer that was passed on to this complaint: it was said here at the same moment.
        passed_on = (
            exists()
            .where(
                ComplaintMessage.complaint_id == complaint.feedback_id,
                ComplaintMessage.kind == "answer",
                ComplaintMessage.at == _ANSWER.at,
            )
            .correlate(_ANSWER)
        )
        of_main = select(_ANSWER.id).where(_ANSWER.complaint_id == complaint.merged_into_id, passed_on)
        own = or_(own, Photo.message_id.in_(of_main))
    return and_(Photo.kind == "remedy", Photo.message_id.is_not(None), not_refused(), own)


def not_refused() -> ColumnElement[bool]:
    """The condition that nobody who looks after photos of remedies judged this one to be not fine."""
    return ~exists().where(PhotoFlag.photo_id == Photo.id, PhotoFlag.verdict == "not_fine").correlate(Photo)


def tell_history(complaint: Complaint, messages: list[Moment]) -> tuple[Moment, ...]:
    """Everything that happened, oldest first. Who did it and why is for the agency's own pages."""
    # Where it went; of a split, where the other half lies now.
    moves = db.session.execute(
        select(Disposition.at, Disposition.kind, Unit.name)
        .outerjoin(_OTHER, (_OTHER.feedback_id == Disposition.other_id) & (Disposition.kind == Move.SPLIT))
        .outerjoin(Unit, Unit.id == case((Disposition.kind == Move.SPLIT, _OTHER.unit_id), else_=Disposition.unit_id))
        .where(Disposition.complaint_id == complaint.feedback_id)
        .order_by(Disposition.id)
    ).all()
    units = {at: unit for at, kind, unit in moves if unit is not None and kind != Move.SPLIT}
    said = list(messages)
    moments = [Moment(complaint.feedback.filed_at, "filed")]
    moments += [Moment(at, "split", unit) for at, kind, unit in moves if kind == Move.SPLIT]
    before = State.FILED
    where: str | None = None
    for at, state in _changes(complaint):
        what = _RETURNS.get((before, state)) or EXPLAINED.get(state) or _STEPS.get(state)
        if what == "sent":
            moments.append(Moment(at, "sent" if where is None else "moved", units.get(at)))
            where = units.get(at)
        elif what == "taken":
            if moments[-1].what != "taken":  # from one desk to another is no news for the reporter
                moments.append(Moment(at, what))
        elif what is not None:
            moments.append(_with_words(Moment(at, what), said))
        before = state
    return tuple(sorted([*moments, *said], key=lambda moment: (moment.at, _rank(moment))))


def _rank(moment: Moment) -> int:
    """What comes first of things that happened at once: a step follows what the reporter said, and brings an answer."""
    if moment.what == "filed":
        return 0
    if moment.what in ("reply", "dispute"):
        return 1
    if moment.what in ("accepted", "closed", "unsolved"):
        return 4
    return 3 if moment.what in ("question", "answer") else 2


def _changes(complaint: Complaint) -> list[tuple[datetime, State]]:
    rows = db.session.execute(
        select(StateChange.at, StateChange.state)
        .where(StateChange.complaint_id == complaint.feedback_id)
        .order_by(StateChange.at, StateChange.id)
    )
    return [(at, State(state)) for at, state in rows]


def _with_words(step: Moment, said: list[Moment]) -> Moment:
    """A step with the words that explain it, which are taken out of `said`: one thing is told once."""
    if step.what in _REPORTERS:
        kinds: tuple[str, ...] = ("reply", "dispute")
    else:
        kinds = ("deferral", "farewell") if step.what in EXPLAINED.values() else ()
    for message in said:
        if message.at == step.at and message.what in kinds:
            said.remove(message)
            return replace(step, text=message.text)
    return step
