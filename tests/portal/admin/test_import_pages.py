"""Importing by the pages: look first, then exactly that file, and the bad rows to take home."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories.accounts import make_account, sign_in
from tests.portal.admin.conftest import City
from webapp.accounts.permissions import Role
from webapp.organisation.csv_planning import COLUMNS, Kind, Reason
from webapp.organisation.models import Counter, StagedImport
from webapp.portal.admin.import_words import COLUMN_HELP, KINDS

FILE = "﻿kode_unit;kode;nama;catatan\r\nS-Kita;7;Loket 7;x\r\nS-Mereka;8;Loket 8;\r\nS-Kita;9;<b>;\r\nS-Kita;7;=1+1;\r\n"


def send(client: FlaskClient, content: bytes, kind: str = "counters", filename: str = "loket.csv") -> TestResponse:
    return client.post("/kelola/impor", data={"kind": kind, "file": (io.BytesIO(content), filename)})


def test_nothing_is_written_before_it_is_confirmed_and_then_all_that_is_good(
    client: FlaskClient, session: Session, city: City
) -> None:
    before = session.scalar(select(func.count()).select_from(Counter)) or 0
    sign_in(client, city.ours.admin)
    url = send(client, FILE.encode()).headers["Location"]
    page = client.get(url).text
    assert session.scalar(select(func.count()).select_from(Counter)) == before
    assert "Belum ada yang disimpan" in page
    assert "Unit “S-Mereka” tidak ada" in page
    assert "Sama dengan baris 2" in page
    assert "catatan" in page
    assert client.post(f"{url}/jalankan").status_code == 302
    done = client.get(url).text
    assert "Sudah diimpor" in done
    assert "jalankan" not in done
    names = set(session.scalars(select(Counter.name).where(Counter.unit_id == city.ours.section.id)))
    assert names == {"Loket Kita", "Loket 7", "<b>"}
    client.post(f"{url}/jalankan")
    assert session.scalar(select(func.count()).select_from(Counter)) == before + 2
    bad = client.get(f"{url}/baris-salah.csv")
    lines = bad.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "kode_unit,kode,nama,catatan,baris,alasan"
    assert lines[1].startswith("S-Mereka,8,Loket 8,,3,")
    assert lines[2].startswith("S-Kita,7,'=1+1,,5,Sama dengan baris 2")
    assert "attachment" in bad.headers["Content-Disposition"]


def test_the_corrected_bad_rows_can_be_sent_again(client: FlaskClient, session: Session, city: City) -> None:
    sign_in(client, city.ours.admin)
    url = send(client, FILE.encode()).headers["Location"]
    bad = client.get(f"{url}/baris-salah.csv").data.decode("utf-8-sig")
    corrected = bad.replace("S-Mereka,8", "S-Kita,8").replace("S-Kita,7,'=1+1", "S-Kita,10,Loket 10")
    again = send(client, corrected.encode()).headers["Location"]
    client.post(f"{again}/jalankan")
    codes = set(session.scalars(select(Counter.code).where(Counter.unit_id == city.ours.section.id)))
    assert {"8", "10"} <= codes


def test_another_administrators_file_is_not_there(client: FlaskClient, session: Session, city: City) -> None:
    sign_in(client, city.ours.admin)
    url = send(client, FILE.encode()).headers["Location"]
    sign_in(client, city.chief)
    for reply in (client.get(url), client.get(f"{url}/baris-salah.csv"), client.post(f"{url}/jalankan")):
        assert reply.status_code == 404


def test_a_role_that_was_taken_meanwhile_imports_nothing(client: FlaskClient, session: Session, city: City) -> None:
    """What may be imported is asked when it is done, not when the file was sent."""
    sign_in(client, city.ours.admin)
    url = send(client, FILE.encode()).headers["Location"]
    city.ours.admin.grants[0].unit_id = city.theirs.unit.id
    session.commit()
    client.post(f"{url}/jalankan")
    session.expire_all()
    assert "Loket 7" not in set(session.scalars(select(Counter.name)))


def test_a_file_that_cannot_be_read_says_what_to_do(
    client: FlaskClient, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.portal.admin.imports.LARGEST_FILE", 1000)
    sign_in(client, city.ours.admin)
    for content, said in (
        (b"", "tidak berisi data"),
        ("kode_unit,kode,nama\nA,1,é".encode("latin-1"), "CSV UTF-8"),
        (b"kode,nama\n1,x\n", "Kolom kode_unit tidak ada"),
        (b"x" * 1001, "lebih besar dari 5 MB"),
    ):
        refused = send(client, content)
        assert refused.status_code == 400
        assert said in refused.text
    assert "Pilih berkas CSV" in client.post("/kelola/impor", data={"kind": "units"}).text
    assert session.scalars(select(StagedImport)).first() is None


def test_a_nip_is_not_shown_among_bad_rows(client: FlaskClient, city: City) -> None:
    sign_in(client, city.ours.admin)
    rows = "id_pegawai,nama,nip,kode_unit,mulai\n1,Sari,198709162013042004,S-Mereka,2026-01-05\n"
    page = client.get(send(client, rows.encode(), "officers").headers["Location"]).text
    assert "Sari" in page
    assert "198709162013042004" not in page


def test_templates_are_what_an_import_asks_for(client: FlaskClient, city: City) -> None:
    sign_in(client, city.ours.admin)
    for kind in Kind:
        template = client.get(f"/kelola/impor/contoh-{kind}.csv")
        assert template.data.decode("utf-8-sig").strip() == ",".join(COLUMNS[kind])
        assert kind in KINDS
        assert set(COLUMNS[kind]) <= set(COLUMN_HELP)
    assert client.get("/kelola/impor/contoh-lain.csv").status_code == 404


def test_every_reason_has_its_words(app: object, session: Session) -> None:
    from webapp.organisation.csv_planning import BadRow
    from webapp.organisation.csv_reading import FileFault, Row, UnreadableFile
    from webapp.portal.admin.import_words import said_of_file, said_of_row

    for reason in Reason:
        assert said_of_row(BadRow(Row(2, {}), reason, "kode", "X")).endswith((".", "Isi."))
    for fault in FileFault:
        assert said_of_file(UnreadableFile(fault, "X"), Kind.UNITS)


def test_an_auditor_imports_nothing(client: FlaskClient, session: Session, city: City) -> None:
    auditor = make_account(session, (Role.AUDITOR, city.root))
    session.commit()
    sign_in(client, auditor)
    assert send(client, FILE.encode()).status_code == 403
