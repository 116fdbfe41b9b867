"""Two matters in one text: found where both are sure, and nowhere else."""

from __future__ import annotations

import pytest

from tests.attribution.routing.invented_city import learned_router
from webapp.attribution.routing import Said
from webapp.attribution.routing.parts import two_matters

WASTE = "Sampah menumpuk di depan gang dan bau sampah menyengat."
PARKING = "Juru parkir menarik tarif ganda, mobil parkir di badan jalan."


@pytest.mark.parametrize("between", [" ", "\n", " Selain itu, "])
def test_a_text_about_two_units_is_divided_between_them(between: str) -> None:
    text = f"{WASTE}{between}{PARKING}"
    first, second = two_matters(learned_router(), Said(text))
    assert (first.unit, second.unit) == ("11", "10")
    assert "Sampah menumpuk" in first.text
    assert "Juru parkir" in second.text
    assert "parkir" not in first.text
    assert all(text[part.start : part.end] == part.text for part in (first, second))
    assert min(first.probability, second.probability) >= 0.7


@pytest.mark.parametrize(
    "text",
    [
        WASTE,
        f"{WASTE} Truk sampah tidak datang, sampah menumpuk lagi di sana.",
        f"{WASTE} Terima kasih banyak atas perhatian bapak dan ibu.",
        f"{WASTE} Parkir.",
        "Petugas kelurahan Melati membentak kami. Petugas kelurahan Kenanga membentak dan surat pengantar ditahan.",
        "",
    ],
)
def test_a_text_about_one_matter_stays_whole(text: str) -> None:
    assert two_matters(learned_router(), Said(text)) == ()


def test_a_very_long_text_is_judged_at_a_few_places_only() -> None:
    text = f"{WASTE} " * 15 + f"{PARKING} " * 15
    assert [part.unit for part in two_matters(learned_router(), Said(text))] == ["11", "10"]
