"""What an officer could do about the weakest part of his figure, in words; or that nothing stands out."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.queries import ScoreSheet
from webapp.indicators.weak_points import WeakPoint
from webapp.indicators.wording.adding_up import shown_sections
from webapp.indicators.wording.facts import counted, part_name
from webapp.indicators.wording.numbers import decimal
from webapp.indicators.wording.parts_told import TOLD


@dataclass(frozen=True, slots=True)
class Advice:
    """`component`: which part it is about, "" where nothing stands out. `helps`: things to do."""

    component: str
    title: str
    why: tuple[str, ...]
    helps: tuple[str, ...]


def advice_on(sheet: ScoreSheet, weak: WeakPoint | None) -> Advice:
    """What to say of the weakest part; `weak` None: no part has been surely below what is usual for weeks."""
    if weak is None:
        if sheet.withheld or sheet.figure is None or sheet.status == "not_enough_data":
            why = _("Datanya belum cukup untuk menyarankan sesuatu.")
        else:
            why = _(
                "Tidak ada bagian yang sudah lama pasti di bawah yang wajar. Teruskan seperti sekarang; naik turun "
                "dari minggu ke minggu biasa terjadi."
            )
        return Advice("", str(_("Tidak ada yang menonjol")), (str(why),), ())
    told = TOLD.get(weak.component)
    moved = shown_sections(sheet).get(weak.component)  # as the lines of this part are summed up on the same page
    why_words = [
        _(
            "Angkanya %(figure)s; yang wajar %(expected)s. Sudah sedikitnya empat minggu begitu, dan bukan karena "
            "kebetulan. Angka keseluruhan Anda turun %(points)s karenanya.",
            figure=decimal(weak.figure),
            expected=decimal(weak.expected),
            points=decimal(weak.points_lost if moved is None else -moved / 10),
        )
    ]
    if weak.service:
        why_words.append(_("Terutama di layanan %(service)s.", service=weak.service))
    # How many ratings were low would tell more than the groups of lines do: of ratings it is not said.
    if weak.sources and not COMPONENTS[weak.component].rated:
        why_words.append(
            _("Yang di bawah biasa: %(what)s, dari %(all)s catatan.", what=counted(weak.sources), all=weak.of)
        )
    return Advice(
        weak.component,
        str(_("Perhatikan %(part)s", part=part_name(weak.component))),
        tuple(str(words) for words in why_words),
        tuple(str(words) for words in told.helps) if told else (),
    )
