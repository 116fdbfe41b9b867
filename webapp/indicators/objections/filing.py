"""An officer says that a line of his figure is wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text, tuple_

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.masking import mask_personal_numbers
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.errors import NoSuchLine, NotObjectable
from webapp.indicators.objections.events import ObjectionFiled
from webapp.indicators.objections.files import attach_files
from webapp.indicators.objections.lines import OwnLine, read_line, term_of
from webapp.indicators.objections.models import IndicatorObjection
from webapp.indicators.objections.seen import note_seen
from webapp.indicators.objections.vocabulary import WORKING_DAYS_TO_DECIDE, Obstacle
from webapp.indicators.stored_facts import StoredFact
from webapp.organisation.calendars import due_after_working_days
from webapp.organisation.models import Posting, Unit
from webapp.organisation.queries import officer_of, working_time_of
from webapp.outbox import publish

#: Whoever computes an officer's figure anew holds this lock, too: what is objected to is what stands.
_FIGURE_LOCK = text("SELECT pg_advisory_xact_lock(1, :officer)")


def file_objection(viewer: Account, key: str, reason: str, *, write_key: str, at: datetime) -> IndicatorObjection:
    """Object to the viewer's own line with this key, with the files that were kept under `write_key`.

    Once for each line, within TERM of its first being shown; filed twice it is filed once: the first is given back,
    whatever the second said.
    Raises NoSuchLine, or NotObjectable with what stands in the way.
    """
    officer = officer_of(viewer)
    if officer is None:
        raise NoSuchLine
    hold_figure(officer.id)
    filed = _filed_before(officer.id, key, write_key)
    if filed is not None:
        return filed
    found = read_line(officer.id, key)
    if found is None:
        raise NoSuchLine
    line, rows = found
    if obstacle := _obstacle_for(line, rows, at):
        raise NotObjectable(obstacle)
    if line.seen_at is None:
        note_seen(viewer, line.period, [key], at)
    objection = IndicatorObjection(
        write_key=write_key,
        officer_id=officer.id,
        account_id=viewer.id,
        period=line.period,
        line_key=key,
        component=line.group.component,
        snapshot_id=line.snapshot_id,
        fact_ids=[row.id for row in rows],
        points=line.group.points,
        reason=as_kept(reason),
        filed_at=at,
        due_at=_due_at(officer.id, at),
    )
    db.session.add(objection)
    db.session.flush()
    attach_files(viewer, write_key, objection.id)
    publish(ObjectionFiled(objection.id))
    return objection


def as_kept(reason: str) -> str:
    """A reason as it is stored: tells whether what is sent again says the same."""
    return mask_personal_numbers(reason.strip())


def hold_figure(officer_id: int) -> None:
    """Let nobody compute this officer's figure anew before the transaction ends."""
    db.session.execute(_FIGURE_LOCK, {"officer": officer_id})


def line_to_object_to(officer_id: int, key: str, now: datetime) -> tuple[OwnLine, Obstacle | None] | None:
    """An officer's own line that he has not objected to under its key, and what stands in the way of it, if anything;
    None where there is no such line (any more)."""
    found = read_line(officer_id, key)
    return None if found is None else (found[0], _obstacle_for(*found, now))


def _obstacle_for(line: OwnLine, rows: list[StoredFact], now: datetime) -> Obstacle | None:
    if line.group.points is None:
        return Obstacle.WAITING
    if now > term_of(line, now):
        return Obstacle.LATE
    if not rows:
        return Obstacle.GONE
    if {(row.component, row.key) for row in rows} <= _objected_before(line.officer_id, rows):
        return Obstacle.OBJECTED
    return None


def _filed_before(officer_id: int, key: str, write_key: str) -> IndicatorObjection | None:
    return db.session.scalars(
        select(IndicatorObjection)
        .where(
            IndicatorObjection.officer_id == officer_id,
            (IndicatorObjection.line_key == key) | (IndicatorObjection.write_key == write_key),
        )
        .order_by(IndicatorObjection.id)
        .limit(1)
    ).one_or_none()


def _objected_before(officer_id: int, rows: list[StoredFact]) -> set[tuple[str, str]]:
    """Which of these facts the officer objected to before, in whatever line they stood then: a decision is final."""
    facts = (
        select(func.unnest(IndicatorObjection.fact_ids).label("id"))
        .where(IndicatorObjection.officer_id == officer_id)
        .subquery()
    )
    found = db.session.execute(
        select(IndicatorFact.component, IndicatorFact.key)
        .join(facts, facts.c.id == IndicatorFact.id)
        .where(tuple_(IndicatorFact.component, IndicatorFact.key).in_([(row.component, row.key) for row in rows]))
    )
    return {(row.component, row.key) for row in found}


def _due_at(officer_id: int, at: datetime) -> datetime:
    """When it must be decided, by the working days of the officer's unit; plain days where he has none any more."""
    unit = db.session.scalars(
        select(Unit)
        .join(Posting, Posting.unit_id == Unit.id)
        .where(Posting.officer_id == officer_id)
        .order_by(Posting.ends_on.is_not(None), Posting.starts_on.desc(), Posting.id.desc())
        .limit(1)
    ).one()
    return due_after_working_days(at, WORKING_DAYS_TO_DECIDE, working_time_of(unit))
