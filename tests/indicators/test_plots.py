"""Plots: the product's colours and letters, drawn alike everywhere, true to their numbers, kept by what they show."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.architecture.source_tree import ROOT
from webapp.indicators.plots import drawing
from webapp.indicators.plots.drawing import Plot, digest_of, draw, picture_of
from webapp.indicators.plots.figure import FigurePlot
from webapp.indicators.plots.movements import MovementPlot, Step
from webapp.indicators.plots.outlines import BOLD, REGULAR, letters_of, outlined
from webapp.indicators.plots.parts import Part, PartsPlot
from webapp.indicators.plots.scale import close_window, ticks, window
from webapp.indicators.plots.theme import DARK, LIGHT, NARROW, WIDE, Theme
from webapp.indicators.plots.trend import TrendPlot, TrendStep

SVG = "{http://www.w3.org/2000/svg}"


def figure(width: int = WIDE) -> FigurePlot:
    return FigurePlot(84.2, 80.9, 87.5, 82.6, "84,2", "wajar 82,6", width=width)


def plots(width: int) -> list[Plot]:
    parts = (
        Part("Kepuasan warga", 86.0, 83.0, 88.9, 82.6, "86,0"),
        Part("Penanganan pengaduan", 81.0, 60.0, 98.0, 80.0, "belum cukup data", sure=False),
        Part("Disiplin waktu", None, None, None, 88.0, "belum ada data", sure=False),
    )
    weeks = tuple(TrendStep(f"{4 + 7 * n} Okt", 81.0 + n, 78.0 + n, 84.0 + n) for n in range(4))
    steps = (Step("Penilaian", 0.9, "+0,9"), Step("Berkas", -0.7, "−0,7"), Step("Lain", 0.0, "0,0"))
    return [
        figure(width),
        PartsPlot(parts, width),
        TrendPlot(weeks, 82.6, "84,0", "wajar 82,6", width),
        MovementPlot(83.3, "Dulu", "83,3", steps, "Sekarang", "83,5", width),
    ]


def parsed(svg: str | bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  what was drawn a moment ago


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[a-z-]+):\s*(#[0-9a-f]{3,6})\b", block))


@pytest.mark.parametrize(("theme", "selector"), [(LIGHT, ':root, [data-theme="light"]'), (DARK, '[data-theme="dark"]')])
def test_the_colours_are_those_of_the_style_sheets(theme: Theme, selector: str) -> None:
    css = (ROOT / "webapp/portal/static/css/tokens.css").read_text(encoding="utf-8")
    block = css[css.index(f"\n{selector} {{") :]
    named = tokens(block[: block.index("}")])
    full = {
        name: value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])
        for name, value in named.items()
    }
    assert {name: full[name] for name in theme.colours} == dict(theme.colours)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_every_plot_is_a_drawing_of_its_size_that_needs_nothing_else(width: int) -> None:
    for plot in plots(width):
        content = draw(plot)
        root = parsed(content)
        # a pixel or two of padding beside what was asked for
        assert (
            abs(float(root.get("width", "0")) - plot.width) <= 4
            and abs(float(root.get("height", "0")) - plot.height) <= 4
        )
        assert not list(root.iter(f"{SVG}text")), "words are outlines: a picture in a page has no font"
        assert not re.search(rb"(?:href|src|url)[=(]\W*(?:https?:|//|data:)", content)
        assert b"<script" not in content and b"<style" not in content and b"foreignObject" not in content
        assert b"--" not in content.replace(b"-->", b""), "each token has become a colour"


def sizes_in(specification: object) -> list[float]:
    """All sizes of type that a specification names."""
    if isinstance(specification, dict):
        own = [value for key, value in specification.items() if key in ("fontSize", "labelFontSize")]
        return own + [size for value in specification.values() for size in sizes_in(value)]
    if isinstance(specification, list):
        return [size for value in specification for size in sizes_in(value)]
    return []


def test_on_a_phone_words_are_as_large_and_long_ones_take_a_second_line() -> None:
    for plot in plots(NARROW):
        assert plot.width <= 360 - 2 * 16, "it is shown as it is drawn, not made smaller"
        assert min(sizes_in(plot.specification())) >= 11
    long = "Kecepatan layanan: 25 catatan waktu di loket dan 18 tahap berkas"
    steps = (Step(long, 0.9, "+0,9"), Step("Ketepatan", 0.0, "0,0"))
    narrow, wide = (MovementPlot(83.3, "Dulu", "83,3", steps, "Kini", "84,2", width) for width in (NARROW, WIDE))
    assert (narrow._lines(long), wide._lines(long)) == (
        ["Kecepatan layanan: 25 catatan waktu di", "loket dan 18 tahap berkas"],
        [long],
    )
    assert narrow.height == wide.height + 16
    assert len(narrow._lines(long * 3)) == 2
    marks = str(narrow.specification())
    assert all(f"'{line}'" in marks for line in narrow._lines(long))


def test_a_plot_is_drawn_once_and_anew_when_it_shows_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    first = draw(figure())

    def never(*_arguments: object) -> bytes:
        raise AssertionError("it is drawn already")

    with monkeypatch.context() as patched:
        patched.setattr(drawing, "_svg", never)
        assert draw(figure()) is first
        with pytest.raises(AssertionError):
            draw(figure(), theme=DARK)
    other = FigurePlot(84.2, 80.9, 87.6, 82.6, "84,2", "wajar 82,6")
    assert digest_of(other) != digest_of(figure()) == digest_of(figure())
    assert draw(other) != first and draw(figure(), theme=DARK) != first


def test_what_is_kept_is_bounded() -> None:
    kept = drawing._Kept(100)
    for number in range(10):
        kept.keep((str(number),), b"x" * 30)
    assert [number for number in range(10) if kept.get((str(number),))] == [7, 8, 9]


def test_a_picture_for_a_chat_holds_several_plots_on_a_ground() -> None:
    shown = plots(WIDE)[:2]
    png = picture_of(shown)
    assert png.startswith(b"\x89PNG")
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert width == drawing.SHARPNESS * (WIDE + 2 * 28)
    assert height == drawing.SHARPNESS * (sum(plot.height for plot in shown) + 3 * 28)
    with pytest.raises(ValueError, match="at least one"):
        picture_of([])


def test_the_interval_is_drawn_where_its_numbers_are() -> None:
    rects = [one for one in parsed(draw(figure())).iter(f"{SVG}path") if one.get("opacity") == "0.3"]
    assert len(rects) == 1
    xs = [float(number) for number in re.findall(r"[ML](-?[\d.]+),", rects[0].get("d", ""))]
    curve = [float(number) for number in re.findall(r"(-?[\d.]+),-?[\d.]+(?=[A-Z]|$)", rects[0].get("d", ""))]
    across = (WIDE - 18 - 14) / 50  # pixels a point: from 50 to 100
    assert min(xs + curve) == pytest.approx(14 + (80.9 - 50) * across, abs=0.6)
    assert max(xs + curve) == pytest.approx(14 + (87.5 - 50) * across, abs=0.6)


def test_words_with_letters_that_our_font_lacks_stay_words() -> None:
    said = "".join(f'<text font-size="12px">{words}</text>' for words in ("Țepeș", "Sari"))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{said}</svg>'
    root = parsed(outlined(svg))
    assert [one.text for one in root.iter(f"{SVG}text")] == ["Țepeș"]
    assert len(list(root.iter(f"{SVG}use"))) == 4


@pytest.mark.parametrize("cut", [REGULAR, BOLD])
def test_the_font_has_what_figures_and_names_are_written_with(cut: Path) -> None:
    assert letters_of(cut).knows("0123456789,.−–+%… ABCXYZabcxyzéö’()/")
    assert (cut.parent / "LICENSE-plus-jakarta-sans.txt").is_file()


@pytest.mark.parametrize(
    ("values", "shown"), [((80.9, 87.5), (50.0, 100.0)), ((49.9, 80.0), (25.0, 100.0)), ((None, 60.0), (50.0, 100.0))]
)
def test_the_scale_begins_at_25_or_at_50(values: tuple[float | None, ...], shown: tuple[float, float]) -> None:
    assert window(values) == shown


def test_a_close_scale_holds_all_values_and_stays_on_the_scale() -> None:
    for values in ((99.0, 99.5), (25.0, 26.0), (60.0, 95.0), (80.0,)):
        low, high = close_window(values)
        assert 25.0 <= low <= min(values) and max(values) <= high <= 100.0 and high - low >= 5.9
        assert 2 <= len(ticks(low, high)) <= 7
