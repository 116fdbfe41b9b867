"""Past complaints come in with the agency's decision put aside, and it stays so."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.importing.conftest import COMPLAINTS_HEAD, MAPPING, UNITS, Exports
from webapp.attribution.actions import attribute_feedback
from webapp.attribution.models import Attribution
from webapp.attribution.replay.models import WithheldDecision
from webapp.feedback.models import Feedback
from webapp.organisation.models import Unit

ROWS = (
    "k1,Sampah menumpuk di depan pasar.,,Dinas Kebersihan,Melati,Mawar,2026-03-02 08:15:00,\n"
    "k2,Lampu jalan padam.,Usul,Kelurahan Melati,Melati,Mawar,2026-03-03T09:00:00Z,\n"
    "k3,Tidak tahu ke mana.,,,Melati,,2026-03-04,\n"
)
COMPLAINTS = COMPLAINTS_HEAD + ROWS
WITHOUT = "--without-decisions"


def with_units(exports: Exports) -> Exports:
    exports.take("units", exports.write("unit.csv", UNITS))
    return exports


def withheld(session: Session) -> dict[str, tuple[str, str | None]]:
    rows = session.execute(
        select(Feedback.write_key, Unit.name, WithheldDecision.topic)
        .join(WithheldDecision, WithheldDecision.feedback_id == Feedback.id)
        .join(Unit, Unit.id == WithheldDecision.unit_id)
        .order_by(Feedback.write_key)
    )
    return {key.rsplit(":", 1)[1]: (unit, topic) for key, unit, topic in rows}


def decided(session: Session) -> int | None:
    return session.scalar(select(func.count()).where(Feedback.decided_unit_id.is_not(None)))


def test_the_choice_is_put_aside_once_and_the_rules_do_not_know_it(session: Session, exports: Exports) -> None:
    city = with_units(exports)
    mapping = city.write("topik.toml", MAPPING.replace('unit = "tujuan"', 'unit = "tujuan"\ntopic = "jenis"'))
    file = city.write("aduan.csv", COMPLAINTS)
    ran = city.take("complaints", file, WITHOUT, mapping=str(mapping))
    assert ran.counts() == (3, 0, 0, 0)
    assert (ran.summary["withheld"], ran.summary["withheld_before"], ran.summary["decided_before"]) == (2, 0, 0)
    assert withheld(session) == {"k1": ("Dinas Kebersihan", None), "k2": ("Kelurahan Melati", "Usul")}
    assert decided(session) == 0
    again = city.take("complaints", file, WITHOUT, mapping=str(mapping)).summary
    assert (again["unchanged"], again["withheld"], again["withheld_before"]) == (3, 0, 2)
    ids = list(session.scalars(select(Feedback.id).order_by(Feedback.id)))
    attribute_feedback(ids, datetime(2026, 11, 10, 2, 0, tzinfo=UTC))
    session.flush()
    assert set(session.scalars(select(Attribution.made_by).order_by(Attribution.id))) == {"rules"}


def test_with_decisions_afterwards_nothing_changes_and_it_is_told(session: Session, exports: Exports) -> None:
    city = with_units(exports)
    file = city.write("aduan.csv", COMPLAINTS)
    city.take("complaints", file, WITHOUT)
    ran = city.take("complaints", file)
    assert ran.counts() == (0, 0, 3, 0)
    assert ran.summary["still_withheld"] == 2
    assert "2 complaints had been imported without" in ran.result.stderr
    assert decided(session) == 0 and len(withheld(session)) == 2


def test_what_the_rules_know_cannot_be_withheld_and_it_is_told(session: Session, exports: Exports) -> None:
    city = with_units(exports)
    file = city.write("aduan.csv", COMPLAINTS)
    assert city.take("complaints", file).summary["still_withheld"] == 0
    ran = city.take("complaints", file, WITHOUT)
    assert (ran.summary["withheld"], ran.summary["decided_before"]) == (0, 2)
    assert "2 complaints had been imported with" in ran.result.stderr
    assert decided(session) == 2 and not withheld(session)


def test_bad_rows_withhold_nothing_and_a_dry_run_counts_the_same(session: Session, exports: Exports) -> None:
    city = with_units(exports)
    rows = (
        ROWS
        + "k1,Kata-kata lain.,,Kelurahan Melati,,,2026-03-02,\n"  # the same id says something else
        + "k4,Isi.,,Dinas Entah,,,2026-03-02,\n"
    )
    file = city.write("aduan.csv", COMPLAINTS_HEAD + rows)
    dry = city.take("complaints", file, WITHOUT, "--dry-run")
    assert (dry.counts(), dry.summary["withheld"]) == ((3, 0, 0, 2), 2)
    assert not withheld(session)
    real = city.take("complaints", file, WITHOUT)
    assert (real.counts(), real.summary["withheld"]) == ((3, 0, 0, 2), 2)
    assert withheld(session)["k1"] == ("Dinas Kebersihan", None)
