"""The agency's catalogue of units comes in below a root, and again without harm."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.organisation import make_unit
from tests.importing.conftest import UNITS, Exports
from webapp.organisation.models import Unit


def tree(session: Session) -> dict[str, str]:
    """Each unit's name, and that of the unit it lies below ("" for a root)."""
    session.expire_all()
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    for unit in units.values():
        above = units[unit.parent_id].path if unit.parent_id else "/"
        assert unit.path == f"{above}{unit.id}/"
    return {unit.name: units[unit.parent_id].name if unit.parent_id else "" for unit in units.values()}


def test_units_hang_below_the_root_that_the_mapping_makes(session: Session, exports: Exports) -> None:
    ran = exports.take("units", exports.write("unit.csv", UNITS))
    assert ran.counts() == (3, 0, 0, 0)
    assert tree(session) == {
        "Kota Uji": "",
        "Dinas Kebersihan": "Kota Uji",
        "Kecamatan Mawar": "Kota Uji",
        "Kelurahan Melati": "Kecamatan Mawar",  # although it came before the unit it lies below
    }
    village = session.scalars(select(Unit).where(Unit.external_id == "kota:2")).one()
    assert (village.kind, village.code, village.timezone) == ("village", "kota-2", "Asia/Jakarta")


def test_units_hang_below_the_unit_that_was_chosen(session: Session, exports: Exports) -> None:
    make_unit(session, make_unit(session, name="Provinsi"), name="Kota Lama", code="LAMA")
    session.commit()
    assert exports.take("units", exports.write("unit.csv", UNITS), "--root", "LAMA").counts() == (3, 0, 0, 0)
    assert tree(session)["Dinas Kebersihan"] == "Kota Lama"
    assert "Kota Uji" not in tree(session)


def test_an_unknown_root_is_named(exports: Exports) -> None:
    ran = exports.take("units", exports.write("unit.csv", UNITS), "--root", "SALAH")
    assert ran.result.exit_code == 1
    assert "No unit has the code SALAH" in ran.result.stderr


def test_again_changes_nothing_and_a_new_name_is_taken_over(session: Session, exports: Exports) -> None:
    exports.take("units", exports.write("unit.csv", UNITS))
    before = tree(session)
    assert exports.take("units", exports.write("unit.csv", UNITS)).counts() == (0, 0, 3, 0)
    assert tree(session) == before
    renamed = UNITS.replace("Dinas Kebersihan", "Dinas Lingkungan")
    assert exports.take("units", exports.write("unit.csv", renamed)).counts() == (0, 1, 2, 0)
    assert "Dinas Lingkungan" in tree(session)


def test_the_place_that_people_gave_a_unit_stays(session: Session, exports: Exports) -> None:
    exports.take("units", exports.write("unit.csv", UNITS))
    moved = session.scalars(select(Unit).where(Unit.external_id == "kota:1")).one()
    above = session.scalars(select(Unit).where(Unit.external_id == "kota:3")).one()
    moved.parent_id, moved.path = above.id, f"{above.path}{moved.id}/"
    session.commit()
    exports.take("units", exports.write("unit.csv", UNITS))
    assert tree(session)["Dinas Kebersihan"] == "Kecamatan Mawar"


def test_bad_units_are_listed_and_the_others_taken(session: Session, exports: Exports) -> None:
    make_unit(session, code="kota-9")
    session.commit()
    file = exports.write(
        "unit.csv",
        "nomor,nama,induk\n1,Dinas A,\n,Tanpa Nomor,\n4,,\n1,Dinas B,\n5,Yatim,77\n6,Anak,5\n"
        "9,Kembar,\n7,lebih,,kolom\n",
    )
    ran = exports.take("units", file)
    assert ran.counts() == (1, 0, 0, 7)
    written = (exports.folder / "unit.csv.bad.csv").read_text(encoding="utf-8").splitlines()
    assert ran.summary["bad_file"] == str(exports.folder / "unit.csv.bad.csv")
    assert written[0] == "line,reason,nomor,nama,induk"
    assert [line.partition(",")[0] for line in written[1:]] == ["3", "4", "5", "8", "9", "6", "7"]
    assert "stands in line 2 already" in written[3]
    assert 'it lies below ""77""' in written[6]


def test_units_may_stand_in_a_circle_without_stopping_the_import(session: Session, exports: Exports) -> None:
    file = exports.write("unit.csv", "nomor,nama,induk\n1,A,2\n2,B,1\n3,C,\n")
    assert exports.take("units", file).counts() == (1, 0, 0, 2)
