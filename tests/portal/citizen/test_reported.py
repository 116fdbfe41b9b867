"""Before a complaint is sent: others reported the same. Told once, nothing typed is lost, nobody is kept back."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.desk import make_placed
from tests.factories.feedback import make_picture
from tests.portal.citizen.conftest import Town, fresh, hidden
from webapp.attribution.repeats.actions import note_repeats
from webapp.feedback.models import Complaint, Photo
from webapp.organisation.models import Unit

LAMP = "Lampu jalan di depan SD Kenanga 3 padam sejak Senin malam, gelap dan rawan."
AGAIN = "Mohon dibantu, lampu jalan depan SD Kenanga 3 padam sejak Senin, gelap sekali."
TITLE = "Mungkin sudah dilaporkan"


@pytest.fixture
def main_id(database: SQLAlchemy, town: Town) -> int:
    """An open complaint that is not secret, filed three hours ago."""
    session = database.session()
    unit = session.get_one(Unit, town.unit_id)
    complaint = make_placed(session, datetime.now(UTC) - timedelta(hours=3), unit, text=LAMP, secret=False)
    note_repeats([complaint.feedback_id], datetime.now(UTC))
    session.commit()
    return complaint.feedback_id


def filled(client: FlaskClient, **more: Any) -> dict[str, Any]:
    return {"kind": "complaint", "text": AGAIN, "anonymous": "yes", "secret": "y", **fresh(client, "/lapor"), **more}


def filed(database: SQLAlchemy, main_id: int) -> list[Complaint]:
    database.session.rollback()
    query = select(Complaint).where(Complaint.feedback_id != main_id).order_by(Complaint.feedback_id)
    return list(database.session.scalars(query))


@pytest.mark.parametrize(("press", "joins"), [("join", True), ("own", False), (None, False)])
def test_it_is_told_once_and_then_sent_as_pressed(
    client: FlaskClient, database: SQLAlchemy, main_id: int, press: str | None, joins: bool
) -> None:
    form = filled(
        client, place="Sebelah warung", contact_name="Siti Pelapor", photos=(io.BytesIO(make_picture()), "a.jpg")
    )
    told = client.post("/lapor", data=form, content_type="multipart/form-data")
    assert told.status_code == 200 and TITLE in told.text
    assert filed(database, main_id) == []
    main = database.session.get_one(Complaint, main_id)
    # Unit and state are told; words, code and place of the other one are not.
    assert "Dinas Uji" in told.text and "Diteruskan" in told.text
    assert LAMP not in told.text and main.code not in told.text
    for typed in (AGAIN, "Sebelah warung", "Siti Pelapor"):
        assert typed in told.text
    del form["photos"]
    again = form | {"told": hidden(told.text, "told"), "uploaded": hidden(told.text, "uploaded")}
    sent = client.post("/lapor", data=again | ({"repeats": press} if press else {}))
    assert sent.status_code == 303
    (complaint,) = filed(database, main_id)
    assert complaint.joins_id == (main_id if joins else None)
    assert len(database.session.scalars(select(Photo).where(Photo.complaint_id == complaint.feedback_id)).all()) == 1
    assert complaint.code in (sent.location or "")
    # Sent twice it is the same one.
    client.post("/lapor", data=again | ({"repeats": press} if press else {}))
    assert len(filed(database, main_id)) == 1


@pytest.mark.parametrize(
    "own",
    [
        {"about_person": "y"},
        {"text": AGAIN + " Petugas bernama Joko membentak saya."},
        {"receipt": "receipt"},
        {"text": "Syarat pindah datang apa saja, dan bolehkah diwakilkan?"},
    ],
)
def test_it_is_not_told_to_who_has_a_matter_of_his_own(
    client: FlaskClient, database: SQLAlchemy, town: Town, main_id: int, own: dict[str, str]
) -> None:
    if "receipt" in own:
        own = {"receipt": town.receipt}
    assert client.post("/lapor", data=filled(client, **own)).status_code == 303
    assert [one.joins_id for one in filed(database, main_id)] == [None]


def test_what_is_gone_meanwhile_is_not_joined_and_sent_nevertheless(
    client: FlaskClient, database: SQLAlchemy, main_id: int
) -> None:
    form = filled(client)
    assert TITLE in client.post("/lapor", data=form).text
    database.session.get_one(Complaint, main_id).points_at_person = True
    database.session.commit()
    assert client.post("/lapor", data=form | {"told": "1", "repeats": "join"}).status_code == 303
    assert [one.joins_id for one in filed(database, main_id)] == [None]
