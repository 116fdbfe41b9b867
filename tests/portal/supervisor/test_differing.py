"""A sentence about differences names exactly what its drawing shows as different."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from webapp.indicators.overview.differences import Difference
from webapp.portal.supervisor.unit_view import _differing

ROW: Difference[int] = Difference(1, 9, 80.0, 75.0, 85.0, 80.0, 0.0, -5.0, 5.0, clear=False)


def test_what_was_put_together_is_told_where_it_is_drawn_as_different(app: Flask) -> None:
    rest = replace(ROW, key=None, difference=-9.0, clear=True)
    with app.test_request_context("/"):
        assert _differing([("Akta", ROW)]) == "Tidak ada yang jelas berbeda."
        said = _differing([("Akta", ROW), ("Layanan lain, digabung", rest)])
    assert said == "Jelas lebih rendah: Layanan lain, digabung."
