"""Words of a drawing as outlines of the product's own font, so that they look alike in a page, a PDF and a chat.

A picture inside a page may load nothing, not even the page's font, and a server has other fonts than a phone. Each
letter is drawn once and used wherever it comes up. Words with a letter that our font lacks stay words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from webapp.indicators.plots.theme import FAMILY

FONTS: Final = Path(__file__).parent / "fonts"
REGULAR: Final = FONTS / "plus-jakarta-sans-regular.ttf"
BOLD: Final = FONTS / "plus-jakarta-sans-bold.ttf"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
#: For letters that our font lacks.
_OTHERWISE = f"{FAMILY}, system-ui, sans-serif"
#: Said of text only, or to screen readers, which are told by the page instead.
_DROPPED = re.compile(r"^(aria-|font-|role$|text-anchor$|class$|pointer-events$)")


@dataclass(slots=True)
class Letters:
    """Outlines and widths of one cut of the font; `used` are the letters of the present drawing."""

    name: str
    units: int
    glyphs: Any
    names: dict[int, str]
    paths: dict[str, str] = field(default_factory=dict)

    def knows(self, words: str) -> bool:
        """Whether each letter can be drawn."""
        return all(ord(letter) in self.names for letter in words)

    def width(self, words: str) -> float:
        """Width of the words, in the font's units."""
        return float(sum(self.glyphs[self.names[ord(letter)]].width for letter in words))

    def path(self, letter: str) -> str:
        """The outline of a letter, in the font's units, y upwards; empty for a space."""
        known = self.paths.get(letter)
        if known is None:
            from fontTools.pens.svgPathPen import SVGPathPen

            pen = SVGPathPen(self.glyphs, lambda number: f"{number:g}")
            self.glyphs[self.names[ord(letter)]].draw(pen)
            known = self.paths[letter] = pen.getCommands()
        return known


@cache
def letters_of(path: Path) -> Letters:
    """A cut of the font, read once."""
    from fontTools.ttLib import TTFont

    font = TTFont(path)
    return Letters(path.stem[-1], font["head"].unitsPerEm, font.getGlyphSet(), dict(font.getBestCmap()))


def outlined(svg: str) -> str:
    """The drawing with outlines in the place of its words."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(svg)  # noqa: S314  what our own library drew
    used: dict[str, str] = {}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{_SVG}}}text":
                parent[list(parent).index(child)] = _drawn(child, used)
            elif child.tag == f"{{{_SVG}}}path" and not child.get("d", "").startswith("M"):
                parent.remove(child)  # marks without a place: nothing is drawn, and some readers stumble over it
    for element in root.iter():
        for key in [key for key in element.attrib if _DROPPED.match(key) and element.tag != f"{{{_SVG}}}text"]:
            del element.attrib[key]
        if element.tag == f"{{{_SVG}}}line":  # what the standard takes for granted, but not every reader
            for end in ("x1", "y1", "x2", "y2"):
                element.attrib.setdefault(end, "0")
    if used:
        kept = ET.Element(f"{{{_SVG}}}defs")
        for name, path in used.items():
            ET.SubElement(kept, f"{{{_SVG}}}path", {"id": name, "d": path})
        root.insert(0, kept)
    return ET.tostring(root, encoding="unicode")


def _drawn(text: ET.Element, used: dict[str, str]) -> ET.Element:
    """One piece of text as a group of letters; as it was where a letter is unknown."""
    bold = text.get("font-weight", "") in ("bold", "600", "700", "800")
    letters = letters_of(BOLD if bold else REGULAR)
    lines = [(float(span.get("dy", "0")), span.text or "") for span in text] or [(0.0, text.text or "")]
    if not all(letters.knows(words) for _dy, words in lines):
        text.set("font-family", _OTHERWISE)
        return text
    scale = float(text.get("font-size", "11px").removesuffix("px")) / letters.units
    group = ET.Element(f"{{{_SVG}}}g", {key: value for key, value in text.items() if not _DROPPED.match(key)})
    anchor = {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0.0)
    top = 0.0
    for dy, words in lines:
        top += dy
        line = ET.SubElement(
            group, f"{{{_SVG}}}g", {"transform": f"translate(0,{top:g}) scale({scale:.5g},{-scale:.5g})"}
        )
        x = -anchor * letters.width(words)
        for letter in words:
            if path := letters.path(letter):
                name = f"{letters.name}{ord(letter):x}"
                used[name] = path
                ET.SubElement(line, f"{{{_SVG}}}use", {f"{{{_XLINK}}}href": f"#{name}", "x": f"{x:g}"})
            x += letters.width(letter)
    return group
