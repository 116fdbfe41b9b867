"""Misbehaviour on demand: which call of the bot shall go wrong next, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, cast, get_args

from bot.simulator.errors import ApiError, bad_request, blocked_by_user, server_error, too_many_requests

FaultKind = Literal["too_many_requests", "blocked", "server_error", "drop", "slow"]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass(slots=True)
class Fault:
    """One kind of trouble, waiting for the calls that it shall befall.

    `method` is a name or a pattern ("send*", "*"), without regard to case. `after` lets the call take effect before the
    answer goes wrong: the message has been sent, but the bot cannot know. `seconds` is how long a slow answer takes.
    """

    kind: FaultKind
    method: str = "*"
    count: int = 1
    chat_id: int | None = None
    retry_after: int = 1
    status: int = 500
    seconds: float = 1.0
    after: bool = False

    @classmethod
    def read(cls, record: dict[str, Any]) -> Fault:
        """A fault from JSON of the control API. Raises ApiError 400 for unknown fields or kinds."""
        unknown = record.keys() - set(cls.__slots__)
        if unknown:
            raise bad_request(f"unknown fields of a fault: {', '.join(sorted(unknown))}")
        if record.get("kind") not in FAULT_KINDS:
            raise bad_request(f"kind of a fault must be one of {', '.join(FAULT_KINDS)}")
        return cls(**{**record, "kind": cast(FaultKind, record["kind"])})

    def error(self) -> ApiError | None:
        """What the bot is told; None for trouble that is no answer (dropped, slow)."""
        if self.kind == "too_many_requests":
            return too_many_requests(self.retry_after)
        if self.kind == "blocked":
            return blocked_by_user()
        return server_error(self.status) if self.kind == "server_error" else None


class Faults:
    """Faults in the order in which they were asked for; the first that fits a call is taken."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call, counted down; None if the call shall go well."""
        for fault in self._waiting:
            fits_chat = fault.chat_id is None or fault.chat_id == chat_id
            if fits_chat and fnmatchcase(method.lower(), fault.method.lower()):
                fault.count -= 1
                if fault.count <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]

    def clear(self) -> None:
        self._waiting.clear()
