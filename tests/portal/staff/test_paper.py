"""Sheets to print: what belongs together stands on one page, and none stays empty below without need."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.indicators.plots.figure import FigurePlot
from webapp.indicators.plots.officers import OfficerRow, OfficersPlot
from webapp.indicators.plots.theme import NARROW
from webapp.portal.staff.paper import Block, Paper, rows_that_fit

AT = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
SENTENCE = "Setiap kejadian dibandingkan dengan yang biasa untuk layanan itu, lalu angka dinyatakan seolah sama."
HEAD, WIDTHS = ("Bagian", "Apa", "Pengaruh"), (2.0, 4.0, 1.2)
PLOT = FigurePlot(figure=80.0, low=75.0, high=85.0, expected=82.0, shown="80,0", expected_shown="wajar 82,0")


class Written(Paper):
    """A sheet that remembers which words were written on which page."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []
        super().__init__("Lembar", "kaki", "id", AT)

    def _write(self, words: str, size: float, style: str, token: str, line: float = 4.9) -> None:
        super()._write(words, size, style, token, line)
        self.seen.append((self._sheet.page, words))

    def _draw(self, plot: object, words: str, x: float, y: float, width: float) -> None:
        self.seen.append((self._sheet.page, f"gambar {words}"))

    def _rows(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], right: str, across: float
    ) -> None:
        page = self._sheet.page
        super()._rows(head, rows, widths, right, across)
        assert self._sheet.page == page, "a part of a table stays where it was begun"
        self.seen += [(page, "|".join(row)) for row in rows]

    def page_of(self, words: str) -> int:
        return next(page for page, seen in self.seen if seen == words)

    def down_to(self, room: float) -> None:
        """So that so much of the page is left."""
        self._sheet.set_y(self._sheet.page_break_trigger - room)

    def height_used_by(self, write: Callable[[], None]) -> float:
        before = self.room()
        write()
        return before - self.room()


@given(st.lists(st.floats(3, 40), max_size=30), st.floats(0, 250), st.integers(1, 5))
def test_no_few_rows_stand_alone_on_either_page(heights: list[float], room: float, few: int) -> None:
    count = rows_that_fit(heights, room, few)
    assert math.fsum(heights[:count]) <= room + 1e-9
    if count < len(heights):
        assert count == 0 or (count >= few and len(heights) - count >= few)
        if count == 0 and len(heights) >= 2 * few:
            assert math.fsum(heights[:few]) > room, "what can begin here does"


def test_heights_are_what_is_written() -> None:
    rows = [("Kepuasan warga", SENTENCE, "+0,1"), ("", "5 penilaian", "−0,4"), ("", SENTENCE * 2, "0,0")]
    narrow = replace(PLOT, width=NARROW)
    sheet = Written()
    for measured, write in (
        (sheet.height_of_words(SENTENCE * 3), lambda: sheet.words(SENTENCE * 3)),
        (sheet.height_of_points([SENTENCE, SENTENCE * 2]), lambda: sheet.points([SENTENCE, SENTENCE * 2])),
        (sheet.height_of_plot(PLOT), lambda: sheet.plot(PLOT, "angka")),
        (sheet.height_of_table(HEAD, rows, WIDTHS), lambda: sheet.table(HEAD, rows, WIDTHS, "llr")),
        (sheet.height_beside(narrow, HEAD, rows, WIDTHS), lambda: sheet.beside(narrow, "x", HEAD, rows, WIDTHS, "llr")),
    ):
        assert sheet.height_used_by(write) == pytest.approx(measured, abs=0.01)
    sheet.heading("Baris demi baris", SENTENCE)
    measured = sheet.height_of_heading("Baris demi baris", SENTENCE) + sheet.height_of_words("Ya.")
    assert sheet.height_used_by(lambda: sheet.words("Ya.")) == pytest.approx(measured, abs=0.01)


@pytest.mark.parametrize("room", [8.0, 16.0, 25.0, 40.0])
def test_a_heading_and_its_answer_stand_with_what_they_are_about(room: float) -> None:
    pieces: list[tuple[Callable[[Paper], None], str]] = [
        (lambda sheet: sheet.plot(PLOT, "angka"), "gambar angka"),
        (lambda sheet: sheet.table(HEAD, [("a", "b", "c")] * 3, WIDTHS, "llr"), "a|b|c"),
        (lambda sheet: sheet.points([SENTENCE] * 3), SENTENCE),
    ]
    for write, last in pieces:
        sheet = Written()
        sheet.down_to(room)
        sheet.heading("Mengapa?", "Karena itu.")
        write(sheet)
        assert sheet.page_of("Mengapa?") == sheet.page_of("Karena itu.")
        if last != SENTENCE:
            assert sheet.page_of("Mengapa?") == sheet.page_of(last)


def test_a_long_table_says_its_part_again_where_a_page_begins() -> None:
    rows = [("Kecepatan" if place == 0 else "", f"baris {place}", "0,0") for place in range(70)]
    sheet = Written()
    sheet.table(HEAD, rows, WIDTHS, "llr", carried=True)
    pages: dict[int, list[str]] = {}
    for page, words in sheet.seen[1:]:
        pages.setdefault(page, []).append(words)
    assert len(pages) == 2
    assert all(page[0].startswith("Kecepatan|") for page in pages.values())
    assert [one.split("|")[1] for page in pages.values() for one in page] == [row[1] for row in rows]


def test_a_later_piece_comes_first_where_the_next_has_no_room() -> None:
    sheet = Written()
    sheet.down_to(60)
    pieces = [Block(100, lambda: sheet.table(HEAD, [("a", SENTENCE, "1")] * 9, WIDTHS, "llr"))]
    pieces += [Block(10, lambda: sheet.words("Kecil.")), Block(300, lambda: sheet.words("Besar."))]
    sheet.flow(pieces)
    order = [words for _page, words in sheet.seen[1:]]
    assert (order[0], order[-1], len(order)) == ("Kecil.", "Besar.", 11)


def test_rows_of_a_plot_go_on_over_the_page() -> None:
    sheet = Written()
    sheet.down_to(120)
    sheet.heading("Siapa?", "Tidak ada.")
    drawn: list[int] = []

    def make(rows: Sequence[OfficerRow]) -> OfficersPlot:
        drawn.append(len(rows))
        return OfficersPlot(tuple(rows), "belum ada angka")

    officers = [OfficerRow(f"Petugas {place}", 80.0, 75.0, 85.0, 82.0, "none") for place in range(40)]

    sheet.plot_of_rows(officers, make, "rentang")
    pages = [page for page, words in sheet.seen if words == "gambar rentang"]
    assert (sheet.page_of("Siapa?"), pages[0]) == (1, 1) and pages == sorted(set(pages)) and len(pages) > 1
    assert sum(drawn[2:]) == 40 and min(drawn[2:]) >= 5
    sheet.plot_of_rows([], make, "nichts")
    assert sum(drawn[2:]) == 40
