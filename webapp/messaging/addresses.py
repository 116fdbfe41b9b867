"""Where somebody is told something by a channel that knows only an address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """A chat, and the language spoken there."""

    channel: str
    address: str
    language: str = "id"
