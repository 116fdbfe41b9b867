"""The terms with what was erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from webapp.database import db
from webapp.retention.models import Erasure
from webapp.retention.terms import Term, load_terms


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind with its term, and what was erased of it: how many in all, and the last day on which there were any."""

    term: Term
    erased: int
    last: date | None


def list_kept() -> list[Kept]:
    """Every kind in the order of the file. It tells of nobody; callers hold ORGANISATION_MANAGE."""
    found = db.session.execute(
        select(Erasure.kind, func.sum(Erasure.count), func.max(Erasure.day)).group_by(Erasure.kind)
    )
    erased = {kind: (int(count), last) for kind, count, last in found}
    return [Kept(term, *erased.get(term.kind, (0, None))) for term in load_terms()]
