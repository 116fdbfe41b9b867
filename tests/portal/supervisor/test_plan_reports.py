"""What a superior reads of a month that was told of twice, and what becomes of a press on the earlier word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency
from tests.factories.plans import make_agreed_plan
from tests.portal.markup import parse
from webapp.accounts.models import Account
from webapp.indicators.work_plans.actions import confirm_report, report_done, return_report
from webapp.indicators.work_plans.models import WorkReport
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EARLIER = datetime(2026, 1, 12, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def tell(agency: Agency, target_id: int, done: float) -> WorkReport:
    key = f"{target_id}:{done}"
    return report_done(agency.sari, target_id, "2026-10", done, "Buku keluhan.", write_key=key, at=NOW)


@time_machine.travel(NOW, tick=False)
def test_a_stale_press_on_what_was_replaced_stores_nothing_and_says_so(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    [target] = make_agreed_plan(agency, at=EARLIER).targets
    first, _latest = tell(agency, target.id, 2), tell(agency, target.id, 5)
    session.commit()
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja"
    sign_in(client, agency.rina)
    assert "1 laporan menunggu" in client.get("/rencana-kerja-unit?tahun=2026").text
    page = client.get(f"{theirs}?tahun=2026").text
    assert f"/laporan/{first.id}" not in page
    for press in ("confirm", "return"):
        answer = client.post(
            f"{theirs}/laporan/{first.id}?tahun=2026", data={f"r{first.id}-note": "Coba lagi.", press: "1"}
        )
        assert answer.headers["Location"] == f"{theirs}?tahun=2026"
        page = client.get(answer.headers["Location"]).text
        assert "Laporan ini sudah diganti dengan yang lebih baru." in page and "angkanya dihitung" not in page
    session.expire_all()
    assert first.outcome is None
    assert session.scalars(select(OutboxEvent).where(OutboxEvent.name == "ReportDecided")).all() == []


@time_machine.travel(NOW, tick=False)
def test_beside_a_later_word_stands_the_number_that_counts(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    [target] = make_agreed_plan(agency, at=EARLIER).targets
    confirm_report(agency.rina, tell(agency, target.id, 3).id, "", NOW)
    session.commit()
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja?tahun=2026"
    counts, instead = "yang dihitung: 3, dibenarkan", "Bulan ini sudah dibenarkan dengan angka 3."

    def read(account: Account, address: str) -> tuple[str, str]:
        """What is told of October, and the whole page."""
        sign_in(client, account)
        page = parse(client.get(address).text)
        [line] = [one.text for one in page.all("li") if "Oktober 2026:" in one.text]
        return line, page.text

    line, page = read(agency.rina, theirs)
    assert "dibenarkan Rina Kusuma" in line and counts not in line and instead not in page
    later = tell(agency, target.id, 20)
    session.commit()
    line, page = read(agency.rina, theirs)
    assert "20 kunjungan" in line and counts in line
    assert f"{instead} Bila Anda benarkan, 20 menggantikannya." in page  # before he decides
    return_report(agency.rina, later.id, "Itu dua bulan.", NOW)
    session.commit()
    for account, address in ((agency.rina, theirs), (agency.sari, "/rencana-kerja?tahun=2026")):
        line, page = read(account, address)
        assert "20 kunjungan" in line and "dikembalikan Rina Kusuma" in line and counts in line
        assert instead not in page
