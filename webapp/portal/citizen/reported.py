"""What a citizen reads, before sending, of others' reports about the same matter: how many, where, since when."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.attribution.repeats.queries import Reported
from webapp.feedback.life_cycle import State
from webapp.portal.citizen.words import STATES, day_in_words, default_timezone


@dataclass(frozen=True, slots=True)
class ReportedView:
    """The offer in words: a sentence that says how many, and what is known of the matter."""

    told: str
    facts: tuple[tuple[str, str], ...]


def reported_in_words(reported: Reported) -> ReportedView:
    """The offer as the page says it; a count that is too small is not told."""
    number = reported.count.value
    if number is None:
        told = _("Sudah ada laporan lain tentang hal serupa, dan sedang ditangani.")
    else:
        told = _("%(n)s laporan lain tentang hal serupa sudah masuk dan sedang ditangani.", n=number)
    since = day_in_words(reported.since, reported.timezone or default_timezone())
    facts = [
        (_("Layanan"), reported.service),
        (_("Ditangani oleh"), reported.unit),
        (_("Sejak"), since),
        (_("Keadaan"), str(STATES[State(reported.state)][0])),
    ]
    return ReportedView(str(told), tuple((str(name), words) for name, words in facts if words))
