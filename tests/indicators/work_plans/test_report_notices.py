"""Who agreed to a plan is told of each month's report, and its officer of what became of it: once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency
from tests.factories.plans import make_agreed_plan, planned
from tests.pipeline import pipeline_of
from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import Role
from webapp.indicators.work_plans.actions import confirm_report, report_done, return_report
from webapp.indicators.work_plans.events import ReportDecided, ReportTold
from webapp.indicators.work_plans.models import WorkReport
from webapp.indicators.work_plans.notices import queue_plan_notices
from webapp.messaging.models import Notification
from webapp.messaging.notification_words import sentence_of
from webapp.messaging.notifications import Sender

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=False)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def report(agency: Agency, number: int = 1) -> WorkReport:
    plan = make_agreed_plan(agency, planned(result=f"Hasil {number}"), at=NOW)
    return tell(agency, plan.targets[0].id, number)


def tell(agency: Agency, target_id: int, number: int) -> WorkReport:
    return report_done(agency.sari, target_id, "2026-10", number, "Daftar hadir.", write_key=f"form:{number}", at=NOW)


def told(session: Session, account: Account) -> list[tuple[str, dict[str, object]]]:
    rows = session.execute(
        select(Notification.kind, Notification.particulars)
        .where(Notification.account_id == account.id, Notification.kind.in_(KINDS))
        .order_by(Notification.id)
    )
    return [(row.kind, row.particulars) for row in rows]


KINDS = ("report_told", "report_confirmed", "report_returned", "plan_stranded")


def test_each_report_is_told_of_once_and_so_is_what_became_of_it(
    session: Session, agency: Agency, app: Flask, environment: dict[str, str]
) -> None:
    first = report(agency)
    session.commit()
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        pipeline.run()
        return_report(agency.rina, first.id, "Daftarnya belum lengkap.", NOW)
        second = tell(agency, first.target_id, 2)
        session.commit()
        pipeline.run()
        confirm_report(agency.rina, second.id, "", NOW)
        third = tell(agency, first.target_id, 3)
        confirm_report(agency.rina, third.id, "", NOW)  # before the notice went out: nothing waits any more
        session.commit()
        pipeline.run()
    session.rollback()
    for event in (ReportTold(first.id), ReportDecided(first.id), ReportTold(second.id), ReportDecided(second.id)):
        assert queue_plan_notices(event, key="again", at=NOW, sender=SENDER) == 0
    month: dict[str, object] = {"month": "2026-10", "year": 2026}
    waits = ("report_told", month | {"officer": "Sari Wulandari", "officer_id": agency.sari_officer.id})
    assert told(session, agency.rina) == [waits, waits]
    assert told(session, agency.sari) == [
        ("report_returned", month),
        ("report_confirmed", month),
        ("report_confirmed", month),
    ]


def test_in_plain_words_that_tell_nothing_of_the_report(session: Session, agency: Agency) -> None:
    one = report(agency)
    queue_plan_notices(ReportTold(one.id), key="x", at=NOW, sender=SENDER)
    return_report(agency.rina, one.id, "Daftarnya belum lengkap.", NOW)
    queue_plan_notices(ReportDecided(one.id), key="x", at=NOW, sender=SENDER)
    [(kind, particulars)] = told(session, agency.rina)
    sentence = "Laporan capaian Oktober 2026 dari Sari Wulandari menunggu kata Anda."
    assert sentence_of(kind, None, particulars) == sentence
    [(kind, particulars)] = told(session, agency.sari)
    assert sentence_of(kind, None, particulars) == (
        "Laporan capaian Anda untuk Oktober 2026 dikembalikan dengan catatan atasan Anda. Perbaiki lalu kirim lagi."
    )
    confirmed = sentence_of("report_confirmed", None, particulars)
    assert confirmed == "Laporan capaian Anda untuk Oktober 2026 dibenarkan dan mulai dihitung."


def test_who_agreed_is_told_and_not_who_is_nearer(session: Session, agency: Agency) -> None:
    one = report(agency)
    beside = make_account(session, (Role.SUPERVISOR, agency.unit), name="Joko Sejajar")
    above = make_account(session, (Role.SUPERVISOR, agency.city), name="Hadi Kepala")
    assert queue_plan_notices(ReportTold(one.id), key="x", at=NOW, sender=SENDER) == 1
    # She left her post: now it is whoever may look at it, the nearest first; and in the end who gives roles.
    agency.rina.active = False
    two = tell(agency, one.target_id, 2)
    assert queue_plan_notices(ReportTold(two.id), key="x", at=NOW, sender=SENDER) == 1
    session.execute(delete(RoleAssignment).where(RoleAssignment.account_id == beside.id))
    session.expire_all()
    three = tell(agency, one.target_id, 3)
    assert queue_plan_notices(ReportTold(three.id), key="x", at=NOW, sender=SENDER) == 1
    assert [len(told(session, account)) for account in (agency.rina, beside, above)] == [1, 1, 1]
    administrator = make_account(session, (Role.ADMINISTRATOR, agency.city))
    session.execute(delete(RoleAssignment).where(RoleAssignment.account_id == above.id))
    session.expire_all()
    four = tell(agency, one.target_id, 4)
    assert queue_plan_notices(ReportTold(four.id), key="x", at=NOW, sender=SENDER) == 1
    assert told(session, administrator) == [("plan_stranded", {})]


def test_a_report_nobody_waits_for_any_more_is_not_told_of(session: Session, agency: Agency) -> None:
    one = report(agency)
    make_agreed_plan(agency, planned(result="Lain sekali"), at=NOW)  # the target is gone, and with it the report
    assert queue_plan_notices(ReportTold(one.id), key="x", at=NOW, sender=SENDER) == 0


def test_a_report_that_was_replaced_before_the_notice_went_out_is_not_told_of(session: Session, agency: Agency) -> None:
    one = report(agency)
    two = tell(agency, one.target_id, 2)
    told_of = [queue_plan_notices(ReportTold(each.id), key="x", at=NOW, sender=SENDER) for each in (one, two)]
    assert told_of == [0, 1]


def test_the_notice_leads_to_the_plan_that_counts(client: FlaskClient, session: Session, agency: Agency) -> None:
    one = report(agency)
    queue_plan_notices(ReportTold(one.id), key="x", at=NOW, sender=SENDER)
    confirm_report(agency.rina, one.id, "", NOW)
    queue_plan_notices(ReportDecided(one.id), key="x", at=NOW, sender=SENDER)
    session.commit()
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja?tahun=2026&versi=berlaku"
    for account, address in ((agency.rina, theirs), (agency.sari, "/rencana-kerja?tahun=2026&versi=berlaku")):
        [notification] = session.scalars(select(Notification.id).where(Notification.account_id == account.id)).all()
        sign_in(client, account)
        assert client.get(f"/pemberitahuan/{notification}").headers["Location"] == address
