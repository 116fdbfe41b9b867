"""An administrator of an office manages that office: of the others nothing is there, read or written."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.organisation import make_officer, make_posting
from tests.portal.admin.conftest import City, Office
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.organisation.models import Officer, Posting, Service, Unit, WorkingCalendar

#: Addresses that name something of an office, as they are filled in from an Office.
ADDRESSES = (
    "/kelola/unit/{unit}",
    "/kelola/unit/{section}",
    "/kelola/unit/{section}/pindah",
    "/kelola/unit/{section}/jam-kerja",
    "/kelola/unit/baru?unit={unit}",
    "/kelola/layanan/{service}",
    "/kelola/layanan/{service}/tahapan",
    "/kelola/layanan?unit={section}",
    "/kelola/petugas/{officer}",
    "/kelola/petugas?unit={section}",
    "/kelola/petugas/{officer}/penempatan-baru",
    "/kelola/penempatan/{posting}",
    "/kelola/loket/{counter}",
    "/kelola/jadwal?loket={counter}",
    "/kelola/hari-libur/{calendar}",
    "/kelola/akun/{account}",
    "/kelola/akun/{admin}",
)
PRESSES = (
    "/kelola/unit/{section}/tutup",
    "/kelola/unit/{section}/buka",
    "/kelola/jadwal/{shift}/hapus",
    "/kelola/hari-libur/{calendar}/hapus-hari",
    "/kelola/akun/{account}/buka-kunci",
    "/kelola/akun/{account}/cabut-peran/{grant}",
)
LISTS = (
    "/kelola/unit",
    "/kelola/unit/baru",
    "/kelola/layanan",
    "/kelola/layanan/baru",
    "/kelola/petugas",
    "/kelola/petugas/baru",
    "/kelola/loket",
    "/kelola/jadwal",
    "/kelola/antrean/baru",
    "/kelola/hari-libur",
    "/kelola/akun",
    "/kelola/akun/baru",
)


def address(pattern: str, office: Office) -> str:
    named = ("unit", "section", "service", "officer", "counter", "calendar", "account", "admin", "shift")
    return pattern.format(
        **{name: getattr(office, name).id for name in named},
        posting=office.officer.postings[0].id,
        grant=office.account.grants[0].id,
    )


@pytest.mark.parametrize("pattern", ADDRESSES)
def test_what_is_not_ours_is_not_there(client: FlaskClient, city: City, pattern: str) -> None:
    sign_in(client, city.ours.admin)
    assert client.get(address(pattern, city.ours)).status_code == 200
    for method in (client.get, client.post):
        response = method(address(pattern, city.theirs))
        # Lists take no POST; the form of a new unit is refused for what it lacks.
        assert response.status_code in ((404,) if method is client.get else (400, 404, 405))
        assert "Mereka" not in response.text


@pytest.mark.parametrize("pattern", PRESSES)
def test_no_button_reaches_another_office(client: FlaskClient, session: Session, city: City, pattern: str) -> None:
    sign_in(client, city.ours.admin)
    assert client.post(address(pattern, city.theirs), data={"day": "2026-12-25"}).status_code == 404
    session.expire_all()
    assert city.theirs.section.active
    assert len(city.theirs.account.grants) == 1
    assert city.theirs.calendar.version == 1


@pytest.mark.parametrize("url", LISTS)
def test_lists_and_choices_hold_only_what_is_ours(client: FlaskClient, city: City, url: str) -> None:
    sign_in(client, city.ours.admin)
    page = client.get(url).text
    # Where somebody of ours serves or signs in besides is said.
    assert "Mereka" not in page.replace("Pelaksana, Seksi Mereka", "").replace("Administrator, Dinas Mereka", "")
    sign_in(client, city.chief)
    assert "Mereka" in client.get(url).text or url == "/kelola/hari-libur"


def test_what_is_sent_by_hand_reaches_no_other_office(client: FlaskClient, session: Session, city: City) -> None:
    """Ids that no list offered: the form refuses the choice, and nothing is written."""
    sign_in(client, city.ours.admin)
    theirs = city.theirs.section.id
    service = {"name": "X", "code": "x", "unit": theirs, "fee": "0"}
    sent = {
        "/kelola/unit/baru": {"name": "X", "code": "x", "kind": "x", "timezone": "Asia/Jakarta", "parent": theirs},
        f"/kelola/unit/{city.ours.section.id}/pindah": {"parent": theirs},
        f"/kelola/unit/{city.ours.section.id}/jam-kerja": {"inherits": "y", "calendar": city.theirs.calendar.id},
        "/kelola/layanan/baru": service,
        f"/kelola/layanan/{city.ours.service.id}": service,
        "/kelola/petugas/baru": {"name": "X", "unit": theirs, "starts_on": "2026-01-05"},
        f"/kelola/petugas/{city.ours.officer.id}": {"name": "X", "account": city.theirs.account.id, "active": "y"},
        f"/kelola/petugas/{city.ours.officer.id}/penempatan-baru": {"unit": theirs, "starts_on": "2026-01-05"},
        "/kelola/loket/baru": {"name": "X", "code": "x", "unit": theirs},
        f"/kelola/jadwal?loket={city.ours.counter.id}": {
            "officer": city.theirs.officer.id,
            "day": "2030-01-07",
            "begins": "08:00",
            "ends": "12:00",
        },
        "/kelola/hari-libur/baru": {"name": "X", "unit": theirs},
        "/kelola/akun/baru": {
            "name": "X",
            "email": "x@contoh.go.id",
            "password": "tiga-kata-acak",
            "role": "administrator",
            "unit": theirs,
        },
        f"/kelola/akun/{city.ours.account.id}": {"do": "role", "role-role": "administrator", "role-unit": theirs},
    }
    for url, data in sent.items():
        assert client.post(url, data=data).status_code == 400, url
    session.expire_all()
    assert session.scalars(select(Unit).where(Unit.name == "X")).first() is None
    assert session.scalars(select(Service).where(Service.name == "X")).first() is None
    assert session.scalars(select(Officer).where(Officer.name == "X")).first() is None
    assert session.scalars(select(Account).where(Account.name == "X")).first() is None
    assert session.scalars(select(WorkingCalendar).where(WorkingCalendar.name == "X")).first() is None
    assert city.ours.section.path.startswith(city.ours.unit.path)
    assert [p.unit_id for p in session.scalars(select(Posting).where(Posting.officer_id == city.ours.officer.id))] == [
        city.ours.section.id
    ]
    assert len(city.ours.account.grants) == 1


def test_nobody_takes_over_an_account_that_reaches_further(client: FlaskClient, session: Session, city: City) -> None:
    """Who could set its password could sign in with its role in the other office."""
    url = f"/kelola/akun/{city.shared_account.id}"
    sign_in(client, city.ours.admin)
    page = client.get(url)
    assert page.status_code == 200
    assert "Pakai kata sandi ini" not in page.text
    assert client.post(url, data={"do": "password", "password-password": "tiga-kata-acak"}).status_code == 404
    change = {"do": "change", "change-name": "X", "change-email": "x@contoh.go.id", "change-active": "y"}
    assert client.post(url, data=change).status_code == 404
    assert client.post(f"{url}/buka-kunci").status_code == 404
    foreign = next(grant for grant in city.shared_account.grants if grant.unit_id == city.theirs.unit.id)
    assert client.post(f"{url}/cabut-peran/{foreign.id}").status_code == 404
    own = next(grant for grant in city.shared_account.grants if grant.unit_id == city.ours.section.id)
    assert client.post(f"{url}/cabut-peran/{own.id}").status_code == 302
    session.expire_all()
    assert [grant.id for grant in city.shared_account.grants] == [foreign.id]
    assert client.get(url).status_code == 404
    sign_in(client, city.chief)
    assert client.post(url, data={"do": "password", "password-password": "tiga-kata-acak"}).status_code == 302


def test_an_account_of_an_officer_elsewhere_is_not_taken_over(
    client: FlaskClient, session: Session, city: City
) -> None:
    """A role here, but the officer who signs in with it belongs there: his score is his."""
    account = make_account(session, (Role.OFFICER, city.ours.section))
    make_officer(session, city.theirs.section, account=account)
    session.commit()
    sign_in(client, city.ours.admin)
    data = {"do": "password", "password-password": "tiga-kata-acak"}
    assert client.post(f"/kelola/akun/{account.id}", data=data).status_code == 404


def test_an_officer_of_two_offices_is_changed_from_above(client: FlaskClient, session: Session, city: City) -> None:
    url = f"/kelola/petugas/{city.shared.id}"
    theirs = next(p for p in city.shared.postings if p.unit_id == city.theirs.section.id)
    ours = next(p for p in city.shared.postings if p.unit_id == city.ours.section.id)
    sign_in(client, city.ours.admin)
    assert "administrator di atas kedua unit" in client.get(url).text
    assert client.post(url, data={"name": "X", "active": "y"}).status_code == 404
    assert client.get(f"/kelola/penempatan/{theirs.id}").status_code == 404
    ends = {"title": "", "starts_on": "2020-01-01", "ends_on": "2026-01-05"}
    assert client.post(f"/kelola/penempatan/{ours.id}", data=ends).status_code == 302
    assert client.get(url).status_code == 404  # he belongs to the other office alone now
    sign_in(client, city.chief)
    assert client.post(url, data={"name": "Petugas Pindah", "active": "y"}).status_code == 302
    session.expire_all()
    assert city.shared.name == "Petugas Pindah"


def test_who_left_belongs_where_he_was_last(client: FlaskClient, session: Session, city: City) -> None:
    posting = city.ours.officer.postings[0]
    posting.ends_on = posting.starts_on
    session.commit()
    sign_in(client, city.ours.admin)
    assert client.get(f"/kelola/petugas/{city.ours.officer.id}").status_code == 200
    make_posting(session, city.ours.officer, city.theirs.section)
    session.commit()
    assert client.get(f"/kelola/petugas/{city.ours.officer.id}").status_code == 404


def test_the_topmost_unit_is_closed_and_moved_from_above(client: FlaskClient, session: Session, city: City) -> None:
    url = f"/kelola/unit/{city.ours.unit.id}"
    sign_in(client, city.ours.admin)
    assert client.get(url).status_code == 200
    assert client.post(f"{url}/tutup").status_code == 404
    assert client.post(f"{url}/pindah", data={"parent": city.ours.section.id}).status_code == 404
    sign_in(client, city.chief)
    assert client.get(f"{url}/pindah").status_code == 200
    assert client.post(f"/kelola/unit/{city.root.id}/tutup").status_code == 404


def test_a_calendar_that_others_use_too_is_changed_from_above(
    client: FlaskClient, session: Session, city: City
) -> None:
    city.theirs.section.calendar_id = city.ours.calendar.id
    session.commit()
    sign_in(client, city.ours.admin)
    assert client.get(f"/kelola/hari-libur/{city.ours.calendar.id}").status_code == 404
    sign_in(client, city.chief)
    assert client.get(f"/kelola/hari-libur/{city.ours.calendar.id}").status_code == 200


def test_nobody_changes_his_own_roles(client: FlaskClient, session: Session, city: City) -> None:
    admin = city.ours.admin
    url = f"/kelola/akun/{admin.id}"
    sign_in(client, admin)
    data = {"do": "role", "role-role": "triage", "role-unit": city.ours.unit.id}
    assert client.post(url, data=data).status_code == 400
    client.post(f"{url}/cabut-peran/{admin.grants[0].id}")
    inactive = {"do": "change", "change-name": admin.name, "change-email": admin.email}
    refused = client.post(url, data=inactive)
    assert refused.status_code == 400
    assert "tidak dapat menonaktifkan akun sendiri" in refused.text
    session.expire_all()
    assert [grant.role for grant in admin.grants] == [Role.ADMINISTRATOR]
    assert admin.active


def test_the_other_roles_find_nothing_here(client: FlaskClient, session: Session, city: City) -> None:
    people = [make_account(session, (role, city.root)) for role in Role if role is not Role.ADMINISTRATOR]
    session.commit()
    for person in people:
        sign_in(client, person)
        for url in (*LISTS, "/kelola", "/kelola/impor"):
            assert client.get(url).status_code == 403
