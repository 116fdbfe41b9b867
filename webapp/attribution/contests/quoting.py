"""Whether words for the officer give away what the complaint says. Pure."""

from __future__ import annotations

import re
from typing import Final

#: So many words in a row that stand in the complaint as well are no accident.
RUN: Final = 5
_WORD = re.compile(r"\w+")


def gives_away(words: str, code: str, complaint: str) -> str:
    """What in `words` must not reach the officer: the code, or words of the complaint in a row; '' else."""
    if _plain(code) in _plain(words):
        return code
    said, there = _WORD.findall(words), [word.casefold() for word in _WORD.findall(complaint)]
    runs = {tuple(there[place : place + RUN]) for place in range(len(there) - RUN + 1)}
    for place in range(len(said) - RUN + 1):
        run = said[place : place + RUN]
        if tuple(word.casefold() for word in run) in runs:
            return " ".join(run)
    return ""


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
