"""A preset copied and changed: weights that must sum to 1, and the text it is stored as. Pure."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.indicators.components.registry import COMPONENTS, PRIORS
from webapp.indicators.presets.presets import Preset

#: Weights are written to so many places: a thousandth moves nobody's figure by a tenth of a point.
PLACES = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote into the form. Weights of components that are left out are 0 or missing.

    `reasons`: why a weight is what it is, for the page; `sources`: of the whole.
    """

    title: str
    weights: Mapping[str, float]
    elements: Mapping[str, float]
    provisional_from: float
    sufficient_from: float
    margin: float
    sure: float
    sources: tuple[str, ...] = ()
    reasons: Mapping[str, str] | None = None

    @property
    def total(self) -> float:
        """What the weights sum to."""
        return math.fsum(self.weights.values())


def scaled(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights in the same proportions, summing to 1 as written. Raises ValueError if all are 0."""
    total = math.fsum(weights.values())
    if not total > 0.0:
        raise ValueError("There is no weight to scale.")
    unit = 10**PLACES
    exact = {name: weight / total * unit for name, weight in weights.items()}
    whole = {name: math.floor(value) for name, value in exact.items()}
    # What rounding down left over goes to those that lost most by it (largest remainders).
    rest = unit - sum(whole.values())
    for name in sorted(exact, key=lambda name: (whole[name] - exact[name], name))[:rest]:
        whole[name] += 1
    return {name: value / unit for name, value in whole.items()}


def clean_title(title: str) -> str:
    """A title without what nobody sees: marks of format and control, doubled spaces, other forms of a letter."""
    spaced = " ".join(unicodedata.normalize("NFKC", title).split())
    return " ".join("".join(one for one in spaced if unicodedata.category(one) not in ("Cf", "Cc")).split())


def has_plain_letters(title: str) -> bool:
    """Whether a cleaned title holds nothing but letters from A to Z, accents on them, digits, spaces and punctuation:
    letters of another script look the same and are not."""
    for one in title:
        kind = unicodedata.category(one)
        if kind[0] in "LN" and not unicodedata.normalize("NFKD", one)[0].isascii():
            return False
        if kind[0] in "MC" or kind == "So":
            return False
    return True


def title_key(title: str) -> str:
    """Titles that look alike in a list have the same: case, spaces, kinds of dashes and what nobody sees aside."""
    folded = clean_title(clean_title(title).casefold())
    return "".join("-" if unicodedata.category(one) == "Pd" else one for one in folded)


def slug(title: str) -> str:
    """A preset's name from its title: letters, digits and dashes."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:40].strip("-") or "acuan"


def written(draft: Draft, name: str, version: str, based_on: Preset) -> str:
    """The draft as the TOML text of a preset. What the form does not ask (period, priors) is as in `based_on`."""
    lines = [
        f"name = {_quoted(name)}",
        f"version = {_quoted(version)}",
        f"title = {_quoted(draft.title)}",
        f"period = {_quoted(based_on.period)}",
        "sources = [",
        *(f"    {_quoted(source)}," for source in draft.sources),
        "]",
        "",
        "[reliability]",
        f"provisional_from = {draft.provisional_from!r}",
        f"sufficient_from = {draft.sufficient_from!r}",
        "",
        "[attention]",
        f"margin = {draft.margin!r}",
        f"sure = {draft.sure!r}",
        "",
        "[elements]",
        *(f"{element} = {weight!r}" for element, weight in draft.elements.items() if weight),
    ]
    for component in COMPONENTS:
        weight = draft.weights.get(component, 0.0)
        if not weight:
            continue
        lines += ["", f"[components.{component}]", f"weight = {weight!r}"]
        if reason := (draft.reasons or {}).get(component, ""):
            lines.append(f"source = {_quoted(reason)}")
        prior = based_on.priors.get(component)
        if prior is not None and prior != PRIORS[component]:
            lines += [f"expectation = {prior.expectation!r}", f"phi = {prior.phi!r}", f"tau = {prior.tau!r}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but that DEL must be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
