"""Who sees what of files: the applicant by code, officers in order of urgency, supervisors without names."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.organisation import make_unit
from webapp.accounts.permissions import Role
from webapp.counter.applications.actions import (
    finish_stage,
    follow_application,
    hand_over,
    pause,
    resume,
    take_stage,
    tick_paper,
)
from webapp.counter.applications.catalogue import StageFacts, cause_of
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.models import Application, ApplicationFollower, TurnaroundFact
from webapp.counter.applications.outcome_words import outcome_sentences
from webapp.counter.applications.queries import get_file, list_finished, list_for_officer, list_for_unit, track
from webapp.counter.applications.turnaround_facts import record_turnaround
from webapp.counter.applications.urgency import Urgency, ordinary_day, urgency_of
from webapp.counter.applications.vocabulary import ApplicationState, PaperState
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.calendars import OFFICE_WEEK, add_working_time
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of

HOUR = 3600
DAY = round(7.5 * HOUR)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 2nd is a Monday. The office works 07:30 to 12:00 and 13:00 to 16:00."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)


@pytest.mark.parametrize(
    ("state", "stands_still", "left", "standard", "expected"),
    [
        (ApplicationState.IN_WORK, False, -1, 24 * HOUR, Urgency.OVERDUE),
        (ApplicationState.PAUSED, True, -1, 24 * HOUR, Urgency.OVERDUE),
        (ApplicationState.IN_WORK, False, 0, 24 * HOUR, Urgency.SOON),
        (ApplicationState.IN_WORK, False, DAY, 24 * HOUR, Urgency.SOON),
        (ApplicationState.IN_WORK, False, DAY + 1, 24 * HOUR, Urgency.LATER),
        (ApplicationState.IN_WORK, False, 15 * HOUR, 60 * HOUR, Urgency.SOON),
        (ApplicationState.IN_WORK, False, 15 * HOUR + 1, 60 * HOUR, Urgency.LATER),
        (ApplicationState.PAUSED, False, HOUR, 24 * HOUR, Urgency.SOON),  # the office's own pause stops no clock
        (ApplicationState.PAUSED, True, HOUR, 24 * HOUR, Urgency.WAITING),
        (ApplicationState.INCOMPLETE, False, None, 24 * HOUR, Urgency.WAITING),
        (ApplicationState.IN_WORK, False, None, None, Urgency.LATER),
        (ApplicationState.FINISHED, False, -5, 24 * HOUR, Urgency.ENDED),
    ],
)
def test_a_file_comes_up_before_it_is_overdue(
    state: ApplicationState, stands_still: bool, left: int | None, standard: int | None, expected: Urgency
) -> None:
    assert urgency_of(state, stands_still=stands_still, left=left, standard=standard, day=DAY) == expected


def test_an_ordinary_day_is_the_mean_of_those_that_are_worked() -> None:
    assert ordinary_day(OFFICE_WEEK) == DAY
    assert ordinary_day({"0": [["22:00", "24:00"]], "1": [], "5": [["08:00", "09:00"], ["10:00", "13:00"]]}) == 3 * HOUR
    assert ordinary_day({}) == 0


def test_lists_begin_with_what_is_overdue_and_end_with_what_nobody_can_hurry(session: Session) -> None:
    office = make_unit(session)
    unit, other = make_unit(session, office), make_unit(session)
    account, officer = make_clerk(session, unit)
    _colleague, colleagues = make_clerk(session, unit)
    service = make_registry_service(session, office, standard_hours=24)
    files = {
        name: make_application(session, unit, at, service=service, officer=officer, name=f"Siti {name}")
        for name, at in (
            ("later", local(10, 8)),
            ("waiting", local(9, 8)),
            ("soon", local(5, 14)),
            ("overdue", local(2, 8)),
        )
    }
    pause(account, files["waiting"].id, cause_of("central_server").id, None, local(10, 8))
    make_application(session, unit, local(10, 8), service=service, name="Siti incomplete")
    finish_stage(account, files["soon"].stages[0].id, local(6, 15))
    hand_over(account, files["later"].stages[0].id, colleagues.id, local(10, 8, 30))
    foreign = make_application(session, other, local(2, 8))
    now = local(10, 9)

    mine = list_for_officer(account, now)
    seen = {
        "mine": [(entry.applicant, entry.urgency) for entry in mine.mine],
        "tray": [(entry.applicant, entry.urgency, entry.missing) for entry in mine.tray],
        "colleagues": [(entry.applicant, entry.holder) for entry in mine.colleagues],
    }
    assert seen == {
        "mine": [("Siti overdue", Urgency.OVERDUE), ("Siti waiting", Urgency.WAITING)],
        "tray": [("Siti soon", Urgency.SOON, 0), ("Siti incomplete", Urgency.WAITING, 5)],
        "colleagues": [("Siti later", colleagues.name)],
    }
    chief = make_account(session, (Role.SUPERVISOR, office))
    entries = list_for_unit(chief, now)
    assert [entry.urgency for entry in entries] == ["overdue", "soon", "later", "waiting", "waiting"]
    assert {entry.applicant for entry in entries} == {None}
    assert [entry.holder for entry in entries[:2]] == [officer.name, None]
    assert (entries[3].cause_code, entries[3].stage) == ("central_server", "Diterima")
    assert foreign.id not in {entry.id for entry in entries}
    assert len(list_for_unit(chief, now, unit.id)) == 5
    assert list_for_unit(chief, now, other.id) == list_for_unit(account, now) == []
    assert list_for_officer(chief, now).tray == ()


def test_names_are_for_who_handles_the_file(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit, name="Budi Canary")
    file = make_application(session, unit, local(2, 8), officer=officer, name="Siti Canary")
    now = local(2, 9)
    own = get_file(account, file.code, now)
    assert (own.applicant_name, own.may_handle, own.stage and own.stage.mine) == ("Siti Canary", True, True)
    chief = make_account(session, (Role.SUPERVISOR, unit))
    read = get_file(chief, file.id, now)
    assert "Siti" not in str(asdict(read)) and not read.may_handle and not read.may_resume
    assert read.stage is not None and read.stage.holder is not None and read.stage.holder.officer == "Budi Canary"
    assert "Canary" not in str(asdict(track(file.code, now)))
    for nobody in (make_clerk(session, make_unit(session))[0], make_account(session, (Role.TRIAGE, unit))):
        with pytest.raises(NoSuchApplication):
            get_file(nobody, file.id, now)
    for key in ("BK-00000-00000", "a\x00b", 0, 2**70):
        with pytest.raises(NoSuchApplication):
            get_file(account, key, now)


def test_the_applicant_sees_stage_due_date_and_what_is_missing(session: Session) -> None:
    unit = make_unit(session)
    account, officer = make_clerk(session, unit)
    file = make_application(session, unit, local(2, 8), officer=officer)
    tick_paper(account, file.papers[3].id, PaperState.MISSING, local(2, 9))
    seen = track(file.code.lower().replace("-", " "), local(2, 10))
    assert (seen.state, seen.missing, seen.due_at) == ("paused", ("Kartu keluarga (KK)",), local(3, 8, 30))
    assert seen.waits_for is not None and seen.waits_for.cause == "Menunggu pemohon"
    assert seen.stage is not None and seen.stage.name == "Diterima"
    assert not get_file(account, file.id, local(2, 10)).may_resume  # only the paper helps
    tick_paper(account, file.papers[3].id, PaperState.MET, local(2, 11))
    at = local(2, 11)
    for _ in range(5):
        at += timedelta(minutes=10)
        current = track(file.code, at).stage
        assert current is not None
        take_stage(account, current.id, at)
        finish_stage(account, current.id, at)
    ready = track(file.code, at)
    assert ready.stage is not None and ready.stage.waits_for_applicant and ready.waits_for is not None
    assert not get_file(account, file.id, at).may_resume  # handing it over ends the wait
    with pytest.raises(NoSuchApplication):
        track("BK-22222-22222", at)


def passed(session: Session, unit: Unit, *, waits: float, works: float, code: str = "central_server") -> Application:
    """A file of a promise of 8 hours, begun on the 2nd at 08:00, that waited and then was worked at, in hours."""
    account, officer = make_clerk(session, unit)
    service = make_registry_service(
        session, unit, standard_hours=8, stages=[StageFacts("verified", "Diverifikasi", 60)]
    )
    file = make_application(session, unit, local(2, 8), service=service, officer=officer)
    working = working_time_of(unit)
    pause(account, file.id, cause_of(code).id, None, local(2, 8))
    resumed = add_working_time(local(2, 8), timedelta(hours=waits), working)
    resume(account, file.id, resumed)
    finish_stage(account, file.stages[0].id, add_working_time(resumed, timedelta(hours=works), working))
    record_turnaround([file.id], local(10, 8))
    return file


def test_a_finished_file_says_how_it_ended_and_what_was_nobodys_fault(session: Session) -> None:
    unit = make_unit(session, name="Seksi Akta")
    late = passed(session, unit, waits=3, works=10)
    long = passed(session, unit, waits=6, works=5)
    timely = passed(session, unit, waits=1, works=2)
    office = passed(session, unit, waits=9, works=1, code="internal_queue")  # the office's own: it counts
    now = local(10, 9)
    outcomes = [track(file.code, now).outcome for file in (late, long, timely, office)]
    assert [one and (one.delay, one.waited, one.prolonged) for one in outcomes] == [
        (2 * HOUR, 3 * HOUR, False),
        (0, 6 * HOUR, True),
        (0, HOUR, False),
        (2 * HOUR, 0, False),
    ]
    assert outcomes[0] is not None and outcomes[0].late_stages == (("Diverifikasi", 2 * HOUR),)
    told = " ".join(outcome_sentences(outcomes[0], "Selasa"))
    assert "terlambat 2 jam" in told and "Diverifikasi (2 jam)" in told
    assert "bukan kesalahan siapa pun" in told and "Gangguan server pusat (3 jam)" in told
    assert outcomes[1] is not None
    assert "kami" not in " ".join(outcome_sentences(outcomes[1], "Selasa"))

    chief = make_account(session, (Role.SUPERVISOR, unit))
    found = list_finished(chief, now, page=1, size=3)
    assert (found.total, found.late, len(found.files)) == (4, 2, 3)
    assert {one.code for one in found.files[:2]} == {late.code, office.code}
    assert found.files[2].code == long.code
    by_code = {one.code: one.outcome for one in found.files}
    assert by_code[late.code] == outcomes[0] and by_code[long.code] == outcomes[1]
    assert [one.code for one in list_finished(chief, now, page=2, size=3).files] == [timely.code]
    assert list_finished(chief, now + timedelta(weeks=5), page=1, size=3).total == 0
    assert list_finished(make_account(session, (Role.SUPERVISOR, make_unit(session))), now, page=1, size=3).total == 0
    # Before the facts are written the page computes them: the same.
    session.query(TurnaroundFact).delete()
    assert track(late.code, now).outcome == outcomes[0]


def test_following_twice_is_following_once(session: Session) -> None:
    file = make_application(session, make_unit(session), local(2, 8))
    for _ in range(2):
        follow_application(file.code.lower(), ChatAddress("telegram", "42"), local(2, 8))
    assert session.query(ApplicationFollower).one().address == "42"
    with pytest.raises(NoSuchApplication):
        follow_application("BK-22222-22222", ChatAddress("telegram", "42"), local(2, 8))
