"""Exports of a queue machine and of a registry system: the same reports as by the interface, from files."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.reporting import Office, make_reporting_office
from tests.importing.conftest import Exports
from webapp.counter.applications.models import Application
from webapp.counter.incoming.models import IncomingRecord
from webapp.counter.models import Visit

MAPPING = """
source = "mesin"
timezone = "Asia/Jakarta"
time_format = "%d/%m/%Y %H:%M:%S"
delimiter = ";"

[visits.columns]
id = "{TANGGAL}-{NOMOR}"
service = "LAYANAN"
counter = "LOKET"
officer = "PETUGAS"
drawn_at = "{TANGGAL} {AMBIL}"
called_at = "{TANGGAL} {PANGGIL}"
finished_at = "{TANGGAL} {SELESAI}"

[stages.columns]
file = "BERKAS"
service = "LAYANAN"
stage = "TAHAP"
registered_at = "DAFTAR"
complete_at = "LENGKAP"
started_at = "MULAI"
finished_at = "SELESAI"
officer = "PETUGAS"
pause_cause = "SEBAB"
pause_starts_at = "JEDA"
pause_ends_at = "LANJUT"
"""
VISITS = """TANGGAL;NOMOR;LAYANAN;LOKET;PETUGAS;AMBIL;PANGGIL;SELESAI;NAMA
17/11/2026;A1;akta;3;P-1;09:00:00;09:10:00;09:18:00;tidak dibaca
17/11/2026;A2;akta;3;Bu Sari;09:01:00;09:20:00;09:25:00;tidak dibaca
17/11/2026;A3;akta;3;P-1;09:02:00;besok;09:25:00;tidak dibaca
17/11/2026;3578014505900001;akta;3;P-1;09:02:00;09:22:00;09:25:00;tidak dibaca
"""
STAGES = """BERKAS;LAYANAN;TAHAP;DAFTAR;LENGKAP;MULAI;SELESAI;PETUGAS;SEBAB;JEDA;LANJUT
B1;akta;verified;16/11/26 08:00;16/11/26 08:00;16/11/26 09:00;;;central_server;16/11/26 10:00;16/11/26 11:00
B1;akta;received;16/11/26 08:00;;16/11/26 08:00;16/11/26 09:00;P-1;;;
"""


def test_visits_are_taken_held_and_listed_as_bad(session: Session, exports: Exports) -> None:
    office: Office = make_reporting_office(session)
    mapping = str(exports.write("mesin.toml", MAPPING))
    file = exports.write("antrean.csv", VISITS)
    options = ("--root", "DISDUK")
    dry = exports.take("visits", file, *options, "--dry-run", mapping=mapping)
    assert dry.counts() == (1, 0, 0, 2) and dry.summary["held"] == 1
    assert session.scalar(select(func.count(IncomingRecord.id))) == 0
    ran = exports.take("visits", file, *options, mapping=mapping)
    assert ran.counts() == (1, 0, 0, 2)
    assert (ran.summary["held"], ran.summary["held_because"]) == (1, {"unknown_officer": 1})
    reasons = (exports.folder / "antrean.csv.bad.csv").read_text(encoding="utf-8")
    assert "called_at is" in reasons and "NIK" in reasons
    [visit] = session.scalars(select(Visit))
    assert (visit.unit_id, visit.officer_id, visit.waited_seconds) == (office.unit.id, office.officer.id, 600)
    again = exports.take(
        "visits", exports.write("lagi.csv", VISITS.replace("09:18:00", "09:19:00")), *options, mapping=mapping
    )
    assert (again.counts(), again.summary["held"]) == ((0, 1, 0, 2), 1)


def test_stages_of_a_file_out_of_order(session: Session, exports: Exports) -> None:
    make_reporting_office(session)
    mapping = str(exports.write("mesin.toml", MAPPING.replace("%Y %H:%M:%S", "%y %H:%M")))
    ran = exports.take("stages", exports.write("tahap.csv.gz", STAGES), "--root", "DISDUK", mapping=mapping)
    assert ran.counts() == (2, 0, 0, 0)
    [file] = session.scalars(select(Application))
    assert [(stage.code, len(stage.holdings)) for stage in file.stages] == [
        ("received", 1),
        ("verified", 1),
        ("produced", 0),
    ]
    [pause] = file.pauses
    assert pause.outside_control and file.complete_at is not None and file.due_at is not None
