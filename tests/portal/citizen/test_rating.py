"""Rating on the portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from tests.factories.accounts import sign_in
from tests.portal.citizen.conftest import OFFICER, Town, fresh
from webapp.accounts.models import Account
from webapp.counter.models import Visit
from webapp.feedback.models import Feedback, Rating


def ratings(database: SQLAlchemy) -> list[Rating]:
    database.session.rollback()
    return list(database.session.scalars(select(Rating).order_by(Rating.feedback_id)))


def test_a_receipt_rates_its_visit_with_elements_and_comment(
    client: FlaskClient, database: SQLAlchemy, town: Town
) -> None:
    address = f"/nilai/{town.receipt}"
    page = client.get(address).text
    assert "Akta Uji di Dinas Uji" in page and OFFICER not in page
    sent = {"value": "3", "element_conduct": "4", "comment": "Ramah, antre lama.", **fresh(client, address)}
    answer = client.post(address, data=sent)
    assert (answer.status_code, answer.location) == (303, f"/nilai/terima-kasih?struk={town.receipt}")
    (rating,) = ratings(database)
    assert (rating.value, rating.comment) == (3, "Ramah, antre lama.")
    assert [(element.element, element.value) for element in rating.elements] == [("conduct", 4)]
    feedback = rating.feedback
    assert (feedback.visit_id, feedback.channel, feedback.unit_id) == (town.visit_id, "receipt", town.unit_id)
    assert feedback.rater_key is not None
    assert f"/lapor?struk={town.receipt}" in client.get(answer.location or "").text


def test_a_code_may_be_typed_in_any_way(client: FlaskClient, town: Town) -> None:
    typed = town.receipt.lower().replace("-", " ")
    answer = client.get("/nilai", query_string={"struk": typed}, follow_redirects=True)
    assert "Nilai kunjungan Anda" in answer.text


def test_sending_twice_rates_once_and_thanks_twice(client: FlaskClient, database: SQLAlchemy, town: Town) -> None:
    address = f"/nilai/{town.receipt}"
    sent = {"value": "2", **fresh(client, address)}
    answers = [client.post(address, data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(ratings(database)) == 1


@pytest.mark.parametrize("nonce", ["same", "new"])
def test_a_visit_is_rated_once_and_a_later_comment_is_shown_again(
    client: FlaskClient, database: SQLAlchemy, town: Town, nonce: str
) -> None:
    address = f"/nilai/{town.receipt}"
    sent = {"value": "2", **fresh(client, address)}
    client.post(address, data=sent)
    later: dict[str, Any] = sent | {"value": "4", "comment": "Ternyata baik."}
    if nonce == "new":
        later |= {"nonce": "00000000-0000-4000-8000-000000000000"}
    answer = client.post(address, data=later)
    assert answer.status_code == 409
    assert "Kunjungan ini sudah dinilai" in answer.text and "Ternyata baik." in answer.text
    assert [rating.value for rating in ratings(database)] == [2]
    assert client.get(address).status_code == 409


def _age(database: SQLAlchemy, town: Town) -> None:
    visit = database.session.get_one(Visit, town.visit_id)
    visit.started_at = visit.finished_at = datetime.now(UTC) - timedelta(days=30)
    database.session.commit()


@pytest.mark.parametrize(
    ("before", "receipt", "status", "words"),
    [
        (_age, "{receipt}", 410, "Masa berlaku struk ini sudah lewat"),
        (None, "0000-0000-0000-0001", 404, "Kode struk tidak dikenali"),
        (None, "bukan kode", 404, "Kode struk tidak dikenali"),
    ],
)
def test_a_receipt_that_rates_nothing_says_what_can_be_done(
    client: FlaskClient,
    database: SQLAlchemy,
    town: Town,
    before: Callable[[SQLAlchemy, Town], None] | None,
    receipt: str,
    status: int,
    words: str,
) -> None:
    if before is not None:
        before(database, town)
    address = "/nilai/" + receipt.format(receipt=town.receipt)
    for answer in (client.get(address), client.post(address, data={"value": "1", "comment": "Kata-kata saya."})):
        assert answer.status_code == status
        assert words in answer.text and "Nilai tanpa struk" in answer.text
    assert "Kata-kata saya." in answer.text
    assert ratings(database) == []


def test_who_served_cannot_rate_the_visit(
    client: FlaskClient, database: SQLAlchemy, town: Town, officer_account: Account
) -> None:
    sign_in(client, officer_account)
    address = f"/nilai/{town.receipt}"
    for answer in (client.get(address), client.post(address, data={"value": "4"})):
        assert answer.status_code == 403
        assert "Anda yang melayani kunjungan ini" in answer.text
    assert ratings(database) == []


def test_a_free_rating_needs_a_unit_or_a_service(client: FlaskClient, database: SQLAlchemy, town: Town) -> None:
    form = fresh(client, "/nilai")
    refused = client.post("/nilai", data=form | {"value": "4", "comment": "Bagus sekali."})
    assert refused.status_code == 400
    assert "Pilih unit atau layanan" in refused.text and "Bagus sekali." in refused.text
    assert client.post("/nilai", data=form | {"value": "4", "service": town.service_id}).status_code == 303
    (rating,) = ratings(database)
    assert (rating.feedback.visit_id, rating.feedback.channel) == (None, "portal")
    assert rating.feedback.service_id == town.service_id


@pytest.mark.parametrize("value", ["", "0", "5", "baik"])
def test_only_the_four_faces_are_taken(client: FlaskClient, database: SQLAlchemy, town: Town, value: str) -> None:
    answer = client.post(f"/nilai/{town.receipt}", data={"value": value, "comment": "Tetap ada."})
    assert answer.status_code == 400
    assert "Pilih satu wajah." in answer.text and "Tetap ada." in answer.text
    assert ratings(database) == []


def test_one_device_is_known_again_without_being_known(client: FlaskClient, database: SQLAlchemy, town: Town) -> None:
    for value in "43":
        answer = client.post("/nilai", data={"value": value, "unit": town.unit_id, **fresh(client, "/nilai")})
    keys = database.session.scalars(select(Feedback.rater_key)).all()
    assert len(keys) == 2 and len(set(keys)) == 1
    cookie = client.get_cookie("tanggap_rater")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    assert cookie.value.encode() not in keys
    assert "tanggap_rater" not in str(answer.headers)  # set once
    client.delete_cookie("tanggap_rater")
    client.post("/nilai", data={"value": "2", "unit": town.unit_id, **fresh(client, "/nilai")})
    database.session.rollback()
    assert database.session.scalar(select(func.count(func.distinct(Feedback.rater_key)))) == 2


def test_the_same_free_rating_from_a_form_fetched_anew_counts_once(
    client: FlaskClient, database: SQLAlchemy, town: Town
) -> None:
    for _ in range(2):
        answer = client.post("/nilai", data={"value": "4", "unit": town.unit_id, **fresh(client, "/nilai")})
        assert answer.status_code == 303
    assert len(ratings(database)) == 1


def test_changed_words_in_a_free_rating_already_sent_are_kept(
    client: FlaskClient, database: SQLAlchemy, town: Town
) -> None:
    form = {"value": "4", "unit": town.unit_id, **fresh(client, "/nilai")}
    client.post("/nilai", data=form)
    answer = client.post("/nilai", data=form | {"value": "1", "comment": "Berubah pikiran."})
    assert answer.status_code == 400
    assert "sudah kami terima sebelumnya" in answer.text and "Berubah pikiran." in answer.text
    assert [rating.value for rating in ratings(database)] == [4]
