"""The title of a plot that leaves its page: in a page the heading above says it. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

#: Pixels that a letter of a title takes, on the whole.
_LETTER: Final = 7.6
_LINE: Final = 20
_GAP: Final = 16


def titled(specification: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The specification with its title above, in lines that fit its width; as it was without a title.

    The height that was given is that of all, so it must have room for `title_height`.
    """
    given = dict(specification)
    if title:
        lines = _lines(title, given["width"])
        given["title"] = {"text": lines, "anchor": "start", "frame": "bounds", "offset": 12, "lineHeight": _LINE}
    return given


def title_height(title: str, width: int) -> int:
    """Pixels that a title takes above a plot of that width; 0 for none."""
    return _LINE * len(_lines(title, width)) + _GAP if title else 0


def _lines(title: str, width: int) -> list[str]:
    return textwrap.wrap(title, max(20, int(width / _LETTER)))
