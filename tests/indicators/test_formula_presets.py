"""Presets are read strictly: a typing error must not become a weight."""

from pathlib import Path

import pytest

from webapp.indicators.presets import load_preset, read_preset
from webapp.indicators.presets.presets import FOLDER

DEFAULT = (FOLDER / "default.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_preset_is_sound(path: Path) -> None:
    preset = load_preset(path.stem)
    assert preset.name == path.stem
    assert sum(preset.weights.values()) == pytest.approx(1.0)
    assert list(preset.weights) == list(preset.priors)


def test_the_default_preset_says_what_it_is_made_of() -> None:
    preset = load_preset()
    assert dict(preset.weights) == {"satisfaction": 0.7, "complaint_handling": 0.3}
    assert preset.period == "quarter"
    assert (preset.thresholds.provisional_from, preset.thresholds.sufficient_from) == (0.5, 0.7)
    assert [preset.thresholds.status(value) for value in (0.0, 0.499, 0.5, 0.699, 0.7, 1.0)] == [
        "not_enough_data", "not_enough_data", "provisional", "provisional", "sufficient", "sufficient"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("weight = 0.7", "weight = 0.8", "must sum to 1, they sum to 1.1"),
        ("weight = 0.7", "weight = -0.7", "every weight must be above 0"),
        ("weight = 0.7", "weight = nan", "every weight must be above 0"),
        ("weight = 0.7", 'weight = "0.7"', "needs a number as weight"),
        ("weight = 0.7", "weigth = 0.7", "unknown keys: weigth"),
        ("expectation = 0.766", "expectation = 1.0", "above 0 and below 1"),
        ("expectation = 0.766", "", "needs a number as expectation"),
        ("phi = 0.4", "phi = 0", "phi lies above 0"),
        ("tau = 0.4", "tau = -1", "tau lies above 0"),
        ('period = "quarter"', 'period = "week"', "period must be one of"),
        ('version = "default-2"', "", "needs a text as version"),
        ("provisional_from = 0.5", "provisional_from = 0.9", "must rise"),
        ("[reliability]", "[reliable]", "unknown keys: reliable"),
        ("[components.satisfaction]", "[components.satisfaction", "no valid TOML"),
    ],
)
def test_a_faulty_preset_is_refused_with_a_sentence(old: str, new: str, sentence: str) -> None:
    assert old in DEFAULT
    with pytest.raises(ValueError, match=sentence):
        read_preset(DEFAULT.replace(old, new, 1))


@pytest.mark.parametrize("name", ["nowhere", "../default", ""])
def test_an_unknown_preset_is_refused_and_the_known_are_named(name: str) -> None:
    with pytest.raises(ValueError, match=r"there are: .*default"):
        load_preset(name)
