"""What happened to a complaint, for those who handle it: said, decided, noted. One query, however long it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BIGINT, ColumnElement, Select, Text, cast, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.casework.models import CaseMention, CaseNote
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, StateChange
from webapp.feedback.vocabulary import Move
from webapp.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    `what`: filed, closed, a kind of message (question, reply, answer, dispute, acceptance, deferral, farewell) or a
    `Move`. `by`: name of the member of staff; None for the reporter and for rules. `unit` is where it lies since,
    `handler` on whose desk, `other` the code of the other complaint of a merge or split, where the viewer may see that.
    """

    at: datetime
    what: str
    by: str | None = None
    unit: str | None = None
    text: str | None = None
    handler: str | None = None
    other: str | None = None
    #: Message or move with its number, by which a page knows what it has not seen yet.
    number: int = 0
    is_move: bool = False


@dataclass(frozen=True, slots=True)
class CaseNoteLine:
    """An internal note; `named` are the colleagues who were told of it."""

    id: int
    at: datetime
    by: str
    text: str
    named: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that happened, the oldest first, and who has it now. `version` changes with what is said and decided."""

    history: tuple[Happening, ...]
    notes: tuple[CaseNoteLine, ...]
    handler: str | None
    version: str


_Column = ColumnElement[Any] | InstrumentedAttribute[Any]

#: In which order things are told that were done by one press: first the move, then the words.
_RANKS = {"move": 1, "message": 2, "state": 3}
#: Told by the message that goes with it.
_TOLD_BY_MESSAGE = (Move.DEFERRED,)


def read_story(viewer: Account, complaint: Complaint) -> Story:
    """The story of a complaint, for a caller that has read it as `viewer`."""
    rows = db.session.execute(_story_of(viewer, complaint)).all()
    history = [Happening(complaint.feedback.filed_at, "filed")]
    notes, handler, said, moved = [], None, 0, 0
    for row in sorted(rows, key=lambda row: (row.at, _RANKS.get(row.source, 0), row.number)):
        if row.source == "holder":
            handler = row.by
        elif row.source == "note":
            notes.append(CaseNoteLine(row.number, row.at, row.by, row.text, row.named))
        elif row.source == "move":
            moved = max(moved, row.number)
            if row.what not in _TOLD_BY_MESSAGE:
                history.append(
                    Happening(
                        row.at, row.what, row.by, row.unit, row.text, row.handler, row.other, row.number, is_move=True
                    )
                )
        else:
            said = max(said, row.number)
            history.append(Happening(row.at, row.what, row.by, text=row.text or None, number=row.number))
    return Story(tuple(history), tuple(notes), handler, f"{said}-{moved}")


def _story_of(viewer: Account, complaint: Complaint) -> Select[*tuple[Any, ...]]:
    id_ = complaint.feedback_id
    named = (
        select(func.string_agg(Account.name, literal(", ")))
        .join(CaseMention, CaseMention.account_id == Account.id)
        .where(CaseMention.note_id == CaseNote.id)
        .scalar_subquery()
    )
    parts = [
        _part(
            "message",
            ComplaintMessage.id,
            ComplaintMessage.at,
            ComplaintMessage.kind,
            ComplaintMessage.account_id,
            text=ComplaintMessage.text,
        ).where(ComplaintMessage.complaint_id == id_),
        _part(
            "move",
            Disposition.id,
            Disposition.at,
            Disposition.kind,
            Disposition.decided_by_id,
            text=Disposition.note,
            unit=Disposition.unit_id,
            handler=Disposition.handler_id,
            other=Disposition.other_id,
        ).where(Disposition.complaint_id == id_),
        _part("state", literal(0, BIGINT), StateChange.at, StateChange.state, StateChange.account_id).where(
            StateChange.complaint_id == id_, StateChange.state == State.CLOSED
        ),
        _part(
            "note", CaseNote.id, CaseNote.at, literal("note"), CaseNote.account_id, text=CaseNote.text, named=named
        ).where(CaseNote.complaint_id == id_),
        _part(
            "holder", literal(0, BIGINT), literal(complaint.feedback.filed_at), literal("holder"), Complaint.handler_id
        ).where(Complaint.feedback_id == id_, Complaint.handler_id.is_not(None)),
    ]
    story = union_all(*parts).subquery("story")
    by, handler = aliased(Account), aliased(Account)
    place = aliased(Unit)
    other = (
        select(Complaint.code)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(Complaint.feedback_id == story.c.other_id, visible_to(viewer))
        .correlate(story)
        .scalar_subquery()
    )
    return (
        select(
            story.c.source,
            story.c.number,
            story.c.at,
            story.c.what,
            story.c.text,
            story.c.named,
            by.name.label("by"),
            handler.name.label("handler"),
            place.name.label("unit"),
            other.label("other"),
        )
        .outerjoin(by, by.id == story.c.by_id)
        .outerjoin(handler, handler.id == story.c.handler_id)
        .outerjoin(place, place.id == story.c.unit_id)
    )


def _part(
    source: str,
    number: _Column,
    at: _Column,
    what: _Column,
    by: _Column,
    *,
    text: _Column | None = None,
    unit: _Column | None = None,
    handler: _Column | None = None,
    other: _Column | None = None,
    named: _Column | None = None,
) -> Select[*tuple[Any, ...]]:
    def or_nothing(column: _Column | None, kind: Any) -> _Column:
        return cast(null(), kind) if column is None else column

    return select(
        literal(source, Text).label("source"),
        number.label("number"),
        at.label("at"),
        what.label("what"),
        by.label("by_id"),
        or_nothing(unit, BIGINT).label("unit_id"),
        or_nothing(handler, BIGINT).label("handler_id"),
        or_nothing(other, BIGINT).label("other_id"),
        or_nothing(text, Text).label("text"),
        or_nothing(named, Text).label("named"),
    )
