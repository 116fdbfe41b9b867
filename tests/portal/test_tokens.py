"""Colours are named once, in light and dark, and what is written in them can be read."""

from __future__ import annotations

import re

import pytest

from tests.portal.bare import PORTAL


def themes() -> dict[str, dict[str, str]]:
    text = re.sub(r"/\*.*?\*/", "", (PORTAL / "static/css/tokens.css").read_text(), flags=re.S)
    light = re.search(r':root, \[data-theme="light"\] \{(.*?)\}', text, re.S)
    system = re.search(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", text, re.S)
    forced = re.search(r'\n\[data-theme="dark"\] \{(.*?)\}', text, re.S)
    assert light and system and forced
    lists = {"light": light, "dark": system, "forced": forced}
    return {name: dict(re.findall(r"--([\w-]+): ([^;]+);", found[1])) for name, found in lists.items()}


def test_both_ways_to_dark_are_the_same() -> None:
    assert themes()["dark"] == themes()["forced"]
    assert set(themes()["light"]) == set(themes()["dark"])


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_can_be_read(theme: str) -> None:
    colours = themes()[theme]
    grounds = ("paper", "wash", "raise")
    pairs = [(ink, ground, 4.5) for ink in ("ink", "soft", "accent", "warn", "bad") for ground in grounds]
    pairs += [("ink", tint, 4.5) for tint in ("tint", "warn-tint", "bad-tint")] + [("soft", "tint", 4.5)]
    pairs += [("accent", "tint", 4.5), ("warn", "warn-tint", 4.5), ("bad", "bad-tint", 4.5)]
    pairs += [("on-accent", "accent", 4.5), ("on-accent", "accent-deep", 4.5), ("on-bad", "bad", 4.5)]
    pairs += [("on-bad", "bad-deep", 4.5)] + [("edge", ground, 3) for ground in grounds]
    for ink, ground, least in pairs:
        one, two = sorted((luminance(colours[ink]), luminance(colours[ground])))
        contrast = (two + 0.05) / (one + 0.05)
        assert contrast >= least, f"{ink} on {ground}: {contrast:.2f}"


def test_colours_are_named_in_the_tokens_only() -> None:
    sheets = [sheet for sheet in (PORTAL / "static/css").glob("*.css") if sheet.name != "tokens.css"]
    assert sheets
    for sheet in sheets:
        text = sheet.read_text()
        assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])|rgba?\(", text), f"{sheet.name} names a colour"
        used = set(re.findall(r"var\(--([\w-]+)\)", text))
        known = set(re.findall(r"--([\w-]+):", (PORTAL / "static/css/tokens.css").read_text()))
        assert used <= known, f"{sheet.name} uses tokens that there are not: {used - known}"
