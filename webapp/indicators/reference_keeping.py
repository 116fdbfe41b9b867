"""The reference in force: fitted now and then, frozen in between, read once in each process."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Text, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.indicators.components.registry import PRIORS
from webapp.indicators.formula import FORMULA_VERSION, Reference, fit_reference
from webapp.indicators.models import IndicatorFact, IndicatorReference
from webapp.indicators.periods import day_of, last_periods, period_of
from webapp.indicators.presets.stored import preset_for
from webapp.indicators.rounds import mark_outdated
from webapp.indicators.stored_facts import fact_columns, facts_to_learn

_WRITTEN_BY = literal_column("indicator_reference.xmin::text", Text)
#: Facts of so many quarters, the running one among them, teach the reference.
QUARTERS = 4
#: The version of the reference that was learned from no fact at all.
PRIOR_ONLY = "prior"


def current_reference(at: datetime) -> tuple[int, Reference]:
    """The reference in force with its id; before the first fit, one of prior expectations only."""
    newest = _known()
    if newest is None or not _covers_all(_read(newest)):
        prior = fit_reference([], PRIOR_ONLY if newest is None else f"{PRIOR_ONLY}-{FORMULA_VERSION}", PRIORS)
        db.session.execute(
            upsert(IndicatorReference)
            .values(version=prior.version, fitted_at=at, content=prior.to_json(), doubt=prior.doubt_bytes())
            .on_conflict_do_nothing(index_elements=["version"])
        )
        newest = _known()
        assert newest is not None
    return newest[0], _read(newest)


def _covers_all(reference: Reference) -> bool:
    """False for one that an earlier release fitted, which knew fewer components."""
    return PRIORS.keys() <= reference.components.keys()


def reference_by_id(reference_id: int) -> Reference:
    """A reference as it was frozen. Raises KeyError if there is none."""
    known = _known(reference_id)
    if known is None:
        raise KeyError(f"There is no reference {reference_id}.")
    return _read(known)


def frozen_reference(reference_id: int, written_by: str) -> Reference:
    """As `reference_by_id`, for who has read also the transaction that wrote it (xmin)."""
    return _read((reference_id, written_by, str(db.engine.url.database)))


def newest_of(reference_id: int, written_by: str) -> Reference | None:
    """The newest reference, for who has read its id and the transaction that wrote it; None if it does not serve."""
    reference = frozen_reference(reference_id, written_by)
    return reference if _covers_all(reference) else None


_Known = tuple[int, str, str]


def _known(reference_id: int | None = None) -> _Known | None:
    """A reference, the newest if none is named, by what tells it from all others: its id, the transaction that wrote
    it, the database."""
    query = select(IndicatorReference.id, _WRITTEN_BY).order_by(IndicatorReference.id.desc()).limit(1)
    if reference_id is not None:
        query = query.where(IndicatorReference.id == reference_id)
    row = db.session.execute(query).first()
    return None if row is None else (row[0], row[1], str(db.engine.url.database))


@lru_cache(maxsize=8)
def _read(known: _Known) -> Reference:
    """Kept, because a row is never changed and reading it takes longer than scoring an officer on it."""
    content, doubt = db.session.execute(
        select(IndicatorReference.content, IndicatorReference.doubt).where(IndicatorReference.id == known[0])
    ).one()
    return Reference.from_json(content, doubt)


def renew_reference(version: str, at: datetime) -> bool:
    """Fit the reference anew from the last four quarters and freeze it; all figures of this quarter follow.

    False for a version that exists: it stays as it is.
    """
    if db.session.scalar(select(IndicatorReference.id).where(IndicatorReference.version == version)) is not None:
        return False
    today = day_of(at)
    rows = db.session.execute(
        fact_columns().where(
            IndicatorFact.period.in_(last_periods(today, QUARTERS)),
            IndicatorFact.withdrawn_at.is_(None),
        )
    ).all()
    preset = preset_for(period_of(today), at)
    reference = fit_reference(facts_to_learn(rows, preset), version, {**PRIORS, **preset.priors})
    db.session.add(
        IndicatorReference(version=version, fitted_at=at, content=reference.to_json(), doubt=reference.doubt_bytes())
    )
    db.session.flush()
    mark_outdated(period_of(today))
    return True


def renew_if_outgrown(at: datetime) -> None:
    """Fit a reference now if the one in force knows fewer components than this release: not weeks after it came."""
    newest = _known()
    if newest is not None and (not _covers_all(_read(newest)) or _is_stopgap(newest[0])):
        renew_reference(f"{day_of(at):%Y-%m}-{FORMULA_VERSION}", at)


def _is_stopgap(reference_id: int) -> bool:
    version = db.session.scalar(select(IndicatorReference.version).where(IndicatorReference.id == reference_id))
    return version == f"{PRIOR_ONLY}-{FORMULA_VERSION}"
