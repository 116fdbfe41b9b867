"""What a preset would change, in words: for how many figures, how surely, and whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.indicators.presets.changes import NOTICEABLE, ChangeSummary, OfficerChange
from webapp.indicators.presets.previewing import Preview
from webapp.indicators.wording.adding_up import difference
from webapp.indicators.wording.numbers import decimal, period_in_words, signed

#: Officers that a preview names at most.
NAMED = 100

_STATUS = {
    "not_enough_data": _l("belum cukup data"),
    "provisional": _l("sementara"),
    "sufficient": _l("cukup data"),
}


def preview_words(seen: Preview) -> dict[str, Any]:
    """A preview as the page shows it."""
    named = [change for change in seen.officers if _worth_naming(change)]
    return {
        "period": period_in_words(seen.period),
        "summary": seen.summary,
        "sentences": _sentences(seen.summary),
        "shares": _shares(seen.summary),
        "officers": [_row(change) for change in named[:NAMED]],
        "still": len(seen.officers) - len(named),
        "cut": len(named[NAMED:]),
        "named": NAMED,
        "readable": len(seen.officers),
    }


def _worth_naming(change: OfficerChange) -> bool:
    return abs(change.difference) >= NOTICEABLE or change.status_before != change.status_after


def _sentences(summary: ChangeSummary) -> list[str]:
    found = [
        ngettext(
            "%(num)s petugas bergeser lebih dari rentang keraguannya sendiri.",
            "%(num)s petugas bergeser lebih dari rentang keraguannya sendiri.",
            summary.beyond_doubt,
        ),
        ngettext(
            "%(num)s petugas hampir pasti bergeser (lebih dari 95 dari 100).",
            "%(num)s petugas hampir pasti bergeser (lebih dari 95 dari 100).",
            summary.surely,
        ),
        _(
            "Rata-rata pergeseran %(mean)s poin, terbesar %(largest)s poin.",
            mean=decimal(summary.mean),
            largest=decimal(summary.largest),
        ),
    ]
    if abs(summary.expected_after - summary.expected_before) >= NOTICEABLE:
        found.append(
            _(
                "Angka wajar rata-rata ikut berubah, dari %(before)s menjadi %(after)s.",
                before=decimal(summary.expected_before),
                after=decimal(summary.expected_after),
            )
        )
    if summary.against:
        found.append(
            ngettext(
                "%(num)s petugas bergeser ke arah yang berlawanan dengan angka wajarnya.",
                "%(num)s petugas bergeser ke arah yang berlawanan dengan angka wajarnya.",
                summary.against,
            )
        )
    if summary.other_status:
        found.append(
            ngettext(
                "%(num)s petugas berganti keandalan (misalnya dari sementara menjadi cukup data).",
                "%(num)s petugas berganti keandalan (misalnya dari sementara menjadi cukup data).",
                summary.other_status,
            )
        )
    return [str(sentence) for sentence in found]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all officers, as the macro of shares takes it."""

    share: float
    words: str
    tone: str


def _shares(summary: ChangeSummary) -> list[Share]:
    if not summary.officers:
        return []
    stay = summary.officers - summary.up - summary.down
    return [
        Share(count / summary.officers, str(words), tone)
        for count, words, tone in (
            (summary.up, _("naik"), ""),
            (stay, _("tetap"), "none"),
            (summary.down, _("turun"), "warn"),
        )
        if count
    ]


def _row(change: OfficerChange) -> list[str]:
    sure = change.certainty
    if change.beyond_doubt:
        words = _("hampir pasti, dan lebih dari keraguan nilainya")
    elif sure > 0.95:
        words = _("hampir pasti")
    elif sure > 0.8:
        words = _("sangat mungkin")
    else:
        words = _("belum pasti")
    status = str(_STATUS[change.status_after])
    if change.status_before != change.status_after:
        status = f"{_STATUS[change.status_before]} → {status}"
    return [
        change.officer,
        decimal(change.before),
        decimal(change.after),
        f"{signed(difference(change.after, change.before))} ± {decimal(change.doubt)}",
        str(words),
        status,
    ]
