"""A file's way: registered, completed, through its stages, waiting in between, told at each change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.organisation import make_unit
from webapp.accounts.permissions import Role
from webapp.counter.applications.actions import (
    finish_stage,
    hand_over,
    pause,
    resume,
    take_stage,
    tick_paper,
    withdraw,
)
from webapp.counter.applications.catalogue import cause_of
from webapp.counter.applications.errors import (
    ApplicationGone,
    NoSuchApplication,
    NotInHand,
    OfficerElsewhere,
    PapersMissing,
)
from webapp.counter.applications.models import Application, ApplicationStage
from webapp.counter.applications.queries import get_file, list_for_officer, list_for_unit, track
from webapp.counter.applications.vocabulary import ApplicationState, PaperState
from webapp.outbox.models import OutboxEvent

JAKARTA = ZoneInfo("Asia/Jakarta")
#: A Monday morning; the office works 07:30 to 12:00 and 13:00 to 16:00.
MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=JAKARTA).astimezone(UTC)
HOUR = timedelta(hours=1)


def running(file: Application) -> ApplicationStage:
    return next(stage for stage in file.stages if stage.started_at and not stage.finished_at)


def changes(session: Session) -> list[str]:
    session.flush()
    events = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "ApplicationMoved").order_by(OutboxEvent.id))
    return [event.payload["change"] for event in events]


def test_a_file_from_the_counter_passes_its_stages_and_is_told_of_each(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit, name="Budi")
    file = make_application(session, unit, MONDAY, officer=officer)
    assert (file.state, file.complete_at) == (ApplicationState.IN_WORK, MONDAY)
    # 8 working hours from Monday 08:00, an hour of break: 7 on Monday, the last one until Tuesday 08:30.
    assert file.due_at == MONDAY + timedelta(days=1, minutes=30)
    at = MONDAY
    for _ in range(6):
        at += HOUR / 2
        stage = running(file)
        if stage.code != "received":
            with pytest.raises(NotInHand):
                finish_stage(account, stage.id, at)
            take_stage(account, stage.id, at)
        finish_stage(account, stage.id, at)
    assert (file.state, file.finished_at) == (ApplicationState.FINISHED, at)
    assert changes(session) == [
        "registered", "completed",
        *["stage_begun", "handed_over"] * 5,
        "finished",
    ]  # fmt: skip
    seen = track(file.code.lower(), at)
    assert [stage.finished_at is not None for stage in seen.stages] == [True] * 6
    assert [one.cause_code for one in seen.pauses] == ["waiting_applicant"]  # until it was collected
    with pytest.raises(ApplicationGone):
        withdraw(account, file.id, at)
