"""Learning from decided cases: anew from time to time, held against what is used, used only if it is no worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from webapp.attribution.actions import attribute_again
from webapp.attribution.current_router import ROUTING, current_router, read_catalogue
from webapp.attribution.decided_cases import Decided, count_decided, hold_out, read_decided
from webapp.attribution.events import OpinionsOutdated
from webapp.attribution.models import LearnedModel
from webapp.attribution.opinions import form_opinions
from webapp.attribution.routing import DecidedCase, Router, RoutingFigures, measure
from webapp.attribution.takeover import takes_over
from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Disposition
from webapp.outbox import publish

#: The latest decided cases are learned from: what is older tells of units as they were.
MOST_CASES = 12_000
#: Below it the catalogue knows more.
LEAST_CASES = 100
#: Held out to measure on: this share of all, at least so many.
HELD_OUT_SHARE = 0.1
LEAST_HELD_OUT = 30
#: So many new decisions, or this share of what was learned from, set off learning at once; fewer wait for Sunday night.
ENOUGH_NEW = 100
ENOUGH_NEW_SHARE = 0.05
#: Complaints of triage that are judged again in one transaction.
BATCH = 200
#: Nobody learns while somebody learns.
_LEARNING_LOCK = 0x6C65_6172


@dataclass(frozen=True, slots=True)
class Progress:
    """What there is to learn from: decided cases of the last learning (of all, before the first), those since, and how
    many of these set off the next at once.
    """

    cases: int
    new: int
    needed: int


def progress(most: int = 10_000) -> Progress:
    """How far it is to the next learning; counted no further than `most`. It tells of nobody."""
    last = _last_learned()
    if last is None:
        total = count_decided(None, most)
        return Progress(total, total, LEAST_CASES)
    return Progress(last.cases, count_decided(last.learned_at, most), _enough_at_once(last.cases))


def learn_routing(now: datetime, *, weekly: bool = False) -> LearnedModel | None:
    """Learn the routing of texts anew, if there is enough new to learn from; what came of it, None if nothing did.

    `weekly`: also where less was decided since than sets it off at once. The latest cases are held out, and what was
    learned is measured on them beside what is used; where it is no worse it learns these as well, and is used from now
    on: undecided complaints are judged again then (OpinionsOutdated). Every attempt leaves a row. Flushes only.
    """
    if not _is_due(weekly) or not db.session.scalar(select(func.pg_try_advisory_xact_lock(_LEARNING_LOCK))):
        return None
    if not _is_due(weekly):  # whoever held the lock until now may have learned meanwhile
        return None
    decided, standing = read_decided(MOST_CASES), current_router()
    if len(decided) < LEAST_CASES:
        return None
    training, held = hold_out(decided, _learned_at(standing.model_id), HELD_OUT_SHARE, LEAST_HELD_OUT)
    if not held:
        return None
    catalogue, measured_on = read_catalogue(), _cases(held)
    new, former = (
        measure(Router.learn(_cases(training), catalogue.units), measured_on),
        measure(standing.router, measured_on),
    )
    verdict = takes_over(new, former)
    content, version = b"", f"{now:%Y%m%d%H%M%S}"
    if verdict.adopts:
        router = Router.learn(_cases(decided), catalogue.units)
        content, version = router.to_bytes(), router.version
        _retire(now)
    model = LearnedModel(
        kind=ROUTING,
        version=version,
        learned_at=now,
        cases=len(decided),
        first_case_at=decided[0].filed_at,
        last_case_at=decided[-1].filed_at,
        figures=_written(new) | {"cases_by_unit": Counter(one.case.unit for one in decided)},
        former_figures=_written(former) | {"catalogue_only": standing.model_id is None},
        verdict=verdict.value,
        adopted_at=now if verdict.adopts else None,
        content=content,
    )
    db.session.add(model)
    db.session.flush()
    if verdict.adopts:
        publish(OpinionsOutdated(0))
    return model


def renew_opinions(after_id: int, now: datetime) -> int | None:
    """Form opinions of undecided complaints by what is used now, BATCH of them in the order of their ids.

    Those that no person has touched are judged again and may be sent where they belong. What a person has brought to
    triage stays there for a person, and what lies with a unit stays with it. Returns the last id, None at the end.
    """
    ids = list(
        db.session.scalars(
            select(Complaint.feedback_id)
            .where(Complaint.state.in_((State.IN_TRIAGE, State.VERIFIED)), Complaint.feedback_id > after_id)
            .order_by(Complaint.feedback_id)
            .limit(BATCH)
        )
    )
    if not ids:
        return None
    form_opinions(ids, now)
    touched = (
        select(Disposition.id)
        .where(Disposition.complaint_id == Complaint.feedback_id, Disposition.decided_by_id.is_not(None))
        .exists()
    )
    untouched = list(
        db.session.scalars(
            select(Complaint.feedback_id)
            .where(Complaint.feedback_id.in_(ids), Complaint.state == State.IN_TRIAGE, ~touched)
            .order_by(Complaint.feedback_id)
        )
    )
    attribute_again(untouched, now)
    return ids[-1] if len(ids) == BATCH else None


def _is_due(weekly: bool) -> bool:
    """Whether enough was decided since the last attempt, adopted or not."""
    last = _last_learned()
    if last is None:
        return count_decided(None, LEAST_CASES) >= LEAST_CASES
    if last.used and current_router().model_id is None:
        return True  # another release wrote it, and this one cannot read it: learned anew at once
    enough = LEAST_HELD_OUT if weekly else _enough_at_once(last.cases)
    return count_decided(last.learned_at, enough) >= enough


def _enough_at_once(cases: int) -> int:
    return max(ENOUGH_NEW, round(ENOUGH_NEW_SHARE * cases))


def _last_learned() -> Any:
    """When something was learned last, from how many cases, and whether it is used; None before the first time."""
    used = LearnedModel.adopted_at.is_not(None) & LearnedModel.retired_at.is_(None)
    return db.session.execute(
        select(LearnedModel.learned_at, LearnedModel.cases, used.label("used"))
        .where(LearnedModel.kind == ROUTING)
        .order_by(LearnedModel.learned_at.desc(), LearnedModel.id.desc())
        .limit(1)
    ).one_or_none()


def _learned_at(model_id: int | None) -> datetime | None:
    if model_id is None:
        return None
    return db.session.scalar(select(LearnedModel.learned_at).where(LearnedModel.id == model_id))


def _retire(now: datetime) -> None:
    """The model that is used makes room; of those before it the figures stay, not what they had learned."""
    used = LearnedModel.kind == ROUTING, LearnedModel.adopted_at.is_not(None)
    db.session.execute(update(LearnedModel).where(*used, LearnedModel.retired_at.is_not(None)).values(content=b""))
    db.session.execute(update(LearnedModel).where(*used, LearnedModel.retired_at.is_(None)).values(retired_at=now))


def _cases(decided: Sequence[Decided]) -> list[DecidedCase]:
    return [one.case for one in decided]


def _written(figures: RoutingFigures) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in asdict(figures).items()}
