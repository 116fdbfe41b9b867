"""Numbers that tell who somebody is are masked, others are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.feedback.masking import EMAIL_MASK, NIK_MASK, PHONE_MASK, mask_personal_numbers


@pytest.mark.parametrize(
    "written",
    [
        "3578014101900001",
        "3578 0141 0190 0001",
        "3578.0141.0190.0001",
        "3578-0141-0190-0001",
        "35 78 01 41 01 90 00 01",
        "3578014101900001\n",
    ],
)
def test_a_nik_is_masked_however_it_is_written(written: str) -> None:
    masked = mask_personal_numbers(f"NIK saya {written}, mohon dicek.")
    assert NIK_MASK in masked
    assert "3578" not in masked and "0001" not in masked


@pytest.mark.parametrize(
    "written", ["081234567890", "0812-3456-7890", "+62 812 3456 7890", "6281234567890", "+62 (812) 34567890"]
)
def test_a_phone_number_is_masked(written: str) -> None:
    assert mask_personal_numbers(f"Hubungi {written} saja") == f"Hubungi {PHONE_MASK} saja"


def test_an_email_address_is_masked() -> None:
    assert mask_personal_numbers("tulis ke siti.pelapor+1@surat.contoh.id ya") == f"tulis ke {EMAIL_MASK} ya"


@pytest.mark.parametrize(
    "text",
    [
        "Sudah 3 kali sejak 21 November 2026 pukul 08.30.",
        "Biaya Rp1.250.000, antrean A-017, loket 3.",
        "Nomor berkas 0147/2026/11, Jalan Mawar 12 RT 003 RW 004.",
        "Kode TG-7K2M-94QX",
        "Akta nomor 1234567890",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_personal_numbers(text) == text


_digits = st.text("0123456789", min_size=16, max_size=16)
_separators = st.lists(st.sampled_from(["", " ", ".", "-", "\u00a0"]), min_size=15, max_size=15)


@given(_digits, _separators, st.sampled_from(["", "NIK ", "(", "no."]), st.sampled_from(["", ".", ")", " ya"]))
def test_no_run_of_sixteen_digits_survives(digits: str, separators: list[str], before: str, after: str) -> None:
    written = "".join(digit + between for digit, between in zip(digits, [*separators, ""], strict=True))
    masked = mask_personal_numbers(before + written + after)
    assert sum(letter.isdigit() for letter in masked) == 0


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_personal_numbers(text)
    assert mask_personal_numbers(once) == once
