"""The queue in the words of the staff's pages."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.counter.queue.vocabulary import DrawChannel, Priority

#: Who is called first by rule.
PRIORITIES = {
    Priority.ELDERLY: _l("Lansia"),
    Priority.DISABLED: _l("Penyandang disabilitas"),
    Priority.PREGNANT: _l("Ibu hamil"),
}

CHANNELS = {
    DrawChannel.PORTAL: _l("lewat portal"),
    DrawChannel.TELEGRAM: _l("lewat Telegram"),
    DrawChannel.KIOSK: _l("di pintu masuk"),
}


def priority_in_words(priority: str) -> str:
    """ "Lansia"; empty for who has no priority."""
    return str(PRIORITIES.get(Priority(priority), ""))


def minutes_in_words(seconds: float | None) -> str:
    """ "14 menit", "1 jam 5 menit", "kurang dari 1 menit"; empty where nothing is known."""
    if seconds is None:
        return ""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours and minutes:
        return str(_("%(hours)s jam %(minutes)s menit", hours=hours, minutes=minutes))
    if hours:
        return str(ngettext("%(num)s jam", "%(num)s jam", hours))
    return str(ngettext("%(num)s menit", "%(num)s menit", minutes)) if minutes else str(_("kurang dari 1 menit"))
