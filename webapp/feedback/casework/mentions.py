"""Whom a note names: "@Budi Santoso", or "@Budi" where only one Budi may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[^\W_](?:[\w.'’-]*\w)?")


def named_in(text: str, names: Mapping[int, str]) -> frozenset[int]:
    """Ids of those whom `text` names with an @; `names` are all who can be named, by id.

    A full name goes before a part of it. A first name names somebody only where nobody else bears it: better nobody is
    told than the wrong one.
    """
    plain = {id_: _words(name) for id_, name in names.items()}
    found: set[int] = set()
    for start in re.finditer(r"(?<!\w)@(?=\w)", text):
        follows = _words(text[start.end() : start.end() + 120])
        meant = _longest(follows, plain)
        if len(meant) == 1:
            found |= meant
    return frozenset(found)


def _longest(follows: list[str], plain: Mapping[int, list[str]]) -> set[int]:
    """Who bears most of the words that follow, from the first on; of several, whose name is said in full by them."""
    best, meant = (0, False), set[int]()
    for id_, words in plain.items():
        length = _shared(follows, words)
        fits = (length, length == len(words))
        if length and fits > best:
            best, meant = fits, {id_}
        elif length and fits == best:
            meant.add(id_)
    return meant


def _shared(follows: Iterable[str], words: Iterable[str]) -> int:
    count = 0
    for one, other in zip(follows, words, strict=False):
        if one != other:
            break
        count += 1
    return count


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
