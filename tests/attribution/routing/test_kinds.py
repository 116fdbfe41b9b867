"""What a text is, as a table of invented texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attribution.routing.kinds import KINDS, kind_of
from webapp.feedback.vocabulary import ComplaintKind

TEXTS = [
    ("Jalan depan pasar berlubang, mohon segera diperbaiki. Terima kasih", "complaint"),
    ("Petugas loket tidak ramah", "complaint"),
    ("pelayanan kurang memuaskan", "complaint"),
    ("KTP saya sudah tiga bulan blm jadi, kecewa", "complaint"),
    ("Tolong selokan yang mampet ini", "complaint"),
    ("Mohon agar petugas lebih sopan", "complaint"),
    ("entahlah", "complaint"),
    ("", "complaint"),
    ("Usul: sebaiknya loket ditambah pada hari Senin", "suggestion"),
    ("Alangkah baiknya kalau taman diberi bangku", "suggestion"),
    ("Saran saya, jam buka diperpanjang", "suggestion"),
    ("Apa saja syarat membuat kartu keluarga?", "information_request"),
    ("Mau tanya, jam pelayanan sampai jam berapa?", "information_request"),
    ("Bagaimana cara mengurus akta?", "information_request"),
    ("Terima kasih, petugas loket sangat ramah dan sigap", "praise"),
    ("Salut, respon cepat dan sangat membantu", "praise"),
    ("Alhamdulillah", "praise"),
    ("Nomor antrean saya dua belas lalu nama saya dipanggil pada siang hari itu. Terima kasih", "complaint"),
    ("Terima kasih atas bantuannya", "praise"),
]


@pytest.mark.parametrize(("text", "kind"), TEXTS)
def test_kinds_are_told_apart(text: str, kind: str) -> None:
    assert kind_of(text)[0] == kind


def test_kinds_are_those_that_a_complaint_can_have_and_praise() -> None:
    assert set(KINDS) == {kind.value for kind in ComplaintKind} | {"praise"}


def test_the_more_it_says_the_surer() -> None:
    assert kind_of("Saran: sebaiknya ditambah")[1] > kind_of("Saran")[1] > 0.25
    assert kind_of("saran saran saran") == kind_of("saran")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_the_likeliest_of_four_has_at_least_a_quarter(text: str) -> None:
    kind, probability = kind_of(text)
    assert kind in KINDS
    assert 0.25 <= probability <= 1.0
