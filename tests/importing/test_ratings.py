"""Ratings bring officers, units and services along, and become figures."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.importing.conftest import RATINGS_HEAD, Exports
from tests.pipeline import Pipeline
from webapp.attribution.models import AttributionShare
from webapp.feedback.models import Feedback, Rating
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.organisation.models import Officer, Posting, Service, Unit

ROWS = "w1,p1,5,akta,5\nw1,p2,5,kk,1\nw2,p1,5,akta,3\nw2,p3,6,kk,4\n"


def test_officers_come_with_unit_posting_and_services(session: Session, exports: Exports) -> None:
    ran = exports.take("ratings", exports.write("nilai.csv.gz", RATINGS_HEAD + ROWS))
    assert ran.counts() == (4, 0, 0, 0)
    assert ran.summary["made"] == {"units": 2, "services": 2, "officers": 3}
    officer = session.scalars(select(Officer).where(Officer.external_id == "kota:p1")).one()
    assert officer.name == "Petugas p1" and officer.account_id is None
    (posting,) = officer.postings
    assert (posting.unit.name, posting.unit.external_id, posting.title) == ("Bagian 5", "kota:bagian-5", "Pelaksana")
    root = session.scalars(select(Unit).where(Unit.code == "kota")).one()
    assert posting.unit.path == f"{root.path}{posting.unit_id}/"
    services = {service.name: service.unit_id for service in session.scalars(select(Service))}
    assert services == {"Akta Kelahiran": root.id, "Kartu Keluarga": root.id}


def test_value_scale_rater_and_decision_arrive(session: Session, exports: Exports) -> None:
    exports.take("ratings", exports.write("nilai.csv", RATINGS_HEAD + ROWS))
    ratings = {
        rating.feedback.write_key: rating for rating in session.scalars(select(Rating).order_by(Rating.feedback_id))
    }
    first = ratings["import:kota:rating:w1-p1"]
    assert (first.value, first.scale) == (5, 5)
    assert first.feedback.channel == "import" and first.feedback.occurred_at is None
    officer = session.scalars(select(Officer).where(Officer.external_id == "kota:p1")).one()
    assert first.feedback.decided_officer_id == officer.id
    assert first.feedback.decided_unit_id == officer.postings[0].unit_id
    same, other = ratings["import:kota:rating:w1-p2"].feedback, ratings["import:kota:rating:w2-p1"].feedback
    assert first.feedback.rater_key == same.rater_key != other.rater_key
    assert first.feedback.rater_key is not None and b"w1" not in first.feedback.rater_key


def test_again_makes_nothing(session: Session, exports: Exports) -> None:
    file = exports.write("nilai.csv", RATINGS_HEAD + ROWS)
    exports.take("ratings", file)
    ran = exports.take("ratings", file)
    assert ran.counts() == (0, 0, 4, 0)
    assert ran.summary["made"] == {"units": 0, "services": 0, "officers": 0}
    assert session.scalar(select(func.count()).select_from(Posting)) == 3


def test_an_officer_of_two_units_is_posted_to_both(session: Session, exports: Exports) -> None:
    exports.take("ratings", exports.write("nilai.csv", RATINGS_HEAD + "w1,p1,5,akta,5\nw2,p1,6,akta,5\n"))
    officer = session.scalars(select(Officer)).one()
    assert sorted(posting.unit.name for posting in officer.postings) == ["Bagian 5", "Bagian 6"]


def test_bad_ratings_are_listed_and_make_no_officers(session: Session, exports: Exports) -> None:
    bad = (
        "w1,p7,5,akta,6\nw1,p7,5,akta,\nw1,p7,5,akta,4.5\nw1,p7,5,pajak,4\nw1,p7,,akta,4\n,p7,5,akta,4\nw1,p1,5,kk,2\n"
    )
    ran = exports.take("ratings", exports.write("nilai.csv", RATINGS_HEAD + "w1,p1,5,akta,5\n" + bad), "--dry-run")
    assert ran.counts() == (1, 0, 0, 7)
    words = ("from 1 to 5", "from 1 to 5", "4.5", "pajak", "no unit", "no id", "another value")
    assert [word for word, line in zip(words, ran.lines, strict=True) if word not in line] == []
    assert ran.summary["made"]["officers"] == 1
    assert session.scalars(select(Officer)).all() == []


def test_ratings_become_figures(session: Session, exports: Exports, pipeline: Pipeline) -> None:
    many = "".join(f"w{n},p{n % 30},{n % 3},akta,{5 if n % 30 < 15 else 2}\n" for n in range(600))
    assert exports.take("ratings", exports.write("nilai.csv", RATINGS_HEAD + many)).counts() == (600, 0, 0, 0)
    pipeline.run()
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(AttributionShare)) == 600
    assert session.scalars(select(IndicatorFact.day).distinct()).all() == [None], "the export tells no days"
    figures = dict(
        session.execute(
            select(Officer.name, IndicatorSnapshot.figure)
            .join(IndicatorSnapshot, IndicatorSnapshot.officer_id == Officer.id)
            .where(IndicatorSnapshot.superseded_at.is_(None))
        ).all()
    )
    assert len(figures) == 30
    good = [figures[f"Petugas p{n}"] for n in range(15)]
    poor = [figures[f"Petugas p{n}"] for n in range(15, 30)]
    assert min(good) > max(poor)
    facts = session.execute(select(IndicatorFact.feedback_id, func.count()).group_by(IndicatorFact.feedback_id))
    assert {count for _id, count in facts} == {1}


def test_a_rating_of_the_same_person_counts_once_however_it_is_imported(session: Session, exports: Exports) -> None:
    file = exports.write("nilai.csv", RATINGS_HEAD + ROWS)
    for _ in range(3):
        exports.take("ratings", file)
    assert session.scalar(select(func.count()).select_from(Feedback)) == 4
