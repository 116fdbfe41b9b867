"""Who may do what: one enum, one table, one question.

Permissions are named NOUN_VERB and valued "noun:verb". A role is always held for a unit and reaches the units below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """The parts that members of staff play."""

    ADMINISTRATOR = "administrator"
    TRIAGE = "triage"
    LIAISON = "liaison"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """Everything that somebody can be allowed to do behind the sign-in."""

    ACCOUNT_MANAGE = "account:manage"
    ORGANISATION_MANAGE = "organisation:manage"
    ORGANISATION_IMPORT = "organisation:import"
    OUTBOX_MANAGE = "outbox:manage"
    OUTBOX_READ = "outbox:read"
    COMPLAINT_TRIAGE = "complaint:triage"
    COMPLAINT_READ = "complaint:read"
    #: Search among the complaints that one may see, by whichever permission.
    COMPLAINT_SEARCH = "complaint:search"
    COMPLAINT_ASSIGN = "complaint:assign"
    COMPLAINT_ANSWER = "complaint:answer"
    #: Complaints that point at a person: read and decided by a superior who is not the one pointed at.
    COMPLAINT_READ_PERSONAL = "complaint:read_personal"
    #: Show a complaint to everybody, in words that were looked at.
    COMPLAINT_PUBLISH = "complaint:publish"
    #: Read the words as they were written and the reporter's contact; each look is recorded.
    COMPLAINT_READ_ORIGINAL = "complaint:read_original"
    #: Close a complaint that the agency can't solve, or send the accused's case elsewhere: a superior's last word.
    COMPLAINT_DECIDE = "complaint:decide"
    #: Keep the templates that a unit answers with.
    REPLY_TEMPLATE_MANAGE = "reply_template:manage"
    AUDIT_READ = "audit:read"
    #: Decide where an officer says that something attributed to him was not his.
    CONTEST_DECIDE = "contest:decide"
    #: See what is complained of more than usual, and say what was done about it.
    SIGNAL_READ = "signal:read"
    #: See what was learned from decided cases, and how well it does.
    MODEL_READ = "model:read"
    INDICATOR_READ_OWN = "indicator:read_own"
    INDICATOR_READ_UNIT = "indicator:read_unit"
    #: Decide where an officer objects to a line of his figure.
    OBJECTION_DECIDE = "objection:decide"
    #: Write a preset of the indicator, see what it would change, and put it in force.
    PRESET_MANAGE = "preset:manage"
    #: Propose a yearly work plan of one's own, and tell what was done of it.
    PLAN_PROPOSE = "plan:propose"
    #: Agree to officers' work plans and confirm what they say was done.
    PLAN_AGREE = "plan:agree"
    #: Open a counter, call numbers, finish visits.
    QUEUE_SERVE = "queue:serve"
    #: See how the queues of a unit run.
    QUEUE_READ_UNIT = "queue:read_unit"
    #: Close a counter that its officer left open.
    QUEUE_CLOSE = "queue:close"
    #: Register citizens' files and take them through their stages.
    APPLICATION_HANDLE = "application:handle"
    #: See all files of a unit, with what is due and what is late.
    APPLICATION_READ_UNIT = "application:read_unit"


#: The table of roles. A row reads: "a triage officer may ...".
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCOUNT_MANAGE,
            Permission.ORGANISATION_MANAGE,
            Permission.ORGANISATION_IMPORT,
            Permission.OUTBOX_MANAGE,
            Permission.OUTBOX_READ,
            Permission.MODEL_READ,
            Permission.PRESET_MANAGE,
        }
    ),
    Role.TRIAGE: frozenset(
        {
            Permission.COMPLAINT_SEARCH,
            Permission.COMPLAINT_TRIAGE,
            Permission.COMPLAINT_READ,
            Permission.COMPLAINT_READ_PERSONAL,
            Permission.COMPLAINT_READ_ORIGINAL,
            Permission.COMPLAINT_ASSIGN,
            Permission.COMPLAINT_PUBLISH,
            Permission.CONTEST_DECIDE,
            Permission.MODEL_READ,
        }
    ),
    Role.LIAISON: frozenset(
        {
            Permission.COMPLAINT_SEARCH,
            Permission.COMPLAINT_READ,
            Permission.COMPLAINT_ASSIGN,
            Permission.COMPLAINT_ANSWER,
            Permission.REPLY_TEMPLATE_MANAGE,
        }
    ),
    Role.OFFICER: frozenset(
        {
            Permission.COMPLAINT_SEARCH,
            Permission.COMPLAINT_ANSWER,
            Permission.INDICATOR_READ_OWN,
            Permission.PLAN_PROPOSE,
            Permission.QUEUE_SERVE,
            Permission.APPLICATION_HANDLE,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.COMPLAINT_SEARCH,
            Permission.COMPLAINT_READ,
            Permission.COMPLAINT_READ_PERSONAL,
            Permission.COMPLAINT_ASSIGN,
            Permission.COMPLAINT_ANSWER,
            Permission.COMPLAINT_PUBLISH,
            Permission.COMPLAINT_DECIDE,
            Permission.REPLY_TEMPLATE_MANAGE,
            Permission.INDICATOR_READ_UNIT,
            Permission.QUEUE_READ_UNIT,
            Permission.QUEUE_CLOSE,
            Permission.APPLICATION_READ_UNIT,
            Permission.CONTEST_DECIDE,
            Permission.SIGNAL_READ,
            Permission.OBJECTION_DECIDE,
            Permission.PRESET_MANAGE,
            Permission.PLAN_AGREE,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Permission.COMPLAINT_SEARCH,
            Permission.COMPLAINT_READ,
            Permission.COMPLAINT_READ_PERSONAL,
            Permission.COMPLAINT_READ_ORIGINAL,
            Permission.AUDIT_READ,
            Permission.INDICATOR_READ_UNIT,
            Permission.QUEUE_READ_UNIT,
            Permission.APPLICATION_READ_UNIT,
        }
    ),
    Role.AUDITOR: frozenset(
        {Permission.OUTBOX_READ, Permission.INDICATOR_READ_UNIT, Permission.AUDIT_READ, Permission.MODEL_READ}
    ),
}


class Placed(Protocol):
    """Anything that has a place in the tree of units: `path` is "/1/4/9/", the ids from the root down to itself."""

    @property
    def path(self) -> str: ...


class Grant(Protocol):
    """A role held for a unit."""

    @property
    def role(self) -> str: ...

    @property
    def unit(self) -> Placed: ...


class Actor(Protocol):
    """Somebody who signs in."""

    @property
    def active(self) -> bool: ...

    @property
    def grants(self) -> Iterable[Grant]: ...


def can(actor: Actor, permission: Permission, unit: Placed | None = None) -> bool:
    """Whether `actor` may do `permission` in `unit`; with no unit, whether in any unit at all.

    A role reaches its own unit and all below it. An inactive account may do nothing.
    """
    if not actor.active:
        return False
    return any(
        permission in ROLE_PERMISSIONS[Role(grant.role)] and (unit is None or unit.path.startswith(grant.unit.path))
        for grant in actor.grants
    )


def reach(actor: Actor, permission: Permission) -> list[str]:
    """The paths of the topmost units in which `actor` may do `permission`: what a query filters by."""
    if not actor.active:
        return []
    paths = sorted({g.unit.path for g in actor.grants if permission in ROLE_PERMISSIONS[Role(g.role)]})
    topmost: list[str] = []
    for path in paths:
        if not any(path.startswith(above) for above in topmost):
            topmost.append(path)
    return topmost
