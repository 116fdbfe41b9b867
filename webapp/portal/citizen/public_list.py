"""What everybody may read of complaints: published by somebody's deliberate act, in words that tell of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, format_date
from flask_babel import lazy_gettext as _l

from webapp.feedback.life_cycle import State
from webapp.feedback.publishing.queries import NoSuchPublication, PublicComplaint, list_published, read_published
from webapp.feedback.vocabulary import ComplaintKind
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.words import KINDS
from webapp.portal.typed_text import without_nul

#: What the public is told of where a complaint stands, and its tone.
_STATES: dict[State, tuple[LazyString, str]] = {
    State.ANSWERED: (_l("Dijawab"), ""),
    State.ACCEPTED: (_l("Selesai menurut pelapor"), ""),
    State.CLOSED: (_l("Dijawab, pelapor tidak menanggapi"), "none"),
    State.UNSOLVED: (_l("Ditutup, tidak selesai"), "warn"),
    State.DISPUTED: (_l("Disanggah pelapor, diperiksa lagi"), "warn"),
}
_IN_WORK = (_l("Sedang ditangani"), "")
_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class ShownComplaint:
    """A complaint in the words of the public's page. `id` is None while it is only looked at beforehand."""

    id: int | None
    text: str
    answer: str | None
    kind: str
    state: str
    tone: str
    unit: str
    service: str | None
    month: str


def shown(one: PublicComplaint) -> ShownComplaint:
    """A published complaint in words."""
    return shown_as(
        one.text, one.answer, one.kind, one.state, one.unit, one.service, one.filed_at, one.timezone, id_=one.id
    )


def shown_as(
    text: str,
    answer: str | None,
    kind: str,
    state: State,
    unit: str,
    service: str | None,
    filed_at: datetime,
    timezone: str,
    *,
    id_: int | None = None,
) -> ShownComplaint:
    """What the public would read: a month instead of a day, since a day leads to who was there."""
    word, tone = _STATES.get(state, _IN_WORK)
    month = format_date(filed_at.astimezone(ZoneInfo(timezone)).date(), "MMMM y")
    return ShownComplaint(
        id_, text, answer, str(KINDS[ComplaintKind(kind)][0]), str(word), tone, unit, service, str(month)
    )


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
