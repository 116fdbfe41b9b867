"""Past complaints of a city whose decisions are withheld, and what a replay made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from tests.factories.counting import next_number
from tests.factories.organisation import make_unit
from webapp.attribution.replay.models import ReplayOpinion, WithheldDecision
from webapp.attribution.replay.withholding import AgencyChoice, withhold_decisions
from webapp.feedback.bulk import ImportedFeedback, take_in_feedback
from webapp.feedback.drafts import ComplaintDraft
from webapp.feedback.models import Complaint
from webapp.organisation.models import Unit

SOURCE = "kota"


@dataclass(frozen=True)
class PastCity:
    """A city with three units that its past complaints went to."""

    root: Unit
    waste: Unit
    roads: Unit
    aid: Unit


def make_past_city(session: Session) -> PastCity:
    """The city, its units known under SOURCE."""
    root = make_unit(session, name="Kota Uji")
    names = ("Dinas Kebersihan", "Dinas Perhubungan", "Dinas Sosial")
    units = [make_unit(session, root, name=name) for name in names]
    for number, unit in enumerate(units):
        unit.external_id = f"{SOURCE}:{number}"
    session.flush()
    return PastCity(root, *units)


def make_past(cases: Sequence[tuple[date, Unit, str]]) -> list[int]:
    """Complaints filed at noon of their days, with the units that the agency had sent them to withheld; their ids."""
    batch = []
    choices = {}
    for day, unit, text in cases:
        key = f"import:{SOURCE}:{next_number()}"
        at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        batch.append(ImportedFeedback(ComplaintDraft(text=text), key, at))
        choices[key] = AgencyChoice(unit.id, "Topik uji")
    created = take_in_feedback(batch).created
    withhold_decisions(SOURCE, choices)
    return created


def make_judged(
    session: Session,
    decided: Unit,
    opinion: Unit | None,
    *,
    probability: float = 0.9,
    sure: bool = True,
    month: date = date(2026, 1, 1),
    text: str = "Sampah menumpuk di depan pasar.",
) -> Complaint:
    """A past complaint that the agency sent to `decided`, and of which a replay said `opinion`."""
    (feedback_id,) = make_past([(month.replace(day=10), decided, text)])
    candidates = (
        [{"unit_id": opinion.id, "probability": probability, "words": [["sampah", 1.2], ["pasar", 0.4]]}]
        if opinion
        else []
    )
    session.add(
        ReplayOpinion(
            feedback_id=feedback_id,
            month=month,
            learned_from=100,
            unit_id=opinion.id if opinion else None,
            probability=probability if opinion else 0.0,
            sure=sure,
            candidates=candidates,
            at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    )
    session.flush()
    return session.get_one(Complaint, feedback_id)


def decide_otherwise(session: Session, feedback_ids: Sequence[int], unit: Unit) -> None:
    """As if the agency had sent these to another unit."""
    for feedback_id in feedback_ids:
        session.get_one(WithheldDecision, feedback_id).unit_id = unit.id
    session.flush()
