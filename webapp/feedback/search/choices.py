"""What somebody can choose from on desks and in searches: units and colleagues within his reach, his saved looks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, delete, false, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, reach
from webapp.database import db
from webapp.feedback.casework.models import SavedFilter
from webapp.organisation.models import Unit

#: Saved looks that one person keeps; the name of each is no longer than this.
MOST_SAVED, LONGEST_NAME = 12, 40


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, with how deep it stands in the tree."""

    id: int
    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class SavedLook:
    """A saved filter: what the page is asked with."""

    id: int
    name: str
    conditions: dict[str, Any]


def units_in_reach(viewer: Account, *permissions: Permission) -> tuple[Choice, ...]:
    """The units for which `viewer` holds any of `permissions`, as a tree."""
    rows = db.session.execute(_units_below(_paths(viewer, permissions))).all()
    top = min((row.path.count("/") for row in rows), default=0)
    return tuple(Choice(row.id, row.name, row.path.count("/") - top) for row in rows)


def colleagues_in_reach(viewer: Account, *permissions: Permission) -> tuple[Choice, ...]:
    """Who answers complaints in the units for which `viewer` holds any of `permissions`, by name.

    Whether somebody may be given a certain complaint, the complaint says.
    """
    rows = db.session.execute(_colleagues_below(_paths(viewer, permissions)))
    return tuple(Choice(row.id, row.name) for row in rows)


def _paths(viewer: Account, permissions: tuple[Permission, ...]) -> tuple[str, ...]:
    return tuple(sorted({path for permission in permissions for path in reach(viewer, permission)}))


# Statements that are built once for everybody with the same reach: every look at a desk or a search shows them.


@lru_cache(maxsize=512)
def _units_below(paths: tuple[str, ...]) -> Select[int, str, str]:
    return (
        select(Unit.id, Unit.name, Unit.path)
        .where(Unit.active, or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths)))
        .order_by(Unit.path)
    )


@lru_cache(maxsize=512)
def _colleagues_below(paths: tuple[str, ...]) -> Select[int, str]:
    answering = [role for role, may in ROLE_PERMISSIONS.items() if Permission.COMPLAINT_ANSWER in may]
    return (
        select(Account.id, Account.name)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(
            Account.active,
            RoleAssignment.role.in_(answering),
            or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths)),
        )
        .distinct()
        .order_by(Account.name, Account.id)
    )


def list_saved(viewer: Account) -> tuple[SavedLook, ...]:
    """The looks at the queue that `viewer` has saved, the oldest first."""
    rows = db.session.execute(
        select(SavedFilter.id, SavedFilter.name, SavedFilter.conditions)
        .where(SavedFilter.account_id == viewer.id)
        .order_by(SavedFilter.id)
        .limit(MOST_SAVED)
    )
    return tuple(SavedLook(row.id, row.name, row.conditions) for row in rows)


def save_look(viewer: Account, name: str, conditions: dict[str, str]) -> bool:
    """Keep a look under `name`, in the place of one of that name; False where there are MOST_SAVED already."""
    saved = list_saved(viewer)
    name = " ".join(name.split())[:LONGEST_NAME]
    if len(saved) >= MOST_SAVED and name not in {one.name for one in saved}:
        return False
    written = upsert(SavedFilter).values(account_id=viewer.id, name=name, conditions=conditions)
    db.session.execute(
        written.on_conflict_do_update(
            index_elements=["account_id", "name"], set_={"conditions": written.excluded.conditions}
        )
    )
    return True


def forget_look(viewer: Account, look_id: int) -> None:
    """Forget a saved look of the viewer's own; another's is left alone."""
    db.session.execute(delete(SavedFilter).where(SavedFilter.id == look_id, SavedFilter.account_id == viewer.id))
