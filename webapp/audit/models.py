"""The trail and the seals on it. Rows are added and never changed: the product's role has no right to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Numeric, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId


class AuditEntry(Base):
    """One thing that somebody saw or did, or that a rule did. Never what was said, and no name of anybody.

    The database writes it itself: triggers of the tables in which deeds are kept, in the same transaction, and the
    function `record_look`. Nothing refers to other tables, so that the trail outlives what it tells of.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_complaint_id", "complaint_id", "id"),
        Index("ix_audit_entry_account_id", "account_id", "id"),
        Index("ix_audit_entry_at", "at", "id"),
        {"info": {"rights": "SELECT"}},
    )

    id: Mapped[BigId]
    #: When it was done, as the row that it tells of says; and when the database wrote it down.
    at: Mapped[datetime]
    written_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    #: Null for reporters and rules.
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Null for what concerns no case: a role given or taken.
    complaint_id: Mapped[int | None] = mapped_column(BigInteger)
    deed: Mapped[str]
    what: Mapped[str]
    #: Ids and short codes.
    particulars: Mapped[dict[str, Any] | None]
    #: Id of the row that it tells of, in the table that the deed stands for.
    source_id: Mapped[int | None] = mapped_column(BigInteger)


class AuditSeal(Base):
    """A batch of entries joined to the chain: `hashes` holds 32 bytes for each of `entry_ids`.

    A hash is made of the one before and of the entry. Everything up to `settled_id` is sealed; up to `covered_id`,
    but for transactions that were still running, which were numbered below `horizon`.
    """

    __tablename__ = "audit_seal"
    __table_args__ = ({"info": {"rights": "SELECT, INSERT"}},)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime]
    entry_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    settled_id: Mapped[int] = mapped_column(BigInteger)
    covered_id: Mapped[int] = mapped_column(BigInteger)
    highest_id: Mapped[int] = mapped_column(BigInteger)
    #: Number of a transaction (xid8); more than a bigint may hold in theory.
    horizon: Mapped[int] = mapped_column(Numeric(20, 0, asdecimal=False))
