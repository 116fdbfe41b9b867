"""The front page and its figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.factories.feedback import make_complaint, make_rating
from webapp.feedback.public_figures import PublicFigures, read_public_figures


def test_it_offers_three_ways_in_and_claims_nothing_without_data(client: FlaskClient) -> None:
    page = client.get("/").text
    for address in ("/lapor", "/nilai", "/lacak"):
        assert f'"{address}"' in page
    assert "Belum ada laporan atau penilaian dalam waktu ini." in page


def test_in_english_for_who_wants_it(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="en">' in client.get("/lapor").text


def test_figures_are_counted_and_closed_is_not_accepted(database: SQLAlchemy) -> None:
    session, now = database.session(), datetime.now(UTC)
    make_rating(session, now)
    make_complaint(session, now - timedelta(days=40))  # before the time that is told of
    for late, state in ((False, "accepted"), (True, "closed"), (False, "closed"), (False, "answered")):
        complaint = make_complaint(session, now - timedelta(days=5))
        complaint.answered_at = now - timedelta(days=1)
        complaint.due_at = now - timedelta(days=2) if late else now
        complaint.state = state
        complaint.settled_at = None if state == "answered" else now
    session.flush()
    assert read_public_figures(now) == PublicFigures(
        complaints=4, ratings=1, answered_in_time=3, answered_late=1, accepted=1, closed=2
    )
