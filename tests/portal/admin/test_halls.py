"""An administrator lets people queue: halls, lines, places, the kiosk's address; and reaches no other office's."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.queue import make_hall, make_line
from tests.portal.admin.conftest import City
from tests.portal.markup import parse
from webapp.counter.queue.models import QueueHall, QueueLine

RULES = {
    "prefix": "a",
    "slot_minutes": "60",
    "portal": "3",
    "telegram": "3",
    "kiosk": "6",
    "days_ahead": "7",
    "most_open": "2",
}


@pytest.fixture
def admin(client: FlaskClient, city: City) -> FlaskClient:
    sign_in(client, city.ours.admin)
    return client


def test_a_hall_is_opened_filled_and_changed(admin: FlaskClient, session: Session, city: City) -> None:
    unit = city.ours.section
    assert "Belum ada antrean" in admin.get("/kelola/antrean").text
    assert admin.post("/kelola/antrean/baru", data={"unit": unit.id}).status_code == 302
    url = f"/kelola/antrean/{unit.id}"
    assert admin.get(f"{url}/layanan-baru").status_code == 200
    sent = {**RULES, "service": city.ours.service.id}
    assert admin.post(f"{url}/layanan-baru", data=sent).status_code == 302
    hall = session.get_one(QueueHall, unit.id)
    line = session.scalars(select(QueueLine)).one()
    assert (line.prefix, line.service_id, line.quotas) == (
        "A",
        city.ours.service.id,
        {"portal": 3, "telegram": 3, "kiosk": 6},
    )
    page = admin.get(url).text
    assert "12 tempat per 60 menit" in page
    assert f"/kiosk/{hall.kiosk_key}" in page
    assert f"/antrean/{unit.id}/layar" in page
    # What is wrong is said, and what was typed comes back.
    assert (
        "tak seorang pun"
        in admin.post(
            f"/kelola/antrean/layanan/{line.id}", data={**RULES, "portal": "0", "telegram": "0", "kiosk": "0"}
        ).text
    )
    wrong = admin.post(f"/kelola/antrean/layanan/{line.id}", data={**RULES, "prefix": "1A", "slot_minutes": "5"})
    assert (wrong.status_code, parse(wrong.text).one("input", name="prefix")["value"]) == (400, "1A")
    assert admin.post(f"/kelola/antrean/layanan/{line.id}", data={**RULES, "prefix": "k"}).status_code == 302
    session.expire_all()
    assert (line.prefix, line.active) == ("K", False)
    rules = {"priority_in_a_row": "3", "tell_ahead": "0"}
    assert admin.post(url, data={**rules, "priority_in_a_row": "0"}).status_code == 400
    assert admin.post(url, data=rules).status_code == 302
    key = hall.kiosk_key
    assert admin.post(f"{url}/alamat-baru").status_code == 302
    session.expire_all()
    assert (hall.active, hall.always_open, hall.priority_in_a_row, hall.tell_ahead) == (False, False, 3, 0)
    assert key not in admin.get(url).text


def test_two_services_have_two_letters(admin: FlaskClient, session: Session, city: City) -> None:
    hall = make_hall(session, city.ours.section)
    make_line(session, hall, prefix="A")
    session.commit()
    url = f"/kelola/antrean/{hall.unit_id}/layanan-baru"
    assert parse(admin.get(url).text).one("input", name="prefix")["value"] == "B"
    taken = admin.post(url, data={**RULES, "service": city.ours.service.id})
    assert (taken.status_code, "dipakai layanan lain" in taken.text) == (400, True)


def test_halls_of_another_office_are_not_there(admin: FlaskClient, session: Session, city: City) -> None:
    theirs = make_line(session, make_hall(session, city.theirs.section), city.theirs.service)
    ours = make_line(session, make_hall(session, city.ours.section), city.ours.service)
    key = theirs.hall.kiosk_key
    session.commit()
    for pattern in ("/kelola/antrean/{0.unit_id}", "/kelola/antrean/layanan/{0.id}"):
        assert admin.get(pattern.format(ours)).status_code == 200
        assert admin.get(pattern.format(theirs)).status_code == 404
        assert admin.post(pattern.format(theirs), data=RULES).status_code == 404
    for press in ("alamat-baru", "layanan-baru"):
        assert admin.post(f"/kelola/antrean/{theirs.unit_id}/{press}", data=RULES).status_code == 404
    assert admin.post("/kelola/antrean/baru", data={"unit": city.theirs.unit.id}).status_code == 400
    for page in ("/kelola/antrean", "/kelola/antrean/baru"):
        assert "Mereka" not in admin.get(page).text
    session.expire_all()
    assert theirs.hall.kiosk_key == key
