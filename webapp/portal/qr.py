"""An address as a QR code, drawn into the page: for a second device, or a print-out."""

from __future__ import annotations

import segno
from markupsafe import Markup


def draw_qr(address: str) -> Markup:
    """The squares of the code as SVG, black on white also in the dark; its size is that of what stands around it."""
    svg = segno.make(address, error="m").svg_inline(border=3, dark="#000", light="#fff", omitsize=True)
    return Markup(svg)  # noqa: S704  drawn by segno from squares; the address is not in it as text
