"""Who stands above somebody: whom a decision about an officer is left to, by the tree of units and the roles in it.

Contests of attributions and objections to figures are decided by these rules. What makes somebody a party to the case
is each room's own matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, reach
from webapp.database import db
from webapp.organisation.models import Unit


def deciding_roles(permission: Permission) -> list[str]:
    """The roles that hold `permission`."""
    return sorted(role.value for role in Role if permission in ROLE_PERMISSIONS[role])


def within_reach(viewer: Account, permission: Permission, path: Any) -> ColumnElement[bool]:
    """Whether the unit with this path lies where `viewer` may do `permission`."""
    below = (path.startswith(one, autoescape=True) for one in reach(viewer, permission))
    return or_(false(), *below)


def is_above(viewer: Account, permission: Permission, account_id: Any) -> ColumnElement[bool]:
    """Whether nobody decides about his own head, or about the head beside him.

    Of whoever decides himself in a unit (`account_id`), only a unit above it does. Triage stands beside all of them.
    """
    roles = deciding_roles(permission)
    own = [(grant.role, grant.unit.path) for grant in viewer.grants if grant.role in roles]
    led, place = aliased(RoleAssignment), aliased(Unit)
    above = [
        place.path.startswith(path, autoescape=True)
        if role == Role.TRIAGE
        else and_(place.path.startswith(path, autoescape=True), place.path != path)
        for role, path in own
    ]
    return ~exists().where(
        led.account_id == account_id, led.role.in_(roles), place.id == led.unit_id, ~or_(false(), *above)
    )


def nearest_who_may(
    path: str | None, permission: Permission, may: Callable[[Account], bool], *, above: bool = False
) -> list[Account]:
    """Who is asked to decide about somebody in the unit with this path: of those who `may`, the nearest, triage last.

    `above`: those after the nearest as well: for what waited too long. Nobody where nobody may.
    """
    line = [int(part) for part in (path or "").strip("/").split("/") if part]
    candidates = db.session.execute(
        select(Account, RoleAssignment.role, Unit.path)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(Account.active, RoleAssignment.role.in_(deciding_roles(permission)), RoleAssignment.unit_id.in_(line))
        .order_by(Account.id)
    ).all()
    ranked: dict[tuple[bool, int], list[Account]] = {}
    for account, role, unit_path in candidates:
        ranked.setdefault((role == Role.TRIAGE, -unit_path.count("/")), []).append(account)
    asked: dict[int, Account] = {}
    for rank in sorted(ranked):
        asked |= {one.id: one for one in ranked[rank] if one.id not in asked and may(one)}
        if asked and not above:
            break
    return list(asked.values())


def list_administrators() -> list[Account]:
    """Who gives roles: told where nobody may decide something."""
    return list(
        db.session.scalars(
            select(Account)
            .join(RoleAssignment, RoleAssignment.account_id == Account.id)
            .where(Account.active, RoleAssignment.role == Role.ADMINISTRATOR)
            .order_by(Account.id)
            .distinct()
        )
    )
