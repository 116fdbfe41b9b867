"""Every rule of evidence has a sentence that a clerk would say."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.attribution.rules import RULES, nothing_known
from webapp.attribution.sentences import evidence_sentence

KNOWN = {"service": "Akta kelahiran", "unit": "Seksi Akta", "counter": "Loket 3", "day": "2026-11-20", "officers": 2}


@pytest.mark.parametrize("rule", [*(rule.__name__ for rule in RULES), nothing_known.__name__, "triage_decision"])
@pytest.mark.parametrize("known", [{}, KNOWN], ids=["nothing stated", "all stated"])
def test_every_rule_has_a_sentence_whatever_is_known(app: Flask, rule: str, known: dict[str, object]) -> None:
    with app.test_request_context():
        sentence = evidence_sentence(rule, known)
    assert sentence.endswith(".")
    assert "None" not in sentence
    assert "%(" not in sentence


@pytest.mark.parametrize(
    ("rule", "known", "sentence"),
    [
        ("unit_chosen", {"unit": "Seksi Akta"}, "Warga sendiri memilih Seksi Akta."),
        ("receipt", KNOWN, "Struk kunjungan membuktikan: Akta kelahiran, Jumat, 20 November."),
        (
            "counter_and_shift",
            KNOWN,
            "Loket 3, Jumat, 20 November: menurut jadwal jaga, 2 petugas melayani di sana.",
        ),
        (
            "counter_and_shift",
            KNOWN | {"officers": 1},
            "Loket 3, Jumat, 20 November: menurut jadwal jaga, satu petugas melayani di sana.",
        ),
    ],
)
def test_the_sentence_names_what_is_known(app: Flask, rule: str, known: dict[str, object], sentence: str) -> None:
    with app.test_request_context():
        assert evidence_sentence(rule, known) == sentence


def test_a_rule_without_a_sentence_is_a_defect(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(KeyError):
        evidence_sentence("astrology", {})
