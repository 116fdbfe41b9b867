"""Whose plans a superior agrees to: officers within his reach who are below him, never his own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, reach
from webapp.organisation.models import Officer, Posting, Unit

_AGREEING = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.PLAN_AGREE in permissions]


def below(viewer: Account) -> ColumnElement[bool]:
    """Whether the row's Officer is posted in the viewer's reach and below him.

    Who agrees to plans of a unit himself has his own agreed to by somebody whose reach begins above that unit.
    """
    paths = reach(viewer, Permission.PLAN_AGREE)
    posted_at = aliased(Unit)
    posted = exists().where(
        Posting.officer_id == Officer.id,
        Posting.ends_on.is_(None),
        posted_at.id == Posting.unit_id,
        or_(false(), *(posted_at.path.startswith(path, autoescape=True) for path in paths)),
    )
    return and_(posted, or_(Officer.account_id.is_(None), Officer.account_id != viewer.id), _led_from_above(paths))


def _led_from_above(paths: list[str]) -> ColumnElement[bool]:
    """The officer leads no unit, or each one that he leads lies truly below the place from where the viewer looks."""
    if not paths:
        return true()
    led = aliased(Unit)
    truly_below = or_(
        *(and_(led.path.startswith(path, autoescape=True), func.length(led.path) > len(path)) for path in paths)
    )
    return ~exists(
        select(RoleAssignment.id)
        .join(led, led.id == RoleAssignment.unit_id)
        .where(RoleAssignment.account_id == Officer.account_id, RoleAssignment.role.in_(_AGREEING), ~truly_below)
    )
