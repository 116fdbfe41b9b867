"""What the router promises, on an invented city. No database."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.routing.invented_city import CATALOGUE, cold_router, complaints, learned_router
from webapp.attribution.routing import CatalogueUnit, DecidedCase, Router, Said, measure


def likeliest(router: Router, text: str, place: str = "") -> str:
    return router.route([Said(text, place)])[0].candidates[0].unit


def test_it_learns_what_the_agency_decided() -> None:
    figures = measure(learned_router(), complaints(200, seed=2))
    assert figures.n == 200
    assert figures.top1 >= 0.95
    assert figures.top3 >= figures.top1
    assert figures.macro_f1 >= 0.9
    assert figures.ece <= 0.1


def test_a_word_that_only_the_city_uses_is_learned_from_its_cases() -> None:
    text = "zorblat di balai warga mati"
    assert likeliest(learned_router(), text) == "14"
    assert not cold_router().route([Said(text)])[0].sure


def test_a_misspelt_word_is_known_by_its_pieces() -> None:
    assert likeliest(learned_router(), "zzorblatt berisikk") == "14"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Parkir liar di depan toko, jalanan macet", "10"),
        ("Sampah sudah seminggu tidak diangkut, baunya menyengat", "11"),
        ("Akta kelahiran anak saya belum jadi", "12"),
        ("Kami keluarga miskin belum dapat bantuan sosial", "13"),
        ("Pelayanan di kantor kelurahan Melati buruk, lurah tidak ada", "20"),
    ],
)
def test_the_catalogue_alone_leads_to_the_office_whose_duty_it_is(text: str, unit: str) -> None:
    assert likeliest(cold_router(), text) == unit


def test_a_unit_without_any_case_is_still_found_through_its_catalogue() -> None:
    cases = [case for case in complaints(320) if case.unit != "13"]
    router = Router.learn(cases, CATALOGUE)
    candidates = router.route([Said("bantuan sosial untuk keluarga miskin tidak sampai, bansos hilang")])[0].candidates
    assert "13" in [candidate.unit for candidate in candidates[:3]]


def test_services_and_topics_of_the_catalogue_speak_for_their_unit() -> None:
    catalogue = [
        CatalogueUnit("1", "Balai Alfa", services=("Peneraan Gelombang",)),
        CatalogueUnit("2", "Balai Beta", topics=("Lebah madu",)),
    ]
    router = Router.learn((), catalogue)
    assert likeliest(router, "peneraan gelombang saya lama") == "1"
    assert likeliest(router, "lebah madunya dicuri orang") == "2"


@pytest.mark.parametrize(
    ("place", "text", "unit"),
    [
        ("Melati", "petugas kelurahan membentak", "20"),
        ("Kenanga Timur, Kota Invensi", "petugas kelurahan membentak", "22"),
        ("Kenanga, Kota Invensi", "petugas kelurahan membentak", "21"),
        ("Mellati", "petugas kelurahan membentak", "20"),
        ("", "petugas kelurahan Kenanga Timur membentak", "22"),
    ],
)
def test_the_place_decides_between_offices_of_one_kind(place: str, text: str, unit: str) -> None:
    assert likeliest(learned_router(), text, place) == unit


def test_without_a_place_no_office_of_a_kind_is_preferred() -> None:
    routed = learned_router().route([Said("petugas kelurahan membentak, surat pengantar ditahan")])[0]
    shares = {candidate.unit: candidate.probability for candidate in routed.candidates}
    assert shares["20"] == pytest.approx(shares["21"]) == pytest.approx(shares["22"])
    assert not routed.sure


def test_it_abstains_from_what_it_does_not_understand() -> None:
    for router in (learned_router(), cold_router()):
        for text in ("", "???", "qwx vvvk jjjh", "halo"):
            assert not router.route([Said(text)])[0].sure


def test_cases_that_share_no_word_leave_it_to_the_catalogue() -> None:
    words = ["".join(chr(97 + (number * step) % 26) for step in (3, 5, 7, 11)) for number in range(24)]
    cases = [DecidedCase(Said(word), "10" if number % 2 else "13") for number, word in enumerate(words)]
    router = Router.from_bytes(Router.learn(cases, CATALOGUE).to_bytes())
    assert likeliest(router, "sampah menumpuk dan bau sampah") == "11"


def test_an_empty_catalogue_leaves_everything_unknown() -> None:
    routed = Router.learn(complaints(30), ()).route([Said("sampah")])[0]
    assert (routed.candidates, routed.unknown, routed.sure) == ((), 1.0, False)


def test_the_words_that_spoke_stand_in_the_text() -> None:
    text = "Tolong, SAMPAHNYA menumpuk di depan gang!"
    candidate = learned_router().route([Said(text)])[0].candidates[0]
    assert candidate.unit == "11"
    assert candidate.words[0][0] in ("SAMPAHNYA", "menumpuk")
    assert all(word in text for word, _ in candidate.words)
    assert [weight for _, weight in candidate.words] == sorted((weight for _, weight in candidate.words), reverse=True)


def test_topics_are_said_only_when_sure() -> None:
    sure, unsure = learned_router().topics([Said("dahan pohon hampir patah, mohon pohon dipangkas"), Said("halo")])
    assert sure is not None
    assert sure[0] == "Pohon"
    assert 0.6 <= sure[1] <= 1.0
    assert unsure is None
    assert cold_router().topics([Said("pohon")]) == [None]


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=200), place=st.text(max_size=20))
def test_shares_sum_to_one_whatever_is_written(text: str, place: str) -> None:
    for router in (learned_router(), cold_router()):
        routed = router.route([Said(text, place)])[0]
        shares = [candidate.probability for candidate in routed.candidates]
        assert sum(shares) + routed.unknown == pytest.approx(1.0)
        assert shares == sorted(shares, reverse=True)
        assert len(shares) <= 5
        assert not routed.sure or shares[0] >= 0.7


def test_the_same_cases_give_the_same_bytes() -> None:
    again = Router.learn(complaints(320), CATALOGUE)
    assert again.to_bytes() == learned_router().to_bytes()
    assert again.version == learned_router().version != cold_router().version


def test_cases_of_units_outside_the_catalogue_teach_nothing() -> None:
    strange = [DecidedCase(Said("sampah"), "closed-unit")] * 50
    assert Router.learn(strange, CATALOGUE).version == cold_router().version


def test_a_router_does_not_load_scikit_learn_until_it_learns() -> None:
    code = (
        "import sys; from webapp.attribution.routing import *;"
        "from webapp.attribution.routing import agencies, kinds, parts;"
        "r = Router.learn((), [CatalogueUnit('1', 'Dinas Sosial')]); r.route([Said('bansos')]);"
        "print([name for name in ('sklearn', 'scipy', 'flask', 'sqlalchemy') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
