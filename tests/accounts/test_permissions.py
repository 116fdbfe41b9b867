"""Who may do what: roles reach their own unit and all below it, and nothing else. No database."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, can, reach


@dataclass(frozen=True)
class Place:
    path: str


@dataclass(frozen=True)
class Held:
    role: str
    unit: Place


@dataclass(frozen=True)
class Person:
    grants: tuple[Held, ...] = ()
    active: bool = True


ROOT, OFFICE, DESK, OTHER = Place("/1/"), Place("/1/4/"), Place("/1/4/9/"), Place("/1/40/")
places = st.sampled_from([ROOT, OFFICE, DESK, OTHER])
people = st.builds(
    Person, st.lists(st.builds(Held, st.sampled_from(list(Role)), places), max_size=4).map(tuple), st.booleans()
)


def test_a_role_reaches_down_and_not_up_nor_aside() -> None:
    person = Person((Held(Role.LIAISON, OFFICE),))
    reached = [can(person, Permission.COMPLAINT_READ, place) for place in (ROOT, OFFICE, DESK, OTHER)]
    assert reached == [False, True, True, False]  # /1/4/ is no beginning of /1/40/
    assert can(person, Permission.COMPLAINT_READ) and not can(person, Permission.ACCOUNT_MANAGE)


def test_permissions_are_named_noun_verb() -> None:
    for permission in Permission:
        noun, _, verb = permission.value.partition(":")
        assert permission.name == f"{noun}_{verb}".upper()


def test_every_role_may_do_something_and_every_permission_is_somebodys() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize(
    ("role", "never"),
    [
        (Role.OFFICER, {Permission.COMPLAINT_READ_PERSONAL, Permission.COMPLAINT_READ, Permission.INDICATOR_READ_UNIT}),
        (Role.LIAISON, {Permission.COMPLAINT_READ_PERSONAL}),
        (
            Role.ADMINISTRATOR,
            {Permission.COMPLAINT_READ, Permission.COMPLAINT_READ_PERSONAL, Permission.COMPLAINT_ANSWER},
        ),
        (Role.AUDITOR, {Permission.OUTBOX_MANAGE, Permission.COMPLAINT_READ, Permission.COMPLAINT_READ_PERSONAL}),
        (Role.INSPECTOR, {Permission.COMPLAINT_ANSWER, Permission.COMPLAINT_ASSIGN}),
    ],
)
def test_what_a_role_must_never_be_given(role: Role, never: set[Permission]) -> None:
    assert not ROLE_PERMISSIONS[role] & never


@given(people, st.sampled_from(list(Permission)), places)
def test_reach_and_can_agree(person: Person, permission: Permission, place: Place) -> None:
    paths = reach(person, permission)
    assert can(person, permission, place) == any(place.path.startswith(path) for path in paths)
    assert can(person, permission) == bool(paths)
    assert not any(a != b and a.startswith(b) for a in paths for b in paths), "only the topmost"
    assert person.active or not paths
