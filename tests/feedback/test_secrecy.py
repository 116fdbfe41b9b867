"""When a complaint points at a person."""

from __future__ import annotations

import pytest

from webapp.feedback.secrecy import points_at_person


@pytest.mark.parametrize(
    "text",
    [
        "Petugas bernama Joko meminta uang.",
        "Oknum di loket tiga minta pungli.",
        "Pak Joko di loket 2 membentak ibu saya.",
        "Bu Rina selalu marah-marah",
        "Saya dihina di depan antrean.",
        "petugas atas nama S. menolak berkas",
        "Ada calo di depan kantor.",
        "Sdr. Anton menahan berkas saya",
    ],
)
def test_names_and_conduct_point_at_a_person(text: str) -> None:
    assert points_at_person(text, stated=False)


@pytest.mark.parametrize(
    "text",
    [
        "Akta kelahiran belum jadi setelah tiga minggu.",
        "Antrean sejak subuh, kuota habis pukul tujuh.",
        "Server mati tanpa pemberitahuan.",
        "Bu, apa syarat membuat KIA?",
        "Mohon kursi tunggu ditambah untuk ibu hamil.",
    ],
)
def test_things_and_processes_do_not(text: str) -> None:
    assert not points_at_person(text, stated=False)


def test_the_reporter_s_own_word_decides_towards_secrecy() -> None:
    assert points_at_person("Layanannya lama.", stated=True)
