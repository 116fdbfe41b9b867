"""The agency's list of topics: added, renamed, retired, by whoever manages the whole agency."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.page_forms import forms_of
from tests.portal.admin.conftest import City
from webapp.organisation.models import Topic

LIST = "/kelola/topik"


def send(client: FlaskClient, address: str, **typed: str) -> int:
    """Fill the page's form in and send it; the status of the answer."""
    form = next(one for one in forms_of(client.get(address).text, address) if "name" in one.fields)
    fields = {name: value for name, value in form.fields.items() if name != "active"}
    return client.post(form.action, data={**fields, **typed}).status_code


def topics(session: Session) -> list[tuple[str, int | None, bool]]:
    session.expire_all()
    return [(one.name, one.unit_id, one.active) for one in session.scalars(select(Topic).order_by(Topic.id))]


def test_topics_are_added_renamed_and_retired(client: FlaskClient, session: Session, city: City) -> None:
    sign_in(client, city.chief)
    assert "Belum ada topik" in client.get(LIST).text
    unit = city.ours.unit
    assert send(client, f"{LIST}/baru", name="Akta  lama selesai", unit=str(unit.id)) == 302
    assert send(client, f"{LIST}/baru", name="Parkir", unit="") == 302
    assert send(client, f"{LIST}/baru", name="akta lama SELESAI", unit="") == 400, "no two bear one name"
    assert topics(session) == [("Akta lama selesai", unit.id, True), ("Parkir", None, True)]
    first, second = session.scalars(select(Topic.id).order_by(Topic.id))
    assert send(client, f"{LIST}/{second}", name="Akta lama selesai", unit="", active="y") == 400
    assert send(client, f"{LIST}/{second}", name="Parkir dan ruang tunggu", unit="", active="y") == 302
    assert send(client, f"{LIST}/{first}", name="Akta lama selesai", unit="") == 302
    assert topics(session) == [("Akta lama selesai", None, False), ("Parkir dan ruang tunggu", None, True)]
    client.get(LIST)  # what was done is said once
    page = client.get(LIST).text
    assert page.index("Parkir dan ruang tunggu") < page.index("Akta lama selesai") < page.index("tidak dipakai")
    found = client.get(f"{LIST}?q=parkir").text
    assert "Parkir dan ruang tunggu" in found and "Akta lama selesai" not in found


def test_whoever_manages_a_part_reads_and_changes_nothing(client: FlaskClient, session: Session, city: City) -> None:
    session.add(Topic(name="Parkir"))
    session.commit()
    topic_id = session.scalars(select(Topic.id)).one()
    sign_in(client, city.ours.admin)
    page = client.get(LIST).text
    assert "Parkir" in page and f"{LIST}/baru" not in page
    for method in (client.get, client.post):
        assert method(f"{LIST}/baru").status_code == 403
        assert method(f"{LIST}/{topic_id}").status_code == 404
    assert topics(session) == [("Parkir", None, True)]
