"""Choosing from a list that is longer than a screen: buttons that carry a number, and those that turn the page."""

from __future__ import annotations

from flask_babel import gettext as _

from bot.conversations.talk import Button, Talk

#: Choices below one question; more would push the question off the screen.
PAGE = 7
_LONGEST_NUMBER = 16


def pressed_number(talk: Talk) -> tuple[str, int]:
    """What the pressed button means and its number; ("", 0) for anything else."""
    action, _colon, number = (talk.pressed() or "").partition(":")
    return (action, int(number)) if number.isdecimal() and len(number) < _LONGEST_NUMBER else ("", 0)


def turning(talk: Talk, page: int, count: int) -> list[list[Button]]:
    """The row with the buttons to the pages before and after, if there are any."""
    row: list[Button] = []
    if page > 0:
        row.append((_("‹ Sebelumnya"), talk.button(f"page:{page - 1}")))
    if count > (page + 1) * PAGE:
        row.append((_("Lainnya ›"), talk.button(f"page:{page + 1}")))
    return [row] if row else []
