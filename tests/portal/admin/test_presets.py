"""Presets are read, copied, tried out and put in force; a closed quarter stays as it was published."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_rated_visits
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.indicators.actions import refresh_outdated
from webapp.indicators.errors import PeriodBegun, PeriodClosed
from webapp.indicators.models import IndicatorPreset, IndicatorSnapshot, PresetInForce, PresetWithdrawal
from webapp.indicators.periods import day_of, last_periods, period_after, span_of
from webapp.indicators.presets import load_preset
from webapp.indicators.presets.stored import preset_for, put_in_force, store_all_shipped, withdraw

NOW = datetime.now(UTC)
RUNNING, CLOSED = last_periods(day_of(NOW), 2)
IN_CLOSED = datetime.combine(span_of(CLOSED)[0], datetime.min.time(), UTC).replace(day=15, hour=3)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def admin(client: FlaskClient, session: Session, agency: Agency) -> FlaskClient:
    account = make_account(session, (Role.ADMINISTRATOR, agency.city))
    make_rated_visits(session, agency, agency.sari_officer, IN_CLOSED, [4, 3, 1, 4, 2, 4])
    session.commit()
    sign_in(client, account)
    return client


def typed(client: FlaskClient, version: str = "default-2", **changes: str) -> dict[str, str]:
    """The form as it comes, with changes."""
    page = client.get(f"/kelola/indikator/{version}/ubah").text
    fields = dict(re.findall(r'<input[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', page))
    return {name: value for name, value in fields.items() if name != "do"} | changes


def test_all_presets_are_there_with_why_their_weights_are_what_they_are(admin: FlaskClient) -> None:
    page = admin.get("/kelola/indikator").text
    for name in ("Kota Surabaya", "Kota Surakarta", "Kecamatan Senapelan", "Kota Semarang", "Kota Samarinda"):
        assert name in page
    page = admin.get("/kelola/indikator/senapelan-1").text
    assert load_preset("senapelan").reasons["speed"] in page
    assert load_preset("senapelan").sources[0] in page
    assert admin.get("/kelola/indikator/nowhere-1").status_code == 404


def test_weights_must_sum_to_100_and_can_be_scaled(admin: FlaskClient) -> None:
    wrong = typed(admin, weight_satisfaction="60", weight_speed="60", weight_complaint_handling="")
    response = admin.post("/kelola/indikator/default-2/ubah", data=wrong | {"do": "preview"})
    assert response.status_code == 400
    assert "Jumlah bobot harus 100" in response.text
    scaled = admin.post("/kelola/indikator/default-2/ubah", data=wrong | {"do": "scale"}).text
    assert re.search(r'name="weight_speed"[^>]*value="50"', scaled)
    assert "Jumlah 100" in scaled


def test_the_form_says_what_to_do_where_nothing_can_be_scaled_and_writes_a_comma(admin: FlaskClient) -> None:
    nothing = typed(admin, weight_satisfaction="", weight_speed="0", weight_complaint_handling="")
    nothing = {name: "" if name.startswith("weight_") else value for name, value in nothing.items()}
    response = admin.post("/kelola/indikator/default-2/ubah", data=nothing | {"do": "scale"})
    assert response.status_code == 400
    assert "Belum ada bobot untuk diskalakan" in response.text
    response = admin.post("/kelola/indikator/default-2/ubah", data=typed(admin, sure="99,95") | {"do": "preview"})
    assert response.status_code == 400
    assert "Isi angka dari 50 sampai 99,9." in response.text


def test_the_form_shows_weights_as_people_write_them(admin: FlaskClient) -> None:
    page = admin.get("/kelola/indikator/senapelan-1/ubah").text
    assert re.search(r'name="element_time"[^>]*type="text"[^>]*value="0,25"', page)
    assert re.search(r'name="weight_speed"[^>]*type="text"[^>]*value="25"', page)


def test_the_preview_says_what_would_have_changed_and_stores_nothing(
    admin: FlaskClient, session: Session, agency: Agency
) -> None:
    before = len(session.scalars(select(IndicatorPreset.id)).all())
    tried = typed(admin, weight_satisfaction="30", weight_speed="70", weight_complaint_handling="")
    page = admin.post("/kelola/indikator/default-2/ubah", data=tried | {"do": "preview"}).text
    assert "Seandainya berlaku pada" in page
    assert "lebih dari rentang keraguannya" in page
    assert "Angka wajar rata-rata ikut berubah, dari" in page
    assert "Sari Wulandari" not in page, "an administrator reads no officer's figure"
    assert len(session.scalars(select(IndicatorPreset.id)).all()) in (before, 6)
    assert not session.scalars(select(PresetInForce.id)).all()


def test_a_supervisor_sees_his_own_officers_in_the_preview(
    admin: FlaskClient, session: Session, agency: Agency
) -> None:
    sign_in(admin, agency.rina)
    tried = typed(admin, weight_satisfaction="20", weight_speed="80", weight_complaint_handling="")
    page = admin.post("/kelola/indikator/default-2/ubah", data=tried | {"do": "preview"}).text
    assert "Sari Wulandari" in page
    form = admin.get("/kelola/indikator/senapelan-1").text
    assert "Yang boleh memberlakukannya" in form
    assert admin.post("/kelola/indikator/senapelan-1/berlakukan", data={"from_period": RUNNING}).status_code == 403


def test_a_copy_is_stored_with_a_note_and_put_in_force(admin: FlaskClient, session: Session, agency: Agency) -> None:
    mine = typed(admin, title="Kota Uji", weight_satisfaction="40", weight_speed="60", weight_complaint_handling="")
    assert admin.post("/kelola/indikator/default-2/ubah", data=mine | {"do": "save"}).status_code == 400
    saved = admin.post("/kelola/indikator/default-2/ubah", data=mine | {"do": "save", "note": "Dua bagian saja."})
    assert saved.headers["Location"].endswith("/kelola/indikator/kota-uji-1")
    page = admin.get("/kelola/indikator/kota-uji-1").text
    assert "Dua bagian saja." in page
    offered = re.findall(r"<option( selected)? value=\"(\d{4}-Q\d)\"", page)
    assert offered[0][1] == RUNNING
    # Every figure of the running quarter would move: whoever wants that says so.
    assert [period for selected, period in offered if selected] == [period_after(RUNNING)]
    token = dict(re.findall(r'<input[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', page))
    put = admin.post("/kelola/indikator/kota-uji-1/berlakukan", data=token | {"from_period": RUNNING})
    assert put.status_code == 302
    assert "Kota Uji" in admin.get("/kelola/indikator").text
    assert dict(preset_for(RUNNING, NOW).weights) == {"satisfaction": 0.4, "speed": 0.6}
    assert preset_for(CLOSED, NOW).name == "default"
    again = typed(admin, "kota-uji-1", weight_satisfaction="50", weight_speed="50")
    saved = admin.post("/kelola/indikator/kota-uji-1/ubah", data=again | {"do": "save", "note": "Setengah-setengah."})
    assert saved.headers["Location"].endswith("/kelola/indikator/kota-uji-2")


def test_a_copy_has_a_name_of_its_own_and_no_two_presets_bear_the_same(admin: FlaskClient, session: Session) -> None:
    model = load_preset("senapelan").title
    address, note = "/kelola/indikator/senapelan-1/ubah", {"do": "save", "note": "Disesuaikan dengan kota kami."}
    assert typed(admin, "senapelan-1")["title"] == f"{model} (salinan)"
    for alike in (model, f"  {model.upper()} ", f"\u200b{model}\u00ad"):
        refused = admin.post(address, data=typed(admin, "senapelan-1", title=alike, sure="91") | note)
        assert refused.status_code == 400
        assert "Sudah ada acuan lain dengan nama ini." in refused.text
        assert 'value="91"' in refused.text and note["note"] in refused.text  # nothing typed is lost
    assert admin.post(address, data=typed(admin, "senapelan-1") | note).status_code == 302
    assert typed(admin, "senapelan-1")["title"] == f"{model} (salinan 2)"
    cyrillic = admin.post(address, data=typed(admin, "senapelan-1", title="K\u043eta Uji") | note)
    assert cyrillic.status_code == 400 and "Pakai huruf A sampai Z" in cyrillic.text
    listed = re.sub(r"<[^>]+>", "", admin.get("/kelola/indikator").text)
    assert f"{model} (salinan) kecamatan-senapelan-pekanbaru-salinan-1" in listed
    taken = typed(admin, "senapelan-1", title=f"{model} (salinan)", sure="91")
    assert admin.post(address, data=taken | note).status_code == 400
    [version] = session.scalars(select(IndicatorPreset.version).where(IndicatorPreset.title.contains("(salinan")))
    # Its own next version keeps the name, and takes none of another's.
    own = f"/kelola/indikator/{version}/ubah"
    assert typed(admin, version)["title"] == f"{model} (salinan)"
    assert admin.post(own, data=typed(admin, version) | note).status_code == 302
    assert admin.post(own, data=typed(admin, version, title=load_preset("default").title) | note).status_code == 400
    # A reader of another language sees the models by other names: those are taken, too.
    english = admin.get("/kelola/indikator/default-2?lang=en")
    shown = re.search(r"<h1>(.*?)</h1>", english.text)
    assert shown is not None and shown[1] != load_preset("default").title
    assert admin.post(address, data=typed(admin, "senapelan-1", title=shown[1]) | note).status_code == 400
    session.expire_all()
    assert len(session.scalars(select(IndicatorPreset.id).where(IndicatorPreset.made_by_id.is_not(None))).all()) == 2


def test_a_copy_saved_twice_at_a_time_is_stored_once(
    admin: FlaskClient, app: Flask, session: Session, agency: Agency
) -> None:
    """Both presses come to the stored version, whichever of them waits for the other."""
    note = {"do": "save", "note": "Disesuaikan dengan kota kami."}
    clients = [app.test_client() for _press in range(2)]
    account = make_account(session, (Role.ADMINISTRATOR, agency.city))
    session.commit()
    for client in (admin, *clients):
        sign_in(client, account)
    for version, made in (("senapelan-1", "kota-uji-1"), ("kota-uji-1", "kota-uji-2")):
        address, fields = f"/kelola/indikator/{version}/ubah", typed(admin, version, title="Kota Uji") | note
        with ThreadPoolExecutor(2) as presses:
            answers = list(presses.map(lambda client, a=address, f=fields: client.post(a, data=f), clients))
        assert [one.headers.get("Location", "").rpartition("/")[2] for one in answers] == [made, made]
    again = admin.post(address, data=fields | {"note": "Dengan alasan lain."})
    assert again.headers["Location"].endswith("/kota-uji-3")


def test_a_preset_is_withdrawn_before_its_quarter_begins_and_never_after(
    admin: FlaskClient, session: Session, agency: Agency
) -> None:
    coming = period_after(RUNNING)
    store_all_shipped(NOW)
    put_in_force("senapelan-1", RUNNING, NOW)
    for version in ("surakarta-1", "surabaya-1"):  # the second replaces the first
        put_in_force(version, coming, NOW)
    other = make_account(session, (Role.ADMINISTRATOR, agency.city))
    session.commit()
    address = f"/kelola/indikator/mulai/{coming}/tarik"
    assert address in admin.get("/kelola/indikator").text
    assert "Surabaya" in admin.get(address).text
    empty = admin.post(address, data={"reason": "   "})
    assert (empty.status_code, preset_for(coming, NOW).name) == (400, "surabaya")
    sign_in(admin, agency.rina)
    assert admin.post(address, data={"reason": "Belum dibahas."}).status_code == 403
    sign_in(admin, other)
    assert admin.post(address, data={"reason": "Belum dibahas dengan petugas."}).status_code == 303
    session.expire_all()
    # What it had replaced does not come back, and nothing of it holds in any later quarter.
    for later in (coming, period_after(coming)):
        assert preset_for(later, NOW).name == "senapelan"
    page = admin.get("/kelola/indikator").text
    assert "Belum dibahas dengan petugas." in page and address not in page
    twice = admin.post(address, data={"reason": "Belum dibahas dengan petugas."})
    assert twice.headers["Location"].endswith("/kelola/indikator")
    for gone in (admin.get(address), admin.post(f"/kelola/indikator/mulai/{RUNNING}/tarik", data={"reason": "Salah."})):
        assert gone.status_code == 404
    account = session.scalars(select(PresetWithdrawal.account_id).distinct()).one()
    with pytest.raises(PeriodBegun):
        withdraw(RUNNING, "Terlambat.", NOW, account)
    put_in_force("surabaya-1", coming, NOW)
    with pytest.raises(PeriodBegun):  # its quarter has begun
        withdraw(coming, "Terlambat.", datetime.combine(span_of(coming)[0], datetime.min.time(), UTC), account)
    assert preset_for(coming, NOW).name == "surabaya"
    trail = session.scalars(select(AuditEntry.what).where(AuditEntry.deed == "preset")).all()
    assert trail == ["withdrawn", "withdrawn"]  # of both rows; what no account put in force tells of nobody


def test_a_new_preset_moves_the_running_quarter_and_never_a_closed_one(session: Session, agency: Agency) -> None:
    def figures() -> dict[str, tuple[str, float]]:
        return {
            one.period: (one.preset_version, one.figure)
            for one in session.scalars(
                select(IndicatorSnapshot)
                .where(IndicatorSnapshot.superseded_at.is_(None))
                .order_by(IndicatorSnapshot.period)
            )
        }

    for at in (IN_CLOSED, NOW):
        make_rated_visits(session, agency, agency.sari_officer, at, [4, 4, 1, 4, 2, 4])
    before = figures()
    store_all_shipped(NOW)
    with pytest.raises(PeriodClosed):
        put_in_force("senapelan-1", CLOSED, NOW)
    put_in_force("surabaya-1", period_after(RUNNING), NOW)
    put_in_force("senapelan-1", RUNNING, NOW)
    while refresh_outdated(NOW):
        pass
    after = figures()
    assert after[CLOSED] == before[CLOSED]
    assert (after[RUNNING][0], after[RUNNING][1] != before[RUNNING][1]) == ("senapelan-1", True)
    make_rated_visits(session, agency, agency.sari_officer, IN_CLOSED, [1])
    assert figures()[CLOSED][0] == "default-2"
    assert preset_for(period_after(RUNNING), NOW).name == "surabaya"
