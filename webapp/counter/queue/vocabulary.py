"""The closed lists of the queue."""

from __future__ import annotations

from enum import StrEnum


class DrawChannel(StrEnum):
    """Where a number was drawn; each has its own places in a slot."""

    PORTAL = "portal"
    TELEGRAM = "telegram"
    #: At the door, on the kiosk page or by an officer for somebody who stands there.
    KIOSK = "kiosk"


class Priority(StrEnum):
    """Who is called first by rule (UU 25/2009 art. 29: special treatment of certain members of the public)."""

    ORDINARY = "ordinary"
    ELDERLY = "elderly"
    DISABLED = "disabled"
    PREGNANT = "pregnant"


class TicketState(StrEnum):
    """Where a queue ticket stands."""

    WAITING = "waiting"
    #: Called to a counter and, unless it turns out otherwise, being served there.
    CALLED = "called"
    #: Put aside for a moment: comes back with a paper, a photo, a fee; any counter of the line may call it again.
    HELD = "held"
    FINISHED = "finished"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    #: Still waiting or held when its day ended.
    EXPIRED = "expired"


#: States in which a ticket takes its person's place and may still be called.
OPEN_STATES = (TicketState.WAITING, TicketState.CALLED, TicketState.HELD)


class Step(StrEnum):
    """What happens to a ticket; each is a row of its log."""

    DRAWN = "drawn"
    CALLED = "called"
    RECALLED = "recalled"
    HELD = "held"
    TRANSFERRED = "transferred"
    NO_SHOW = "no_show"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
