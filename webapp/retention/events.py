"""What is announced about retention."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class RetentionDue(Event):
    """It is time to look whose term of retention has ended."""
