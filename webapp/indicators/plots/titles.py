"""The title of a plot that leaves its page: in a page the heading above says it. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

#: Pixels that a letter of a title takes, on the whole.
_LETTER: Final = 7.6
_LINE: Final = 20


def titled(specification: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The specification with its title above, in lines that fit its width; as it was without a title."""
    given = dict(specification)
    if not title:
        return given
    lines = textwrap.wrap(title, max(20, int(given["width"] / _LETTER)))
    given["title"] = {"text": lines, "anchor": "start", "frame": "bounds", "offset": 12, "lineHeight": _LINE}
    given["height"] = given["height"] + _LINE * len(lines) + 16
    return given
