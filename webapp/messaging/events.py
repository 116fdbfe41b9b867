"""What happens to messages."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class MailQueued(Event):
    """A letter is due to go out."""

    message_id: int
