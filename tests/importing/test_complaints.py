"""Complaints come in once each, with the unit that the agency had sent them to, and go through the pipeline."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories.accounts import give_role, make_account
from tests.factories.organisation import make_unit
from tests.importing.conftest import COMPLAINTS_HEAD, UNITS, Exports
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback
from webapp.attribution.models import Attribution
from webapp.database import transaction
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.masking import NIK_MASK
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Unit
from webapp.outbox.models import OutboxEvent

ROWS = (
    "k1,Sampah menumpuk di depan pasar.,,Dinas Kebersihan,Melati,Mawar,2026-03-02 08:15:00,\n"
    'k2,"Lampu jalan padam,\nsudah ""dua"" minggu.",Usul,kelurahan  MELATI,Melati,Mawar,'
    "2026-03-03T09:00:00Z,0812 3456 7890\n"
    "k3,NIK saya 3578010101900001 salah cetak.,,,Melati,,2026-03-04,\n"
)
NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def city(exports: Exports) -> Exports:
    """The units are there."""
    assert exports.take("units", exports.write("unit.csv", UNITS)).counts()[0] == 3
    return exports


def by_key(session: Session) -> dict[str, Feedback]:
    session.expire_all()
    return {one.write_key: one for one in session.scalars(select(Feedback).order_by(Feedback.id))}


def test_every_field_arrives(session: Session, city: Exports) -> None:
    ran = city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS))
    assert ran.counts() == (3, 0, 0, 0)
    assert (ran.summary["rows"], ran.summary["bad_file"], ran.summary["source"]) == (3, None, "kota")
    known = by_key(session)
    assert set(known) == {"import:kota:k1", "import:kota:k2", "import:kota:k3"}
    units = {unit.id: unit.name for unit in session.scalars(select(Unit))}
    first, second, third = (known[f"import:kota:k{n}"] for n in (1, 2, 3))
    assert first.filed_at == datetime(2026, 3, 2, 1, 15, tzinfo=UTC)  # the mapping's zone
    assert second.filed_at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # its own zone
    assert [units.get(one.decided_unit_id or 0) for one in (first, second, third)] == [
        "Dinas Kebersihan",
        "Kelurahan Melati",
        None,
    ]
    assert (first.channel, first.place, third.place) == ("import", "Melati, Mawar", None)
    complaint = second.complaint
    assert complaint is not None
    assert complaint.text == 'Lampu jalan padam,\nsudah "dua" minggu.'
    assert (complaint.complaint_kind, complaint.contact_phone) == ("suggestion", "+6281234567890")
    assert complaint.secret and complaint.anonymous


def test_masking_and_codes_are_those_of_every_complaint(session: Session, city: Exports) -> None:
    city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS))
    complaint = by_key(session)["import:kota:k3"].complaint
    assert complaint is not None
    assert NIK_MASK in complaint.text and "3578010101900001" not in complaint.text
    assert "3578010101900001" in (complaint.original_text or "")
    assert complaint.code.startswith("TG-") and complaint.secret_word.count("-") == 2
    assert session.scalar(text("SELECT count(DISTINCT code) FROM complaint")) == 3


def test_the_workers_are_told_once(session: Session, city: Exports) -> None:
    file = city.write("aduan.csv", COMPLAINTS_HEAD + ROWS)
    city.take("complaints", file)
    city.take("complaints", file)
    events = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "FeedbackImported")).all()
    ids = sorted(one.id for one in by_key(session).values())
    assert [event.payload for event in events] == [{"feedback_ids": ids}]


def test_again_changes_nothing(session: Session, city: Exports) -> None:
    file = city.write("aduan.csv", COMPLAINTS_HEAD + ROWS)
    city.take("complaints", file)
    assert city.take("complaints", file).counts() == (0, 0, 3, 0)
    assert len(by_key(session)) == 3


def test_other_words_under_a_known_id_are_a_bad_row(session: Session, city: Exports) -> None:
    city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS))
    changed = ROWS.replace("Sampah menumpuk", "Air tidak mengalir")
    ran = city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + changed))
    assert ran.counts() == (0, 0, 2, 1)
    complaint = by_key(session)["import:kota:k1"].complaint
    assert complaint is not None and complaint.text.startswith("Sampah menumpuk")


def test_bad_rows_are_written_beside_and_the_others_taken(session: Session, city: Exports) -> None:
    bad = (
        "k4,,,Dinas Kebersihan,,,2026-03-02,\n"
        "k5,Isi,,Dinas Entah,,,2026-03-02,\n"
        "k6,Isi,,,,,kemarin,\n"
        "k7,Isi,,,,,2999-01-01,\n"
        "k8,Isi,Marah,,,,2026-03-02,\n"
        ",Isi,,,,,2026-03-02,\n"
        "k9,Isi,,,,,2026-03-02,bukan nomor\n"
        "k10,Isi\n"
    )
    file = city.write("aduan.csv", (COMPLAINTS_HEAD + ROWS + bad).encode() + b"k11,Rusak \xff,,,,,2026-03-02,\n")
    ran = city.take("complaints", file)
    assert ran.counts() == (3, 0, 0, 9)
    path = Path(ran.summary["bad_file"])
    assert path == city.folder / "aduan.csv.bad.csv"
    assert path.stat().st_mode & 0o077 == 0, "citizens' words are for the owner of the file alone"
    reasons = {
        line.split(b",")[0].decode(): line.split(b",", 1)[1].decode(errors="replace")
        for line in path.read_bytes().splitlines()[1:]
    }
    for line, word in {
        "6": "no text",
        "7": "Dinas Entah",
        "8": "kemarin",
        "9": "in the future",
        "10": "Marah",
        "11": "no id",
        "12": "phone",
        "13": "2 values",
        "14": "UTF-8",
    }.items():
        assert word in reasons[line]
    assert b"Rusak \xff" in path.read_bytes(), "what cannot be read is kept byte by byte"


def test_the_file_of_bad_rows_can_be_corrected_and_taken(session: Session, city: Exports) -> None:
    row = "k5,Isi,,Dinas Entah,,,2026-03-02,\n"
    path = Path(city.take("complaints", city.write("a.csv", COMPLAINTS_HEAD + row)).summary["bad_file"])
    path.write_text(path.read_text(encoding="utf-8").replace(",Dinas Entah,", ",Dinas Kebersihan,"), encoding="utf-8")
    assert city.take("complaints", path).counts() == (1, 0, 0, 0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders cannot be closed there")
def test_bad_rows_go_to_the_current_folder_where_the_input_is_read_only(
    session: Session, city: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = city.write("aduan.csv", COMPLAINTS_HEAD + "k4,,,,,,,\n")
    # A folder in the place of the file cannot be opened for writing, even by root, whom no permission stops.
    (city.folder / "aduan.csv.bad.csv").mkdir()
    ran = city.take("complaints", file)
    assert ran.summary["bad_file"] == str(Path.cwd() / "aduan.csv.bad.csv")
    assert Path(ran.summary["bad_file"]).read_text(encoding="utf-8").count("\n") == 2


def test_packed_files_and_byte_order_marks_are_read(session: Session, city: Exports) -> None:
    content = b"\xef\xbb\xbf" + (COMPLAINTS_HEAD + ROWS).encode()
    assert city.take("complaints", city.write("aduan.csv.gz", content)).counts() == (3, 0, 0, 0)


def test_a_packed_file_that_breaks_off_is_named_and_what_came_before_is_there(session: Session, city: Exports) -> None:
    many = "".join(f"b{n},Laporan nomor {n * 7919} {os.urandom(20).hex()},,,,,2026-03-02,\n" for n in range(3000))
    path = city.write("aduan.csv.gz", COMPLAINTS_HEAD + many)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    ran = city.take("complaints", path)
    assert ran.result.exit_code == 1
    assert "breaks off" in ran.result.stderr and "import the whole file again" in ran.result.stderr
    before = len(by_key(session))
    assert 500 < before < 3000
    assert city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + many)).counts() == (
        3000 - before,
        0,
        before,
        0,
    )


def test_missing_columns_are_named_all_at_once(session: Session, city: Exports) -> None:
    ran = city.take("complaints", city.write("aduan.csv", "nomor,isi,jenis\nk1,Isi,\n"))
    assert ran.result.exit_code == 1
    assert "lacks the columns tujuan, kelurahan, kecamatan, masuk, telepon" in ran.result.stderr
    assert "It has: nomor, isi, jenis" in ran.result.stderr
    assert not by_key(session)


def test_a_dry_run_lists_the_bad_rows_and_writes_nothing(session: Session, city: Exports) -> None:
    file = city.write("aduan.csv", COMPLAINTS_HEAD + ROWS + ROWS + "k4,,,,,,,\nk5,Isi,,Dinas Entah,,,,\n")
    ran = city.take("complaints", file, "--dry-run")
    assert ran.counts() == (3, 0, 3, 2)
    assert [line.split(":")[0] for line in ran.lines] == ["line 10", "line 11"]
    assert "Dinas Entah" in ran.lines[1]
    assert not by_key(session)
    assert session.scalars(select(OutboxEvent)).all() == []
    assert [path.name for path in city.folder.glob("*.bad.csv")] == []
    assert city.take("complaints", file).counts() == (3, 0, 3, 2), "the dry run said what would happen"


def test_units_of_others_are_not_taken_for_the_citys(session: Session, city: Exports) -> None:
    make_unit(session, make_unit(session, name="Kota Contoh"), name="Dinas Kebersihan")
    make_unit(session, name="Dinas Lain")
    session.commit()
    more = "k4,Isi,,Dinas Lain,,,2026-03-02,\n"
    ran = city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS + more))
    assert ran.counts() == (3, 0, 0, 1), "one of that name is the city's, the other is none of it"
    unit = session.get_one(Unit, by_key(session)["import:kota:k1"].decided_unit_id)
    assert unit.external_id == "kota:1"


def test_an_unknown_root_stops_complaints_too(session: Session, city: Exports) -> None:
    ran = city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS), "--root", "SALAH")
    assert ran.result.exit_code == 1 and "No unit has the code SALAH" in ran.result.stderr


def test_two_units_of_one_name_have_to_be_told_apart(session: Session, city: Exports) -> None:
    city.take("units", city.write("unit.csv", UNITS + "4,Dinas  kebersihan,3\n"))
    ran = city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS), "--dry-run")
    assert ran.counts() == (2, 0, 0, 1)
    assert ran.lines == [
        'line 2: 2 units are called "Dinas Kebersihan": name the unit by its id instead (unit_by = "id")'
    ]


def test_what_the_city_decided_is_the_standing_judgement(session: Session, city: Exports) -> None:
    city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + ROWS))
    known = by_key(session)
    attribute_feedback([one.id for one in known.values()], NOW)
    session.flush()
    judged = {one.feedback_id: one for one in session.scalars(select(Attribution))}
    first, third = known["import:kota:k1"], known["import:kota:k3"]
    assert judged[first.id].made_by == "import"
    assert judged[first.id].evidence[0].rule == "agency_decision"
    assert first.complaint is not None and third.complaint is not None
    assert (first.complaint.state, first.complaint.unit_id) == ("sent", first.decided_unit_id)
    assert (third.complaint.state, third.complaint.unit_id) == ("in_triage", None)


def test_a_personal_complaint_goes_where_the_city_sent_it_but_not_before_its_officers(
    session: Session, city: Exports
) -> None:
    row = "k1,Petugas loket membentak ibu saya.,,Dinas Kebersihan,,,2026-03-02,\n"
    city.take("complaints", city.write("aduan.csv", COMPLAINTS_HEAD + row))
    (one,) = by_key(session).values()
    attribute_feedback([one.id], NOW)
    session.flush()
    complaint = session.get_one(Complaint, one.id)
    assert complaint.points_at_person
    assert (complaint.state, complaint.unit_id) == ("sent", one.decided_unit_id)
    unit = session.get_one(Unit, complaint.unit_id)
    officer, superior = make_account(session), make_account(session)
    give_role(session, officer, Role.OFFICER, unit)
    give_role(session, superior, Role.SUPERVISOR, unit)
    with pytest.raises(NotForThisPerson):
        get_case(officer, complaint.code)
    assert get_case(superior, complaint.code) is complaint


_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=40)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_TEXTS.filter(lambda words: words.strip()), max_size=12), at=st.integers(0, 12))
def test_two_halves_are_the_whole(app: Flask, session: Session, texts: list[str], at: int) -> None:
    import csv
    import io

    def as_csv(rows: list[tuple[str, str]]) -> str:
        out = io.StringIO()
        csv.writer(out).writerows([("id", "text", "unit", "filed_at"), *((*row, "", "2026-01-05") for row in rows)])
        return out.getvalue()

    def outcome(*files: list[tuple[str, str]]) -> set[tuple[str, str]]:
        with tempfile.TemporaryDirectory() as name:
            exports = Exports(app, Path(name))
            for number, rows in enumerate(files):
                told = exports.take("complaints", exports.write(f"{number}.csv", as_csv(rows)), mapping="plain").summary
                assert told["rows"] == len(rows) and told["bad"] == 0
        found = set(session.execute(select(Feedback.write_key, Complaint.text).join(Complaint)).all())
        session.rollback()
        with transaction() as clean:
            clean.execute(text("DELETE FROM feedback"))
        return found

    rows = [(f"n{number}", words) for number, words in enumerate(texts)]
    assert outcome(rows) == outcome(rows[:at], rows[at:]) == outcome(rows[at:], rows, rows[:at])
