"""Days and times are said in words, in the unit's own zone and in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask, g

from webapp.portal.dates import clock, day_in_words, due_in_words, moment_in_words, month_in_words, span_in_words

JAKARTA, MAKASSAR = "Asia/Jakarta", "Asia/Makassar"
#: Tuesday 24 November 2026, 09.00 in Jakarta.
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "zone", "words", "tone"),
    [
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), JAKARTA, "lewat sejak Jum, 20 Nov", "bad"),
        (datetime(2026, 11, 24, 1, 30, tzinfo=UTC), JAKARTA, "lewat pukul 08.30", "bad"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), JAKARTA, "hari ini 16.00", "warn"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), MAKASSAR, "hari ini 17.00", "warn"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), JAKARTA, "besok 16.00", "warn"),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), JAKARTA, "Kam, 26 Nov", ""),
        # 17.30 UTC is the next day in Jakarta already.
        (datetime(2026, 11, 24, 17, 30, tzinfo=UTC), JAKARTA, "besok 00.30", "warn"),
    ],
)
def test_due_dates_tell_how_urgent_they_are(app: Flask, due: datetime, zone: str, words: str, tone: str) -> None:
    with app.test_request_context():
        assert due_in_words(due, NOW, zone) == (words, tone)


def test_days_are_named_with_their_weekday(app: Flask) -> None:
    with app.test_request_context():
        assert day_in_words(date(2026, 11, 24)) == "Selasa, 24 November"
        assert day_in_words(date(2025, 11, 24), date(2026, 1, 1)) == "Senin, 24 November 2025"
        assert moment_in_words(NOW, JAKARTA) == "Selasa, 24 November, 09.00"
        assert month_in_words(date(2026, 11, 24)) == "November 2026"


def test_english_readers_get_english_words(app: Flask) -> None:
    with app.test_request_context():
        g.language = "en"
        assert day_in_words(date(2026, 11, 24)) == "Tuesday, 24 November"
        assert clock(NOW, JAKARTA) == "09:00"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 2), date(2026, 11, 8), "2–8 November"),
        (date(2026, 10, 30), date(2026, 11, 5), "30 Oktober – 5 November"),
        (date(2026, 11, 2), date(2026, 11, 2), "2 November"),
    ],
)
def test_a_span_says_the_month_once(app: Flask, first: date, last: date, words: str) -> None:
    with app.test_request_context():
        assert span_in_words(first, last) == words
