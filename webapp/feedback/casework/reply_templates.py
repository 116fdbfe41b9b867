"""Words that a unit answers with again and again. The units below use them, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can, reach
from webapp.database import db
from webapp.feedback.casework.models import ReplyTemplate
from webapp.feedback.errors import FeedbackError, NotForThisPerson
from webapp.feedback.models import Complaint
from webapp.organisation.models import Unit

LONGEST_NAME, LONGEST_TEMPLATE = 80, 4000


class NameTaken(FeedbackError):
    """The unit has a template of this name."""


class ChangedMeanwhile(FeedbackError):
    """Somebody else has changed the template since it was read; `now` is how it stands."""

    def __init__(self, now: KeptTemplate) -> None:
        self.now = now
        super().__init__("changed meanwhile")


@dataclass(frozen=True, slots=True)
class KeptTemplate:
    """A template as those who keep it see it; `version` changes with every change."""

    id: int
    unit_id: int
    unit: str
    name: str
    text: str
    active: bool
    changed_by: str | None
    changed_at: datetime

    @property
    def version(self) -> str:
        """What a form remembers, to notice that somebody else was quicker."""
        return self.changed_at.isoformat()


@dataclass(frozen=True, slots=True)
class UsableTemplate:
    """A template with its placeholders, for whoever answers."""

    id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit whose templates somebody keeps; `depth` is its level in the tree."""

    id: int
    name: str
    depth: int


def list_usable(complaint: Complaint) -> tuple[UsableTemplate, ...]:
    """Templates of the complaint's unit and of those above it, by name; for a caller that may answer."""
    if complaint.unit is None:
        return ()
    above = [int(id_) for id_ in complaint.unit.path.strip("/").split("/")]
    rows = db.session.execute(
        select(ReplyTemplate.id, ReplyTemplate.name, ReplyTemplate.text)
        .where(ReplyTemplate.active, ReplyTemplate.unit_id.in_(above))
        .order_by(func.lower(ReplyTemplate.name), ReplyTemplate.id)
    )
    return tuple(UsableTemplate(*row) for row in rows)


def list_kept(viewer: Account) -> list[KeptTemplate]:
    """The templates that `viewer` keeps, unit by unit; those out of use stand last."""
    query = _kept().where(_within_reach(viewer))
    return [
        KeptTemplate(*row)
        for row in db.session.execute(
            query.order_by(Unit.path, ReplyTemplate.active.desc(), func.lower(ReplyTemplate.name))
        )
    ]


def list_keepable_units(viewer: Account) -> list[UnitChoice]:
    """The units whose templates `viewer` keeps, in the order of the tree."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.path).where(_within_reach(viewer), Unit.active).order_by(Unit.path)
    )
    return [UnitChoice(row.id, row.name, row.path.count("/") - 2) for row in rows]


def read_kept(viewer: Account, template_id: int) -> KeptTemplate:
    """One template; raises NotForThisPerson where `viewer` does not keep it."""
    if not 0 < template_id < 2**63:
        raise NotForThisPerson
    row = db.session.execute(_kept().where(ReplyTemplate.id == template_id, _within_reach(viewer))).one_or_none()
    if row is None:
        raise NotForThisPerson
    return KeptTemplate(*row)


def add_template(actor: Account, unit_id: int, name: str, text: str, *, at: datetime) -> int:
    """Keep a new template for a unit; its id.

    Raises NotForThisPerson where `actor` keeps none for that unit, NameTaken where the unit has one of that name with
    other words. The same form twice is one template.
    """
    unit = db.session.get(Unit, unit_id)
    if unit is None or not can(actor, Permission.REPLY_TEMPLATE_MANAGE, unit):
        raise NotForThisPerson
    name, text = name.strip(), text.strip()
    added = db.session.scalar(
        upsert(ReplyTemplate)
        .values(unit_id=unit_id, name=name, text=text, changed_by_id=actor.id, changed_at=at)
        .on_conflict_do_nothing(index_elements=["unit_id", "name"])
        .returning(ReplyTemplate.id)
    )
    if added is not None:
        return int(added)
    earlier = db.session.execute(
        select(ReplyTemplate.id, ReplyTemplate.text).where(ReplyTemplate.unit_id == unit_id, ReplyTemplate.name == name)
    ).one()
    if earlier.text != text:
        raise NameTaken
    return int(earlier.id)


def change_template(
    actor: Account, template_id: int, *, name: str, text: str, active: bool, version: str, at: datetime
) -> None:
    """Change a template that was read as `version`.

    Raises ChangedMeanwhile where somebody else has changed it since, with how it stands now; NameTaken;
    NotForThisPerson. Saving once more what stands there already changes nothing.
    """
    kept = read_kept(actor, template_id)
    name, text = name.strip(), text.strip()
    if (kept.name, kept.text, kept.active) == (name, text, active):
        return
    if kept.version != version:
        raise ChangedMeanwhile(kept)
    taken = select(ReplyTemplate.id).where(
        ReplyTemplate.unit_id == kept.unit_id, ReplyTemplate.name == name, ReplyTemplate.id != template_id
    )
    if db.session.scalar(taken) is not None:
        raise NameTaken
    changed = db.session.scalar(
        update(ReplyTemplate)
        .where(ReplyTemplate.id == template_id, ReplyTemplate.changed_at == kept.changed_at)
        .values(name=name, text=text, active=active, changed_by_id=actor.id, changed_at=at)
        .returning(ReplyTemplate.id)
    )
    if changed is None:  # somebody was quicker by a moment
        raise ChangedMeanwhile(read_kept(actor, template_id))


def _kept() -> Select[int, int, str, str, str, bool, str, datetime]:
    return (
        select(
            ReplyTemplate.id,
            ReplyTemplate.unit_id,
            Unit.name,
            ReplyTemplate.name,
            ReplyTemplate.text,
            ReplyTemplate.active,
            Account.name,
            ReplyTemplate.changed_at,
        )
        .join(Unit, Unit.id == ReplyTemplate.unit_id)
        .outerjoin(Account, Account.id == ReplyTemplate.changed_by_id)
    )


def _within_reach(viewer: Account) -> ColumnElement[bool]:
    paths = reach(viewer, Permission.REPLY_TEMPLATE_MANAGE)
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))
