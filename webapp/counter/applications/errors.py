"""What can go wrong with a document application."""

from __future__ import annotations


class NoSuchApplication(Exception):
    """The code opens no file, or the viewer may not see it."""


class ApplicationGone(Exception):
    """The file is no longer in a state in which this can be done: somebody was quicker."""


class LedElsewhere(Exception):
    """A connected system of the agency leads the file: it is changed there. `system` is its name."""

    def __init__(self, system: str) -> None:
        self.system = system
        super().__init__("led by a connected system")


class NotInHand(Exception):
    """The stage is in somebody else's hands, or still in the tray."""


class NoStages(Exception):
    """The service has no stages: files of it cannot be registered."""


class PapersMissing(Exception):
    """The file has missing papers: they must come, or be marked as not needed, before the next stage."""


class AlreadyRegistered(Exception):
    """The same form was sent before. `code` is the file that it became."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__("registered before")


class NotOffered(Exception):
    """The unit does not offer the service (any more), or the visit was not served by who registers the file."""


class OfficerElsewhere(Exception):
    """A stage goes only to an active officer who is posted in its unit."""


class StagesInvalid(ValueError):
    """Stages of a service need codes of their own, names, and targets above zero."""
