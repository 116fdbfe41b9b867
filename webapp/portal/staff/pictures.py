"""Plots as files of their own, and where a page finds them: in the reader's light or dark, for a phone or a desk.

A page names a plot's file by what it shows, so that a browser keeps it for a day and asks again once the data has
changed. Who may read the file, its view decides anew each time it is asked for, as it does for the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, request, url_for
from flask.typing import ResponseReturnValue

from webapp.indicators.plots.drawing import MEDIA_TYPES, Form, Plot, digest_of, draw
from webapp.indicators.plots.theme import DARK, LIGHT, NARROW, THEMES, WIDE

#: A plot for so many pixels.
Maker = Callable[[int], Plot]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a picture: when it is shown, where it is, its pixels."""

    media: str
    href: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot as the macro `picture` takes it. `words` say what it shows; the last source is for everybody else."""

    words: str
    sources: tuple[Source, ...]


def picture(words: str, make: Maker, endpoint: str, **arguments: Any) -> Picture:
    """Where the plot that `make` makes for a width is found. The view at `endpoint` answers with `picture_file`."""
    narrow, wide = make(NARROW), make(WIDE)
    chosen = (
        ("(max-width: 40rem) and (prefers-color-scheme: dark)", narrow, DARK),
        ("(max-width: 40rem)", narrow, LIGHT),
        ("(prefers-color-scheme: dark)", wide, DARK),
        ("", wide, LIGHT),
    )
    return Picture(
        words,
        tuple(
            Source(
                media,
                url_for(endpoint, **arguments, lebar=plot.width, tema=theme.name, v=digest_of(plot)),
                plot.width,
                plot.height,
            )
            for media, plot, theme in chosen
        ),
    )


def picture_file(make: Maker, form: Form = "svg") -> ResponseReturnValue:
    """The file that the address asks for; 404 for a width or theme that there is not."""
    width, theme = request.args.get("lebar", WIDE, type=int), THEMES.get(request.args.get("tema", LIGHT.name))
    if width not in (NARROW, WIDE) or theme is None:
        abort(404)
    plot = make(width)
    response = make_response(draw(plot, form, theme))
    response.mimetype = MEDIA_TYPES[form]
    if request.args.get("v") == digest_of(plot):
        response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response
