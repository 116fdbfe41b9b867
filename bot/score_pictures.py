"""The picture of an officer's own figure: the same plots as on his page, drawn when the message leaves."""

from __future__ import annotations

from flask import g
from flask_babel import refresh

from webapp.accounts.permissions import Permission, can
from webapp.accounts.queries import get_account
from webapp.indicators.plots.drawing import Plot, picture_of
from webapp.indicators.plots.theme import NARROW
from webapp.indicators.queries import own_sheet
from webapp.indicators.wording.plots import figure_plot, parts_plot


def plots_of_score(account_id: int, period: str, language: str) -> tuple[Plot, ...]:
    """What the picture shows; nothing where the account may not read a figure (any more), or there is none.

    Reads the database; what it returns needs none.
    """
    account = get_account(account_id)
    if account is None or not account.active or not can(account, Permission.INDICATOR_READ_OWN):
        return ()
    g.language = language
    refresh()
    sheet = own_sheet(account, period)
    if sheet is None:
        return ()
    drawn = (figure_plot(sheet, NARROW), parts_plot(sheet, NARROW))  # a phone's width
    return tuple(plot for plot in drawn if plot is not None)


def draw_score(plots: tuple[Plot, ...]) -> bytes:
    """The picture; takes a while the first time, and no database."""
    return picture_of(plots)
