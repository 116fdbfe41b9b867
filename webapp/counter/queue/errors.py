"""What can go wrong in the queue."""

from __future__ import annotations


class QueueRefusal(Exception):
    """A number cannot be drawn (any more) as asked; subclasses say why."""


class NoQueueHere(QueueRefusal):
    """The line is not queued for (any more), or its hall is closed down."""


class HallClosed(QueueRefusal):
    """The unit does not work on that day, or has closed for today."""


class SlotFull(QueueRefusal):
    """No place is left for this channel in that slot (or today, for a number for now)."""


class SlotGone(QueueRefusal):
    """The slot has begun, lies too far ahead, or is none of the line's slots."""


class TooManyTickets(QueueRefusal):
    """This person has as many open numbers in the line as are allowed."""


class NoSuchTicket(Exception):
    """The code opens no ticket."""


class TicketGone(Exception):
    """The ticket is no longer in a state in which this can be done: somebody was quicker."""


class CounterTaken(Exception):
    """Somebody else has this counter open. `officer` is the name."""

    def __init__(self, officer: str) -> None:
        self.officer = officer
        super().__init__("the counter is open")


class CounterClosed(Exception):
    """The officer has no counter open: it was closed, perhaps from another page."""


class StillServing(Exception):
    """The counter has a number called that must first be finished, held, transferred or marked as absent."""


class PrefixTaken(Exception):
    """Another line of the hall has these letters, or gave numbers under them lately."""


class ServiceTaken(Exception):
    """The service is queued for in this hall already."""
