"""Every version of a work plan stays to be read, by its officer and his superior alike; earlier ones only read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency
from tests.factories.plans import make_agreed_plan, planned
from tests.page_forms import forms_of
from webapp.indicators.work_plans.actions import draft_plan, propose_plan
from webapp.indicators.work_plans.models import WorkReport

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
OWN = "/rencana-kerja"
OLD, MIDDLE, NEW = "Melayani di loket lama", "Melayani di loket baru", "Melayani keliling"


@pytest.fixture
def agency(session: Session) -> Agency:
    """Sari's plan has a version that was replaced and one that counts."""
    made = make_agency(session)
    for result, note in ((OLD, "Zqcatatan pertama"), (MIDDLE, "Zqpindah loket")):
        make_agreed_plan(made, planned(result=result), at=NOW, note=note)
    session.commit()
    return made


def page_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return "<main" + answer.text.partition("<main")[2].partition("</main>")[0] + "</main>"


def presses(page: str) -> list[str]:
    return [
        form.action for form in forms_of(page, "/") if form.method == "post" and form.action.startswith(("/r", "/p"))
    ]


@time_machine.travel(NOW, tick=False)
def test_its_officer_and_his_superior_read_each_version_and_do_nothing_with_earlier_ones(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja"
    for viewer, address in ((agency.sari, OWN), (agency.rina, theirs)):
        sign_in(client, viewer)
        latest = page_of(client, f"{address}?tahun=2026")
        assert MIDDLE in latest and OLD not in latest
        listed = latest.partition('id="versions"')[2]
        for words in ("Disepakati oleh Rina Kusuma", "“Zqcatatan pertama”", "Diganti versi baru"):
            assert words in listed
        link = re.search(r'href="([^"]*versi=1)"', listed)
        assert link is not None
        earlier = page_of(client, link[1].replace("&amp;", "&"))
        assert OLD in earlier and MIDDLE not in earlier
        assert "“Zqpindah loket”" in earlier.partition('id="versions"')[2]
        assert "Versi ini sudah diganti. Anda hanya dapat membacanya." in earlier
        assert presses(earlier) == [] and "Laporkan capaian" not in earlier and "Buat versi baru" not in earlier
        drawing = re.search(r'src="([^"]*gambar\.svg[^"]*)"', earlier)
        assert drawing is not None and "versi=1" in drawing[1]
        assert client.get(drawing[1].replace("&amp;", "&")).mimetype == "image/svg+xml"
        assert "sudah diganti. Anda" not in page_of(client, f"{address}?tahun=2026&versi=2")
        for nothing in ("3", "0", "x", "-1", str(2**63), "1%00"):
            assert client.get(f"{address}?tahun=2026&versi={nothing}").status_code == 404
            assert client.get(f"{address}/gambar.svg?tahun=2026&versi={nothing}").status_code == 404


@time_machine.travel(NOW, tick=False)
def test_a_draft_is_a_version_for_its_officer_alone(client: FlaskClient, session: Session, agency: Agency) -> None:
    draft_plan(agency.sari, 2026, [planned(result=NEW)], NOW)
    session.commit()
    sign_in(client, agency.sari)
    assert NEW in page_of(client, f"{OWN}?tahun=2026&versi=3")
    counting = page_of(client, f"{OWN}?tahun=2026&versi=2")
    assert "Versi ini yang berlaku dan dihitung." in counting
    assert "Laporkan capaian" in counting and "Buat versi baru" not in counting  # what is new stands in the draft
    sign_in(client, agency.rina)
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja?tahun=2026"
    assert "Versi 3" not in page_of(client, theirs)
    assert client.get(f"{theirs}&versi=3").status_code == 404


@time_machine.travel(NOW, tick=False)
def test_what_is_told_of_the_version_that_counts_is_confirmed_while_a_newer_one_waits(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    second = make_agreed_plan(agency, planned(result=MIDDLE), at=NOW)
    third = draft_plan(agency.sari, 2026, [planned(result=NEW)], NOW)
    propose_plan(agency.sari, third.id, "", NOW)
    session.commit()
    sign_in(client, agency.sari)
    told = {"month": "2026-10", "done": "2", "evidence": "Daftar hadir"}
    sent = client.post(f"{OWN}/target/{second.targets[0].id}?tahun=2026", data=told)
    assert sent.headers["Location"] == f"{OWN}?tahun=2026&versi=berlaku"
    report = session.scalars(select(WorkReport)).one()
    sign_in(client, agency.rina)
    theirs = f"/petugas/{agency.sari_officer.id}/rencana-kerja"
    assert "Daftar hadir" not in page_of(client, f"{theirs}?tahun=2026")
    assert f"{theirs}?tahun=2026&amp;versi=berlaku" in page_of(client, f"{theirs}?tahun=2026")
    page = page_of(client, f"{theirs}?tahun=2026&versi=berlaku")
    assert "Daftar hadir" in page
    [press] = presses(page)
    confirmed = client.post(press, data={f"r{report.id}-note": "", "confirm": "1"})
    assert confirmed.headers["Location"] == f"{theirs}?tahun=2026&versi=berlaku"
    session.expire_all()
    assert session.scalars(select(WorkReport.outcome)).one() == "confirmed"
