"""The trail names which preset, whose objection and which work plan it tells of, to those who may read of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, scoped_session

from tests.factories.accounts import give_role, make_account, sign_in
from tests.factories.desk import Agency, make_agency
from tests.factories.organisation import make_unit
from tests.factories.plans import make_agreed_plan
from tests.factories.plans import planned as target
from tests.indicators.objections.objected import WHY, WRONG, lines_of, make_town, objection_to
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.indicators.models import IndicatorPreset
from webapp.indicators.objections.deciding import decide_objection
from webapp.indicators.objections.vocabulary import Outcome
from webapp.indicators.periods import day_of, period_after, period_of
from webapp.indicators.presets import stored
from webapp.indicators.presets.presets import load_preset
from webapp.indicators.wording.numbers import period_in_words
from webapp.indicators.work_plans import actions

#: A Tuesday, in the afternoon of Jakarta.
NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
YEAR = 2026
EVIDENCE, NOTE = "Zqdaftar hadir", "Zqcatatan atasan"


@pytest.fixture
def today() -> Iterator[None]:
    """It is NOW."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency(session: scoped_session[Session]) -> Agency:
    return make_agency(session())


@pytest.fixture
def inspector(session: scoped_session[Session], agency: Agency) -> Account:
    return make_account(session(), (Role.INSPECTOR, agency.city), name="Arief Budiarto")


def told_in(client: FlaskClient, query: str = "") -> list[tuple[str, str, str | None]]:
    """Who did what in the trail, the oldest first, with where it leads."""
    page = client.get(f"/jejak{query}")
    assert page.status_code == 200
    found = []
    for line in page.text.split("<tr")[2:]:
        cells = [unescape(re.sub(r"<[^>]+>", "", f"<td{cell}")).strip() for cell in line.split("<td")[1:]]
        link = re.search(r'href="(/[^"]*)"', line)
        found.append((cells[-3], cells[-2], unescape(link[1]) if link else None))
    return found[::-1]


def deeds_in(client: FlaskClient) -> dict[str, str | None]:
    return {what: link for _who, what, link in told_in(client) if "peran" not in what}


@pytest.mark.usefixtures("today")
def test_presets_by_name_version_and_quarter(
    client: FlaskClient, session: scoped_session[Session], agency: Agency, inspector: Account
) -> None:
    stored.store_all_shipped(NOW)
    preset, period = load_preset(stored.DEFAULT), period_after(period_of(day_of(NOW)))
    head = make_account(session(), (Role.ADMINISTRATOR, agency.city), name="Hadi Kepala")
    session.execute(
        update(IndicatorPreset).where(IndicatorPreset.version == preset.version).values(note="Zqcatatan & acuan.")
    )
    stored.put_in_force(preset.version, period, NOW, head.id)
    stored.withdraw(period, "Belum disepakati.", NOW, head.id)
    session.commit()
    sign_in(client, inspector)
    about = f"“{preset.title}” ({preset.version}), mulai {period_in_words(period)}"
    # Why, too: it was written for whoever reads the trail.
    put = f"memberlakukan acuan indikator: {about}Zqcatatan & acuan."
    withdrawn = f"menarik acuan indikator sebelum berlaku: {about}Belum disepakati."
    assert deeds_in(client) == {put: None, withdrawn: None}
    assert {who for who, what, _link in told_in(client) if "acuan" in what} == {"Hadi Kepala"}
    give_role(session(), inspector, Role.SUPERVISOR, agency.unit)
    session.commit()
    there = f"/kelola/indikator/{preset.version}"
    assert deeds_in(client) == {put: there, withdrawn: there}
    assert client.get(there).status_code == 200


@pytest.mark.usefixtures("today")
def test_objections_by_officer_number_and_part(client: FlaskClient, session: scoped_session[Session]) -> None:
    town = make_town(session(), NOW, {0: [1, 1, 2, 1, 1, 2]})
    agency = town.agency
    inspector = make_account(session(), (Role.INSPECTOR, agency.city), name="Arief Budiarto")
    objection = objection_to(town, lines_of(town)[0])
    decide_objection(objection.id, outcome=Outcome.UPHELD, reasons=WHY, actor=town.dewi, at=NOW)
    session.commit()
    about = f"nomor {objection.id}, Sari Wulandari, Kepuasan warga, {period_in_words(town.period)}"
    sign_in(client, inspector)
    page = f"/petugas/{agency.sari_officer.id}"
    assert deeds_in(client) == {
        f"berkeberatan atas nilainya: {about}": page,
        f"menerima keberatan atas nilai: {about}": page,
    }
    assert client.get(page).status_code == 200
    whole = client.get("/jejak").text
    assert WRONG not in whole and WHY not in whole and "rater-" not in whole
    # Who decided it finds it again at the desk, its officer among his own; both see the number there.
    give_role(session(), town.dewi, Role.AUDITOR, agency.city)
    give_role(session(), agency.sari, Role.AUDITOR, agency.city)
    session.commit()
    for viewer, there in ((town.dewi, f"/keberatan-nilai/{objection.id}"), (agency.sari, "/nilai-saya/keberatan")):
        sign_in(client, viewer)
        assert set(deeds_in(client).values()) == {there}
        assert str(objection.id) in re.sub(r"<[^>]+>", "", client.get(there).text)


