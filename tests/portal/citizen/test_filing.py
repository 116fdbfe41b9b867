"""Filing a complaint on the portal."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.factories.feedback import make_picture
from tests.portal.citizen.conftest import OFFICER, Town, fresh, hidden
from webapp.feedback.models import Complaint, Feedback, Photo
from webapp.organisation.models import Service
from webapp.outbox.models import OutboxEvent

TEXT = "Akta kelahiran anak saya belum jadi setelah tiga minggu."


def filled(client: FlaskClient, **more: Any) -> dict[str, Any]:
    return {"kind": "complaint", "text": TEXT, "anonymous": "yes", "secret": "y", **fresh(client, "/lapor"), **more}


def the_complaint(database: SQLAlchemy) -> Complaint:
    database.session.rollback()
    return database.session.scalars(select(Complaint)).one()


def count(database: SQLAlchemy, table: type[Any]) -> int:
    database.session.rollback()
    return database.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_complaint_is_stored_published_and_told_its_code(client: FlaskClient, database: SQLAlchemy) -> None:
    answer = client.post("/lapor", data=filled(client))
    complaint = the_complaint(database)
    assert (answer.status_code, answer.location) == (303, f"/lapor/terkirim?kode={complaint.code}")
    assert (complaint.text, complaint.secret, complaint.anonymous) == (TEXT, True, True)
    event = database.session.scalars(select(OutboxEvent)).one()
    assert (event.name, event.payload) == ("ComplaintSubmitted", {"feedback_id": complaint.feedback_id})
    page = client.get(answer.location).text
    assert complaint.code in page and complaint.secret_word in page
    assert "<svg" in page
    # The drawing leads to the page that asks for the secret word, and does not hold it.
    assert complaint.secret_word not in re.search(r"<svg[^>]*segno.*?</svg>", page, re.S)[0]  # type: ignore[index]


def test_only_who_filed_sees_the_secret_word(app: Flask, client: FlaskClient, database: SQLAlchemy) -> None:
    answer = client.post("/lapor", data=filled(client))
    stranger = app.test_client()
    shown = stranger.get(answer.location or "")
    assert shown.status_code == 302
    assert shown.location == f"/lacak?kode={the_complaint(database).code}"


def test_sending_twice_files_once_and_shows_the_same_page(client: FlaskClient, database: SQLAlchemy) -> None:
    form = filled(client)
    first, second = client.post("/lapor", data=form), client.post("/lapor", data=form)
    assert first.location == second.location
    assert (count(database, Complaint), count(database, OutboxEvent)) == (1, 1)


def test_the_same_words_from_a_form_fetched_anew_are_filed_once(client: FlaskClient, database: SQLAlchemy) -> None:
    first, second = (client.post("/lapor", data=filled(client)) for _ in range(2))  # two nonces
    assert first.location == second.location
    assert count(database, Complaint) == 1
    client.post("/lapor", data=filled(client, place="Tempat lain"))
    assert count(database, Complaint) == 2


def test_the_same_words_of_somebody_else_are_a_complaint_of_their_own(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    for browser in (client, app.test_client()):
        browser.post("/lapor", data=filled(browser))
    assert count(database, Complaint) == 2


def test_other_words_in_a_form_already_sent_are_kept_and_not_filed(client: FlaskClient, database: SQLAlchemy) -> None:
    form = filled(client)
    client.post("/lapor", data=form)
    again = client.post("/lapor", data=form | {"text": "Ini laporan yang lain sama sekali."})
    assert again.status_code == 400
    assert the_complaint(database).code in again.text
    assert "Ini laporan yang lain sama sekali." in again.text
    nonce = hidden(again.text, "nonce")
    assert nonce != form["nonce"]
    client.post("/lapor", data=form | {"text": "Ini laporan yang lain sama sekali.", "nonce": nonce})
    assert count(database, Complaint) == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": ""}, "Tulis apa yang terjadi."),
        ({"text": "  \n         "}, "Ceritakan sedikit lebih banyak"),
        ({"text": "pendek"}, "Ceritakan sedikit lebih banyak"),
        ({"text": "a" * 10_001}, "Tulisan terlalu panjang"),
        ({"kind": "gossip"}, "Pilih salah satu."),
        ({"unit": "999999"}, "Pilihan ini tidak ada lagi"),
        ({"unit": "satu"}, "Pilih dari daftar."),
        ({"unit": "9" * 30}, "Pilih dari daftar."),
        ({"contact_phone": "12345"}, "Tulis nomor seperti"),
        ({"contact_email": "bukan alamat"}, "Tulis alamat email"),
        ({"occurred_on": "2999-01-01"}, "Waktu ini belum terjadi"),
        ({"occurred_on": "kemarin"}, "Tulis tanggal seperti"),
        ({"occurred_time": "09:00"}, "Isi juga tanggalnya."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
    client: FlaskClient, database: SQLAlchemy, more: dict[str, str], words: str
) -> None:
    sent = filled(client, place="Lantai dua, sebelah tangga", contact_name="Siti Pelapor") | more
    answer = client.post("/lapor", data=sent)
    assert answer.status_code == 400
    assert words in answer.text
    assert "Lantai dua, sebelah tangga" in answer.text and "Siti Pelapor" in answer.text
    assert sent["text"].strip() in answer.text
    assert hidden(answer.text, "nonce") == sent["nonce"]
    assert count(database, Feedback) == 0


def test_place_service_counter_and_time_are_taken_in_the_zone_of_the_unit(
    client: FlaskClient, database: SQLAlchemy, town: Town
) -> None:
    stated = {
        "unit": town.unit_id,
        "service": town.service_id,
        "counter": town.counter_id,
        "occurred_on": "2026-01-20",
        "occurred_time": "09:15",
        "place": "Dekat pintu",
        "latitude": "-5.147665",
        "longitude": "119.432732",
    }
    client.post("/lapor", data=filled(client, **stated))
    feedback = the_complaint(database).feedback
    assert (feedback.unit_id, feedback.service_id, feedback.counter_id) == (
        town.unit_id,
        town.service_id,
        town.counter_id,
    )
    assert feedback.occurred_at == datetime(2026, 1, 20, 1, 15, tzinfo=UTC)  # 09.15 in Makassar
    assert feedback.occurred_exactly
    assert (feedback.latitude, feedback.longitude) == (-5.147665, 119.432732)


def test_a_day_without_a_time_is_no_exact_time(client: FlaskClient, database: SQLAlchemy) -> None:
    client.post("/lapor", data=filled(client, occurred_on=(datetime.now(UTC).date() - timedelta(days=3)).isoformat()))
    assert not the_complaint(database).feedback.occurred_exactly


def test_a_counter_tells_its_unit_and_one_of_another_unit_is_refused(
    client: FlaskClient, database: SQLAlchemy, town: Town
) -> None:
    mixed = client.post("/lapor", data=filled(client, unit=town.unit_id, counter=town.other_counter_id))
    assert mixed.status_code == 400
    client.post("/lapor", data=filled(client, counter=town.other_counter_id))
    assert the_complaint(database).feedback.unit_id == town.other_unit_id


def test_a_service_that_is_offered_no_longer_is_refused(client: FlaskClient, database: SQLAlchemy, town: Town) -> None:
    database.session.get_one(Service, town.service_id).active = False
    database.session.commit()
    answer = client.post("/lapor", data=filled(client, service=town.service_id))
    assert answer.status_code == 400
    assert "Pilihan ini tidak ada lagi" in answer.text


def test_a_receipt_links_the_visit_and_names_no_officer(client: FlaskClient, database: SQLAlchemy, town: Town) -> None:
    page = client.get(f"/lapor?struk={town.receipt}").text
    assert "Akta Uji di Dinas Uji" in page
    assert OFFICER not in page
    assert hidden(page, "receipt") == town.receipt
    # Whatever else the form claims, the receipt says where it was.
    client.post("/lapor", data=filled(client, receipt=town.receipt, unit=town.other_unit_id))
    feedback = the_complaint(database).feedback
    assert (feedback.visit_id, feedback.unit_id, feedback.counter_id) == (
        town.visit_id,
        town.unit_id,
        town.counter_id,
    )


def test_a_receipt_that_is_not_ours_is_said_so_and_files_all_the_same(
    client: FlaskClient, database: SQLAlchemy, town: Town
) -> None:
    assert "tidak kami kenali" in client.get("/lapor?struk=0000-0000-0000-0000").text
    client.post("/lapor", data=filled(client, receipt="0000-0000-0000-0000"))
    assert the_complaint(database).feedback.visit_id is None


def test_numbers_of_persons_are_masked_and_contacts_encrypted(client: FlaskClient, database: SQLAlchemy) -> None:
    text = "NIK saya 3578 0141 0190 0001, mohon dicek berkasnya."
    client.post("/lapor", data=filled(client, text=text, contact_name="Siti", contact_phone="0812-3456-7890"))
    complaint = the_complaint(database)
    assert "3578" not in complaint.text
    assert (complaint.original_text, complaint.contact_phone) == (text, "+6281234567890")
    stored = database.session.connection().exec_driver_sql("SELECT complaint::text FROM complaint")
    assert "Siti" not in stored.scalar_one()


def test_a_complaint_about_a_person_is_secret_whatever_was_ticked(client: FlaskClient, database: SQLAlchemy) -> None:
    form = filled(client, about_person="y")
    del form["secret"]
    client.post("/lapor", data=form)
    complaint = the_complaint(database)
    assert (complaint.secret, complaint.points_at_person) == (True, True)


def test_the_front_page_hands_over_the_first_words_and_files_nothing(client: FlaskClient, database: SQLAlchemy) -> None:
    answer = client.post("/lapor", data={"begin": "1", "text": TEXT})
    assert answer.status_code == 200
    assert TEXT in answer.text
    assert count(database, Feedback) == 0


def test_nul_characters_do_no_harm(client: FlaskClient, database: SQLAlchemy) -> None:
    client.post("/lapor", data=filled(client, text=TEXT + "\x00", place="\x00sini"))
    assert the_complaint(database).text == TEXT


# photos


def post_with(client: FlaskClient, form: dict[str, Any], *photos: tuple[bytes, str]) -> TestResponse:
    """Send a form with photos, and close what the client itself spooled to disk."""
    answer = client.post("/lapor", data=with_photos(form, *photos))
    answer.request.environ["wsgi.input"].close()
    return answer


def with_photos(form: dict[str, Any], *photos: tuple[bytes, str]) -> dict[str, Any]:
    return form | {"photos": [(io.BytesIO(content), name) for content, name in photos]}


def test_photos_are_reencoded_stripped_and_shown_to_the_reporter_only(
    app: Flask, client: FlaskClient, database: SQLAlchemy
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "rahasia di dalam foto"
    content = make_picture(3000, 1000, exif=exif)
    post_with(client, filled(client), (content, "a.jpg"))
    complaint = the_complaint(database)
    photo = database.session.scalars(select(Photo)).one()
    assert (photo.complaint_id, photo.width, photo.height) == (complaint.feedback_id, 1600, 533)
    assert b"rahasia" in content and b"rahasia" not in photo.content
    address = f"/lacak/{complaint.code}/foto/{photo.id}"
    assert client.get(address).data == photo.content
    assert app.test_client().get(address).status_code == 404


def test_photos_survive_an_error_elsewhere_and_can_be_taken_back(client: FlaskClient, database: SQLAlchemy) -> None:
    red, blue = make_picture(colour=(200, 0, 0)), make_picture(colour=(0, 0, 200))
    form = filled(client, contact_phone="1")
    answer = post_with(client, form, (red, "a.jpg"), (blue, "b.jpg"))
    assert answer.status_code == 400
    ids = [int(id_) for id_ in re.findall(r'name="remove_photo" value="(\d+)"', answer.text)]
    assert len(ids) == 2
    assert client.get(f"/lapor/foto/{ids[0]}").mimetype == "image/jpeg"
    form |= {"uploaded": hidden(answer.text, "uploaded")}
    answer = client.post("/lapor", data=form | {"remove_photo": str(ids[0])})
    assert answer.status_code == 200
    assert re.findall(r'name="remove_photo" value="(\d+)"', answer.text) == [str(ids[1])]
    assert client.get(f"/lapor/foto/{ids[0]}").status_code == 404
    client.post("/lapor", data=form | {"contact_phone": ""})
    assert [photo.id for photo in database.session.scalars(select(Photo))] == [ids[1]]
    assert database.session.scalars(select(Photo.complaint_id)).one() == the_complaint(database).feedback_id


def test_a_stranger_sees_no_waiting_photo(app: Flask, client: FlaskClient, database: SQLAlchemy) -> None:
    answer = post_with(client, filled(client, text=""), (make_picture(), "a.jpg"))
    id_ = re.findall(r'name="remove_photo" value="(\d+)"', answer.text)[0]
    assert app.test_client().get(f"/lapor/foto/{id_}").status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"#!/bin/sh\necho hello\n", "foto.jpg", "bukan foto"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "IMG_1.HEIC", "HEIC"),
        (make_picture()[:2000], "putus.jpg", "bukan foto"),
        (make_picture() + b"\x00" * (8 * 1024 * 1024), "besar.jpg", "terlalu besar"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_content(
    client: FlaskClient, database: SQLAlchemy, content: bytes, name: str, words: str
) -> None:
    answer = post_with(client, filled(client), (content, name), (make_picture(), "baik.jpg"))
    assert answer.status_code == 400
    assert words in answer.text and name in answer.text
    assert count(database, Feedback) == 0
    assert count(database, Photo) == 1  # the good one need not be chosen again


def test_at_most_five_photos(client: FlaskClient, database: SQLAlchemy) -> None:
    photos = [(make_picture(colour=(n * 30, 0, 0)), f"{n}.jpg") for n in range(7)]
    answer = post_with(client, filled(client), *photos)
    assert answer.status_code == 400
    assert "Paling banyak 5 foto" in answer.text
    assert count(database, Photo) == 5


def test_photos_of_a_repeated_form_are_attached_once(client: FlaskClient, database: SQLAlchemy) -> None:
    form = filled(client)
    post_with(client, form, (make_picture(), "a.jpg"))
    post_with(client, form, (make_picture(), "a.jpg"))
    # And one that was lost the first time comes along the second time.
    post_with(client, form, (make_picture(colour=(1, 2, 3)), "b.jpg"))
    complaint = the_complaint(database)
    assert [photo.complaint_id for photo in database.session.scalars(select(Photo))] == [complaint.feedback_id] * 2


# limits


def test_beyond_the_limit_nothing_is_filed_and_nothing_lost(client: FlaskClient, database: SQLAlchemy) -> None:
    form = filled(client)
    answers = [client.post("/lapor", data=form) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [303] * 30 + [400]
    assert "Terlalu banyak kiriman" in answers[-1].text and TEXT in answers[-1].text
