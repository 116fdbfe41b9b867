"""A work plan from its first row to what was done of it, pressed through without a script."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency
from tests.page_forms import forms_of
from tests.portal.markup import parse
from webapp.indicators.work_plans.actions import (
    PlannedTarget,
    agree_plan,
    confirm_report,
    draft_plan,
    propose_plan,
    report_done,
)
from webapp.indicators.work_plans.models import WorkPlan, WorkReport, WorkTarget
from webapp.indicators.work_plans.vocabulary import Aspect, Measure

NOW = datetime.fromisoformat("2026-11-10T02:00:00+00:00")
ROW = {
    "superior_result": "Akta selesai tepat waktu",
    "result": "Mengadakan penyuluhan",
    "indicator": "Penyuluhan terlaksana",
    "unit_of_measure": "kegiatan",
    "aspect": "quantity",
    "measure": "own_count",
    "quarter_4": "3",
}


@pytest.fixture
def agency(session: Session) -> Agency:
    made = make_agency(session)
    session.commit()
    return made


def row(number: int, **changed: str) -> dict[str, str]:
    return {f"rows-{number}-{name}": value for name, value in (ROW | changed).items()}


def typed(page: str, number: int) -> dict[str, str]:
    """What stands in a row of the form."""
    fields = next(form for form in forms_of(page, "/rencana-kerja/tulis") if form.action.endswith("tulis?tahun=2026"))
    start = f"rows-{number}-"
    return {name.removeprefix(start): value for name, value in fields.fields.items() if name.startswith(start)}


def states(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(WorkPlan.state).order_by(WorkPlan.id)))


def plan_id(session: Session) -> int:
    return session.scalars(select(WorkPlan.id).order_by(WorkPlan.id.desc())).first() or 0


@time_machine.travel(NOW, tick=False)
def test_rows_are_added_and_dropped_without_losing_what_is_typed(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    sign_in(client, agency.sari)
    address = "/rencana-kerja/tulis?tahun=2026"
    assert client.get(address).status_code == 200
    page = client.post(address, data={**row(0, quarter_1="1.250"), "more": "1"}).text
    assert typed(page, 0)["quarter_1"] == "1.250"  # nonsense stays to be corrected
    assert typed(page, 1)["indicator"] == "x" or "rows-1-indicator" in page
    page = client.post(
        address, data={**row(0, indicator="Satu"), **row(1, indicator="Dua"), **row(2, indicator="Tiga"), "remove": "1"}
    ).text
    assert [typed(page, number)["indicator"] for number in (0, 1)] == ["Satu", "Tiga"]
    assert "Dua" not in page
    refused = client.post(address, data={**row(0, quarter_4="banyak", result=""), "save": "1"})
    assert refused.status_code == 400
    assert "Tulis angka seperti 120" in refused.text
    assert "Isi kolom ini." in refused.text
    assert typed(refused.text, 0)["quarter_4"] == "banyak"
    assert client.post(address, data={"rows-0-aspect": "quantity", "save": "1"}).status_code == 400
    assert states(session) == []  # nothing was stored by any of it


@time_machine.travel(NOW, tick=False)
def test_a_plan_is_proposed_returned_agreed_and_its_own_counts_are_confirmed(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja"
    sign_in(client, agency.sari)
    client.post("/rencana-kerja/tulis?tahun=2026", data={**row(0), "save": "1"})
    assert states(session) == ["draft"]
    sign_in(client, agency.rina)
    assert "Belum ada rencana yang diajukan" in client.get(theirs).text  # a draft is its officer's alone
    assert "belum ada rencana" in client.get("/rencana-kerja-unit").text

    sign_in(client, agency.sari)
    client.post(f"/rencana-kerja/{plan_id(session)}/ajukan?tahun=2026", data={"note": "Mohon disepakati."})
    assert states(session) == ["proposed"]
    assert client.get("/rencana-kerja/tulis?tahun=2026").status_code == 302  # waits for the superior's word

    sign_in(client, agency.rina)
    assert "menunggu persetujuan" in client.get("/rencana-kerja-unit").text
    press = f"{theirs}/{plan_id(session)}/putuskan?tahun=2026"
    assert "Tulis apa yang perlu diubah." in client.post(press, data={"note": " ", "return": "1"}).text
    client.post(press, data={"note": "Tambah satu kegiatan lagi.", "return": "1"})
    assert states(session) == ["returned"]

    sign_in(client, agency.sari)
    assert "Tambah satu kegiatan lagi." in client.get("/rencana-kerja").text
    client.post("/rencana-kerja/tulis?tahun=2026", data={**row(0, quarter_4="4"), "propose": "1"})
    sign_in(client, agency.rina)
    client.post(f"{theirs}/{plan_id(session)}/putuskan?tahun=2026", data={"note": "", "agree": "1"})
    assert states(session)[-1] == "agreed"

    sign_in(client, agency.sari)
    target = session.scalars(select(WorkTarget.id)).one()
    report = f"/rencana-kerja/target/{target}?tahun=2026"
    for nothing in ("dua", " ", "\x00"):  # a blank is not 0
        told_so = {"month": "2026-10", "done": nothing, "evidence": "Daftar hadir 12 Oktober"}
        refused = client.post(report, data=told_so)
        assert refused.status_code == 400
        assert "Daftar hadir 12 Oktober" in refused.text
    client.post(report, data={"month": "2026-10", "done": "2", "evidence": "Daftar hadir 12 Oktober"})
    assert client.post(report, data={"month": "2026-12", "done": "2", "evidence": "Daftar hadir"}).status_code == 400

    sign_in(client, agency.rina)
    page = parse(client.get(theirs).text)
    assert "Daftar hadir 12 Oktober" in page.text
    told = session.scalars(select(WorkReport)).one()
    client.post(f"{theirs}/laporan/{told.id}?tahun=2026", data={f"r{told.id}-note": "", "confirm": "1"})
    session.expire_all()
    assert session.scalars(select(WorkReport.outcome)).one() == "confirmed"
    page = parse(client.get(theirs).text)
    assert "IV: 2/4" not in page.text  # that is in the drawing; the table has it
    assert "50 %" in page.text
    drawing = next(image.get("src") or "" for image in page.all("img"))
    assert client.get(drawing).mimetype == "image/svg+xml"


def test_nobody_reaches_the_plan_of_another_unit_or_agrees_to_his_own(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    sign_in(client, agency.rina)
    assert client.get(f"/petugas/{agency.tono_officer.id}/rencana-kerja").status_code == 404
    assert "Tono Harjo" not in client.get("/rencana-kerja-unit").text
    assert client.get(f"/rencana-kerja-unit?unit={agency.elsewhere.id}").status_code == 404
    assert client.get("/rencana-kerja").status_code == 403  # she is no officer
    sign_in(client, agency.sari)
    assert client.get(f"/petugas/{agency.sari_officer.id}/rencana-kerja").status_code == 403
    assert client.get("/rencana-kerja?tahun=1999").status_code == 404


@time_machine.travel(NOW, tick=False)
def test_of_a_limit_is_shown_what_was_measured_and_beside_it_what_counts(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    begun = datetime.fromisoformat("2026-07-01T02:00:00+00:00")
    planned = PlannedTarget(
        "Akta selesai tepat waktu", "Menjaga waktu tunggu", Aspect.TIME, "Keluhan dalam sebulan", Measure.OWN_COUNT,
        "keluhan", (0, 0, 4, 4), less_is_better=True,
    )  # fmt: skip
    plan = draft_plan(agency.sari, 2026, [planned], begun)
    propose_plan(agency.sari, plan.id, "", begun)
    agree_plan(agency.rina, plan.id, "", begun)
    for month, told in (("2026-07", 2), ("2026-08", 15), ("2026-10", 3)):  # of September nothing was told
        report = report_done(agency.sari, plan.targets[0].id, month, told, "Buku keluhan.", write_key=month, at=NOW)
        confirm_report(agency.rina, report.id, "", NOW)
    session.commit()
    for account, address in (
        (agency.sari, "/rencana-kerja"),
        (agency.rina, f"/petugas/{agency.sari_officer.id}/rencana-kerja"),
    ):
        sign_in(client, account)
        root = parse(client.get(f"{address}?tahun=2026").text)
        table = next(one for one in root.all("table") if "Keluhan dalam sebulan" in one.text)
        rows = {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in table.all("tr")}
        target, measured, part = rows["Triwulan III"]
        assert (target, measured.split()[0], part) == ("≤ 4", "8,5", "50 %"), "15 is 15, and counts as 8"
        assert "dihitung 6" in measured and "satu bulan paling banyak 8, dua kali batas" in measured
        assert "1 bulan tidak dilaporkan, dihitung 8" in measured
        assert rows["Triwulan IV"] == ["≤ 4", "3", "125 %"], "nothing more is said where nothing else counts"
