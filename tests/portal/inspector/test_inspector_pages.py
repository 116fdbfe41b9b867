"""The trail and the originals over HTTP: who may, what is told, and that each look is written down."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from tests.page_forms import forms_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.database import db
from webapp.feedback.handling import exclude_officers, take_complaint
from webapp.feedback.models import Complaint, Photo
from webapp.feedback.photos import store_photo

PHONE = "081234567890"
NIK = "3578012304990001"


@pytest.fixture
def agency(session: scoped_session[Session]) -> Agency:
    made = make_agency(session())
    session.commit()
    return made


@pytest.fixture
def inspector(session: scoped_session[Session], agency: Agency) -> Account:
    made = make_account(session(), (Role.INSPECTOR, agency.city), name="Arief Budiarto")
    session.commit()
    return made


@pytest.fixture
def case(session: scoped_session[Session], agency: Agency) -> Complaint:
    made = make_placed(
        session(),
        datetime.now(UTC) - timedelta(hours=3),
        agency.unit,
        text=f"NIK saya {NIK}, sudah dua minggu.",
        contact_name="Warga Rahasia",
        contact_phone=PHONE,
        anonymous=True,
    )
    session.commit()
    return made


def fields_of(page: str, address: str) -> dict[str, str]:
    return next(form.fields for form in forms_of(page, address) if form.method == "post" and form.action == address)


def looks(session: scoped_session[Session], what: str) -> list[AuditEntry]:
    session.rollback()
    return list(
        session.scalars(
            select(AuditEntry).where(AuditEntry.deed == "looked", AuditEntry.what == what).order_by(AuditEntry.id)
        )
    )


def test_an_original_is_opened_with_a_reason_and_each_look_is_listed(
    client: FlaskClient, session: scoped_session[Session], inspector: Account, case: Complaint
) -> None:
    sign_in(client, inspector)
    address = f"/meja/{case.code}/asli"
    asked = client.get(address)
    assert asked.status_code == 200
    assert NIK not in asked.text
    assert PHONE not in asked.text
    fields = fields_of(asked.text, address)
    fields.pop("reason")
    unreasoned = client.post(address, data=fields)
    assert unreasoned.status_code == 400
    assert "Pilih alasannya." in unreasoned.text
    assert NIK not in unreasoned.text
    assert looks(session, "original") == []

    opened = client.post(address, data=fields | {"reason": "law", "note": f"Surat 12/2026, hubungi {PHONE}"})
    assert opened.status_code == 200
    assert NIK in opened.text
    assert PHONE in opened.text
    assert "Warga Rahasia" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    (look,) = looks(session, "original")
    assert (look.account_id, look.complaint_id) == (inspector.id, case.feedback_id)
    assert look.particulars == {"reason": "law", "note": "Surat 12/2026, hubungi [nomor telepon disamarkan]"}

    listed = client.get("/jejak?asli=ya").text
    assert "Arief Budiarto" in listed
    assert "Diminta berdasarkan undang-undang" in listed
    assert NIK not in listed
    assert PHONE not in listed


def test_an_anonymous_contact_stays_hidden_from_the_unit(
    client: FlaskClient, session: scoped_session[Session], agency: Agency, case: Complaint
) -> None:
    within = make_account(session(), (Role.INSPECTOR, agency.unit))
    session.commit()
    sign_in(client, within)
    address = f"/meja/{case.code}/asli"
    fields = fields_of(client.get(address).text, address)
    opened = client.post(address, data=fields | {"reason": "examination"}).text
    assert NIK in opened
    assert "Warga Rahasia" not in opened
    assert PHONE not in opened


@pytest.mark.parametrize("who", ["sari", "rina", "tono"])
def test_others_open_nothing(client: FlaskClient, agency: Agency, case: Complaint, who: str) -> None:
    sign_in(client, getattr(agency, who))
    assert client.get(f"/meja/{case.code}/asli").status_code == 403
    assert client.get("/jejak").status_code == 403


def test_whom_it_concerns_sees_neither_original_nor_trail(
    client: FlaskClient, session: scoped_session[Session], agency: Agency, case: Complaint
) -> None:
    accused = make_account(session(), (Role.INSPECTOR, agency.city), name="Teradu")
    agency.sari_officer.account_id = accused.id
    exclude_officers(case.feedback_id, [agency.sari_officer.id], datetime.now(UTC))
    session.commit()
    sign_in(client, accused)
    assert client.get(f"/meja/{case.code}/asli").status_code == 404
    assert case.code not in client.get("/jejak").text.replace("value=", "")
    assert "Tidak ada jejak yang cocok" in client.get(f"/jejak?kode={case.code}").text


def test_the_trail_by_case_person_and_time(
    client: FlaskClient, session: scoped_session[Session], agency: Agency, inspector: Account, case: Complaint
) -> None:
    take_complaint(case, agency.sari, datetime.now(UTC))
    exclude_officers(case.feedback_id, [agency.budi_officer.id], datetime.now(UTC))
    other = make_placed(session(), datetime.now(UTC), agency.elsewhere)
    session.commit()
    sign_in(client, inspector)
    whole = client.get(f"/jejak?kode={case.code.lower()}").text
    assert "mengambil ke meja: Seksi Akta, Sari Wulandari" in whole
    assert "dijauhkan dari laporan" in whole
    table = whole[whole.index("<table") :]
    assert "Budi Santoso" not in table, "the trail does not tell whom a complaint concerns"
    assert other.code not in whole
    assert NIK not in whole
    assert [entry.complaint_id for entry in looks(session, "trail")] == [case.feedback_id]

    hers = client.get(f"/jejak?orang={agency.sari.id}").text
    assert "Keluar" in hers
    assert f'value="{agency.sari.id}" selected' in hers
    assert case.code in hers
    assert other.code not in hers
    past = client.get("/jejak?dari=2026-01-01&sampai=2026-01-31").text
    assert case.code not in past
    for wrong in ("orang=x", "orang=0", f"orang={2**63}", "dari=2026-02-31", "sebelum=x~1", "kode=%00", "kode=%25"):
        assert client.get(f"/jejak?{wrong}").status_code == 200
    # What is not followed as asked is said; nobody's deeds are not everybody's.
    for nobody in ("abc", "0", "99999999999999999999", str(2**62)):
        unknown = client.get(f"/jejak?orang={nobody}").text
        assert "Pegawai yang diminta tidak dikenal" in unknown and case.code not in unknown
    odd = client.get("/jejak?dari=0001-01-01&sampai=9999-12-31").text
    assert "tidak terbaca, jadi yang ditampilkan" in odd and case.code in odd
    assert "tidak terbaca. Tulis" in client.get(f"/jejak?kode={case.code}&dari=kemarin").text
    assert "Paling banyak 31 hari ditampilkan" in client.get("/jejak?dari=2026-01-01&sampai=2026-02-28").text
    for plain in ("/jejak", "/jejak?dari=&sampai=&orang=", f"/jejak?kode={case.code}&dari=2020-01-01"):
        assert "yang ditampilkan" not in client.get(plain).text
    assert "ditampilkan sekaligus tanpa" not in past and "tidak dikenal" not in hers


def test_only_one_s_own_units(
    client: FlaskClient, session: scoped_session[Session], agency: Agency, case: Complaint
) -> None:
    elsewhere = make_account(session(), (Role.AUDITOR, agency.elsewhere))
    session.commit()
    sign_in(client, elsewhere)
    page = client.get("/jejak").text
    assert case.code not in page
    assert "mendapat peran" not in page, "who holds which role is for whoever oversees the whole agency"
    assert "Sari Wulandari" not in page


def test_pages_of_the_trail_take_few_queries_however_long_it_is(
    client: FlaskClient,
    session: scoped_session[Session],
    agency: Agency,
    inspector: Account,
    request: pytest.FixtureRequest,
) -> None:
    sign_in(client, inspector)

    counted: list[int] = []

    def get(address: str) -> str:
        before = len(statements)
        page = client.get(address)
        counted.append(len(statements) - before)
        assert page.status_code == 200
        return page.text

    statements: list[str] = []

    def note(*args: str) -> None:
        statements.append(args[2])

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(engine, "before_cursor_execute", note))
    get("/jejak")
    for _n in range(30):
        make_placed(session(), datetime.now(UTC), agency.unit)
    session.commit()
    page = get("/jejak")
    assert counted[1] <= counted[0] <= 12
    assert "Yang lebih lama" in page
    older = unescape(re.findall(r'href="(/jejak[^"]*sebelum=[^"]*)"', page)[0])
    second = get(older)
    assert second.count("<tr") > 1
    assert page.count("<tr") + second.count("<tr") > 52


def test_whoever_opens_a_case_or_its_photo_is_written_down(
    client: FlaskClient, session: scoped_session[Session], agency: Agency
) -> None:
    store_photo("key", make_picture(), datetime.now(UTC))
    case = make_placed(session(), datetime.now(UTC), agency.unit, photo_key="key")
    session.commit()
    photo = session.scalars(select(Photo.id)).one()
    sign_in(client, agency.tono)
    assert client.get(f"/meja/{case.code}").status_code == 404
    assert looks(session, "case") == []
    sign_in(client, agency.sari)
    assert client.get(f"/meja/{case.code}").status_code == 200
    assert client.get(f"/meja/{case.code}/foto/{photo}").status_code == 200
    sign_in(client, agency.triage)
    assert client.get(f"/triase/{case.code}").status_code == 200
    assert [entry.account_id for entry in looks(session, "case")] == [agency.sari.id, agency.triage.id]
    assert [entry.account_id for entry in looks(session, "photo")] == [agency.sari.id]
