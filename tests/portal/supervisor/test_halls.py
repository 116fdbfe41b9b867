"""A supervisor's view of the queues: what the numbers say, and whose halls are there at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.organisation import daytime_zone, make_unit
from tests.factories.queue import MORNING, make_hall, make_line, make_ticket, open_session
from tests.portal.markup import parse
from webapp.accounts.permissions import Role
from webapp.counter.models import Visit
from webapp.counter.queue.calling import call_next
from webapp.counter.queue.hall_hours import hours_of_today

ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}
MINUTE = timedelta(minutes=1)


def test_the_hall_is_shown_to_who_answers_for_it(client: FlaskClient, session: Session) -> None:
    now = datetime.now(UTC)
    city, zone = make_unit(session), daytime_zone(now)
    unit, other, foreign = (
        make_unit(session, city, name=f"Dinas {name}", timezone=zone) for name in ("Kita", "Lain", "Mereka")
    )
    for one in (unit, other, foreign):
        one.weekly_hours = ALWAYS
    line = make_line(session, make_hall(session, unit))
    make_line(session, make_hall(session, other))
    make_line(session, make_hall(session, foreign))
    rina = make_account(session, (Role.SUPERVISOR, unit))
    chief = make_account(session, (Role.SUPERVISOR, unit), (Role.INSPECTOR, other))
    desk, _session = open_session(session, [line], now - 30 * MINUTE)
    for n in range(3):
        make_ticket(session, line, now - (28 - n) * MINUTE)
    first = call_next(desk.account, now - 20 * MINUTE)
    assert first is not None
    call_next(desk.account, now - 5 * MINUTE, finishing=first.id)
    session.commit()

    sign_in(client, rina)
    page = parse(client.get("/antrean-unit").text)
    stats = {stat.all("p")[0].text: stat.all("p")[1].text for stat in page.all("div", class_="stat")}
    assert stats == {
        "Menunggu sekarang": "1",
        "Loket buka": "1",
        "Sudah dilayani": "1",
        "Menunggu rata-rata": "15 menit",  # 8 minutes, and 22
        "Tidak hadir": "0",
    }
    assert "paling lama 26 menit" in page.text
    assert "A-002 sejak" in page.text
    assert desk.officer.name in page.text
    piece = client.get(f"/antrean-unit/{unit.id}", headers={"HX-Request": "true"})
    assert piece.text.lstrip().startswith('<div id="hall-now"')
    for one in (other, foreign):
        assert client.get(f"/antrean-unit/{one.id}").status_code == 404

    sign_in(client, chief)
    page = parse(client.get("/antrean-unit").text)
    rows = [[cell.text for cell in row.all("td")] for row in page.all("tbody")[0].all("tr")]
    assert rows == [["1", "26 menit", "1"], ["0", "–", "0"]]
    assert "Mereka" not in page.text
    sign_in(client, desk.account)
    assert client.get("/antrean-unit").status_code == 403


def test_a_counter_that_was_left_open_is_closed_with_a_reason(client: FlaskClient, session: Session) -> None:
    now = datetime.now(UTC)
    unit = make_unit(session, make_unit(session), name="Dinas Kita", timezone=daytime_zone(now))
    unit.weekly_hours = ALWAYS
    line = make_line(session, make_hall(session, unit))
    rina = make_account(session, (Role.SUPERVISOR, unit), name="Rina Atasan")
    inspector = make_account(session, (Role.INSPECTOR, unit))
    foreign = make_account(session, (Role.SUPERVISOR, make_unit(session)))
    desk, opened = open_session(session, [line], now - 30 * MINUTE)
    make_ticket(session, line, now - 20 * MINUTE)
    ticket = call_next(desk.account, now - 10 * MINUTE)
    assert ticket is not None
    session.commit()
    address = f"/antrean-unit/{unit.id}/loket/{opened.id}/tutup"
    for nobody, status in ((inspector, 403), (foreign, 404)):
        sign_in(client, nobody)
        assert client.get(address).status_code == status
        assert client.post(address, data={"reason": "ingin saja"}).status_code in (status, 302)
    sign_in(client, inspector)
    assert address not in client.get("/antrean-unit").text
    sign_in(client, rina)
    assert address in client.get("/antrean-unit").text
    assert "Nomor A-001 masih dipanggil" in client.get(address).text
    assert client.post(address, data={"reason": " "}).status_code == 400
    session.expire_all()
    assert opened.closed_at is None
    page = client.post(address, data={"reason": "Petugas sakit dan pulang."}, follow_redirects=True).text
    assert "ditutup" in page and "Tidak ada loket yang buka" in page
    session.expire_all()
    assert (opened.closed_by_id, opened.close_reason) == (rina.id, "Petugas sakit dan pulang.")
    assert (ticket.state, ticket.session_id, session.query(Visit).count()) == ("held", None, 0)
    assert client.get(address).status_code == 404
    sign_in(client, desk.account)
    page = client.get("/loket").text
    assert "ditutup oleh Rina Atasan" in page and "Petugas sakit dan pulang." in page


def test_the_day_by_the_hour_in_the_units_own_zone(session: Session) -> None:
    unit = make_unit(session, make_unit(session), timezone="Asia/Makassar")
    unit.weekly_hours = ALWAYS
    line = make_line(session, make_hall(session, unit))
    desk, _session = open_session(session, [line], MORNING)
    assert hours_of_today(unit.id, unit.timezone, MORNING) == []
    make_ticket(session, line, MORNING)  # 09:00 in Makassar
    make_ticket(session, line, MORNING + 130 * MINUTE)
    make_ticket(session, line, MORNING + 131 * MINUTE)
    at = MORNING + 10 * MINUTE
    finishing = None
    for minutes in (0, 125):
        ticket = call_next(desk.account, at + minutes * MINUTE, finishing=finishing)
        assert ticket is not None
        finishing = ticket.id
    hours = hours_of_today(unit.id, unit.timezone, at + 130 * MINUTE)
    assert [(one.hour, one.came, one.called) for one in hours] == [(9, 1, 1), (10, 0, 0), (11, 2, 1)]
    assert [round(one.mean_wait) if one.mean_wait is not None else None for one in hours] == [600, None, 300]
