"""Reports against real tables: corrected, outdated, repeated at once, out of order."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.applications import make_clerk
from tests.factories.reporting import MORNING, Office, make_reporting_office, stage, visit
from webapp.counter.applications.actions import follow_application, pause, take_stage, withdraw
from webapp.counter.applications.catalogue import cause_of
from webapp.counter.applications.errors import LedElsewhere
from webapp.counter.applications.models import Application
from webapp.counter.applications.queries import get_file
from webapp.counter.incoming.clients import set_active
from webapp.counter.incoming.intake import Sender
from webapp.counter.incoming.models import IncomingRecord
from webapp.counter.incoming.problems import Code
from webapp.counter.incoming.reports import StageReport, VisitReport
from webapp.counter.incoming.stages import take_in_stages
from webapp.counter.incoming.visits import take_in_visits
from webapp.counter.models import Visit
from webapp.database import db, transaction
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.models import Unit
from webapp.outbox.models import OutboxEvent

HOUR = timedelta(hours=1)
NOW = MORNING + timedelta(hours=8)


@pytest.fixture
def office(session: Session) -> Office:
    return make_reporting_office(session)


def parse(told: dict[str, Any]) -> StageReport:
    return StageReport.model_validate_json(json.dumps(told))


def take_visit(office: Office, **told: Any) -> tuple[str, int]:
    [taken] = take_in_visits([VisitReport(**visit(**told))], office.sender, now=NOW)
    return taken.outcome, taken.record.revision


def test_corrections_replace_and_outdated_ones_do_not(session: Session, office: Office) -> None:
    assert take_visit(office, revision=1) == ("created", 1)
    assert take_visit(office, revision=3, officer="P-2") == ("corrected", 2)
    assert take_visit(office, revision=1) == ("outdated", 2)
    [stored] = session.scalars(select(Visit))
    assert stored.officer_id == office.other_officer.id
    assert take_visit(office, revision=4, officer="Bu Sari") == ("held", 3)
    session.refresh(stored)
    assert stored.officer_id == office.other_officer.id, "what stands, stands until the correction can be used"
    assert take_visit(office, revision=5) == ("corrected", 4)
    assert stored.officer_id == office.officer.id


def test_times_that_cannot_be_are_held_and_small_steps_between_clocks_put_right(office: Office) -> None:
    numbers = itertools.count()

    def told(at: Any = MORNING, **other: Any) -> tuple[str, set[str]]:
        report = VisitReport(**visit(str(next(numbers)), at=at, **other))
        [taken] = take_in_visits([report], office.sender, now=NOW)
        return taken.outcome, {problem.code.value for problem in taken.problems}

    assert told(drawn_at=(MORNING + timedelta(minutes=11)).isoformat()) == ("created", {"times_adjusted"})
    assert told(finished_at=MORNING.isoformat()) == ("held", {"times_reversed"})
    assert told(NOW) == ("held", {"in_future"})
    assert told(MORNING.replace(year=1999)) == ("held", {"too_old", "late"})
    assert told(MORNING - timedelta(days=3)) == ("created", {"late"})


def test_the_same_visit_from_two_processes_at_once_is_one(app: Flask, session: Session, office: Office) -> None:
    unit_id, outcomes = office.unit.id, []

    def send() -> None:
        with app.app_context(), transaction():
            sender = Sender("mesin", db.session.get_one(Unit, unit_id))
            [taken] = take_in_visits([VisitReport(**visit())], sender, now=NOW)
            outcomes.append(taken.outcome)

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created"] + ["unchanged"] * 5
    assert session.scalar(select(func.count(Visit.id))) == session.scalar(select(func.count(IncomingRecord.id))) == 1


SERVER_DOWN = {
    "cause": "central_server",
    "starts_at": (MORNING + HOUR).isoformat(),
    "ends_at": (MORNING + 2 * HOUR).isoformat(),
}
STAGES = [
    stage("received", complete_at=MORNING.isoformat()),
    stage("verified", MORNING + HOUR, pauses=[SERVER_DOWN]),
    stage("produced", MORNING + 3 * HOUR, hands=[]),
]


def test_a_file_is_the_same_however_its_stages_arrive(session: Session, office: Office) -> None:
    seen = set()
    for number, order in enumerate(itertools.permutations(STAGES)):
        told = [parse(part | {"file": f"F-{number}"}) for part in order]
        first = take_in_stages(told[:1], office.sender, now=NOW)
        rest = take_in_stages(told[1:], office.sender, now=NOW)
        assert {taken.outcome for taken in first + rest} == {"created"}
        file = session.scalars(select(Application).where(Application.external_id == f"F-{number}")).one()
        session.expire_all()
        hands = [[(held.officer_id, held.starts_at, held.ends_at) for held in part.holdings] for part in file.stages]
        pauses = [(pause.outside_control, pause.starts_at, pause.ends_at) for pause in file.pauses]
        seen.add(str((file.state, file.complete_at, file.finished_at, file.due_at, hands, pauses)))
    assert len(seen) == 1, seen
    assert (file.state, file.finished_at) == ("finished", MORNING + 4 * HOUR)
    assert [[held[0] for held in part] for part in hands] == [[office.officer.id], [office.officer.id], [None]]
    assert pauses == [(True, MORNING + HOUR, MORNING + 2 * HOUR)]
    assert file.applicant_name is None and file.channel == "agency"


def test_a_held_correction_of_a_stage_leaves_what_stood(session: Session, office: Office) -> None:
    def take(*told: dict[str, Any]) -> list[str]:
        return [one.outcome for one in take_in_stages([parse(part) for part in told], office.sender, now=NOW)]

    assert take(STAGES[0]) == ["created"]
    wrong = STAGES[0] | {"hands": [{"officer": "Bu Sari", "taken_at": MORNING.isoformat()}]}
    other = stage("verified", MORNING + HOUR, hours=None)
    elsewhere = stage("produced", service="lain")
    assert take(wrong, other, elsewhere) == ["held", "created", "held"]
    [file] = session.scalars(select(Application))
    session.expire_all()
    assert file.state == "in_work" and file.complete_at == MORNING
    assert [held.officer_id for held in file.stages[0].holdings] == [office.officer.id]
    assert take(STAGES[0]) == ["corrected"]
    assert take(other | {"withdrawn": True}) == ["corrected"]
    session.expire_all()
    assert file.state == "withdrawn"
    reasons = session.scalars(select(IncomingRecord.problems).where(IncomingRecord.state == "held")).one()
    assert reasons[0]["code"] == "unknown_service"


def test_who_follows_a_reported_file_is_told_once_of_each_change(session: Session, office: Office) -> None:
    def take(**told: Any) -> None:
        take_in_stages([parse(stage(**told))], office.sender, now=NOW)

    take(hours=None)
    [file] = session.scalars(select(Application))
    follow_application(file.code, ChatAddress("telegram", "77"), NOW)
    take(hours=None)
    take(hours=None, complete_at=MORNING.isoformat())
    take(code="verified", at=MORNING + HOUR, hours=None)
    take(code="verified", at=MORNING + HOUR, hours=None, pauses=[SERVER_DOWN | {"ends_at": None}])
    take(code="verified", at=MORNING + HOUR, hours=2, pauses=[SERVER_DOWN])
    take(code="produced", at=MORNING + 3 * HOUR)
    told = session.scalars(
        select(OutboxEvent.payload).where(OutboxEvent.name == "ApplicationMoved").order_by(OutboxEvent.id)
    )
    assert [payload["change"] for payload in told] == ["completed", "stage_begun", "paused", "resumed", "finished"]


def test_a_file_is_led_by_its_system_until_that_is_switched_off_and_an_officer_takes_over(
    session: Session, office: Office
) -> None:
    clerk, officer = make_clerk(session, office.unit)
    take_in_stages([parse(stage(hours=None))], office.sender, now=NOW)
    file = session.scalars(select(Application)).one()
    cause = cause_of("central_server").id
    for act in (
        lambda: take_stage(clerk, file.stages[0].id, NOW, over=True),
        lambda: pause(clerk, file.id, cause, None, NOW),
        lambda: withdraw(clerk, file.id, NOW),
    ):
        with pytest.raises(LedElsewhere) as refused:
            act()
        assert refused.value.system == office.client.name
    seen = get_file(clerk, file.id, NOW)
    assert (seen.led_by, seen.may_handle) == (office.client.name, False)

    set_active(office.client, False)
    assert get_file(clerk, file.id, NOW).may_handle
    take_stage(clerk, file.stages[0].id, NOW, over=True)
    session.flush()
    set_active(office.client, True)
    assert get_file(clerk, file.id, NOW).may_handle, "it stays with the officer"
    [taken] = take_in_stages([parse(stage("verified", at=MORNING + timedelta(hours=1)))], office.sender, now=NOW)
    assert taken.outcome == "held" and [one.code for one in taken.problems] == [Code.TAKEN_OVER]
    session.expire_all()
    assert session.scalars(select(Application)).one().stages[0].holdings[-1].officer_id == officer.id
