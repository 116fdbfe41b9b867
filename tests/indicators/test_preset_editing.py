"""A preset is copied, scaled, written and read again; what it would change is counted with its doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.formula import fit_reference, score_officer
from webapp.indicators.presets import load_preset, read_preset
from webapp.indicators.presets.changes import OfficerChange, change_of, summed_up
from webapp.indicators.presets.editing import Draft, clean_title, has_plain_letters, scaled, slug, title_key, written
from webapp.indicators.presets.presets import Preset, shipped_names
from webapp.indicators.views import component_rows

weights = st.dictionaries(st.sampled_from(list(COMPONENTS)), st.floats(0.01, 500.0), min_size=1)


@settings(max_examples=60, deadline=None)
@given(weights)
def test_scaled_weights_sum_to_one_as_written_and_keep_their_proportions(given_: dict[str, float]) -> None:
    made = scaled(given_)
    assert round(sum(made.values()), 9) == 1.0
    total = sum(given_.values())
    assert all(abs(made[name] - given_[name] / total) <= 1e-4 for name in given_)


def test_nothing_can_not_be_scaled() -> None:
    with pytest.raises(ValueError, match="no weight"):
        scaled({"speed": 0.0})


def draft_of(preset: Preset, title: str) -> Draft:
    return Draft(
        title=title,
        weights=preset.weights,
        elements=preset.elements,
        provisional_from=preset.thresholds.provisional_from,
        sufficient_from=preset.thresholds.sufficient_from,
        margin=preset.attention.margin,
        sure=preset.attention.sure,
        sources=preset.sources,
        reasons=preset.reasons,
    )


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("title", ["Kota Uji", 'Dinas "A"\\B\n\t\x7f é — \u2028', "x" * 80])
def test_what_is_written_is_read_again(name: str, title: str) -> None:
    preset = load_preset(name)
    again = read_preset(written(draft_of(preset, title), "kota-uji", "kota-uji-1", preset))
    assert (again.title, again.name, again.version) == (title, "kota-uji", "kota-uji-1")
    assert (again.weights, again.priors, again.elements) == (preset.weights, preset.priors, preset.elements)
    assert (again.thresholds, again.attention) == (preset.thresholds, preset.attention)
    assert (again.sources, again.reasons) == (preset.sources, preset.reasons)


def test_names_are_made_of_titles() -> None:
    assert [slug(title) for title in ("Kota Uji, 2027!", "¿?", "A" * 99)] == ["kota-uji-2027", "acuan", "a" * 40]


@pytest.mark.parametrize(
    "alike",
    [
        "Kota\u200b Surabaya",
        "\u202eKota  Surabaya\u2069",
        "KOTA\u00a0SURABAYA",
        "\uff2bota Surabaya",
        "Ko\u00adta \u200b Surabaya\ufeff",
        "Kota\tSurabaya\x7f",
    ],
)
def test_titles_that_look_alike_are_the_same(alike: str) -> None:
    assert title_key(alike) == title_key("Kota Surabaya")
    assert has_plain_letters(clean_title(alike))
    assert clean_title(alike).casefold() == "kota surabaya"


@pytest.mark.parametrize("odd", ["K\u043eta", "\u039aota", "Kot\u0251", "Kota\u2800", "\u0661", "Kota\u0338", "\u3164"])
def test_letters_of_another_script_are_told(odd: str) -> None:
    assert not has_plain_letters(clean_title(odd))
    assert has_plain_letters(clean_title("Dinas “Café” – 2027, No. 5 (salinan) + 10 % / A&B"))
    assert title_key("A – B") == title_key("a - b") != title_key("a b")


def test_every_weight_of_a_shipped_preset_says_why() -> None:
    for name in shipped_names():
        preset = load_preset(name)
        assert preset.title
        assert preset.sources
        assert all(preset.reasons[component] for component in preset.weights), name


def test_a_difference_comes_from_the_weights_and_doubts_only_what_they_change() -> None:
    default, senapelan = load_preset(), load_preset("senapelan")
    reference = fit_reference([], "leer", {**senapelan.priors, **default.priors})
    before = score_officer([], reference, default)
    row = {
        "figure": before.figure,
        "low": before.low,
        "high": before.high,
        "status": before.status,
        "components": component_rows(before, default.weights),
    }
    same = change_of(1, "A", row, before, default.weights, default.weights)
    assert (same.difference, round(same.doubt, 6)) == (0.0, 0.0)
    other = change_of(1, "A", row, score_officer([], reference, senapelan), default.weights, senapelan.weights)
    assert other.difference != 0.0
    assert 0.0 < other.doubt < other.own_doubt * 2


def test_the_summary_counts_who_moves_and_how_surely() -> None:
    def change(after: float, doubt: float, status: str = "provisional") -> OfficerChange:
        return OfficerChange(1, "A", 80.0, after, doubt, 3.0, "provisional", status, 82.0, 83.0)

    found = summed_up([change(84.0, 1.0), change(80.05, 1.0), change(78.0, 4.0), change(79.0, 0.2, "sufficient")])
    assert (found.officers, found.up, found.down, found.beyond_doubt, found.surely) == (4, 1, 2, 1, 2)
    assert (found.other_status, found.largest) == (1, 4.0)
    assert change(80.0, 0.0).certainty == 0.5
    assert change(81.0, 1.96).certainty == pytest.approx(0.8413, abs=1e-3)
    assert (found.expected_before, found.expected_after) == (82.0, 83.0)
    assert found.against == 2, "those at 78 and 79: what is usual for their work rises"
    assert summed_up([]).mean == 0.0
