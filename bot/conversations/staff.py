"""Members of staff who want to be told in the chat what waits for them."""

from __future__ import annotations

from flask_babel import gettext as _

from bot.conversations.menu import show_menu
from bot.conversations.talk import Talk
from webapp.messaging.chat_links import link_chat


def link(talk: Talk, token: str) -> None:
    """Tie this chat to the account whose page gave the token."""
    talk.forget_heard()
    if link_chat(token.strip(), str(talk.heard.chat_id), talk.at):
        talk.say(
            _(
                "Obrolan ini sekarang terhubung dengan akun petugas Anda. Kabar tentang pekerjaan Anda masuk ke sini, "
                "tanpa isi laporan. Anda dapat memutuskannya di halaman Pemberitahuan."
            )
        )
    else:
        talk.say(
            _(
                "Tautan itu tidak berlaku lagi. Buka halaman Pemberitahuan di portal, buat tautan baru, "
                "lalu pakai dalam seperempat jam."
            )
        )
    if talk.step is None:
        show_menu(talk)
