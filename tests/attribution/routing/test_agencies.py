"""Whose a complaint is when it is not the city's, as a table of invented texts."""

from __future__ import annotations

import pytest

from webapp.attribution.routing.agencies import LEAST_PROBABILITY, other_agency

THEIRS = [
    ("Listrik padam sejak subuh dan petugas PLN tidak datang", "PLN", {"petugas pln", "listrik padam"}),
    ("Token listriknya ditolak terus, meteran listrik berkedip", "PLN", {"token listrik", "meteran listrik"}),
    ("Motor saya dicuri, sudah lapor polsek tapi diam saja", "Kepolisian (Polri)", {"polsek", "dicuri"}),
    ("Perpanjangan paspor di kantor imigrasi lama sekali", "Kantor Imigrasi", set()),
    ("Pajak kendaraan saya di Samsat salah hitung", "Samsat (provinsi)", set()),
    ("Pencairan JHT di BPJS Ketenagakerjaan ditolak", "BPJS Ketenagakerjaan", set()),
    ("Debt collector pinjol meneror saya", "Otoritas Jasa Keuangan (OJK)", set()),
]
OURS = [
    "Lampu jalan padam, PJU mati dari PLN katanya",
    "Polisi tidur di gang terlalu tinggi",
    "Mohon Polisi Pamong Praja menertibkan pedagang",
    "Sampah menumpuk",
    "Kata polisi harus ke kelurahan dulu",
    "Minta BPJS PBI untuk keluarga miskin di puskesmas",
    "",
]


@pytest.mark.parametrize(("text", "name", "words"), THEIRS)
def test_what_is_another_agencys_says_whose_and_why(text: str, name: str, words: set[str]) -> None:
    found = other_agency(text)
    assert found is not None
    assert found.name == name
    assert words <= set(found.words)
    assert LEAST_PROBABILITY <= found.probability < 1.0


@pytest.mark.parametrize("text", OURS)
def test_what_is_ours_or_only_mentions_somebody_stays(text: str) -> None:
    assert other_agency(text) is None


def test_more_evidence_makes_it_surer() -> None:
    little, much = other_agency("PLN: listrik padam"), other_agency("PLN: listrik padam, gardu meledak, trafo rusak")
    assert little is not None
    assert much is not None
    assert much.probability > little.probability
