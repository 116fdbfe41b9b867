"""What was learned so far, for those who look after it. Figures and times only: what was learned itself stays away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.attribution.models import LearnedModel
from webapp.database import db

#: Of each kind the page shows the latest.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One attempt to learn: from how many cases of which time, how it did, what became of it.

    `figures` are those on the latest decided cases, `former` those of what was used then, on the same cases.
    """

    kind: str
    learned_at: datetime
    cases: int
    first_case_at: datetime | None
    last_case_at: datetime | None
    figures: Mapping[str, Any]
    former: Mapping[str, Any] | None
    verdict: str
    adopted: bool
    used: bool


def list_models(kind: str) -> list[ModelLine]:
    """The latest attempts of a kind, the newest first. They tell of nobody; callers hold MODEL_READ."""
    rows = db.session.execute(
        select(
            LearnedModel.learned_at,
            LearnedModel.cases,
            LearnedModel.first_case_at,
            LearnedModel.last_case_at,
            LearnedModel.figures,
            LearnedModel.former_figures,
            LearnedModel.verdict,
            LearnedModel.adopted_at,
            LearnedModel.retired_at,
        )
        .where(LearnedModel.kind == kind)
        .order_by(LearnedModel.learned_at.desc(), LearnedModel.id.desc())
        .limit(SHOWN)
    )
    return [
        ModelLine(
            kind=kind,
            learned_at=row.learned_at,
            cases=row.cases,
            first_case_at=row.first_case_at,
            last_case_at=row.last_case_at,
            figures=row.figures,
            former=row.former_figures,
            verdict=row.verdict,
            adopted=row.adopted_at is not None,
            used=row.adopted_at is not None and row.retired_at is None,
        )
        for row in rows
    ]
