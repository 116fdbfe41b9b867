"""What was learned from decided cases, which of it is used, and why the rest is not: in words and simply drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.accounts.permissions import Permission
from webapp.attribution.current_router import ROUTING
from webapp.attribution.learned_models import ModelLine
from webapp.attribution.learned_models import list_models as read_models
from webapp.attribution.learning import LEAST_CASES, LEAST_HELD_OUT, progress
from webapp.attribution.takeover import Verdict
from webapp.portal.access import requires
from webapp.portal.admin.room import blueprint
from webapp.portal.dates import local_day

_ZONE = "Asia/Jakarta"
_VERDICTS = {
    Verdict.BETTER: _l("Dipakai: lebih sering benar daripada yang sebelumnya."),
    Verdict.NO_WORSE: _l("Dipakai: tidak lebih buruk daripada yang sebelumnya."),
    Verdict.RIGHT_LESS_OFTEN: _l("Tidak dipakai: lebih jarang benar daripada yang sedang dipakai."),
    Verdict.SURELY_WRONG_MORE_OFTEN: _l(
        "Tidak dipakai: lebih sering mengirim ke unit yang keliru tanpa bertanya daripada yang sedang dipakai."
    ),
}


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of what was measured, for the macro of shares."""

    share: float
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """One attempt in words. Percentages are of the held-out cases, as whole numbers; `former` of what was used then."""

    day: str
    cases: int
    range: str
    held_out: int
    right: int
    in_three: int
    former_right: int | None
    former_words: str
    error: int
    verdict: str
    adopted: bool
    used: bool
    parts: tuple[PartView, ...]


@blueprint.get("/kelola/model")
@requires(Permission.MODEL_READ)
def list_models() -> ResponseReturnValue:
    """The routing of texts, and the strengths of evidence: what is used, what was tried, and when it is tried again."""
    routing = [_view(line) for line in read_models(ROUTING)]
    return render_template(
        "admin/list_models.html",
        used=next((one for one in routing if one.used), None),
        attempts=routing,
        strengths=[_strengths(line) for line in read_models("strengths")],
        progress=progress(),
        least=LEAST_HELD_OUT,
        least_cases=LEAST_CASES,
    )


def _view(line: ModelLine) -> ModelView:
    sent = 1.0 - float(line.figures["abstained"])
    right = sent * float(line.figures["top1_when_sure"])
    former = line.former
    return ModelView(
        day=_day(line.learned_at),
        cases=line.cases,
        range=_range(line),
        held_out=int(line.figures["n"]),
        right=_percent(line.figures["top1"]),
        in_three=_percent(line.figures["top3"]),
        former_right=_percent(former["top1"]) if former else None,
        former_words=str(_("daftar unit dan layanan saja"))
        if former and former.get("catalogue_only")
        else str(_("yang dipakai waktu itu")),
        error=_percent(line.figures["ece"]),
        verdict=str(_VERDICTS[Verdict(line.verdict)]) if line.verdict in set(Verdict) else line.verdict,
        adopted=line.adopted,
        used=line.used,
        parts=(
            PartView(right, str(_("langsung dikirim, ke unit yang benar")), ""),
            PartView(sent - right, str(_("langsung dikirim, ke unit yang keliru")), "warn"),
            PartView(1.0 - sent, str(_("ditanyakan kepada petugas triase")), "none"),
        ),
    )


def _strengths(line: ModelLine) -> tuple[str, int, str, bool]:
    """Day, cases, what became of it, and whether it is used."""
    day = _day(line.learned_at)
    became = _("Dipakai") if line.adopted else _("Tidak dipakai: tidak lebih baik pada kasus terbaru")
    return day, line.cases, str(became), line.used


def _range(line: ModelLine) -> str:
    if line.first_case_at is None or line.last_case_at is None:
        return ""
    return str(_("%(first)s sampai %(last)s", first=_day(line.first_case_at), last=_day(line.last_case_at)))


def _day(at: datetime) -> str:
    """ "22 November 2026": models are compared over years."""
    return str(format_date(local_day(at, _ZONE), "d MMMM y", locale=str(get_locale() or "id")))


def _percent(share: float) -> int:
    return round(float(share) * 100)
