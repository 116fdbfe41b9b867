"""Learning how far each kind of evidence is right, from cases whose truth somebody or something else has confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import selectinload

from webapp.attribution.circumstances import Circumstances
from webapp.attribution.current_strengths import STRENGTHS, current_strengths
from webapp.attribution.evidence import gather_circumstances
from webapp.attribution.fitting import Confirmed, Fit, fit_strengths, measure
from webapp.attribution.models import Attribution, AttributionShare, LearnedModel
from webapp.attribution.strengths import Strengths
from webapp.database import db
from webapp.feedback.models import Feedback

#: Fewer confirmed cases than that with evidence teach nothing that the stated strengths do not say better.
LEAST_CASES = 100
#: The latest of each kind of proof that are read.
MOST_CASES = 3_000
BATCH = 300
#: The latest part of the cases, on which what was learned is measured beside what is used; where something learned is
#: used already, the cases since then, as it knows the others. So many at least.
HELD_OUT = 0.25
LEAST_HELD_OUT = 20
#: Judgements by people who read the case; an agency's own system decides before any evidence of ours.
_BY_PEOPLE = ("triage", "contest")


_IN_USE = (LearnedModel.kind == STRENGTHS, LearnedModel.adopted_at.is_not(None), LearnedModel.retired_at.is_(None))


@dataclass(frozen=True, slots=True)
class _Dated:
    case: Confirmed
    filed_at: datetime


def learn_strengths(now: datetime) -> LearnedModel | None:
    """Learn strengths from confirmed cases; the attempt, None where there are too few, or too few new ones.

    Flushes only.

    Measured on the latest cases, which it has not seen, beside what is used; adopted only where it foretells them no
    worse. Figures are mean logarithmic losses: less is better.
    """
    dated = read_confirmed()
    if len(dated) < LEAST_CASES:
        return None
    border = int(len(dated) * (1 - HELD_OUT))
    known_until = db.session.scalar(select(LearnedModel.last_case_at).where(*_IN_USE))
    if known_until is not None:
        border = sum(one.filed_at <= known_until for one in dated)
    if not LEAST_HELD_OUT <= len(dated) - border < len(dated):
        return None
    earlier, latest = [one.case for one in dated[:border]], [one.case for one in dated[border:]]
    version = f"learned-{now:%Y-%m-%d}"
    new, former = measure(latest, fit_strengths(earlier, version)), measure(latest, current_strengths())
    adopted = new.loss <= former.loss
    content = b""
    if adopted:
        strengths: Strengths = fit_strengths([one.case for one in dated], version)
        content = strengths.to_bytes()
        db.session.execute(update(LearnedModel).where(*_IN_USE).values(retired_at=now))
    model = LearnedModel(
        kind=STRENGTHS,
        version=version,
        learned_at=now,
        cases=len(dated),
        first_case_at=dated[0].filed_at,
        last_case_at=dated[-1].filed_at,
        figures=_written(new),
        former_figures=_written(former),
        verdict="no_worse" if adopted else "worse",
        adopted_at=now if adopted else None,
        content=content,
    )
    db.session.add(model)
    db.session.flush()
    return model


def read_confirmed() -> list[_Dated]:
    """Confirmed cases that tell something besides their proof, the oldest first.

    People's decisions confirm unit and officer; receipts confirm both where the citizen stated counter, unit or words
    as well. Receipts are not chosen by how hard a case was, decisions are: the two together keep what is learned from
    being of hard cases alone.
    """
    found: dict[int, _Dated] = {}
    for query in (_decided(), _proved()):
        ids = list(db.session.scalars(query))
        for first in range(0, len(ids), BATCH):
            for one in _confirmed(ids[first : first + BATCH]):
                found[one[0]] = one[1]
    return sorted(found.values(), key=lambda one: one.filed_at)


def _decided() -> Select[Any]:
    return (
        select(Attribution.feedback_id)
        .where(Attribution.made_by.in_(_BY_PEOPLE), Attribution.superseded_at.is_(None))
        .order_by(Attribution.id.desc())
        .limit(MOST_CASES)
    )


def _proved() -> Select[Any]:
    states = or_(Feedback.counter_id.is_not(None), Feedback.unit_id.is_not(None), Feedback.service_id.is_not(None))
    return (
        select(Feedback.id)
        .join(Attribution, Attribution.feedback_id == Feedback.id)
        .where(
            Feedback.visit_id.is_not(None),
            Feedback.kind == "complaint",
            states,
            Attribution.superseded_at.is_(None),
            Attribution.made_by == "rules",
        )
        .order_by(Feedback.id.desc())
        .limit(MOST_CASES)
    )


def _confirmed(ids: Sequence[int]) -> list[tuple[int, _Dated]]:
    feedback = list(db.session.scalars(select(Feedback).where(Feedback.id.in_(ids)).order_by(Feedback.id)))
    circumstances = gather_circumstances(feedback, without_proof=True)
    attributions = db.session.scalars(
        select(Attribution)
        .where(Attribution.feedback_id.in_(ids), Attribution.superseded_at.is_(None))
        .options(selectinload(Attribution.shares))
        .order_by(Attribution.id)
    )
    truths = {one.feedback_id: (one.made_by, _truth(one.shares)) for one in attributions}
    cases = []
    for one in feedback:
        made_by, truth = truths.get(one.id, ("", None))
        if truth is None or truth.unit_id is None:
            continue
        known = circumstances[one.id]
        if made_by == "rules":
            known = _without_form(known)
        cases.append((one.id, _Dated(Confirmed(known, truth.unit_id, truth.officer_id), one.filed_at)))
    return [case for case in cases if _tells(case[1].case)]


def _without_form(known: Circumstances) -> Circumstances:
    """Without unit, service and counter: a form that is opened from a receipt has them from the receipt."""
    return replace(known, chosen_unit_id=None, service_unit_id=None, counter_unit_id=None, served_there=(), on_duty=())


def _tells(case: Confirmed) -> bool:
    known = case.known
    return bool(
        known.queue_served
        or known.served_there
        or known.on_duty
        or known.named
        or known.counter_unit_id
        or known.chosen_unit_id
        or known.service_unit_id
        or known.text_units
        or known.place_units
    )


def _truth(shares: Sequence[AttributionShare]) -> AttributionShare | None:
    """The one share that decides; None where several share it."""
    return shares[0] if len(shares) == 1 else None


def _written(fit: Fit) -> dict[str, Any]:
    return {**asdict(fit), "loss": fit.loss}
