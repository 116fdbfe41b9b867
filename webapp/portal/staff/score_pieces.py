"""Pieces of a score sheet that its officer's page, its print and his superior's page share: plots and marks."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.indicators.objections.vocabulary import FILED, Outcome
from webapp.indicators.plots.drawing import Plot
from webapp.indicators.queries import ScoreSheet
from webapp.indicators.wording import plots
from webapp.indicators.wording.numbers import decimal
from webapp.indicators.wording.sheets import figure_in_words

#: The plots of the sheet by the names that their addresses carry.
PLOTS: dict[str, Callable[[ScoreSheet, int], Plot | None]] = {
    "angka": plots.figure_plot,
    "bagian": plots.parts_plot,
    "pergerakan": plots.movement_plot,
    "minggu": plots.trend_plot,
}
#: How a line that was objected to is marked: words and tone of its tag.
MARKS = {
    FILED: (_l("keberatan diperiksa"), "warn"),
    Outcome.UPHELD: (_l("keberatan diterima"), ""),
    Outcome.PARTLY: (_l("keberatan diterima sebagian"), ""),
    Outcome.REFUSED: (_l("keberatan ditolak"), "none"),
}


def plot_words(name: str, sheet: ScoreSheet) -> str:
    """What a plot shows, for who doesn't see it; the numbers stand in the table beside it."""
    match name:
        case "angka":
            return figure_in_words(sheet)
        case "bagian":
            return str(_("Tiap bagian dengan rentangnya dan yang wajar. Angkanya ada di tabel."))
        case "pergerakan":
            words = _("Dari %(first)s menjadi %(last)s, langkah demi langkah. Angkanya ada di tabel.")
            first, last = decimal(sheet.moved_from or 0.0), decimal(sheet.figure or 0.0)
            return str(words) % {"first": first, "last": last}
        case _:
            first, last = decimal(sheet.trend[0].figure), decimal(sheet.trend[-1].figure)
            return str(_("Dari minggu ke minggu: dari %(first)s menjadi %(last)s.", first=first, last=last))
