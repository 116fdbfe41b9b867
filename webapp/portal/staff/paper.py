"""Sheets to print or to hand on: A4, our own letters embedded, plots as drawings beside their tables."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from webapp.indicators.plots.drawing import Plot, draw
from webapp.indicators.plots.outlines import BOLD, REGULAR
from webapp.indicators.plots.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpdf import FPDF

MEDIA_TYPE: Final = "application/pdf"
#: Millimetres.
_MARGIN, _FOOT = 18.0, 16.0
_ACROSS: Final = 210.0 - 2 * _MARGIN
_GAP: Final = 8.0
_LINE: Final = 4.9
_FONT: Final = "Plus Jakarta Sans"
#: Points of type.
_TITLE, _HEADING, _BODY, _FINE = 20, 12.5, 9.5, 8
#: Millimetres of a plot's pixel, so that its words are as large as those beside it.
_PIXEL: Final = 0.262


class Paper:
    """A sheet that is written from top to bottom; it breaks to a new page by itself, never inside a table's row."""

    def __init__(self, title: str, foot: str, language: str, made_at: datetime) -> None:
        from fpdf import FPDF  # slow to import, and most processes print nothing

        class Sheet(FPDF):
            """Pages that end with what they are, and their number."""

            def footer(self) -> None:
                self.set_y(-_FOOT + 4)
                self.set_font(_FONT, "", _FINE)
                self.set_text_color(*_rgb("--soft"))
                self.cell(_ACROSS / 4 * 3, 5, text=foot)
                self.cell(_ACROSS / 4, 5, text=f"{self.page_no()}/{{nb}}", align="R")

        # What it takes out of our font is nothing to be told of in a city's log.
        logging.getLogger("fontTools").setLevel(logging.WARNING)
        self._heading = ""
        self._sheet: FPDF = Sheet("P", "mm", "A4")
        sheet = self._sheet
        sheet.add_font(_FONT, "", REGULAR)
        sheet.add_font(_FONT, "B", BOLD)
        sheet.set_margins(_MARGIN, _MARGIN, _MARGIN)
        sheet.set_auto_page_break(True, margin=_FOOT + 4)
        sheet.set_title(title)
        sheet.set_lang(language)
        # The day alone: what was printed twice on a day is the same file, and tells of nothing else that happened.
        sheet.set_creation_date(made_at.replace(hour=0, minute=0, second=0, microsecond=0))
        sheet.set_creator("Tanggap")
        sheet.set_display_mode("fullwidth", "continuous")
        sheet.add_page()
        self._write(title, _TITLE, "B", "--ink", line=8.5)

    def subtitle(self, words: str) -> None:
        """What stands below the title: whose it is, of when."""
        self._sheet.ln(1)
        self._write(words, _BODY, "", "--soft")

    def heading(self, words: str) -> None:
        """Begins a section; it is written with what follows, on the same page."""
        self._heading = words

    def words(self, words: str, *, soft: bool = False) -> None:
        """A paragraph."""
        self._begin(2 * _LINE)
        self._write(words, _BODY, "", "--soft" if soft else "--ink")
        self._sheet.ln(1.5)

    def points(self, items: Sequence[str]) -> None:
        """A list."""
        for item in items:
            self._begin(2 * _LINE)
            self._sheet.set_x(_MARGIN)
            self._style(_BODY, "", "--ink")
            self._sheet.cell(4, _LINE, text="•")
            self._sheet.multi_cell(_ACROSS - 4, _LINE, text=item, align="L", new_x="LMARGIN", new_y="NEXT")
            self._sheet.ln(0.8)

    def figure(self, shown: str, words: str) -> None:
        """The figure that the sheet is about, large, and what is said of it beside it."""
        self._sheet.ln(4)
        self._style(34, "B", "--ink")
        self._sheet.cell(self._sheet.get_string_width(shown) + 6, 13, text=shown)
        self._style(_BODY, "", "--soft")
        self._sheet.set_xy(self._sheet.get_x(), self._sheet.get_y() + 5.5)
        self._sheet.multi_cell(0, _LINE, text=words, align="L", new_x="LMARGIN", new_y="NEXT")
        self._sheet.ln(4)

    def plot(self, plot: Plot, words: str) -> None:
        """A plot across the page; `words` say it to who doesn't see it."""
        width = min(_ACROSS, plot.width * _PIXEL)
        height = width * plot.height / plot.width
        self._begin(height)
        top = self._sheet.get_y()
        self._draw(plot, words, _MARGIN, top, width)
        self._sheet.set_xy(_MARGIN, top + height + 2)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], right: str) -> None:
        """A table; `widths` are proportions, `right` has "r" for each column of numbers: "llr"."""
        self._begin(4 * _LINE)
        self._table(head, rows, widths, right, _ACROSS)
        self._sheet.ln(2)

    def beside(
        self,
        plot: Plot,
        words: str,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        right: str,
    ) -> None:
        """A narrow plot with its table to the right."""
        width = plot.width * _PIXEL
        height = width * plot.height / plot.width
        self._begin(max(height, _LINE * 1.6 * (len(rows) + 1)))
        page, top = self._sheet.page, self._sheet.get_y()
        self._draw(plot, words, _MARGIN, top, width)
        with self._indented(width + _GAP):
            self._sheet.set_y(top)
            self._table(head, rows, widths, right, _ACROSS - width - _GAP)
        if self._sheet.page == page:
            self._sheet.set_y(max(self._sheet.get_y(), top + height))
        self._sheet.ln(2)

    def content(self) -> bytes:
        """The file."""
        return bytes(self._sheet.output())

    # --- how ---------------------------------------------------------------------------------------------------------

    def _table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], right: str, across: float
    ) -> None:
        from fpdf.enums import TableBordersLayout
        from fpdf.fonts import FontFace

        sheet = self._sheet
        self._style(_FINE + 0.5, "", "--ink")
        sheet.set_draw_color(*_rgb("--line"))
        sheet.set_line_width(0.2)
        style = FontFace(emphasis="BOLD", color=_rgb("--soft"))
        aligned: Any = tuple("RIGHT" if letter == "r" else "LEFT" for letter in right)
        with sheet.table(
            width=across,
            col_widths=tuple(widths),
            text_align=aligned,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=style,
            line_height=_LINE - 0.3,
            padding=(1.1, 1.5),
            align="LEFT",
            v_align="TOP",
        ) as table:
            for row in (head, *rows):
                cells = table.row()
                for cell in row:
                    cells.cell(cell)

    def _draw(self, plot: Plot, words: str, x: float, y: float, width: float) -> None:
        self._sheet.image(io.BytesIO(draw(plot, "svg", LIGHT)), x=x, y=y, w=width, alt_text=words)

    def _write(self, words: str, size: float, style: str, token: str, line: float = _LINE) -> None:
        self._style(size, style, token)
        self._sheet.multi_cell(0, line, text=words, align="L", new_x="LMARGIN", new_y="NEXT")

    def _style(self, size: float, style: Any, token: str) -> None:
        self._sheet.set_font(_FONT, style, size)
        self._sheet.set_text_color(*_rgb(token))

    def _begin(self, height: float) -> None:
        """Write the heading that waits; on a new page where so many millimetres below it are no longer free."""
        words, self._heading = self._heading, ""
        if self._sheet.will_page_break(height + (14 if words else 0)):
            self._sheet.add_page()
        if words:
            self._sheet.ln(6)
            self._write(words, _HEADING, "B", "--ink", line=6.5)
            self._sheet.ln(1)

    @contextmanager
    def _indented(self, by: float) -> Iterator[None]:
        self._sheet.set_left_margin(_MARGIN + by)
        try:
            yield
        finally:
            self._sheet.set_left_margin(_MARGIN)
            self._sheet.set_x(_MARGIN)


def _rgb(token: str) -> tuple[int, int, int]:
    colour = LIGHT.colours[token]
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
