"""Officers named or described in a text: titles, nicknames, misspelt, and names that say too little."""

from __future__ import annotations

import pytest

from webapp.attribution.named_officers import MOST_ALIKE, OfficerThen, find_named

ROSTER = [
    OfficerThen(1, 1, "Rina Kusumawardani, S.Sos", "Pelaksana"),
    OfficerThen(2, 1, "Budi Santoso", "Pelaksana"),
    OfficerThen(3, 1, "Drs. Moch. Slamet Riyadi, M.Si", "Kepala Seksi Akta"),
    OfficerThen(4, 1, "Budi Hartono", "Pelaksana"),
    OfficerThen(5, 1, "Dwi Hapsari", "Pelaksana"),
]


@pytest.mark.parametrize(
    ("text", "officers", "by"),
    [
        ("Bu Rina judes", [1], "common"),
        ("bu kusumawardani lambat", [1], "part"),
        ("Ibu Kusumawardhany lambat", [1], "part"),
        ("petugas bernama Budi Hartono marah", [4], "full"),
        ("Budi Hartono marah kepada saya", [4], "full"),
        ("pak Budi", [2, 4], "common"),
        ("Bapak Muhammad Slamet Riadi kasar", [3], "full"),
        ("pak riyadi kasar", [3], "part"),
        ("Bu Kusuma", [1], "common"),
        ("kepala seksi akta tidak ada di tempat", [3], "described"),
    ],
)
def test_who_is_meant(text: str, officers: list[int], by: str) -> None:
    match = find_named(text, ROSTER)
    assert match is not None
    assert ([who.officer_id for who, _ in match.parts], match.by) == (officers, by)
    assert sum(part for _, part in match.parts) == pytest.approx(1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pelayanan lambat sekali",
        "anak saya bernama Budi Hartono belum punya akta",
        "Nama saya Budi Hartono, warga sini",
        "suami saya pak Budi",
        "mohon pak RT Budi membantu",
        "bapak saya sudah tua",
        "Pak Anton yang melayani",
        "pelaksana dan staf di sana",
        "Saya membeli budi daya ikan dari Hartono",
    ],
)
def test_nobody_is_meant(text: str) -> None:
    assert find_named(text, ROSTER) is None


def test_a_name_that_too_many_bear_says_nothing() -> None:
    many = [OfficerThen(number, 1, f"Sri {family}") for number, family in enumerate("ABCDEF")]
    assert find_named("Bu Sri", many[:MOST_ALIKE]) is not None
    assert find_named("Bu Sri", many) is None
