"""What the public may be shown of a complaint. Errs on the side of keeping it back.

A complaint is secret while its reporter wants it so; only the reporter lifts that. One that points at a person is
secret from the start and needs the word of a superior besides. Nobody is named: neither who complained nor who is
complained of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from webapp.feedback.life_cycle import State
from webapp.feedback.masking import personal_numbers
from webapp.feedback.secrecy import pointing_words

#: States in which there is something to show: it is the agency's own and somebody works or has worked on it.
PUBLIC_STATES = frozenset(
    {
        State.SENT,
        State.ASSIGNED,
        State.IN_WORK,
        State.ANSWERED,
        State.DISPUTED,
        State.ACCEPTED,
        State.CLOSED,
        State.UNSOLVED,
    }
)
#: Shorter parts of a name are words of everyday language too often.
_SHORTEST_NAME = 4


class Bar(StrEnum):
    """Why a complaint can't be shown to the public at all."""

    #: The reporter does not want it shown.
    NOT_WANTED = "not_wanted"
    #: It points at a person, and the viewer is not the superior who may decide.
    NEEDS_SUPERIOR = "needs_superior"
    #: It is not in the agency's hands, or put away.
    NOT_IN_HAND = "not_in_hand"


def bar_to_publishing(*, state: State, secret: bool, points_at_person: bool, may_decide: bool) -> Bar | None:
    """What stands against showing a complaint to the public, if anything; `may_decide` of who asks."""
    if state not in PUBLIC_STATES:
        return Bar.NOT_IN_HAND
    if secret:
        return Bar.NOT_WANTED
    if points_at_person and not may_decide:
        return Bar.NEEDS_SUPERIOR
    return None


def telling_words(text: str, *, hidden: Iterable[str], known: Iterable[str]) -> list[str]:
    """The words of a text that tell of a person, in the order of the text, each once.

    These are words that point at somebody, personal numbers and addresses, any longer part of the names in `hidden`
    (who complained, who is complained of), and the full names in `known` (officers of the unit).
    """
    found = [*pointing_words(text), *personal_numbers(text)]
    parts = {part for name in hidden for part in re.findall(r"\w+", name) if len(part) >= _SHORTEST_NAME}
    for name in parts | {name.strip() for name in known if len(name.strip()) >= _SHORTEST_NAME}:
        found += [match[0] for match in re.finditer(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)]
    unique = dict.fromkeys(word.strip() for word in found)
    return sorted(unique, key=text.find)
