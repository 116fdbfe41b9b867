"""What was typed into a search, as words that PostgreSQL looks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from webapp.feedback.codes import ALPHABET, PREFIX, clean_code

#: As many words as anybody means; the rest is left out.
MOST_WORDS = 8
#: Shorter words are too like each other to guess at.
SHORTEST_GUESSED = 4

_WORD = re.compile(r"[^\W_]+")
_WHOLE_CODE = re.compile(rf"{PREFIX}(-|[{ALPHABET}]{{8}}$)")
_PART_OF_CODE = re.compile(rf"{PREFIX}-?([{ALPHABET}]{{1,4}})(?:-([{ALPHABET}]{{0,3}}))?", re.IGNORECASE)


def words_of(typed: str) -> tuple[str, ...]:
    """The words of what was typed, in lower case, each once."""
    return tuple(dict.fromkeys(_WORD.findall(typed.lower())))[:MOST_WORDS]


def code_in(typed: str) -> str:
    """The tracking code that was typed, "" if it is none."""
    # Eight plain letters are a word more often than a code: what is a code by itself has a digit or its prefix.
    typed = typed.strip()
    looks_like_one = _WHOLE_CODE.match(typed.upper()) or any(letter.isdigit() for letter in typed)
    return clean_code(typed) if looks_like_one and " " not in typed else ""


def code_beginning(typed: str) -> str:
    """How a code begins of which only a part was typed ("tg-7k2m" -> "TG-7K2M"), "" if it is none."""
    found = _PART_OF_CODE.fullmatch(typed.strip())
    if found is None:
        return ""
    first, rest = found[1].upper(), (found[2] or "").upper()
    return f"{PREFIX}-{first}-{rest}" if len(first) == 4 else f"{PREFIX}-{first}"


def as_tsquery(words: Sequence[str], alike: Mapping[str, Sequence[str]] | None = None, *, weight: str = "") -> str:
    """The text of a tsquery that wants all of `words`, for each also what is `alike`; the last one may go on.

    Words hold letters and digits only, so that nothing in them is an operator.
    """
    wanted = []
    for place, word in enumerate(words):
        last = ":*" if place == len(words) - 1 and len(word) > 2 else ""
        one = [_lexeme(word, last, weight), *(_lexeme(other, "", weight) for other in (alike or {}).get(word, ()))]
        wanted.append(one[0] if len(one) == 1 else f"({' | '.join(one)})")
    return " & ".join(wanted)


def _lexeme(word: str, star: str, weight: str) -> str:
    mark = star + weight if star else (f":{weight}" if weight else "")
    return f"'{word}'{mark}"
