"""What a figure is made of, in words."""

from __future__ import annotations

from flask import Flask

from webapp.indicators.components import registry
from webapp.indicators.queries import GroupView
from webapp.indicators.wording.facts import all_counted


def _group(part: str, **sources: int) -> GroupView:
    return GroupView(part, "days", None, None, 1, sources, 0.1)


def test_visits_that_two_parts_read_are_named_once_and_complaints_all(app: Flask) -> None:
    groups = [
        _group(registry.ACCURACY, served=30),
        _group(registry.ACCURACY, served=25, returned=1),
        _group(registry.CONDUCT, served=30, complaint=1),
        _group(registry.CONDUCT, served=25),
        _group(registry.SATISFACTION, rating=7),
        _group(registry.SATISFACTION, rating=5, complaint=2),
    ]
    with app.test_request_context():
        assert all_counted(groups) == (
            "12 penilaian, 3 pengaduan yang terbukti, 55 catatan kunjungan yang dilayani dan 1 berkas kembali untuk "
            "dibetulkan"
        )