@pytest.mark.usefixtures("today")
def test_work_plans_with_every_step_and_each_report(
    client: FlaskClient, session: scoped_session[Session], agency: Agency, inspector: Account
) -> None:
    own = target(indicator="Zqindikator")
    plan = actions.draft_plan(agency.sari, YEAR, [own], NOW)
    actions.propose_plan(agency.sari, plan.id, "", NOW)
    actions.return_plan(agency.rina, plan.id, NOTE, NOW)
    first = make_agreed_plan(agency, own, at=NOW, note=NOTE)
    month = f"{YEAR}-01"
    decisions = (actions.confirm_report, actions.return_report)
    for number, decide in enumerate(decisions):
        report = actions.report_done(
            agency.sari, first.targets[0].id, month, 2, EVIDENCE, write_key=f"form:{number}", at=NOW
        )
        decide(agency.rina, report.id, NOTE, NOW)
    waiting = actions.report_done(agency.sari, first.targets[0].id, month, 4, EVIDENCE, write_key="form:w", at=NOW)
    make_agreed_plan(agency, own, target(result="Melatih kader"), at=NOW)
    session.commit()
    assert waiting.target_id != first.targets[0].id  # it went along, and nothing of it was altered
    sign_in(client, inspector)
    page = f"/petugas/{agency.sari_officer.id}"
    one, two = (f"tahun {YEAR}, versi {number}, Sari Wulandari" for number in (1, 2))
    january = f"Januari {YEAR}, target nomor 1 pada versi 1, Sari Wulandari"  # as it was then
    told = [one for one in told_in(client) if "peran" not in one[1]]
    assert told == [
        ("Sari Wulandari", f"mengajukan rencana kerja: {one}", page),
        ("Rina Kusuma", f"mengembalikan rencana kerja untuk diubah: {one}", page),
        ("Sari Wulandari", f"mengajukan rencana kerja: {one}", page),
        ("Rina Kusuma", f"menyepakati rencana kerja: {one}", page),
        ("Sari Wulandari", f"melaporkan capaian rencana kerja: {january}", page),
        ("Rina Kusuma", f"membenarkan laporan capaian: {january}", page),
        ("Sari Wulandari", f"melaporkan capaian rencana kerja: {january}", page),
        ("Rina Kusuma", f"mengembalikan laporan capaian: {january}", page),
        ("Sari Wulandari", f"melaporkan capaian rencana kerja: {january}", page),
        ("Sari Wulandari", f"mengajukan rencana kerja: {two}", page),
        ("Rina Kusuma", f"mengganti rencana kerja dengan versi baru: {one}", page),
        ("Rina Kusuma", f"menyepakati rencana kerja: {two}", page),
    ]
    kept = str(session.scalars(select(AuditEntry.particulars)).all()) + client.get("/jejak").text
    for words in (EVIDENCE, NOTE, "Zqindikator"):
        assert words not in kept
    # Who agrees to plans opens the plan itself.
    give_role(session(), agency.rina, Role.AUDITOR, agency.city)
    session.commit()
    sign_in(client, agency.rina)
    links = {link for _who, what, link in told_in(client) if "rencana kerja" in what}
    assert links == {f"{page}/rencana-kerja?tahun={YEAR}&versi={number}" for number in (1, 2)}
    for link in links:
        assert client.get(link or "").status_code == 200


@pytest.mark.usefixtures("today")
def test_an_officer_is_named_to_nobody_who_may_not_read_of_him(
    client: FlaskClient, session: scoped_session[Session], agency: Agency
) -> None:
    """Two cities in one product: whoever oversees the other one reads of no officer of this one."""
    make_agreed_plan(agency, at=NOW)
    other = make_account(session(), (Role.INSPECTOR, make_unit(session(), name="Kota Lain")))
    session.commit()
    sign_in(client, other)
    told = [one for one in told_in(client) if "rencana" in one[1]]
    about = f"tahun {YEAR}, versi 1, seorang petugas"
    assert told == [
        ("Seorang petugas", f"mengajukan rencana kerja: {about}", None),
        ("Rina Kusuma", f"menyepakati rencana kerja: {about}", None),
    ]
    assert "Sari Wulandari" not in client.get("/jejak").text
    # Nor does asking for her deeds tell which are hers.
    assert "rencana kerja" not in client.get(f"/jejak?orang={agency.sari.id}").text.partition("<main")[2]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE work_target SET quarter_1 = 1", "mengubah target rencana kerja: tahun 2026, versi 1"),
        ("UPDATE work_report SET done = 9", "mengubah laporan capaian: tahun 2026, versi 1"),
        ("UPDATE work_report SET outcome = 'returned'", "mengubah laporan capaian: tahun 2026, versi 1"),
        ("DELETE FROM work_report", "mengubah laporan capaian"),
        ("UPDATE work_plan_step SET note = 'lain'", "mengubah perjalanan rencana kerja: tahun 2026, versi 1"),
        ("DELETE FROM work_plan", "menghapus rencana kerja"),
    ],
)
def test_a_hand_in_the_database_leaves_a_trace(
    client: FlaskClient,
    session: scoped_session[Session],
    agency: Agency,
    inspector: Account,
    statement: str,
    words: str,
) -> None:
    plan = make_agreed_plan(agency, at=NOW)
    report = actions.report_done(agency.sari, plan.targets[0].id, f"{YEAR}-01", 2, EVIDENCE, write_key="form:r", at=NOW)
    actions.confirm_report(agency.rina, report.id, "", NOW)
    session.commit()
    session.execute(text(statement))
    session.commit()
    sign_in(client, inspector)
    now = datetime.now(UTC)  # the database says when it happened
    days = f"?dari={now - timedelta(days=1):%Y-%m-%d}&sampai={now + timedelta(days=1):%Y-%m-%d}"
    assert [who for who, what, _link in told_in(client, days) if what.startswith(words)][:1] == ["Tidak tercatat"]
