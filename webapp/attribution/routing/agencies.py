"""Whether a complaint is another agency's: the power company, the police, the province.

"No wrong door": such a complaint is not turned away, it is passed on, with the reason in words. What points at whom is
data (other_agencies.toml); a mere mention of an agency is not enough.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from webapp.attribution.routing.features import plain

#: Log-odds of "it is theirs": before anything is read, for a name, for each matter, for what makes it ours.
BEFORE, NAMED, MATTER, OURS = -2.6, 1.6, 1.7, -2.6
#: So many different matters count.
MOST_MATTERS = 3
#: From this probability on it is proposed to pass the complaint on.
LEAST_PROBABILITY = 0.6


@dataclass(frozen=True, slots=True)
class OtherAgency:
    """An agency that the complaint may be for, how surely, and the words that say so, as the data spell them."""

    name: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Agency:
    name: str
    names: re.Pattern[str]
    matters: re.Pattern[str]
    ours: re.Pattern[str] | None
    never: re.Pattern[str] | None


def other_agency(text: str) -> OtherAgency | None:
    """The agency outside the city that a complaint is for, or None: it is the city's, or it is not clear."""
    words = " ".join(re.findall(r"[a-z0-9]+", plain(text)))
    judged = [_judge(agency, words) for agency in _agencies()]
    found = [one for one in judged if one.probability >= LEAST_PROBABILITY]
    return max(found, key=lambda one: (one.probability, len(one.words), one.name), default=None)


def _judge(agency: _Agency, words: str) -> OtherAgency:
    if agency.never:
        words = agency.never.sub(" ", words)
    names = _different(agency.names, words)
    # "Listrik PLN padam": the name may stand within what it is about.
    nameless = " ".join(agency.names.sub(" ", words).split())
    matters = tuple(dict.fromkeys((*_different(agency.matters, words), *_different(agency.matters, nameless))))
    ours = _different(agency.ours, words) if agency.ours else ()
    odds = BEFORE + (NAMED if names else 0.0) + MATTER * min(len(matters), MOST_MATTERS) + OURS * len(ours)
    return OtherAgency(agency.name, round(1 / (1 + math.exp(-odds)), 4), (*names, *matters))


def _different(pattern: re.Pattern[str], words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match[1] for match in pattern.finditer(words)))


@cache
def _agencies() -> tuple[_Agency, ...]:
    content = files(__package__).joinpath("other_agencies.toml").read_text(encoding="utf-8")
    return tuple(
        _Agency(
            row["name"],
            _any_of(row["names"]),
            _any_of(row["matters"]),
            _any_of(row["ours"]) if row.get("ours") else None,
            _any_of(row["never"]) if row.get("never") else None,
        )
        for row in tomllib.loads(content)["agency"]
    )


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})(?:nya|ku|lah|kah)?\b")
