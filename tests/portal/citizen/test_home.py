"""The front page and its figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.feedback import make_complaint, make_rating
from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.public_figures import PublicFigures, read_public_figures
from webapp.feedback.suppression import LEAST, Count, Portion, Roughly, portion_of


def test_it_offers_three_ways_in_and_claims_nothing_without_data(client: FlaskClient) -> None:
    page = client.get("/").text
    for address in ("/lapor", "/nilai", "/lacak"):
        assert f'"{address}"' in page
    assert "Belum ada laporan atau penilaian dalam waktu ini." in page


def test_in_english_for_who_wants_it(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="en">' in client.get("/lapor").text


def end_as(complaint: Complaint, state: State, now: datetime, *, late: bool) -> None:
    """Let a complaint take its steps to where it is meant to stand."""
    on_the_way = (State.SENT, State.IN_WORK, State.ANSWERED)
    for step in (*on_the_way, *(() if state == State.ANSWERED else (state,))):
        complaint.state = step
        db.session.flush()  # PostgreSQL checks each by itself
    complaint.answered_at = now - timedelta(days=1)
    complaint.due_at = now - timedelta(days=2) if late else now
    complaint.settled_at = None if state == State.ANSWERED else now


def test_figures_are_counted_and_closed_is_not_accepted(database: SQLAlchemy) -> None:
    session, now = database.session(), datetime.now(UTC)
    for _number in range(3):
        make_rating(session, now)
    make_complaint(session, now - timedelta(days=40))  # before the time that is told of
    for state, count in ((State.ACCEPTED, 5), (State.CLOSED, 6), (State.ANSWERED, 1)):
        for number in range(count):
            end_as(make_complaint(session, now - timedelta(days=5)), state, now, late=number < 3)
    assert read_public_figures(now) == PublicFigures(
        complaints=Count(12), ratings=Count(None), in_time=Portion(5, 12), ended_unsolved=Portion(6, 11)
    )


def test_a_count_small_enough_to_tell_is_not_told(client: FlaskClient, database: SQLAlchemy) -> None:
    session, now = database.session(), datetime.now(UTC)
    for number in range(7):
        end_as(make_complaint(session, now - timedelta(days=5)), State.ANSWERED, now, late=number == 0)
    session.commit()
    figures = read_public_figures(now)
    assert figures.in_time == Portion(None, 7, Roughly.NEARLY_ALL)  # "6 of 7" would tell of the one
    page = client.get("/").text
    assert "hampir semua dari 7" in page and "6 dari 7" not in page


@given(whole=st.integers(0, 60), data=st.data())
def test_nothing_told_tells_of_fewer_than_five(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    told = portion_of(part, whole)
    hidden = [number for number in (part, whole, whole - part) if 0 < number < LEAST]
    assert (told.part is None) == bool(hidden)
    assert told.part in (None, part) and told.whole in (None, whole)
