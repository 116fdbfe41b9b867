"""What a text tells in passing: queue number, day, time, counter, number of a file."""

from __future__ import annotations

from datetime import date, time

import pytest

from webapp.attribution.told import Queued, read_told

#: A Wednesday.
FILED_ON = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "queued"),
    [
        ("Nomor antrean A-012 dipanggil dua kali", Queued("A", 12)),
        ("nomor antrian saya b 7 dilewati", Queued("B", 7)),
        ("antrean 23 lama sekali", Queued("", 23)),
        ("Saya pegang A-012 sejak pagi", Queued("A", 12)),
        ("antre 3 jam tanpa kejelasan", None),
        ("antrean 40 orang di depan saya", None),
        ("antrean A-012, teman saya antrean A-013", None),
        ("nomor antrean 0", None),
    ],
)
def test_queue_numbers(text: str, queued: Queued | None) -> None:
    assert read_told(text, FILED_ON).queued == queued


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("pada 5 November 2026 saya datang", date(2026, 11, 5)),
        ("tgl 5/11 saya datang", date(2026, 11, 5)),
        ("tanggal 5-11-2026", date(2026, 11, 5)),
        ("tanggal 17 saya datang", date(2026, 11, 17)),
        ("tanggal 20 saya datang", date(2026, 10, 20)),
        ("Senin kemarin jam 9", date(2026, 11, 16)),
        ("hari Minggu tetap buka", date(2026, 11, 15)),
        ("sudah dua minggu belum selesai", None),
        ("kemarin saya ditolak", date(2026, 11, 17)),
        ("tadi pagi saya ditolak", FILED_ON),
        ("3-4 hari lagi katanya", None),
        ("20 November 2027", None),
        ("Senin saya datang, Selasa datang lagi", None),
        ("31/2/2026", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert read_told(text, FILED_ON).day == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("jam 9 pagi", time(9)),
        ("pukul 09.30 WIB", time(9, 30)),
        ("jam setengah 10", time(9, 30)),
        ("jam 2 siang", time(14)),
        ("jam 1 saya dipanggil", time(13)),
        ("menunggu 2 jam", None),
        ("dari jam 8 sampai jam 11", None),
    ],
)
def test_times(text: str, at: time | None) -> None:
    assert read_told(text, FILED_ON).at == at


def test_counters_and_files() -> None:
    told = read_told("Di loket 3, berkas bk-7k2m9-4qxtv belum juga jadi.", FILED_ON)
    assert (told.counter, told.file_code, told.of_delay, told.day) == ("3", "BK-7K2M9-4QXTV", True, None)
    assert read_told("permohonan nomor 2026-0042 ditolak", FILED_ON).file_number == "2026-0042"
    assert read_told("dari loket 3 ke loket 5", FILED_ON).counter == ""
    assert not read_told("petugasnya ramah", FILED_ON).of_delay
