"""What everybody may read of complaints: published by somebody's deliberate act, in words that tell of nobody."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.feedback.publishing.queries import NoSuchPublication, list_published, read_published
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.public_words import shown
from webapp.portal.typed_text import without_nul

_LONGEST_SEARCH = 100


@blueprint.get("/laporan-publik")
@public
def list_public() -> ResponseReturnValue:
    """The published complaints, the newest first; `?q=` looks for words, `?sebelum=` and `?sesudah=` turn the page."""
    words = (without_nul(request.args.get("q")) or "").strip()[:_LONGEST_SEARCH]
    page = list_published(words, before=_id_in("sebelum"), after=_id_in("sesudah"))
    return render_template("citizen/list_public.html", items=[shown(one) for one in page.items], page=page, words=words)


@blueprint.get("/laporan-publik/<int:publication_id>")
@public
def show_public(publication_id: int) -> ResponseReturnValue:
    """One of them."""
    if publication_id >= 2**63:
        abort(404)
    try:
        one = read_published(publication_id)
    except NoSuchPublication:
        abort(404)
    return render_template("citizen/show_public.html", item=shown(one))


def _id_in(name: str) -> int | None:
    written = request.args.get(name, "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None
