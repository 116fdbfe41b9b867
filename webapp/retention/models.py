"""What was erased when: counts, nothing of what it was."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base


class Erasure(Base):
    """So many of a kind were erased on a day (UTC) because their term had ended."""

    __tablename__ = "erasure"

    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
