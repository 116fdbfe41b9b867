"""The tree keeps its shape: paths say where a unit is, whatever is moved."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.organisation import make_officer, make_posting, make_unit
from webapp.accounts.permissions import Permission, Role, can
from webapp.organisation.actions import change_unit, close_unit, create_unit, move_unit, reopen_unit
from webapp.organisation.errors import CodeTaken, ParentClosed, UnitStillNeeded, UnitWithinItself
from webapp.organisation.models import Unit


def path_by_parents(session: Session, unit: Unit) -> str:
    """The path as the parents tell it."""
    ids = []
    at: Unit | None = unit
    while at is not None:
        ids.append(at.id)
        at = session.get(Unit, at.parent_id) if at.parent_id else None
    return "/" + "".join(f"{id_}/" for id_ in reversed(ids))


def assert_paths_are_right(session: Session) -> None:
    session.expire_all()
    for unit in session.scalars(select(Unit)):
        assert unit.path == path_by_parents(session, unit)


def test_a_new_unit_stands_below_its_parent(session: Session) -> None:
    city = make_unit(session, timezone="Asia/Makassar")
    unit = create_unit(city, code="DINKES", name="Dinas Kesehatan")
    assert unit.path == f"{city.path}{unit.id}/"
    assert unit.timezone == "Asia/Makassar"
    with pytest.raises(CodeTaken):
        create_unit(city, code="DINKES", name="Lain")


def test_a_move_takes_all_below_along(session: Session) -> None:
    city = make_unit(session)
    old, new = make_unit(session, city), make_unit(session, city)
    moved = make_unit(session, old)
    child = make_unit(session, moved)
    grandchild = make_unit(session, child)
    stays = make_unit(session, old)
    boss = make_account(session, (Role.SUPERVISOR, old))
    assert can(boss, Permission.COMPLAINT_READ, grandchild)
    move_unit(moved, new)
    assert moved.path == f"{new.path}{moved.id}/"
    assert grandchild.path == f"{new.path}{moved.id}/{child.id}/{grandchild.id}/"
    assert stays.path == f"{old.path}{stays.id}/"
    assert not can(boss, Permission.COMPLAINT_READ, grandchild)
    assert_paths_are_right(session)


def test_ids_that_begin_alike_are_not_confused(session: Session) -> None:
    """ "/1/1/" and "/1/11/": what moves is below the unit, not what its number begins."""
    city = make_unit(session)
    units = [make_unit(session, city) for _ in range(30)]
    move_unit(units[0], units[20])
    move_unit(units[1], units[20])
    assert_paths_are_right(session)


@pytest.mark.parametrize("seed", range(5))
def test_paths_survive_any_order_of_moves(session: Session, seed: int) -> None:
    rng = random.Random(seed)
    units = [make_unit(session)]
    for _ in range(15):
        units.append(make_unit(session, rng.choice(units)))
    refused = 0
    for _ in range(40):
        unit, parent = rng.choice(units[1:]), rng.choice(units)
        try:
            move_unit(unit, parent)
        except UnitWithinItself:
            refused += 1
    assert 0 < refused < 40
    assert_paths_are_right(session)


def test_a_unit_is_not_moved_below_itself(session: Session) -> None:
    city = make_unit(session)
    unit = make_unit(session, city)
    below = make_unit(session, unit)
    for target in (unit, below):
        with pytest.raises(UnitWithinItself):
            move_unit(unit, target)


def test_a_unit_closes_when_nothing_lives_in_it(session: Session) -> None:
    city = make_unit(session)
    unit = make_unit(session, city)
    below = make_unit(session, unit)
    posting = make_officer(session, unit).postings[0]
    with pytest.raises(UnitStillNeeded) as still:
        close_unit(unit)
    assert (still.value.units, still.value.officers) == (1, 1)
    close_unit(below)
    posting.ends_on = posting.starts_on
    session.flush()
    close_unit(unit)
    assert not unit.active
    with pytest.raises(ParentClosed):
        reopen_unit(below)
    with pytest.raises(ParentClosed):
        create_unit(unit, code="BARU", name="Baru")
    with pytest.raises(ParentClosed):
        move_unit(make_unit(session, city), unit)
    reopen_unit(unit)
    reopen_unit(below)
    assert below.active


def test_who_stopped_working_does_not_hold_a_unit_open(session: Session) -> None:
    unit = make_unit(session, make_unit(session))
    make_posting(session, make_officer(session, active=False), unit)
    close_unit(unit)
    assert not unit.active


def test_a_code_belongs_to_one_unit(session: Session) -> None:
    city = make_unit(session)
    one, other = make_unit(session, city, code="A"), make_unit(session, city, code="B")
    change_unit(one, code="A", name="Satu", kind="seksi", timezone="Asia/Jayapura")
    assert (one.name, one.kind, one.timezone) == ("Satu", "seksi", "Asia/Jayapura")
    with pytest.raises(CodeTaken):
        change_unit(other, code="A", name="Dua", kind="seksi", timezone="Asia/Jakarta")
