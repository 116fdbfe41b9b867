"""A complaint in the words of the public's page, for that page and for whoever looks at it before it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import LazyString, format_date
from flask_babel import lazy_gettext as _l

from webapp.feedback.life_cycle import State
from webapp.feedback.publishing.queries import PublicComplaint
from webapp.feedback.vocabulary import ComplaintKind

_KINDS: dict[ComplaintKind, LazyString] = {
    ComplaintKind.COMPLAINT: _l("Pengaduan"),
    ComplaintKind.SUGGESTION: _l("Aspirasi"),
    ComplaintKind.INFORMATION_REQUEST: _l("Permintaan informasi"),
    ComplaintKind.PRAISE: _l("Apresiasi"),
}
#: What the public is told of where a complaint stands, and its tone.
_STATES: dict[State, tuple[LazyString, str]] = {
    State.ANSWERED: (_l("Dijawab"), ""),
    State.ACCEPTED: (_l("Selesai menurut pelapor"), ""),
    State.CLOSED: (_l("Dijawab, pelapor tidak menanggapi"), "none"),
    State.UNSOLVED: (_l("Ditutup, tidak selesai"), "warn"),
    State.DISPUTED: (_l("Disanggah pelapor, diperiksa lagi"), "warn"),
}
_IN_WORK = (_l("Sedang ditangani"), "")


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
        id_, text, answer, str(_KINDS[ComplaintKind(kind)]), str(word), tone, unit, service, str(month)
    )
