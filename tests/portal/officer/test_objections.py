"""The officer's objection by its pages, with files; the superior's desk; and nobody else."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.datastructures import MultiDict

from tests.factories.accounts import sign_in
from tests.factories.feedback import make_picture
from tests.indicators.objections.objected import WHY, WRONG, Town, lines_of, make_founded, make_town
from tests.portal.test_few_queries import MOST, statements
from webapp.accounts.models import Account
from webapp.encryption import keyring
from webapp.feedback.models import Rating
from webapp.indicators.objections.effects import apply_decision
from webapp.indicators.objections.files import FILE_WAITS, forget_unsent_files
from webapp.indicators.objections.models import IndicatorObjection, LineSeen, ObjectionDecision, ObjectionFile
from webapp.indicators.objections.vocabulary import TERM

NOW = datetime.now(UTC) - timedelta(hours=2)
NONCE, OTHER = "8c2f7f0e-1111-4222-8333-944455556666", "8c2f7f0e-2222-4222-8333-944455556666"
OWN, DESK = "/nilai-saya/keberatan", "/keberatan-nilai"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def town(session: scoped_session[Session]) -> Town:
    town = make_town(session(), NOW, {8: [4, 4, 3, 4, 4, 4], 1: [1, 1, 2, 1, 1, 2]})
    session.commit()
    return town


def key_of(town: Town) -> str:
    return sorted(lines_of(town), key=lambda line: line.points or 0.0)[0].line_key


def file(client: FlaskClient, town: Town, *papers: tuple[str, bytes], **data: str) -> tuple[int, str]:
    sign_in(client, town.agency.sari)
    fields = MultiDict[str, object]({"nonce": NONCE, "reason": WRONG, **data})
    for name, content in papers:
        fields.add("papers", (io.BytesIO(content), name))
    answer = client.post(f"{OWN}/{key_of(town)}", data=fields, content_type="multipart/form-data")
    return answer.status_code, answer.text


def decide(client: FlaskClient, actor: Account, objection_id: int, **data: object) -> tuple[int, str]:
    sign_in(client, actor)
    page = client.get(f"{DESK}/{objection_id}").text
    standing = page.partition('name="standing" type="hidden" value="')[2].partition('"')[0]
    answer = client.post(f"{DESK}/{objection_id}", data={"nonce": NONCE, "reasons": WHY, "standing": standing, **data})
    return answer.status_code, answer.text


def test_the_form_says_what_the_figure_would_be_without_the_line(client: FlaskClient, town: Town) -> None:
    sign_in(client, town.agency.sari)
    page = client.get(f"{OWN}/{key_of(town)}").text
    assert "Tanpa baris ini angka Anda kira-kira " in page and "kira-kira sebesar" not in page


def test_files_are_checked_made_anew_encrypted_and_only_to_be_saved(
    client: FlaskClient, town: Town, session: scoped_session[Session]
) -> None:
    status, page = file(
        client, town, ("surat.pdf", b"<html><script>alert(1)</script>"), ("gambar.heic", b"\0\0\0\x18ftypheic")
    )
    assert status == 400 and "surat.pdf bukan PDF atau gambar" in page and "HEIC" in page and WRONG in page
    picture = make_picture(kind="PNG")
    status, page = file(client, town, ("../../bukti server.png", picture), ("berita acara.pdf", PDF), reason="pendek")
    assert status == 400 and "bukti server.jpg" in page and "berita acara.pdf" in page
    [first, second] = session.scalars(select(ObjectionFile).order_by(ObjectionFile.id)).all()
    assert (first.media_type, second.media_type) == ("image/jpeg", "application/pdf")
    stored = session.execute(text("SELECT content, filename FROM objection_file ORDER BY id")).all()
    assert bytes(stored[1][0]) != PDF and keyring().unseal(bytes(stored[1][0])) == PDF
    assert b"berita" not in bytes(stored[1][1])
    answer = client.get(f"{OWN}/berkas/{second.id}")
    assert answer.data == PDF and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    status, page = file(client, town, remove_file=str(first.id), uploaded="1")
    assert status == 200 and "bukti server.jpg" not in page and "berita acara.pdf" in page
    # Too many, and the same one twice.
    many = [(f"{number}.png", make_picture(colour=(number * 50, 90, 0), kind="PNG")) for number in range(5)]
    status, page = file(client, town, *many, uploaded="1")
    assert status == 400 and "Paling banyak 5 berkas" in page
    session.rollback()
    assert len(session.scalars(select(ObjectionFile.id)).all()) == 5
    # Nobody else opens it; what is never sent is forgotten.
    sign_in(client, town.agency.budi)
    assert client.get(f"{OWN}/berkas/{second.id}").status_code == 404
    forget_unsent_files(NOW + timedelta(hours=1))
    assert session.scalars(select(ObjectionFile.id)).all()
    forget_unsent_files(datetime.now(UTC) + FILE_WAITS + timedelta(minutes=1))
    assert not session.scalars(select(ObjectionFile.id)).all()


def test_it_is_filed_and_decided_once_by_the_pages(
    client: FlaskClient, town: Town, session: scoped_session[Session]
) -> None:
    for _press in range(2):
        assert file(client, town, ("berita acara.pdf", PDF))[0] == 303
    [objection] = session.scalars(select(IndicatorObjection)).all()
    [paper] = session.scalars(select(ObjectionFile)).all()
    assert paper.objection_id == objection.id
    page = client.get(f"{OWN}/{objection.line_key}").text
    assert "keberatan diperiksa" in page and "berita acara.pdf" in page and "Kirim keberatan" not in page
    assert "Server" in client.get(OWN).text or "server pusat" in client.get(OWN).text

    sign_in(client, town.dewi)
    assert "Sari Wulandari" in client.get(DESK).text
    page = client.get(f"{DESK}/{objection.id}").text
    assert WRONG in page and "1 dari 4" in page and "Struk kunjungan membuktikan kunjungannya." in page
    raters = session.scalars(select(Rating.feedback_id)).all()
    assert not [id_ for id_ in raters if f"rating:{id_}" in page] and "rater-" not in page
    assert client.get(f"{DESK}/{objection.id}/berkas/{paper.id}").data == PDF
    assert client.get(f"{DESK}/{objection.id}/berkas/{paper.id + 1}").status_code == 404
    assert decide(client, town.dewi, objection.id, outcome="partly")[0] == 400
    assert decide(client, town.dewi, objection.id, outcome="upheld", cause="99")[0] == 400
    status, page = decide(client, town.dewi, objection.id, outcome="upheld", standing="before")
    assert status == 409 and "berubah sejak halaman ini dibuka" in page and WHY in page
    for _press in range(2):
        assert decide(client, town.dewi, objection.id, outcome="upheld")[0] == 303
    status, page = decide(client, town.agency.rina, objection.id, outcome="refused")
    assert status == 409 and "baru saja diputuskan orang lain" in page  # so it said when she opened it
    assert session.scalars(select(ObjectionDecision.outcome)).all() == ["upheld"]
    apply_decision(objection.id, NOW)
    session.commit()
    sign_in(client, town.agency.sari)
    for address in (OWN, f"{OWN}/{objection.line_key}"):
        page = client.get(address).text
        assert "keberatan diterima" in page and WHY in page and "Dewi Lestari" in page and "1 dari 4" not in page


def test_whoever_comes_too_late_is_told_and_keeps_what_he_wrote(
    client: FlaskClient, town: Town, session: scoped_session[Session]
) -> None:
    assert file(client, town)[0] == 303
    [objection] = session.scalars(select(IndicatorObjection)).all()
    # Another tab of hers: other words are not filed, and the same ones are no second objection.
    other = "Zqalasan lain: saya cuti pada hari itu."
    status, page = file(client, town, nonce=OTHER, reason=other)
    assert status == 409 and "sudah Anda sanggah" in page and other in page and WRONG in page
    assert file(client, town, nonce=OTHER)[0] == 303
    assert session.scalars(select(IndicatorObjection.reason)).all() == [WRONG]

    assert decide(client, town.dewi, objection.id, outcome="upheld")[0] == 303
    address, late = f"{DESK}/{objection.id}", "Zqputusan lain: catatannya tidak ada."
    for changed in (
        {"outcome": "refused", "reasons": late},
        {"outcome": "refused", "reasons": WHY},
        {"outcome": "upheld", "reasons": late},
        {"outcome": "partly", "reasons": WHY, "days": "no day"},
        {"outcome": "nonsense", "reasons": WHY},
    ):
        answer = client.post(address, data={"nonce": OTHER, **changed})
        assert answer.status_code == 409 and changed["reasons"] in answer.text
        assert "Anda sudah memutuskan keberatan ini: diterima" in answer.text
    assert client.post(address, data={"outcome": "upheld", "reasons": f" {WHY} "}).status_code == 303
    sign_in(client, town.agency.rina)
    answer = client.post(address, data={"nonce": OTHER, "outcome": "refused", "reasons": late})
    assert answer.status_code == 409 and late in answer.text
    assert "sudah diputuskan Dewi Lestari: diterima" in answer.text
    sign_in(client, town.agency.sari)
    assert client.post(address, data={"outcome": "refused", "reasons": late}).status_code == 403
    session.rollback()
    assert session.scalars(select(ObjectionDecision.reasons)).all() == [WHY]


def test_what_is_not_ones_own_is_not_there(client: FlaskClient, town: Town, session: scoped_session[Session]) -> None:
    key = key_of(town)
    for outsider in (town.agency.budi, town.agency.tono):
        sign_in(client, outsider)
        assert client.get(f"{OWN}/{key}").status_code == 404
        assert client.post(f"{OWN}/{key}", data={"nonce": NONCE, "reason": WRONG}).status_code == 404
    assert file(client, town)[0] == 303
    [objection] = session.scalars(select(IndicatorObjection)).all()
    assert decide(client, town.agency.sari, objection.id, outcome="upheld")[0] == 403
    for nobody in (objection.id + 1, 2**63):
        assert decide(client, town.dewi, nobody, outcome="upheld")[0] == 404
    complaint = make_founded(session(), town)
    session.commit()
    line = next(line for line in lines_of(town, "conduct") + lines_of(town) if "complaint" in line.sources)
    sign_in(client, town.agency.sari)
    page = client.get(f"{OWN}/{line.line_key}").text
    assert complaint.code not in page and "Zqcerita" not in page
    assert client.post(f"{OWN}/{line.line_key}", data={"nonce": OTHER, "reason": WRONG}).status_code == 303
    about = session.scalars(select(IndicatorObjection.id).order_by(IndicatorObjection.id.desc()).limit(1)).one()
    # Rina answered that complaint: it is not hers to decide, nor to see that there is something.
    assert decide(client, town.agency.rina, about, outcome="refused")[0] == 404
    sign_in(client, town.dewi)
    assert complaint.code in client.get(f"{DESK}/{about}").text


def test_the_term_runs_from_the_first_look_and_is_said_when_over(
    client: FlaskClient, town: Town, session: scoped_session[Session]
) -> None:
    key = key_of(town)
    sign_in(client, town.agency.sari)
    assert "hanya sekali" in client.get(f"{OWN}/{key}").text
    [seen] = session.scalars(select(LineSeen)).all()
    seen.at = seen.at - TERM - timedelta(minutes=1)
    session.commit()
    page = client.get(f"{OWN}/{key}")
    assert page.status_code == 200 and "sudah berakhir: 14 hari" in page.text and "Kirim keberatan" not in page.text
    assert file(client, town)[0] == 409
    assert not session.scalars(select(IndicatorObjection.id)).all()


def test_the_pages_ask_little(client: FlaskClient, town: Town, session: scoped_session[Session], app: Flask) -> None:
    database: SQLAlchemy = app.extensions["sqlalchemy"]
    key = key_of(town)
    sign_in(client, town.agency.sari)
    client.get(f"{OWN}/{key}")
    asked = statements(database, client, f"{OWN}/{key}")
    assert len(asked) <= MOST, f"form: {len(asked)}\n" + "\n".join(asked)
    assert file(client, town, ("berita acara.pdf", PDF))[0] == 303
    [objection] = session.scalars(select(IndicatorObjection.id)).all()
    for actor, paths in ((town.agency.sari, (OWN, f"{OWN}/{key}")), (town.dewi, (DESK, f"{DESK}/{objection}"))):
        sign_in(client, actor)
        for path in paths:
            asked = statements(database, client, path)
            assert len(asked) <= MOST, f"{path}: {len(asked)}\n" + "\n".join(asked)
