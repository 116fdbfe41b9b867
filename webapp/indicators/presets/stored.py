"""Presets as they are stored and in force: every version that a figure was made with is kept as text, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count

from sqlalchemy import and_, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.errors import NoSuchPreset, PeriodBegun, PeriodClosed, TitleTaken
from webapp.indicators.models import IndicatorPreset, PresetInForce, PresetWithdrawal
from webapp.indicators.periods import day_of, is_closed, period_of
from webapp.indicators.presets.editing import Draft, slug, title_key, written
from webapp.indicators.presets.presets import Preset, load_preset, read_preset, shipped_names, shipped_text
from webapp.indicators.rounds import mark_outdated

DEFAULT = "default"
#: Two who save at a time get two versions.
_SAVING_LOCK = text("SELECT pg_advisory_xact_lock(3, 0)")
#: What is sent again so soon after is the same press of a button, not another preset.
_SENT_TWICE = timedelta(minutes=10)
#: Whether a row in force stands, never withdrawn.
_STANDS = ~exists().where(PresetWithdrawal.in_force_id == PresetInForce.id)


@dataclass(frozen=True, slots=True)
class InForce:
    """A preset that holds from a quarter on, until another does; `decided_at` None: by default."""

    preset: Preset
    from_period: str
    decided_at: datetime | None


def preset_for(period: str, at: datetime) -> Preset:
    """The preset that holds in a quarter; the default one where nothing was put in force.

    Its text is stored before it is used, so that the figure can be computed again whatever becomes of the file.
    """
    shipped = load_preset(DEFAULT)
    content = db.session.scalar(
        select(IndicatorPreset.content)
        .outerjoin(
            PresetInForce,
            and_(PresetInForce.preset_id == IndicatorPreset.id, PresetInForce.from_period <= period, _STANDS),
        )
        .where(or_(PresetInForce.id.is_not(None), IndicatorPreset.version == shipped.version))
        .order_by(PresetInForce.from_period.desc().nulls_last(), PresetInForce.id.desc().nulls_last())
        .limit(1)
    )
    if content is None:
        store_shipped(DEFAULT, at)
        return shipped
    return read_preset(content)


def preset_of_version(version: str) -> Preset:
    """The preset of a version as it was used. Raises NoSuchPreset."""
    content = db.session.scalar(select(IndicatorPreset.content).where(IndicatorPreset.version == version))
    if content is None:
        raise NoSuchPreset(version)
    return read_preset(content)


def store_shipped(name: str, at: datetime) -> None:
    """Keep the text of a preset that comes with the product; one whose version is kept already stays as it is."""
    preset = load_preset(name)
    db.session.execute(
        upsert(IndicatorPreset)
        .values(version=preset.version, name=preset.name, title=preset.title, content=shipped_text(name), made_at=at)
        .on_conflict_do_nothing(index_elements=["version"])
    )


def store_all_shipped(at: datetime) -> None:
    """Keep the texts of all presets that come with the product."""
    for name in shipped_names():
        store_shipped(name, at)


def put_in_force(version: str, from_period: str, at: datetime, decided_by_id: int | None = None) -> None:
    """Have a stored preset hold from the running or a coming quarter on; the running one's figures follow.

    Raises NoSuchPreset, and PeriodClosed for a quarter that has ended: a change never touches a closed period.
    """
    today = day_of(at)
    if is_closed(from_period, today):
        raise PeriodClosed(from_period)
    preset_id = db.session.scalar(select(IndicatorPreset.id).where(IndicatorPreset.version == version))
    if preset_id is None:
        raise NoSuchPreset(version)
    db.session.add(
        PresetInForce(preset_id=preset_id, from_period=from_period, decided_by_id=decided_by_id, decided_at=at)
    )
    db.session.flush()
    running = period_of(today)
    if from_period <= running:
        mark_outdated(running)


def withdraw(from_period: str, reason: str, at: datetime, account_id: int) -> None:
    """Have nothing begin to hold in a coming quarter after all: what held before goes on.

    With the last decision for that quarter those that it replaced are withdrawn as well. Raises PeriodBegun for a
    quarter that runs or has ended, NoSuchPreset where nothing stands for it.
    """
    if from_period <= period_of(day_of(at)):
        raise PeriodBegun(from_period)
    standing = db.session.scalars(
        select(PresetInForce)
        .where(PresetInForce.from_period == from_period, _STANDS)
        .order_by(PresetInForce.id)
        .with_for_update(of=PresetInForce)
    ).all()
    # Who waited for the lock sees what was withdrawn meanwhile only by asking again.
    gone = set(db.session.scalars(select(PresetWithdrawal.in_force_id)))
    rows = [one for one in standing if one.id not in gone]
    if not rows:
        raise NoSuchPreset(from_period)
    db.session.add_all(
        PresetWithdrawal(in_force_id=one.id, account_id=account_id, reason=reason, at=at) for one in rows
    )
    db.session.flush()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A preset that was to hold and does not: from when, why, and who decided that."""

    title: str
    version: str
    from_period: str
    reason: str
    at: datetime
    by: str


def list_withdrawn(limit: int = 5) -> list[Withdrawn]:
    """The presets that were withdrawn last."""
    rows = db.session.execute(
        select(
            IndicatorPreset.title,
            IndicatorPreset.version,
            PresetInForce.from_period,
            PresetWithdrawal.reason,
            PresetWithdrawal.at,
            Account.name,
        )
        .join(PresetInForce, PresetInForce.id == PresetWithdrawal.in_force_id)
        .join(IndicatorPreset, IndicatorPreset.id == PresetInForce.preset_id)
        .join(Account, Account.id == PresetWithdrawal.account_id)
        .order_by(PresetWithdrawal.id.desc())
        .limit(limit)
    )
    return [Withdrawn(*row) for row in rows]


