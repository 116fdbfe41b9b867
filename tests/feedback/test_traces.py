"""What stands in a photo's file is read before it is stripped, and nonsense in it hurts nobody."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import ExifTags, Image

from tests.factories.feedback import make_picture
from webapp.feedback.photos import reencode
from webapp.feedback.traces import NO_TRACES, Traces, metres_between, traces_of

TAKEN, OFFSET = ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal


def photo(camera: dict[int, Any] | None = None, place: dict[int, Any] | None = None, software: str = "") -> bytes:
    """A picture whose file says so."""
    notes = Image.Exif()
    if software:
        notes[ExifTags.Base.Software] = software
    notes.get_ifd(ExifTags.IFD.Exif).update(camera or {})
    notes.get_ifd(ExifTags.IFD.GPSInfo).update(place or {})
    return make_picture(exif=notes)


def test_date_place_and_program_are_read() -> None:
    content = photo(
        {TAKEN: "2026:11:20 09:30:00"},
        {1: "S", 2: (7.0, 15.0, 27.0), 3: "E", 4: (112.0, 45.0, 0.0)},
        "Adobe Photoshop 25.1 (Windows)",
    )
    picture = reencode(content)
    traces = picture.traces
    assert traces.taken_at("Asia/Jakarta") == datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    assert traces.latitude == pytest.approx(-7.2575) and traces.longitude == pytest.approx(112.75)
    assert traces.editor
    with Image.open(io.BytesIO(picture.content)) as image:
        assert traces_of(image) == NO_TRACES


def test_the_cameras_own_zone_counts() -> None:
    traces = reencode(photo({TAKEN: "2026:11:20 09:30:00", OFFSET: "+09:00"})).traces
    assert traces.taken_at("Asia/Jakarta") == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)


def test_a_file_that_says_nothing_leaves_no_traces() -> None:
    assert reencode(make_picture()).traces == NO_TRACES
    assert reencode(photo(software="Pixel 8 Pro, HDR+")).traces == NO_TRACES
    assert Traces().taken_at("Asia/Jakarta") is None


@pytest.mark.parametrize(
    ("camera", "place"),
    [
        ({TAKEN: "kemarin"}, {}),
        ({TAKEN: "0000:00:00 00:00:00"}, {}),
        ({TAKEN: "1970:01:01 00:00:00"}, {}),
        ({TAKEN: "2026:13:45 09:30:00"}, {2: (700.0, 0.0, 0.0), 4: (1.0, 0.0, 0.0)}),
        ({}, {1: "S", 2: (7.0, 15.0, 27.0)}),
    ],
)
def test_nonsense_counts_as_nothing(camera: dict[int, Any], place: dict[int, Any]) -> None:
    assert reencode(photo(camera, place)).traces == NO_TRACES


def test_distances_are_over_ground() -> None:
    assert metres_between(-7.25, 112.75, -7.25, 112.75) == 0
    assert metres_between(-7.25, 112.75, -7.26, 112.75) == pytest.approx(1112, abs=2)
