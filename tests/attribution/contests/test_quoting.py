"""What is written for the officer neither names nor quotes the complaint."""

from __future__ import annotations

import pytest

from webapp.attribution.contests.quoting import gives_away

CODE = "TG-ABCD-2345"
COMPLAINT = "Petugas di loket tiga membentak ibu saya, lalu menolak berkasnya."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Jadwal jaga menunjukkan petugas lain di loket tiga.", ""),
        ("Lihat laporan TG-ABCD-2345.", CODE),
        ("Lihat laporan tg abcd 2345.", CODE),
        ("Pelapor menulis: “Loket Tiga membentak IBU saya”.", "Loket Tiga membentak IBU saya"),
        ("loket tiga membentak ibu", ""),
        ("", ""),
    ],
)
def test_codes_and_quotations_are_found(words: str, found: str) -> None:
    assert gives_away(words, CODE, COMPLAINT) == found


def test_a_short_complaint_has_no_run() -> None:
    assert gives_away("Antre lama sekali di sini.", CODE, "Antre lama.") == ""
