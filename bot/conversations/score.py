"""An officer asks for his own figure, in the chat that he linked to his account."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _

from bot.conversations import rating
from bot.conversations.talk import Talk
from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.accounts.queries import get_account
from webapp.app import settings_of
from webapp.indicators.periods import day_of, period_of
from webapp.indicators.queries import own_sheet
from webapp.indicators.weak_points import below_expected
from webapp.indicators.wording.facts import all_counted, part_name
from webapp.indicators.wording.numbers import period_in_words
from webapp.indicators.wording.sheets import figure_in_words, reliability_in_words
from webapp.messaging.chat_links import account_of_chat

#: Characters that Telegram takes below a picture.
LONGEST_CAPTION = 1024


def rate_or_show(talk: Talk) -> None:
    """/nilai: for a citizen the way to rate a visit, for an officer his own figure, with that way below it."""
    if _officer(talk) is None:
        rating.start(talk)
    else:
        show(talk)


def show(talk: Talk) -> None:
    """The officer's figure of this quarter as a picture with its words."""
    account = _officer(talk)
    if account is None:
        talk.say(
            _(
                "Obrolan ini belum terhubung dengan akun petugas. Buka halaman Pemberitahuan di portal, buat tautan, "
                "lalu pakai di sini."
            )
        )
        return
    settings = settings_of(current_app)
    period = period_of(day_of(talk.at, settings.default_timezone))
    sheet = own_sheet(account, period)
    if sheet is None:
        talk.say(_("Akun Anda belum terhubung dengan data petugas. Minta administrator menghubungkannya."))
        return
    words = [
        _("Mutu layanan Anda, %(period)s: %(figure)s", period=period_in_words(period), figure=figure_in_words(sheet))
    ]
    if sheet.figure is not None:
        words.append(reliability_in_words(sheet))
    if counted := all_counted(sheet.groups):
        words.append(_("Yang masuk: %(counted)s.", counted=counted))
    if low := below_expected(sheet):
        words.append(_("Bagian yang saat ini pasti di bawah yang wajar: %(part)s.", part=part_name(low[0])))
    words.append(_("Selengkapnya, baris demi baris, dan keberatan: %(url)s", url=f"{settings.public_url}/nilai-saya"))
    caption = "\n\n".join(str(word) for word in words)[:LONGEST_CAPTION]
    talk.show_score(account.id, period, caption, [[(_("⭐ Nilai kunjungan"), "menu:rate")]])


def _officer(talk: Talk) -> Account | None:
    """Whose chat this is, if he may read a figure of his own."""
    account_id = account_of_chat(str(talk.heard.chat_id))
    account = get_account(account_id) if account_id is not None else None
    if account is None or not account.active or not can(account, Permission.INDICATOR_READ_OWN):
        return None
    return account
