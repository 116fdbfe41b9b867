"""The agency's list of topics comes in, again without harm, and its bad rows are reported."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.organisation import make_unit
from tests.importing.conftest import Exports
from webapp.importing.mapping import load_mapping, shipped_mappings
from webapp.organisation.models import Topic, Unit

MAPPING = """
source = "kota"

[root]
code = "kota"
name = "Kota Uji"

[topics.columns]
id = "kode"
name = "nama"
unit = "pengampu"
"""
TOPICS = "kode,nama,pengampu\n1,Akta  kelahiran,Dinas Catatan\n2,Jalan berlubang,\n"


@pytest.fixture
def listed(exports: Exports) -> Exports:
    (exports.folder / "kota.toml").write_text(MAPPING, encoding="utf-8")
    return exports


def topics(session: Session) -> dict[str, tuple[str | None, str | None, bool]]:
    """Each topic's unit by name, its external id, and whether it is in use."""
    session.expire_all()
    rows = session.execute(
        select(Topic.name, Unit.name, Topic.external_id, Topic.active)
        .outerjoin(Unit, Unit.id == Topic.unit_id)
        .order_by(Topic.id)
    )
    return {name: (unit, key, active) for name, unit, key, active in rows}


def test_topics_come_in_with_their_unit_and_again_change_nothing(session: Session, listed: Exports) -> None:
    make_unit(session, make_unit(session, code="kota"), name="Dinas Catatan")
    session.add(Topic(name="jalan berlubang"))  # made here before, by hand
    session.commit()
    file = listed.write("topik.csv", TOPICS)
    assert listed.take("topics", file, "--dry-run").counts() == (1, 1, 0, 0)
    assert set(topics(session)) == {"jalan berlubang"}, "a dry run keeps nothing"
    assert listed.take("topics", file).counts() == (1, 1, 0, 0)
    expected = {
        "Akta kelahiran": ("Dinas Catatan", "kota:1", True),
        "Jalan berlubang": (None, "kota:2", True),
    }
    assert topics(session) == expected
    assert listed.take("topics", file).counts() == (0, 0, 2, 0)
    assert topics(session) == expected


def test_a_new_name_is_taken_over_and_what_was_retired_stays_so(session: Session, listed: Exports) -> None:
    make_unit(session, make_unit(session, code="kota"), name="Dinas Catatan")
    session.commit()
    listed.take("topics", listed.write("topik.csv", TOPICS))
    retired = session.scalars(select(Topic).where(Topic.external_id == "kota:2")).one()
    retired.active = False
    session.commit()
    renamed = TOPICS.replace("Jalan berlubang", "Jalan rusak").replace("Dinas Catatan", "")
    assert listed.take("topics", listed.write("topik.csv", renamed)).counts() == (0, 1, 1, 0)
    assert topics(session)["Jalan rusak"] == (None, "kota:2", False)
    assert topics(session)["Akta kelahiran"][0] == "Dinas Catatan", "an export that says nothing takes nothing back"


def test_bad_topics_are_listed_and_the_others_taken(session: Session, listed: Exports) -> None:
    session.add(Topic(name="Lampu jalan", external_id="lain:7"))
    session.commit()
    file = listed.write(
        "topik.csv",
        "kode,nama,pengampu\n1,Sampah,\n1,Parkir,\n,Tanpa kode,\n3,,\n4,SAMPAH,\n5,Lampu jalan,\n6,Taman,Tak Ada\n",
    )
    assert listed.take("topics", file).counts() == (1, 0, 0, 6)
    reasons = (listed.folder / "topik.csv.bad.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.partition(",")[0] for line in reasons] == ["3", "4", "5", "6", "7", "8"]
    assert "stands in line 2 already" in reasons[0]
    assert "is called" in reasons[3] and "is called" in reasons[4]
    assert "no unit is called" in reasons[5]


def test_the_mappings_that_come_along_know_topics() -> None:
    known = [name for name in shipped_mappings() if name != "insteval"]
    assert [load_mapping(name, "topics").kind for name in known] == ["topics"] * len(known) != []
