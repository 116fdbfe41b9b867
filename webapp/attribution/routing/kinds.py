"""What a text is: a complaint, a suggestion, a request for information, or praise."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from webapp.attribution.routing.features import plain

COMPLAINT, SUGGESTION, INFORMATION_REQUEST, PRAISE = "complaint", "suggestion", "information_request", "praise"
KINDS = (COMPLAINT, SUGGESTION, INFORMATION_REQUEST, PRAISE)

#: Sums of phrases are not independent evidence: they are taken for this part of their face value.
DAMPING = 0.8
#: Thanks in a longer text are good manners.
MOST_WORDS_OF_THANKS = 8


@dataclass(frozen=True, slots=True)
class _Kind:
    before: float
    phrases: Mapping[str, float]
    found: re.Pattern[str]
    last: Mapping[str, float]
    question_mark: float


def kind_of(text: str) -> tuple[str, float]:
    """The likeliest kind of a text and its probability among the four. Without any hint: a complaint.

    A phrase counts once; praise behind "not", "less" or "so that" speaks for a complaint; thanks count as praise only
    in a short text in which nothing speaks for a complaint, a suggestion or a question.
    """
    words = " ".join(re.findall(r"[a-z0-9]+|\?", plain(text)))
    kinds, turning, weight = _kinds()
    scores = {kind: data.before for kind, data in kinds.items()}
    spoken = dict.fromkeys(KINDS, 0.0)
    for kind, data in kinds.items():
        for phrase, turned in _found(data.found, turning, words).items():
            if kind == PRAISE and turned:
                spoken[COMPLAINT] += weight
            else:
                spoken[kind] += data.phrases[phrase]
        if "?" in words:
            spoken[kind] += data.question_mark
    if len(words.split()) <= MOST_WORDS_OF_THANKS and not any(spoken[kind] for kind in KINDS if kind != PRAISE):
        spoken[PRAISE] += max((value for phrase, value in kinds[PRAISE].last.items() if phrase in words), default=0.0)
    for kind in KINDS:
        scores[kind] += DAMPING * spoken[kind]
    total = sum(math.exp(score) for score in scores.values())
    likeliest = max(KINDS, key=lambda kind: scores[kind])
    return likeliest, round(math.exp(scores[likeliest]) / total, 4)


def _found(pattern: re.Pattern[str], turning: re.Pattern[str], words: str) -> dict[str, bool]:
    """The phrases of a pattern that stand in the words; True where each time a turning word comes right before."""
    found: dict[str, bool] = {}
    for match in pattern.finditer(words):
        turned = bool(turning.search(words[: match.start()]))
        found[match[1]] = found.get(match[1], True) and turned
    return found


@cache
def _kinds() -> tuple[dict[str, _Kind], re.Pattern[str], float]:
    data = tomllib.loads(files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8"))
    kinds = {
        kind: _Kind(
            before=data[kind]["before"],
            phrases=data[kind]["phrases"],
            found=_any_of(data[kind]["phrases"]),
            last=data[kind].get("last", {}),
            question_mark=data[kind].get("question_mark", 0.0),
        )
        for kind in KINDS
    }
    # The turning word, and at most two words between it and what it turns.
    turning = re.compile(rf"\b(?:{'|'.join(map(re.escape, data['turning']['words']))})(?: \w+){{0,2}} $")
    return kinds, turning, data["turning"]["weight"]


def _any_of(phrases: Mapping[str, float]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    # Looked at from every place, so that a phrase within a longer one counts too.
    return re.compile(rf"\b(?=({'|'.join(map(re.escape, longest_first))})(?:nya|lah)?\b)")
