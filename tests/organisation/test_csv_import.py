"""An import does what its dry run said, once, and only below the units of who sends it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.organisation import make_counter, make_officer, make_posting, make_shift, make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.organisation.csv_import import (
    KEPT_FOR,
    apply_import,
    forget_staged_imports,
    get_staged_import,
    plan_import,
    stage_import,
)
from webapp.organisation.csv_planning import Effect, Kind, Plan, Reason
from webapp.organisation.csv_reading import FileFault, UnreadableFile
from webapp.organisation.errors import NotManaged
from webapp.organisation.models import Counter, Officer, Service, Shift, StagedImport, Unit

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NIP = "198709162013042004"


@pytest.fixture
def city(session: Session) -> Unit:
    return make_unit(session, code="KOTA", name="Kota")


@pytest.fixture
def admin(session: Session, city: Unit) -> Account:
    return make_account(session, (Role.ADMINISTRATOR, city))


def stage(kind: Kind, lines: str, viewer: Account) -> StagedImport:
    return stage_import(kind, "uji.csv", lines.encode(), viewer, NOW)


def counts(plan: Plan) -> tuple[int, int, int, int]:
    return (*(plan.counts[effect] for effect in Effect), len(plan.bad))


def reasons(plan: Plan) -> list[tuple[int, Reason]]:
    return [(bad.row.line, bad.reason) for bad in plan.bad]


def run_twice(session: Session, kind: Kind, lines: str, viewer: Account) -> Plan:
    """The plan of a file; applied, its plan is that nothing is left to do but what was bad."""
    staged = stage(kind, lines, viewer)
    plan = plan_import(staged, viewer, NOW)
    assert not session.dirty
    assert not session.new
    apply_import(staged, viewer, NOW)
    session.expire_all()
    again = plan_import(stage(kind, lines, viewer), viewer, NOW)
    good = sum(plan.counts.values())
    assert counts(again) == (0, 0, good, len(plan.bad))
    assert staged.result == {**{effect.value: plan.counts[effect] for effect in Effect}, "bad": len(plan.bad)}
    return plan


def test_units_may_stand_before_those_above_them(session: Session, city: Unit, admin: Account) -> None:
    lines = "kode;nama;kode_induk;zona_waktu\nC;Seksi;B;\nB;Bidang;A;Asia/Makassar\nA;Dinas;KOTA;\n"
    assert counts(run_twice(session, Kind.UNITS, lines, admin)) == (3, 0, 0, 0)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    assert units["C"].path == "/" + "/".join(str(units[code].id) for code in ("KOTA", "A", "B", "C")) + "/"
    assert units["C"].timezone == "Asia/Makassar"
    assert units["A"].timezone == city.timezone


def test_every_bad_unit_is_named_and_the_others_come_in(session: Session, city: Unit, admin: Account) -> None:
    other = make_unit(session, code="LAIN")
    make_unit(session, other, code="LAIN-1")
    make_unit(session, city, code="TUTUP", active=False)
    lines = "\n".join(
        (
            "kode,nama,kode_induk,zona_waktu",
            "A,Dinas,KOTA,",
            ",Tanpa kode,KOTA,",
            "B,,KOTA,",
            "A,Dua kali,KOTA,",
            "C,Tanpa induk,,",
            "D,Induk asing,LAIN,",
            "LAIN-1,Direbut,KOTA,",
            "E,Induk salah,B,",
            "F,Cincin,G,",
            "G,Cincin,F,",
            "H,Zona,KOTA,Mars/Olympus",
            "I,Tutup,TUTUP,",
            "J J,Spasi,KOTA,",
            "K,Sel,KOTA,,lebih",
            "L,Di bawah cincin,F,",
        )
    )
    plan = run_twice(session, Kind.UNITS, lines, admin)
    assert counts(plan) == (1, 0, 0, 14)
    assert dict(reasons(plan)) == {
        3: Reason.MISSING,
        4: Reason.MISSING,
        5: Reason.TWICE,
        6: Reason.MISSING,
        7: Reason.UNKNOWN_UNIT,
        8: Reason.NOT_MANAGED,
        9: Reason.PARENT_REFUSED,
        10: Reason.CYCLE,
        11: Reason.CYCLE,
        12: Reason.BAD_ZONE,
        13: Reason.UNIT_CLOSED,
        14: Reason.BAD_CODE,
        15: Reason.SURPLUS_CELLS,
        16: Reason.CYCLE,
    }
    assert session.scalars(select(Unit).where(Unit.code == "LAIN-1")).one().name != "Direbut"


def test_units_move_by_import_but_not_within_themselves(session: Session, city: Unit, admin: Account) -> None:
    a, b = make_unit(session, city, code="A", name="A"), make_unit(session, city, code="B", name="B")
    child = make_unit(session, a, code="C", name="C")
    plan = run_twice(session, Kind.UNITS, "kode,nama,kode_induk\nA,A,B\nB,B,C\n", admin)
    assert reasons(plan) == [(3, Reason.CYCLE)]
    assert child.path == f"{city.path}{b.id}/{a.id}/{child.id}/"


def test_the_topmost_unit_is_moved_from_above(session: Session, city: Unit) -> None:
    part, other = make_unit(session, city, code="A", name="A"), make_unit(session, city, code="B", name="B")
    below = make_unit(session, part, code="C", name="C")
    viewer = make_account(session, (Role.ADMINISTRATOR, part))
    lines = "kode,nama,kode_induk\nA,A,C\nB,B,A\nC,Baru,\n"
    plan = run_twice(session, Kind.UNITS, lines, viewer)
    assert reasons(plan) == [(2, Reason.PARENT_FIXED), (3, Reason.NOT_MANAGED)]
    assert (below.name, other.name) == ("Baru", "B")


def test_services_keep_what_the_file_does_not_name(session: Session, city: Unit, admin: Account) -> None:
    lines = (
        "kode,nama,kode_unit,menit_standar,jam_standar,biaya,syarat\nakta,Akta,KOTA,15,8,0,KTP|KK\nx,X,KOTA,1.000,,,\n"
    )
    plan = run_twice(session, Kind.SERVICES, lines, admin)
    assert reasons(plan) == [(3, Reason.BAD_NUMBER)]
    plan = run_twice(session, Kind.SERVICES, "kode,nama,kode_unit\nakta,Akta kelahiran,KOTA\n", admin)
    assert counts(plan) == (0, 1, 0, 0)
    service = session.scalars(select(Service)).one()
    assert (service.name, service.standard_minutes, service.standard_hours, service.requirements) == (
        "Akta kelahiran",
        15,
        8,
        ["KTP", "KK"],
    )


def test_counters_are_known_by_unit_and_code(session: Session, city: Unit, admin: Account) -> None:
    make_unit(session, city, code="A")
    lines = "kode_unit,kode,nama\nKOTA,1,Loket 1\nA,1,Loket 1\nA,1,Loket lagi\nZ,1,Loket\n"
    plan = run_twice(session, Kind.COUNTERS, lines, admin)
    assert counts(plan) == (2, 0, 0, 2)
    assert reasons(plan) == [(4, Reason.TWICE), (5, Reason.UNKNOWN_UNIT)]
    assert len(session.scalars(select(Counter)).all()) == 2


def test_an_officer_may_have_several_postings(session: Session, city: Unit, admin: Account) -> None:
    make_unit(session, city, code="A")
    lines = "\n".join(
        (
            "id_pegawai,nama,nip,kode_unit,jabatan,mulai,selesai",
            f"1,Sari,{NIP},KOTA,Pelaksana,2024-01-02,2025-12-31",
            "1,Sari,,A,Kepala,01/01/2026,",
            "2,Budi,,A,,2026-01-05,",
            "2,Bukan Budi,,KOTA,,2026-01-05,",
            f"3,Tuti,{NIP},A,,2026-01-05,",
            "4,Joko,123,A,,2026-01-05,",
            "5,Rina,,A,,2027-01-05,",
            "6,Dewi,,A,,2026-02-05,2026-01-05",
            "2,Budi,,A,,2026-06-05,",
            "7,Eka,,A,,kemarin,",
        )
    )
    plan = run_twice(session, Kind.OFFICERS, lines, admin)
    assert counts(plan) == (2, 1, 0, 7)
    assert [reason for _line, reason in reasons(plan)] == [
        Reason.CONTRADICTS,
        Reason.NIP_TAKEN,
        Reason.BAD_NIP,
        Reason.DAY_AHEAD,
        Reason.DAYS_REVERSED,
        Reason.POSTING_OVERLAPS,
        Reason.BAD_DAY,
    ]
    sari = session.scalars(select(Officer).where(Officer.external_id == "csv:1")).one()
    assert sari.nip == NIP
    assert [(p.unit.code, p.starts_on, p.ends_on) for p in sari.postings] == [
        ("KOTA", date(2024, 1, 2), date(2025, 12, 31)),
        ("A", date(2026, 1, 1), None),
    ]
    ends = "id_pegawai,nama,kode_unit,mulai,selesai\n1,Sari Dewi,A,2026-01-01,2026-11-20\n"
    assert counts(run_twice(session, Kind.OFFICERS, ends, admin)) == (0, 1, 0, 0)
    assert (sari.name, sari.nip, sari.postings[1].title) == ("Sari Dewi", NIP, "Kepala")


def test_an_officer_of_other_units_is_left_alone(session: Session, city: Unit) -> None:
    mine, theirs = make_unit(session, city, code="A"), make_unit(session, city, code="B")
    viewer = make_account(session, (Role.ADMINISTRATOR, mine))
    foreign, shared = make_officer(session, theirs, name="Asing"), make_officer(session, mine, name="Rangkap")
    make_posting(session, shared, theirs)
    foreign.external_id, shared.external_id = "csv:1", "csv:2"
    session.flush()
    lines = "\n".join(
        (
            "id_pegawai,nama,kode_unit,jabatan,mulai",
            "1,Asing,A,,2026-01-05",
            "2,Nama lain,A,,2020-01-01",
            "2,Rangkap,A,Kepala,2020-01-01",
            "3,Baru,B,,2026-01-05",
        )
    )
    plan = run_twice(session, Kind.OFFICERS, lines, viewer)
    assert reasons(plan) == [(2, Reason.NOT_MANAGED), (3, Reason.NOT_MANAGED), (5, Reason.UNKNOWN_UNIT)]
    assert counts(plan)[:3] == (0, 1, 0)
    assert (foreign.name, shared.name, len(foreign.postings)) == ("Asing", "Rangkap", 1)


def test_shifts_are_local_and_do_not_overlap(session: Session, city: Unit, admin: Account) -> None:
    unit = make_unit(session, city, code="A", timezone="Asia/Jayapura")
    counter = make_counter(session, unit, name="Loket 1")
    counter.code = "1"
    officer = make_officer(session, unit)
    officer.external_id = "csv:7"
    begun = make_shift(session, officer, counter, NOW - timedelta(hours=1), hours=1)
    lines = "\n".join(
        (
            "kode_unit,kode_loket,id_pegawai,tanggal,mulai,selesai",
            "A,1,7,2026-11-25,07.30,12:00",
            "A,1,7,25/11/2026,11.00,13.00",
            "A,1,7,2026-11-25,22.00,02.00",
            "A,1,7,2026-11-26,01.00,03.00",
            "A,1,8,2026-11-25,07.30,12.00",
            "A,2,7,2026-11-25,07.30,12.00",
            "A,1,7,2019-11-25,07.30,12.00",
            "A,1,7,2026-11-27,07.30,07.30",
            "A,1,7,2026-11-27,pagi,12.00",
            "A,1,7,2026-11-24,10.00,10.30",
        )
    )
    plan = run_twice(session, Kind.SHIFTS, lines, admin)
    assert counts(plan) == (2, 0, 0, 8)
    assert [reason for _line, reason in reasons(plan)] == [
        Reason.SHIFT_OVERLAPS,
        Reason.SHIFT_OVERLAPS,
        Reason.UNKNOWN_OFFICER,
        Reason.UNKNOWN_COUNTER,
        Reason.NOT_POSTED,
        Reason.DAYS_REVERSED,
        Reason.BAD_TIME,
        Reason.SHIFT_BEGUN,
    ]
    first = session.scalars(select(Shift).where(Shift.id != begun.id).order_by(Shift.starts_at)).first()
    assert first is not None
    assert first.starts_at == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert first.ends_at == datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def test_a_file_is_its_senders_encrypted_and_gone_after_a_day(session: Session, city: Unit, admin: Account) -> None:
    staged = stage(Kind.COUNTERS, "kode_unit,kode,nama\nKOTA,1,Loket rahasia\n", admin)
    stored = session.execute(text("SELECT content FROM staged_import")).scalar_one()
    assert b"rahasia" not in bytes(stored)
    with pytest.raises(NotManaged):
        get_staged_import(make_account(session, (Role.ADMINISTRATOR, city)), staged.id)
    for wrong in (0, staged.id + 1, 2**70):
        with pytest.raises(NotManaged):
            get_staged_import(admin, wrong)
    forget_staged_imports(NOW + KEPT_FOR)
    assert get_staged_import(admin, staged.id) is staged
    forget_staged_imports(NOW + KEPT_FOR + timedelta(seconds=1))
    with pytest.raises(NotManaged):
        get_staged_import(admin, staged.id)


def test_a_second_press_does_nothing(session: Session, city: Unit, admin: Account) -> None:
    staged = stage(Kind.COUNTERS, "kode_unit,kode,nama\nKOTA,1,Loket 1\n", admin)
    apply_import(staged, admin, NOW)
    counter = session.scalars(select(Counter)).one()
    counter.name = "Diubah tangan"
    session.flush()
    apply_import(staged, admin, NOW + timedelta(minutes=1))
    assert counter.name == "Diubah tangan"
    assert staged.applied_at == NOW


def test_a_file_is_as_long_as_somebody_can_wait_for(session: Session, admin: Account) -> None:
    rows = "".join(f"KOTA,{number},Loket\n" for number in range(3001))
    with pytest.raises(UnreadableFile) as error:
        stage(Kind.COUNTERS, f"kode_unit,kode,nama\n{rows}", admin)
    assert (error.value.fault, error.value.detail) == (FileFault.TOO_LONG, "3000")
    assert plan_import(stage(Kind.SHIFTS, _many_shifts(3001), admin), admin, NOW).bad


def _many_shifts(count: int) -> str:
    rows = "".join("KOTA,1,1,2026-11-25,07.30,12.00\n" for _ in range(count))
    return f"kode_unit,kode_loket,id_pegawai,tanggal,mulai,selesai\n{rows}"
