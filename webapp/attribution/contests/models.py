"""When somebody first saw what is attributed to him."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base


class AttributionShown(Base):
    """An officer's own page showed him for the first time that an attribution names him: his term runs from then on."""

    __tablename__ = "attribution_shown"

    attribution_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("attribution.id", ondelete="CASCADE"), primary_key=True
    )
    officer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("officer.id"), primary_key=True, index=True)
    at: Mapped[datetime]
