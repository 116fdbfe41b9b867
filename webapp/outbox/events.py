"""What an event is: a frozen dataclass in the past tense whose fields go into JSON as they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

#: Every kind of event by its name, so that a payload read from the outbox becomes its dataclass again and a test can
#: ask whether each one is routed.
EVENTS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. Subclasses are frozen dataclasses of plain JSON values and register themselves by name."""

    name: ClassVar[str] = "Event"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.name = cls.__name__
        EVENTS[cls.__name__] = cls

    def to_payload(self) -> dict[str, Any]:
        """The fields as JSON."""
        return asdict(self)


def event_from(name: str, payload: dict[str, Any]) -> Event:
    """The event that `publish` stored; raises KeyError for a name that no longer exists."""
    return EVENTS[name](**payload)
