"""The pages of the administrator: what is sent is kept, what is wrong is said, nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.feedback import make_complaint
from tests.factories.organisation import make_unit
from tests.portal.admin.conftest import City
from tests.portal.markup import parse
from webapp.accounts.models import Account
from webapp.feedback.handling import send_to_unit
from webapp.organisation.models import CalendarDay, Officer, Service, Shift, Unit
from webapp.organisation.queries import working_time_of


@pytest.fixture
def admin(client: FlaskClient, city: City) -> FlaskClient:
    sign_in(client, city.ours.admin)
    return client


def test_a_unit_is_added_changed_moved_closed_and_opened(admin: FlaskClient, session: Session, city: City) -> None:
    unit = {"name": "Loket Terpadu", "code": "LT", "kind": "seksi", "timezone": "Asia/Makassar"}
    assert admin.post("/kelola/unit/baru", data={**unit, "parent": city.ours.unit.id}).status_code == 302
    made = session.scalars(select(Unit).where(Unit.code == "LT")).one()
    assert made.path == f"{city.ours.unit.path}{made.id}/"
    url = f"/kelola/unit/{made.id}"
    assert admin.post(url, data={**unit, "name": "Loket Satu Pintu"}).status_code == 302
    assert admin.post(f"{url}/pindah", data={"parent": city.ours.section.id}).status_code == 302
    admin.post(f"{url}/tutup")
    session.expire_all()
    assert (made.name, made.active) == ("Loket Satu Pintu", False)
    assert made.path == f"{city.ours.section.path}{made.id}/"
    admin.post(f"{url}/buka")
    session.expire_all()
    assert made.active


def test_what_was_typed_comes_back_with_what_is_wrong(admin: FlaskClient, city: City) -> None:
    sent = {"name": "Loket Terpadu", "code": "S-Kita", "kind": "seksi", "timezone": "Asia/Makassar"}
    response = admin.post("/kelola/unit/baru", data={**sent, "parent": city.ours.unit.id})
    assert response.status_code == 400
    page = parse(response.text)
    assert page.one("input", name="name")["value"] == "Loket Terpadu"
    assert page.one("option", value="Asia/Makassar").get("selected") is not None
    assert "Kode ini sudah dipakai unit lain" in page.one(class_="summary").text
    assert page.one("input", name="code")["aria-invalid"] == "true"


def test_a_unit_with_open_complaints_stays_open(admin: FlaskClient, session: Session, city: City) -> None:
    unit = make_unit(session, city.ours.unit)
    now = datetime.now(UTC)
    send_to_unit(make_complaint(session, now, unit_id=unit.id), unit, working_time_of(unit), reason="uji", at=now)
    session.commit()
    admin.post(f"/kelola/unit/{unit.id}/tutup")
    assert "masih ada 1 pengaduan" in admin.get("/kelola/unit").text
    session.expire_all()
    assert unit.active


def test_hours_are_stored_and_may_be_those_above(admin: FlaskClient, session: Session, city: City) -> None:
    url = f"/kelola/unit/{city.ours.section.id}/jam-kerja"
    assert admin.post(url, data={"week-d5": "08.00-12.00"}).status_code == 302
    session.expire_all()
    assert city.ours.section.weekly_hours == {"5": [["08:00", "12:00"]]}
    wrong = admin.post(url, data={"week-d5": "pagi"})
    assert wrong.status_code == 400
    assert parse(wrong.text).one("input", name="week-d5")["value"] == "pagi"
    assert "sedikitnya satu hari" in admin.post(url, data={"week-d5": ""}).text
    assert admin.post(url, data={"inherits": "y", "calendar": city.ours.calendar.id}).status_code == 302
    session.expire_all()
    assert (city.ours.section.weekly_hours, city.ours.section.calendar_id) == ({}, city.ours.calendar.id)


def test_a_service_has_its_standard(admin: FlaskClient, session: Session, city: City) -> None:
    sent = {
        "name": "Akta kelahiran",
        "code": "akta",
        "unit": city.ours.section.id,
        "standard_minutes": "15",
        "standard_hours": "24",
        "fee": "0",
        "requirements": "KTP-el\r\n\r\n  KK  \r\n",
    }
    assert admin.post("/kelola/layanan/baru", data=sent).status_code == 302
    service = session.scalars(select(Service).where(Service.code == "akta")).one()
    assert (service.standard_minutes, service.standard_hours, service.fee) == (15, 24, 0)
    assert service.requirements == ["KTP-el", "KK"]
    wrong = admin.post(f"/kelola/layanan/{service.id}", data={**sent, "fee": "lima ribu", "requirements": "KTP"})
    assert wrong.status_code == 400
    assert "Isi angka bulat" in wrong.text
    assert "lima ribu" in wrong.text
    admin.post(f"/kelola/layanan/{service.id}", data={**sent, "standard_hours": ""})
    session.expire_all()
    assert (service.standard_hours, service.active) == (None, False)


def test_an_officer_is_added_once_and_transferred(admin: FlaskClient, session: Session, city: City) -> None:
    nip = "198709162013042004"
    sent = {
        "nonce": "11111111-2222-3333-4444-555555555555",
        "name": "Sari Dewi",
        "nip": nip,
        "unit": city.ours.section.id,
        "starts_on": "2024-01-02",
    }
    for _ in range(2):
        assert admin.post("/kelola/petugas/baru", data=sent).status_code == 302
    officer = session.scalars(select(Officer).where(Officer.name == "Sari Dewi")).one()
    listed = admin.get("/kelola/petugas?q=sari+dewi").text
    assert nip not in listed
    assert "•••• 2004" in listed
    assert nip in admin.get(f"/kelola/petugas/{officer.id}").text
    posting = {"unit": city.ours.unit.id, "starts_on": "2025-01-02", "ends_others": "y"}
    assert admin.post(f"/kelola/petugas/{officer.id}/penempatan-baru", data=posting).status_code == 302
    session.expire_all()
    assert [(p.unit_id, p.ends_on) for p in officer.postings] == [
        (city.ours.section.id, date(2025, 1, 1)),
        (city.ours.unit.id, None),
    ]
    ahead = {"unit": city.ours.section.id, "starts_on": (datetime.now(UTC).date() + timedelta(days=30)).isoformat()}
    assert "paling lambat hari ini" in admin.post(f"/kelola/petugas/{officer.id}/penempatan-baru", data=ahead).text


def test_a_refused_transfer_leaves_everything_as_it_was(admin: FlaskClient, session: Session, city: City) -> None:
    """The postings that would have ended have not: all or nothing."""
    officer = city.ours.officer
    again = {"unit": city.ours.section.id, "starts_on": "2019-01-02", "ends_others": "y"}
    assert admin.post(f"/kelola/petugas/{officer.id}/penempatan-baru", data=again).status_code == 400
    session.expire_all()
    assert [p.ends_on for p in officer.postings] == [None]


def test_a_nip_of_another_is_refused_at_its_field(admin: FlaskClient, session: Session, city: City) -> None:
    url = f"/kelola/petugas/{city.ours.officer.id}"
    session.expire_all()
    sent = {"name": "Budi", "active": "y", "account": city.ours.account.id}
    assert admin.post(url, data={**sent, "nip": "198709162013042004"}).status_code == 302
    other = {"name": "Tuti", "unit": city.ours.section.id, "starts_on": "2024-01-02", "nip": "198709162013042004"}
    assert "NIP ini sudah dipakai" in admin.post("/kelola/petugas/baru", data=other).text
    assert "18 angka" in admin.post(url, data={**sent, "nip": "123"}).text


def test_shifts_are_added_and_those_to_come_removed(admin: FlaskClient, session: Session, city: City) -> None:
    url = f"/kelola/jadwal?loket={city.ours.counter.id}"
    day = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
    sent = {"officer": city.ours.officer.id, "day": day, "begins": "07.30", "ends": "12.00"}
    for _ in range(2):
        assert admin.post(url, data=sent).status_code == 302
    shift = session.scalars(select(Shift).where(Shift.id != city.ours.shift.id).order_by(Shift.id.desc())).first()
    assert shift is not None
    assert shift.starts_at.astimezone(UTC).strftime("%H:%M") == "00:30"
    assert "sudah berjaga di Loket Kita" in admin.post(url, data={**sent, "begins": "11.00", "ends": "13.00"}).text
    page = admin.get(f"{url}&minggu={day}").text
    assert "07.30–12.00" in page
    assert admin.post(f"/kelola/jadwal/{shift.id}/hapus").status_code == 302
    begun = city.ours.shift
    begun.starts_at, begun.ends_at = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC)
    session.commit()
    admin.post(f"/kelola/jadwal/{begun.id}/hapus")
    session.expire_all()
    assert session.get(Shift, begun.id) is not None
    assert "bukti siapa yang melayani" in admin.get(url).text


@pytest.mark.parametrize("week", ["", "bukan", "0001-01-01", "9999-12-31", "2026-11-24"])
def test_any_week_can_be_asked_for(admin: FlaskClient, week: str) -> None:
    assert admin.get(f"/kelola/jadwal?minggu={week}").status_code == 200


def test_a_calendar_takes_national_days_and_warns_of_unknown_years(
    admin: FlaskClient, session: Session, city: City
) -> None:
    url = f"/kelola/hari-libur/{city.ours.calendar.id}"
    assert "belum diketahui" in admin.get(f"{url}?tahun=2028").text
    assert "belum diketahui" not in admin.get(f"{url}?tahun=2026").text
    assert admin.post(url, data={"do": "national", "national-year": "2026"}).status_code == 302
    assert "Cuti Bersama" in admin.get(f"{url}?tahun=2026").text
    admin.post(url, data={"do": "national", "national-year": "2028"})
    assert "Cuti bersama 2028 belum diketahui" in admin.get(f"{url}?tahun=2028").text
    day = {"do": "day", "day-day": "2026-11-24", "day-name": "Hari jadi kota"}
    assert admin.post(url, data=day).status_code == 302
    assert admin.post(f"{url}/hapus-hari", data={"day": "2026-12-25"}).status_code == 302
    days = {entry.day for entry in session.scalars(select(CalendarDay))}
    assert date(2026, 11, 24) in days
    assert date(2026, 12, 25) not in days
    wrong = admin.post(url, data={**day, "day-name": "", "day-day": "besok"})
    assert wrong.status_code == 400
    assert "besok" in wrong.text
    assert admin.post(url, data={"do": "lain"}).status_code == 400
    assert admin.post(f"{url}/hapus-hari", data={"day": "besok"}).status_code == 400


def test_an_account_is_made_signs_in_and_is_shut(admin: FlaskClient, session: Session, city: City) -> None:
    sent = {
        "name": "Tuti",
        "email": "tuti@contoh.go.id",
        "password": "tiga-kata-acak",
        "role": "officer",
        "unit": city.ours.section.id,
    }
    weak = admin.post("/kelola/akun/baru", data={**sent, "password": "pendek"})
    assert "terlalu mudah" in weak.text
    assert "pendek" not in weak.text  # a password is never sent back
    assert "tuti@contoh.go.id" in weak.text
    assert admin.post("/kelola/akun/baru", data=sent).status_code == 302
    assert "sudah dipakai akun lain" in admin.post("/kelola/akun/baru", data=sent).text
    account = session.scalars(select(Account).where(Account.email == "tuti@contoh.go.id")).one()
    url = f"/kelola/akun/{account.id}"
    assert (
        admin.post(url, data={"do": "role", "role-role": "liaison", "role-unit": city.ours.unit.id}).status_code == 302
    )
    assert admin.post(f"{url}/cabut-peran/{account.grants[0].id}").status_code == 302
    session.expire_all()
    assert [(grant.role, grant.unit_id) for grant in account.grants] == [("liaison", city.ours.unit.id)]
    admin.post(f"{url}/cabut-peran/{account.grants[0].id}")
    assert "peran terakhir" in admin.get(url).text
    account.locked_until = datetime.now(UTC) + timedelta(hours=1)
    session.commit()
    assert "Terkunci" in admin.get(url).text
    admin.post(f"{url}/buka-kunci")
    version = account.session_version
    assert admin.post(url, data={"do": "password", "password-password": "empat kata lain lagi"}).status_code == 302
    admin.post(url, data={"do": "change", "change-name": "Tuti", "change-email": "tuti@contoh.go.id"})
    session.expire_all()
    assert (account.locked_until, account.active, account.session_version) == (None, False, version + 2)


def test_forms_are_forged_in_vain(csrf_client: FlaskClient, session: Session, city: City) -> None:
    sign_in(csrf_client, city.ours.admin)
    assert csrf_client.post(f"/kelola/jadwal/{city.ours.shift.id}/hapus").status_code == 400
    sent = {"name": "X", "code": "x", "unit": city.ours.section.id}
    refused = csrf_client.post("/kelola/loket/baru", data=sent)
    assert refused.status_code == 400
    assert parse(refused.text).one("input", name="code")["value"] == "x"
    session.expire_all()
    assert session.get(Shift, city.ours.shift.id) is not None


def test_the_overview_counts_what_is_ours(admin: FlaskClient, client: FlaskClient, city: City) -> None:
    ours = admin.get("/kelola").text
    assert "2 unit dibuka" in ours
    assert "1 layanan ditawarkan" in ours
    sign_in(client, city.chief)
    assert "5 unit dibuka" in client.get("/kelola").text
