"""Choosing a unit by buttons: level by level down the tree, or by typing a part of its name."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from bot.conversations.talk import Button, Talk
from webapp.database import db
from webapp.organisation.models import Unit

#: Buttons of units below one question; more would push the question off the screen.
PAGE = 7


def ask_unit(talk: Talk, question: str, *, parent_id: int | None = None, page: int = 0) -> None:
    """Ask for a unit below `parent_id` (the top of the tree if None)."""
    parent = db.session.get(Unit, parent_id) if parent_id is not None else _only_root()
    units = _children(parent.id if parent else None, page)
    rows = [[_unit_button(talk, unit_id, name, deeper)] for unit_id, name, deeper in units[:PAGE]]
    if parent is not None and parent_id is not None:
        rows.insert(0, [(_("%(unit)s saja", unit=parent.name)[:60], talk.button(f"pick:{parent.id}"))])
    turning: list[Button] = []
    if page > 0:
        turning.append((_("‹ Sebelumnya"), talk.button(f"page:{parent_id or 0}:{page - 1}")))
    if len(units) > PAGE:
        turning.append((_("Lainnya ›"), talk.button(f"page:{parent_id or 0}:{page + 1}")))
    if turning:
        rows.append(turning)
    rows.append([(_("Saya tidak tahu"), talk.button("none"))])
    talk.say(question, rows)


def hear_unit(talk: Talk, question: str) -> tuple[int | None, str] | None:
    """The unit that was chosen with its name, (None, ...) for "I don't know"; None while it is being looked for."""
    value = talk.pressed()
    if value == "none":
        return None, _("Tidak tahu")
    action, _colon, rest = (value or "").partition(":")
    parent_id, _colon, page = rest.partition(":")
    if action == "page" and parent_id.isdecimal() and page.isdecimal():
        ask_unit(talk, question, parent_id=int(parent_id) or None, page=int(page))
        return None
    if action in ("pick", "open") and rest.isdecimal():
        unit = db.session.get(Unit, int(rest))
        if unit is None or not unit.active:
            ask_unit(talk, question)
        elif action == "open":
            talk.mark(unit.name)
            ask_unit(talk, question, parent_id=unit.id)
        else:
            return unit.id, unit.name
        return None
    if talk.heard.kind == "text":
        found = find_units(talk.heard.text)
        if found:
            rows = [[(name[:60], talk.button(f"pick:{unit_id}"))] for unit_id, name in found]
            talk.say(_("Yang mana?"), [*rows, [(_("Saya tidak tahu"), talk.button("none"))]])
            return None
        talk.say(_("Tidak ada unit kerja dengan nama itu. Coba kata lain, atau pilih dari daftar."))
    ask_unit(talk, question)
    return None


def find_units(words: str, limit: int = PAGE) -> list[tuple[int, str]]:
    """Active units whose name holds every one of `words`, shortest name first."""
    parts = words.lower().split()[:6]
    if not parts:
        return []
    query = select(Unit.id, Unit.name).where(
        Unit.active, *(func.lower(Unit.name).contains(part, autoescape=True) for part in parts)
    )
    return list(db.session.execute(query.order_by(func.length(Unit.name), Unit.name).limit(limit)))


def _unit_button(talk: Talk, unit_id: int, name: str, deeper: bool) -> Button:
    return (f"{name[:58]} ›" if deeper else name[:60], talk.button(f"{'open' if deeper else 'pick'}:{unit_id}"))


def _only_root() -> Unit | None:
    """The root of the agency if there is one only: asking for it would be asking for nothing."""
    roots = list(db.session.scalars(select(Unit).where(Unit.parent_id.is_(None), Unit.active).limit(2)))
    return roots[0] if len(roots) == 1 and _children(roots[0].id, 0) else None


def _children(parent_id: int | None, page: int) -> list[tuple[int, str, bool]]:
    """A page of units and one more, each with whether there is anything below it."""
    below = aliased(Unit)
    deeper = exists().where(below.parent_id == Unit.id, below.active)
    where = Unit.parent_id.is_(None) if parent_id is None else Unit.parent_id == parent_id
    query = select(Unit.id, Unit.name, deeper).where(where, Unit.active).order_by(Unit.name, Unit.id)
    return list(db.session.execute(query.offset(page * PAGE).limit(PAGE + 1)))
