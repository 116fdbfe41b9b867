"""Sheets to print or to hand on: A4, our own letters embedded, plots as drawings beside their tables."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

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
_TITLE, _HEADING, _BODY, _TABLE, _FINE = 20, 12.5, 9.5, 8.5, 8
#: Millimetres: a page from top to bottom, before a heading, its line, after a paragraph, a table's line.
_DEEP: Final = 297.0 - _MARGIN - _FOOT - 4
_BEFORE, _HEADING_LINE, _AFTER, _TABLE_LINE = 6.0, 6.5, 1.5, _LINE - 0.3
_PADDING: Final = (1.1, 1.5)
#: Fewer rows of a table, or of a plot, do not stand alone on a page.
_FEW, _FEW_DRAWN = 3, 5
#: Millimetres of a plot's pixel, so that its words are as large as those beside it.
_PIXEL: Final = 0.262


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a sheet: `height` is what must be free for it to begin on a page, in millimetres."""

    height: float
    write: Callable[[], None]


class Paper:
    """A sheet that is written from top to bottom; it breaks to a new page by itself, never inside a table's row,
    nor between a heading and what it says."""

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
        self._heading, self._answer = "", ""
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

    def heading(self, words: str, answer: str = "") -> None:
        """Begins a section; it is written with its `answer` and what follows, on the same page."""
        self._heading, self._answer = words, answer

    def words(self, words: str, *, soft: bool = False) -> None:
        """A paragraph."""
        self._begin(self.height_of_words(words))
        self._write(words, _BODY, "", "--soft" if soft else "--ink")
        self._sheet.ln(_AFTER)

    def points(self, items: Sequence[str]) -> None:
        """A list; it stays on one page where it has room there."""
        if items:
            self._begin(min(self.height_of_points(items), _DEEP / 2))
        for item in items:
            self._begin(self._lines(item, _ACROSS - 4) * _LINE)
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
        width, height = min(_ACROSS, plot.width * _PIXEL), self.height_of_plot(plot)
        self._begin(height)
        top = self._sheet.get_y()
        self._draw(plot, words, _MARGIN, top, width)
        self._sheet.set_xy(_MARGIN, top + height)

    def plot_of_rows(self, rows: Sequence[Row], make: Callable[[Sequence[Row]], Plot], words: str) -> None:
        """A plot with a row for each, across as many pages as it needs; no page has few of them where it need not."""
        if not rows:
            return
        one, two = self.height_of_plot(make(rows[:1])), self.height_of_plot(make([rows[0], rows[0]]))
        foot, left = 2 * one - two, rows
        while left:
            count = rows_that_fit([two - one] * len(left), self.room() - self._waiting() - foot, _FEW_DRAWN)
            if count == 0:
                if self._sheet.get_y() > _MARGIN + 1:
                    self._sheet.add_page()
                    continue
                count = max(1, rows_that_fit([two - one] * len(left), self.room() - self._waiting() - foot, 1))
            self.plot(make(left[:count]), words)
            left = left[count:]

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        right: str,
        *,
        carried: bool = False,
    ) -> None:
        """A table; `widths` are proportions, `right` has "r" for each column of numbers: "llr". `carried`: an empty
        first cell is as the one above it, and said again where a page begins."""
        self._begin(self.height_of_table(head, rows[:_FEW], widths))
        self._table(head, rows, widths, right, _ACROSS, carried)
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
        self._begin(self.height_beside(plot, head, rows, widths))
        page, top = self._sheet.page, self._sheet.get_y()
        self._draw(plot, words, _MARGIN, top, width)
        with self._indented(width + _GAP):
            self._sheet.set_y(top)
            self._table(head, rows, widths, right, _ACROSS - width - _GAP)
        if self._sheet.page == page:
            self._sheet.set_y(max(self._sheet.get_y(), top + height))
        self._sheet.ln(2)

    def flow(self, blocks: Sequence[Block]) -> None:
        """Write these one after the other. Where the page has no room for the next, a later one that has it comes
        first: no page stays empty below for the sake of their order."""
        left = list(blocks)
        while left:
            room = self.room()
            chosen = next((block for block in left if block.height <= room), left[0])
            left.remove(chosen)
            chosen.write()

    # --- how high something is, in millimetres ----------------------------------------------------------------------

    def room(self) -> float:
        """What is left of the page."""
        return float(self._sheet.page_break_trigger - self._sheet.get_y())

    def height_of_words(self, words: str) -> float:
        """Of a paragraph."""
        return self._lines(words, _ACROSS) * _LINE + _AFTER

    def height_of_heading(self, words: str, answer: str = "") -> float:
        """Of the beginning of a section."""
        lines = self._lines(words, _ACROSS, _HEADING, "B")
        return _BEFORE + lines * _HEADING_LINE + 1 + (self.height_of_words(answer) if answer else 0)

    def height_of_points(self, items: Sequence[str]) -> float:
        """Of a list."""
        return math.fsum(self._lines(item, _ACROSS - 4) * _LINE + 0.8 for item in items)

    def height_of_plot(self, plot: Plot) -> float:
        """Of a plot across the page."""
        return min(_ACROSS, plot.width * _PIXEL) * plot.height / plot.width + 2

    def height_of_table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> float:
        """Of a whole table across the page."""
        return math.fsum(self._heights([head, *rows], widths, _ACROSS)) + 2

    def height_beside(
        self, plot: Plot, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
    ) -> float:
        """Of a narrow plot with its table; of one that no page has room for, as much as a page has."""
        across = plot.width * _PIXEL
        table = math.fsum(self._heights([head, *rows], widths, _ACROSS - across - _GAP))
        return min(max(across * plot.height / plot.width, table) + 2, _DEEP - _BEFORE - 3 * _HEADING_LINE)

    def content(self) -> bytes:
        """The file."""
        return bytes(self._sheet.output())

    # --- how ---------------------------------------------------------------------------------------------------------

    def _table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        right: str,
        across: float,
        carried: bool = False,
    ) -> None:
        head_height, *heights = self._heights([head, *rows], widths, across)
        first = 0
        while first < len(rows):
            count = rows_that_fit(heights[first:], self.room() - head_height, _FEW)
            if count == 0:
                if self._sheet.get_y() > _MARGIN + 1:
                    self._sheet.add_page()
                    continue
                count = max(1, rows_that_fit(heights[first:], self.room() - head_height, 1))
            part = list(rows[first : first + count])
            if carried and first and not part[0][0]:
                part[0] = (next(row[0] for row in reversed(rows[:first]) if row[0]), *part[0][1:])
            self._rows(head, part, widths, right, across)
            first += count
            if first < len(rows):
                self._sheet.add_page()

    def _rows(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], right: str, across: float
    ) -> None:
        from fpdf.enums import TableBordersLayout
        from fpdf.fonts import FontFace

        sheet = self._sheet
        self._style(_TABLE, "", "--ink")
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
            line_height=_TABLE_LINE,
            padding=_PADDING,
            align="LEFT",
            v_align="TOP",
        ) as table:
            for row in (head, *rows):
                cells = table.row()
                for cell in row:
                    cells.cell(cell)

    def _heights(self, rows: Sequence[Sequence[str]], widths: Sequence[float], across: float) -> list[float]:
        """How high the rows of a table are; the first is its head."""
        room = [across * width / math.fsum(widths) - 2 * _PADDING[1] for width in widths]
        return [
            max(
                self._lines(cell, wide, _TABLE, "" if number else "B", 0.0)
                for cell, wide in zip(row, room, strict=True)
            )
            * _TABLE_LINE
            + 2 * _PADDING[0]
            for number, row in enumerate(rows)
        ]

    def _lines(
        self, words: str, across: float, size: float = _BODY, style: str = "", margin: float | None = None
    ) -> int:
        """In how many lines words are written."""
        from fpdf.enums import MethodReturnValue

        sheet = self._sheet
        kept, sheet.c_margin = sheet.c_margin, sheet.c_margin if margin is None else margin
        self._style(size, style, "--ink")
        lines: Any = sheet.multi_cell(
            across, _LINE, text=words, align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        sheet.c_margin = kept
        return max(1, len(lines))

    def _draw(self, plot: Plot, words: str, x: float, y: float, width: float) -> None:
        self._sheet.image(io.BytesIO(draw(plot, "svg", LIGHT)), x=x, y=y, w=width, alt_text=words)

    def _write(self, words: str, size: float, style: str, token: str, line: float = _LINE) -> None:
        self._style(size, style, token)
        self._sheet.multi_cell(0, line, text=words, align="L", new_x="LMARGIN", new_y="NEXT")

    def _style(self, size: float, style: Any, token: str) -> None:
        self._sheet.set_font(_FONT, style, size)
        self._sheet.set_text_color(*_rgb(token))

    def _waiting(self) -> float:
        """What the heading that waits needs, with its answer."""
        return self.height_of_heading(self._heading, self._answer) if self._heading else 0.0

    def _begin(self, height: float) -> None:
        """Write the heading that waits; on a new page where so many millimetres below it are no longer free."""
        if self._sheet.will_page_break(height + self._waiting()) and self._sheet.get_y() > _MARGIN + 1:
            self._sheet.add_page()
        words, answer, self._heading, self._answer = self._heading, self._answer, "", ""
        if words:
            if self._sheet.get_y() > _MARGIN + 1:
                self._sheet.ln(_BEFORE)
            self._write(words, _HEADING, "B", "--ink", line=_HEADING_LINE)
            self._sheet.ln(1)
        if answer:
            self._write(answer, _BODY, "", "--ink")
            self._sheet.ln(_AFTER)

    @contextmanager
    def _indented(self, by: float) -> Iterator[None]:
        self._sheet.set_left_margin(_MARGIN + by)
        try:
            yield
        finally:
            self._sheet.set_left_margin(_MARGIN)
            self._sheet.set_x(_MARGIN)


def rows_that_fit(heights: Sequence[float], room: float, few: int) -> int:
    """How many of these rows to write where there is so much room. Neither here nor on the next page do fewer than
    `few` stand alone: then 0, or some less than would fit."""
    count, used = 0, 0.0
    while count < len(heights) and used + heights[count] <= room:
        used += heights[count]
        count += 1
    if count == len(heights):
        return count
    count = min(count, max(len(heights) - few, 0))
    return count if count >= few else 0


def _rgb(token: str) -> tuple[int, int, int]:
    colour = LIGHT.colours[token]
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
