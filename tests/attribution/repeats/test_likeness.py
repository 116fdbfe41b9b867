"""How alike two complaints are: tables of what is the same matter and what is not, and laws that always hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attribution.repeats.likeness import LIKELY, SURE, How, Rarity, likeness
from webapp.attribution.repeats.reading import Matter, read
from webapp.attribution.repeats.sketching import BANDS, asked_of, pieces_of

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
#: As a city of ten thousand complaints has them.
RARITY = Rarity(10_000, {"jalan": 2500, "lampu": 900, "antrean": 800, "akta": 700, "rusak": 900, "sekolah": 300})


def said(text: str, days: float = 0, **more: object) -> Matter:
    return Matter(text, AT + timedelta(days=days), **more)  # type: ignore[arg-type]


def alike(one: Matter, other: Matter) -> float:
    return likeness(read(one), read(other), RARITY).value


LAMP = "Lampu jalan di depan SD Kenanga 3 padam sejak Senin malam, gelap dan rawan kecelakaan."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LAMP, "Mohon diperbaiki, lampu jalan depan SD Kenanga 3 padam sejak Senin, gelap sekali."),
        ("Jl. Melati gg 4 banjir tiap hujan, got mampet.", "Got mampet, jalan melati gang 4 banjir terus tiap hujan"),
        ("Kuota akta kelahiran habis jam tujuh pagi di loket 2.", "kuota akta kelahiran hbs jam tujuh pagi loket 2"),
    ],
)  # fmt: skip
def test_the_same_case_in_other_words(one: str, other: str) -> None:
    assert alike(said(one, place="Melati"), said(other, 1, place="Melati")) >= SURE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same words about other spots.
        ("Jalan berlubang di gang 3 Kampung Baru.", "Jalan berlubang di gang 5 Kampung Baru."),
        ("Mohon paving gang Mangga RT 6 RW 2.", "Mohon paving gang Jambu RT 6 RW 2."),
        ("Pohon besar di Jl. Anggrek no. 39 rawan roboh.", "Pohon besar di Jl. Anggrek no. 76 rawan roboh."),
        # Another trouble.
        ("Lampu jalan Teratai 2 padam.", "Sampah di Teratai 2 belum diangkut tiga minggu."),
    ],
)
def test_what_only_looks_alike(one: str, other: str) -> None:
    assert alike(said(one, place="Melati"), said(other, 1, place="Melati")) < LIKELY


def test_what_is_said_everywhere_is_one_matter_at_one_place_only() -> None:
    here, there = said("Jalan rusak", place="Melati"), said("jalan rusak!!", 1, place="Kenanga")
    assert alike(here, replace(there, place="Melati")) == 1.0
    assert alike(here, there) < LIKELY


def test_weeks_apart_it_is_less_likely_the_same() -> None:
    values = [alike(said(LAMP), said("Lampu depan SD Kenanga 3 padam lagi, gelap.", days)) for days in (0, 3, 14, 30)]
    assert values == sorted(values, reverse=True) and values[0] - values[-1] > 0.3


def test_positions_and_house_numbers_tell_places_apart() -> None:
    pothole = said("Lubang di jalan", position=(-7.25000, 112.75))
    assert alike(pothole, said("Jalan berlubang besar", position=(-7.25010, 112.75))) > alike(
        pothole, said("Jalan berlubang besar", position=(-7.26, 112.75))
    )
    assert (
        alike(said("Sampah menumpuk", place="Jl. Anggrek 12"), said("Sampah menumpuk", place="jalan anggrek 12")) == 1.0
    )
    assert (
        alike(said("Sampah menumpuk", place="Jl. Anggrek 12"), said("Sampah menumpuk", place="Jl. Anggrek 90")) < SURE
    )


def test_it_says_in_what_way() -> None:
    same = likeness(read(said(LAMP)), read(said(LAMP.upper())), RARITY)
    assert (same.value, same.how) == (1.0, How.SAME_TEXT)
    other = likeness(read(said(LAMP)), read(said("Lampu jalan depan SD Kenanga 3 padam, mohon segera")), RARITY)
    assert other.how == How.ALIKE


_WORDS = ["lampu", "jalan", "gang", "no", "depan", "3", "5", "akta", "kuota", "habis", "padam", "yg", "[NIK]", "Ä!"]
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join)
_MATTERS = st.builds(
    Matter,
    text=_TEXTS,
    filed_at=st.integers(0, 60).map(lambda days: AT + timedelta(days=days)),
    place=st.sampled_from(["", "Melati", "Jl. Anggrek 12", "Kenanga"]),
    position=st.sampled_from([None, (-7.25, 112.75), (-7.2501, 112.7502), (-7.4, 112.9)]),
    unit_id=st.sampled_from([None, 1, 2]),
    service_id=st.sampled_from([None, 7]),
)


@settings(max_examples=120, deadline=None)
@given(one=_MATTERS, other=_MATTERS, known=st.booleans())
def test_laws(one: Matter, other: Matter, known: bool) -> None:
    rarity = RARITY if known else Rarity()
    there, back = likeness(read(one), read(other), rarity), likeness(read(other), read(one), rarity)
    assert there == back and 0.0 < there.value <= 1.0
    again = replace(one, filed_at=other.filed_at, text=one.text.upper())
    if one.place and one.text.strip(" [NIK]Ä!"):
        assert likeness(read(one), read(again), rarity).value == 1.0


@settings(max_examples=60, deadline=None)
@given(one=_MATTERS, days=st.integers(-29, 29))
def test_the_same_text_finds_itself_whenever_within_the_gap(one: Matter, days: int) -> None:
    pieces = pieces_of(read(one))
    assert pieces == sorted(set(pieces)) and all(-(2**31) <= piece < 2**31 for piece in pieces)
    if one.text.strip(" [NIK]Ä!"):
        moved = replace(one, filed_at=one.filed_at + timedelta(days=days))
        assert set(asked_of(read(moved))) & set(pieces)
        assert len(pieces) >= BANDS


def test_nothing_said_has_no_key_and_breaks_nothing() -> None:
    empty = said("")
    assert pieces_of(read(empty)) == asked_of(read(empty)) == []
    assert 0.0 < alike(empty, said(LAMP)) < LIKELY
