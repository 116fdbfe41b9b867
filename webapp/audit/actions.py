"""Writing down that somebody looked. What is done is written down by the database itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB

from webapp.database import db


class Look(StrEnum):
    """What somebody looked at."""

    CASE = "case"
    PHOTO = "photo"
    #: The words as they were written, and the reporter's contact.
    ORIGINAL = "original"
    #: The trail of a case, or of somebody.
    TRAIL = "trail"


_RECORD = select(
    func.record_look(
        bindparam("account_id", type_=BigInteger()),
        bindparam("complaint_id", type_=BigInteger()),
        bindparam("what", type_=Text()),
        bindparam("particulars", type_=JSONB(none_as_null=True)),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)


def record_look(
    account_id: int, complaint_id: int | None, what: Look, at: datetime, particulars: dict[str, Any] | None = None
) -> None:
    """Write down that an account looked at a case (None: at no certain one); in the caller's transaction.

    `particulars` hold ids and short codes, never what was said.
    """
    db.session.execute(
        _RECORD,
        {
            "account_id": account_id,
            "complaint_id": complaint_id,
            "what": what,
            "particulars": particulars,
            "at": at,
        },
    )