def hold_preset(name: str, from_period: str, at: datetime) -> None:
    """Have a preset that comes with the product hold from a past quarter on: for a city that publishes nothing yet."""
    store_all_shipped(at)
    preset_id = db.session.scalars(
        select(IndicatorPreset.id).where(IndicatorPreset.version == load_preset(name).version)
    ).one()
    db.session.add(PresetInForce(preset_id=preset_id, from_period=from_period, decided_at=at))
    db.session.flush()


def list_in_force(at: datetime) -> list[InForce]:
    """What holds in the running quarter, and what will hold from coming ones on, in the order of the quarters."""
    running = period_of(day_of(at))
    rows = db.session.execute(
        select(PresetInForce.from_period, PresetInForce.decided_at, IndicatorPreset.content)
        .join(IndicatorPreset, IndicatorPreset.id == PresetInForce.preset_id)
        .where(_STANDS)
        .order_by(PresetInForce.from_period, PresetInForce.id)
    ).all()
    by_period = {row.from_period: InForce(read_preset(row.content), row.from_period, row.decided_at) for row in rows}
    past = [period for period in by_period if period <= running]
    coming = [by_period[period] for period in sorted(by_period) if period > running]
    now = by_period[max(past)] if past else InForce(load_preset(DEFAULT), "", None)
    return [now, *coming]


@dataclass(frozen=True, slots=True)
class StoredPreset:
    """A version of a preset with how it came about; `note` and `made_by` None for what comes with the product."""

    preset: Preset
    based_on: str | None
    note: str | None
    made_at: datetime
    made_by: str | None


def list_presets(at: datetime) -> list[StoredPreset]:
    """All presets in their newest version, those that come with the product first; stores what is not stored yet."""
    store_all_shipped(at)
    newest: dict[str, StoredPreset] = {}
    for one in _stored():
        newest[one.preset.name] = one
    shipped = [newest.pop(name) for name in shipped_names() if name in newest]
    return [*shipped, *sorted(newest.values(), key=lambda one: one.preset.title.lower())]


def get_preset(version: str) -> StoredPreset:
    """A stored version. Raises NoSuchPreset."""
    for one in _stored(version):
        return one
    raise NoSuchPreset(version)


def versions_of(name: str) -> list[StoredPreset]:
    """The versions of a preset, the newest first."""
    return [one for one in reversed(list(_stored())) if one.preset.name == name]


def taken_titles(but: str | None = None) -> set[str]:
    """The keys (see title_key) of the titles that presets bear in their newest versions, without the preset `but`."""
    titles = db.session.execute(select(IndicatorPreset.name, IndicatorPreset.title).order_by(IndicatorPreset.id))
    newest = {row.name: row.title for row in titles}
    return {title_key(title) for name, title in newest.items() if name != but}


def _stored(version: str | None = None) -> Iterator[StoredPreset]:
    query = (
        select(
            IndicatorPreset.content,
            IndicatorPreset.based_on,
            IndicatorPreset.note,
            IndicatorPreset.made_at,
            Account.name,
        )
        .outerjoin(Account, Account.id == IndicatorPreset.made_by_id)
        .order_by(IndicatorPreset.id)
    )
    if version is not None:
        query = query.where(IndicatorPreset.version == version)
    for row in db.session.execute(query):
        yield StoredPreset(read_preset(row.content), row.based_on, row.note, row.made_at, row.name)


def save_preset(draft: Draft, based_on: str, note: str, at: datetime, made_by_id: int) -> Preset:
    """Store a draft as a new version: of the preset it was edited from if that is the agency's own, else as a copy.

    The same draft sent twice by the same person, even at a time, is stored once: the version that is there is given
    back. Raises NoSuchPreset, TitleTaken, ValueError with a sentence where the draft is no sound preset.
    """
    source = get_preset(based_on).preset
    db.session.execute(_SAVING_LOCK)
    before = _saved_before(draft, source, note, at, made_by_id)
    if before is not None:
        return before
    own = source.name not in shipped_names()
    if title_key(draft.title) in taken_titles(but=source.name if own else None):
        raise TitleTaken(draft.title)
    name = source.name if own else slug(draft.title)
    taken = set(db.session.scalars(select(IndicatorPreset.name).distinct()))
    if not own:
        name = next(one for one in chain([name], (f"{name}-{number}" for number in count(2))) if one not in taken)
    versions = db.session.scalar(select(func.count()).where(IndicatorPreset.name == name)) or 0
    version = f"{name}-{versions + 1}"
    content = written(draft, name, version, source)
    preset = read_preset(content)
    db.session.add(
        IndicatorPreset(
            version=version,
            name=name,
            title=preset.title,
            content=content,
            based_on=based_on,
            note=note,
            made_at=at,
            made_by_id=made_by_id,
        )
    )
    db.session.flush()
    return preset


def _saved_before(draft: Draft, source: Preset, note: str, at: datetime, made_by_id: int) -> Preset | None:
    """What this person made of this source with this note a moment ago, if it says the same to the letter."""
    last = db.session.scalars(
        select(IndicatorPreset)
        .where(
            IndicatorPreset.based_on == source.version,
            IndicatorPreset.note == note,
            IndicatorPreset.made_by_id == made_by_id,
            IndicatorPreset.made_at > at - _SENT_TWICE,
        )
        .order_by(IndicatorPreset.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.content != written(draft, last.name, last.version, source):
        return None
    return read_preset(last.content)
