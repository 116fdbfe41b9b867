"""Drawing plots: an SVG for pages and print, a PNG for a chat, each kept by what it shows.

vl-convert (a Vega-Lite with its own JavaScript engine, no browser) and Altair are imported with the first plot: a
process that draws nothing pays nothing. What was drawn is kept in this process, under a digest of the plot itself, so
that data that changes is drawn anew and nothing need ever be cleared.

Measured on the build machine while other work ran beside it: the first plot of a process 3 s of processor time and
120 MB more memory (155 MB after twenty plots); every further plot 160 ms for its specification, 45 ms for its drawing,
3 ms for its outlines; its PNG 50 ms more; from the cache .1 to .4 ms, most of it the digest.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, Protocol

from webapp.indicators.plots.outlines import FONTS, outlined
from webapp.indicators.plots.theme import LIGHT, Theme, painted

Form = Literal["svg", "png"]
#: Bytes of drawings that a process keeps.
KEPT_BYTES: Final = 12 * 1024 * 1024
#: Pixels of a picture for each of the plot's own.
SHARPNESS: Final = 2.0
#: Pixels around the plots of a picture.
_MARGIN: Final = 28
MEDIA_TYPES: Final[dict[Form, str]] = {"svg": "image/svg+xml", "png": "image/png"}
#: Raised with every change of how plots look, so that no browser shows an old drawing.
LOOK: Final = "2"


class Plot(Protocol):
    """What can be drawn: a frozen dataclass of plain values (numbers, words, tuples of them) that says how it looks."""

    @property
    def width(self) -> int:
        """Pixels across."""
        ...

    @property
    def height(self) -> int:
        """Pixels."""
        ...

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification, with tokens for colours."""
        ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing in both forms."""

    svg: str
    png: bytes


def digest_of(plot: Plot) -> str:
    """Tells what a plot shows: two plots with the same digest look the same."""
    return sha256(f"{LOOK} {type(plot).__qualname__} {plot!r}".encode()).hexdigest()[:24]


class _Kept:
    """The latest drawings, up to so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._bytes = most_bytes, 0
        self._drawings: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> bytes | None:
        with self._lock:
            content = self._drawings.get(key)
            if content is not None:
                self._drawings.move_to_end(key)
            return content

    def keep(self, key: tuple[str, ...], content: bytes) -> None:
        with self._lock:
            before = self._drawings.pop(key, b"")
            self._drawings[key] = content
            self._bytes += len(content) - len(before)
            while self._bytes > self._most:
                _key, dropped = self._drawings.popitem(last=False)
                self._bytes -= len(dropped)


_kept = _Kept(KEPT_BYTES)
#: The engine has one thread of its own; who comes second waits, and then often finds the drawing made.
_engine = threading.Lock()
_fonts_known = False


def draw(plot: Plot, form: Form = "svg", theme: Theme = LIGHT) -> bytes:
    """The plot as the content of a file. An SVG has no ground of its own, a PNG that of the theme."""
    digest = digest_of(plot)
    svg = _kept_or((digest, theme.name, "svg"), lambda: _svg(plot, theme))
    if form == "svg":
        return svg
    return _kept_or((digest, theme.name, "png"), lambda: _png(svg.decode(), theme))


def drawn(plot: Plot, theme: Theme = LIGHT) -> Drawn:
    """The plot in both forms."""
    return Drawn(draw(plot, "svg", theme).decode(), draw(plot, "png", theme))


def picture_of(plots: Sequence[Plot], theme: Theme = LIGHT) -> bytes:
    """Plots below each other as one picture, with a margin: what a chat shows. Raises ValueError for no plot."""
    if not plots:
        raise ValueError("A picture needs at least one plot.")
    digests = " ".join(digest_of(plot) for plot in plots)
    drawings = [draw(plot, "svg", theme).decode() for plot in plots]  # before the engine is taken for the whole
    return _kept_or((digests, theme.name, "png"), lambda: _png(_stacked(plots, drawings), theme))


def _stacked(plots: Sequence[Plot], drawings: Sequence[str]) -> str:
    """One drawing of several, each as it is."""
    top, parts = _MARGIN, []
    for plot, drawing in zip(plots, drawings, strict=True):
        parts.append(drawing.replace("<svg ", f'<svg x="{_MARGIN}" y="{top}" ', 1))
        top += plot.height + _MARGIN
    across = max(plot.width for plot in plots) + 2 * _MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{top}" viewBox="0 0 {across} {top}">'
    return head + "".join(parts) + "</svg>"


def _kept_or(key: tuple[str, ...], make: Any) -> bytes:
    content = _kept.get(key)
    if content is None:
        with _engine:
            content = _kept.get(key)
            if content is None:
                content = make()
                _kept.keep(key, content)
    assert isinstance(content, bytes)
    return content


def _svg(plot: Plot, theme: Theme) -> bytes:
    global _fonts_known
    import vl_convert

    if not _fonts_known:
        vl_convert.register_font_directory(str(FONTS))  # to measure words with
        _fonts_known = True
    # Nothing may be fetched for a plot: all it shows is in its specification.
    svg = vl_convert.vegalite_to_svg(painted(plot.specification(), theme), allowed_base_urls=[])
    return outlined(svg).encode()


def _png(svg: str, theme: Theme) -> bytes:
    import vl_convert

    head, closed, rest = svg.partition(">")
    ground = f'<rect width="100%" height="100%" fill="{theme.colours["--paper"]}"/>'
    content: bytes = vl_convert.svg_to_png(head + closed + ground + rest, scale=SHARPNESS)
    return content
