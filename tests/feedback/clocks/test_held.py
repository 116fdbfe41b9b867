"""What many steps write together is what each would have written by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_complaint
from webapp.database import gathered_writes
from webapp.feedback.actions import accept_answer, dispute_answer
from webapp.feedback.clocks.actions import held_clocks
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.handling import answer_complaint, hold_for_triage, send_to_unit
from webapp.feedback.models import Complaint, Disposition, StateChange
from webapp.feedback.vocabulary import Finding

#: A Monday, 10:00 in Jakarta.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_KEPT = (ComplaintClock, StateChange, Disposition)


@pytest.fixture
def agency(database: SQLAlchemy) -> Agency:
    return make_agency(database.session())


def live(complaint: Complaint, agency: Agency) -> None:
    """Through triage to the unit, answered, disputed, answered again, accepted."""
    key = f"hidup-{complaint.feedback_id}"
    hold_for_triage(complaint, reason="uji", at=NOW)
    send_to_unit(complaint, agency.unit, reason="uji", at=NOW + timedelta(hours=2))
    for days, actor in enumerate((agency.sari, agency.budi), start=1):
        at = NOW + timedelta(days=days)
        answer_complaint(complaint, actor, "Sudah jadi.", Finding.FOUNDED, write_key=f"{key}-{days}", at=at)
        if days == 1:
            dispute_answer(complaint, "Belum.", write_key=f"{key}-belum", at=at + timedelta(hours=1))
    accept_answer(complaint, write_key=f"{key}-terima", at=NOW + timedelta(days=3))


def told(database: SQLAlchemy, complaint: Complaint) -> list[list[tuple[Any, ...]]]:
    """All that stands of a complaint's life, in order, without what tells one complaint from another."""
    rows = []
    for model in _KEPT:
        columns = [column for column in model.__table__.columns if column.name not in ("id", "complaint_id")]
        query = select(*columns).where(model.complaint_id == complaint.feedback_id).order_by(model.id)
        rows.append([tuple(row) for row in database.session.execute(query)])
    return rows


def test_a_life_written_together_is_the_same_life(database: SQLAlchemy, agency: Agency) -> None:
    session = database.session()
    alone, first, second = (make_complaint(session, NOW, unit_id=agency.unit.id) for _ in range(3))
    live(alone, agency)
    session.flush()
    before = [session.scalar(select(func.count()).select_from(model)) for model in _KEPT]
    with gathered_writes() as send, held_clocks([first.feedback_id, second.feedback_id]):
        live(first, agency)
        assert [session.scalar(select(func.count()).select_from(model)) for model in _KEPT] == before
        send()
        live(second, agency)
    session.flush()
    expected = told(database, alone)
    assert [len(rows) for rows in expected] == [7, 8, 4]
    assert told(database, first) == expected
    assert told(database, second) == expected
    assert first.due_at == alone.due_at


def test_afterwards_every_step_is_written_at_once_again(database: SQLAlchemy, agency: Agency) -> None:
    session = database.session()
    one, other = (make_complaint(session, NOW, unit_id=agency.unit.id) for _ in range(2))
    with pytest.raises(RuntimeError, match="uji"), gathered_writes(), held_clocks([one.feedback_id]):
        hold_for_triage(one, reason="uji", at=NOW)
        hold_for_triage(other, reason="uji", at=NOW)  # not held: its clock is written at once
        raise RuntimeError("uji")
    assert told(database, one) == [[], [], []]
    assert [len(rows) for rows in told(database, other)] == [1, 0, 0]
    send_to_unit(one, agency.unit, reason="uji", at=NOW)
    assert [len(rows) for rows in told(database, one)] == [2, 1, 1]
