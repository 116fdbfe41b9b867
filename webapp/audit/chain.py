"""The chain of hashes over the trail (pure): each link is made of the one before and of one entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

#: Bytes of a link.
LENGTH = 32
#: What the first link hangs on.
ANCHOR = hashlib.sha256(b"tanggap audit trail 1").digest()


class Entry(Protocol):
    """What of an entry is sealed: all of it."""

    id: Any
    at: Any
    written_at: Any
    account_id: Any
    complaint_id: Any
    deed: Any
    what: Any
    particulars: Any
    source_id: Any


def link(before: bytes, entry: Entry) -> bytes:
    """The link of `entry` after the link `before`."""
    sealed = [
        entry.id,
        _moment(entry.at),
        _moment(entry.written_at),
        entry.account_id,
        entry.complaint_id,
        entry.deed,
        entry.what,
        entry.particulars,
        entry.source_id,
    ]
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(before + text.encode()).digest()


def links(before: bytes, entries: Sequence[Entry]) -> list[bytes]:
    """The links of `entries`, one after the other."""
    made = []
    for entry in entries:
        before = link(before, entry)
        made.append(before)
    return made


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
