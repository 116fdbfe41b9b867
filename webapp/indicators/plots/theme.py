"""How plots look: the product's colours by their names, its type, and what all plots have in common. Pure.

A specification names a colour by its token ("--accent"), as style sheets do; `painted` puts the colours of a theme in
its place. So one specification serves light and dark. The values are those of static/css/tokens.css (a test holds them
together: a plot is drawn where there is no style sheet).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

FAMILY: Final = "Plus Jakarta Sans"
#: Pixels. Labels of axes, words beside marks, and the figure itself.
SMALL, WORDS, LARGE = 12, 13, 15
#: Pixels that a letter beside marks takes, on the whole.
LETTER: Final = 6.6
#: Pixels across. A plot is drawn for the column it stands in, so that its words keep their size.
NARROW, WIDE = 320, 640


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by token; `name` tells themes apart in addresses."""

    name: str
    colours: Mapping[str, str]


LIGHT: Final = Theme(
    "terang",
    MappingProxyType(
        {
            "--paper": "#ffffff", "--wash": "#f3f7f5", "--ink": "#12201b", "--soft": "#4a5a54", "--line": "#dae4df",
            "--edge": "#71827a", "--accent": "#0a6652", "--accent-deep": "#074f3f", "--tint": "#e2f2ec",
            "--warn": "#864300", "--warn-tint": "#fff1da", "--bad": "#a8201a", "--bad-tint": "#fdeae8",
        }
    ),
)  # fmt: skip
DARK: Final = Theme(
    "gelap",
    MappingProxyType(
        {
            "--paper": "#0f1614", "--wash": "#151e1b", "--ink": "#e9f0ed", "--soft": "#a7b7b0", "--line": "#2b3833",
            "--edge": "#7b8d85", "--accent": "#62cbae", "--accent-deep": "#8addc6", "--tint": "#14352b",
            "--warn": "#f2b766", "--warn-tint": "#33260f", "--bad": "#f59d96", "--bad-tint": "#3b1b18",
        }
    ),
)  # fmt: skip
THEMES: Final = {theme.name: theme for theme in (LIGHT, DARK)}


def configured(specification: Mapping[str, Any], *, width: int, height: int | None = None) -> dict[str, Any]:
    """A specification of `width` x `height` pixels all told, in the product's type, on no ground of its own.

    Without `height` the specification's own heights hold (plots made of several).
    """
    sized = {"autosize": {"type": "fit", "contains": "padding"}, "width": width, "height": height} if height else {}
    axis = {
        "domain": False, "ticks": False, "grid": True, "gridColor": "--line", "labelColor": "--soft",
        "labelFontSize": SMALL, "labelPadding": 6, "titleColor": "--soft", "titleFontSize": SMALL,
        "titleFontWeight": 400, "titlePadding": 8,
    }  # fmt: skip
    look = {
        "background": "transparent", "font": FAMILY, "padding": 2, "view": {"stroke": None}, "axis": axis,
        "text": {"color": "--ink", "fontSize": WORDS}, "legend": {"disable": True},
        "title": {"color": "--ink", "fontSize": WORDS, "fontWeight": 700, "anchor": "start"},
        "header": {"labelColor": "--soft", "labelFontSize": SMALL, "titleColor": "--soft", "titleFontSize": SMALL},
    }  # fmt: skip
    given = dict(specification)
    config = {**look, **{key: value for key, value in dict(given.pop("config", {})).items() if key not in ("view",)}}
    return {**given, **sized, "config": config}


def shortened(words: str, most: int) -> str:
    """The words in at most so many letters; what was cut off ends with dots."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def painted(value: Any, theme: Theme) -> Any:
    """The same specification with colours in the place of tokens. Raises KeyError for a token that no theme has."""
    if isinstance(value, Mapping):
        return {key: painted(inner, theme) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [painted(inner, theme) for inner in value]
    if isinstance(value, str) and value.startswith("--"):
        return theme.colours[value]
    return value
