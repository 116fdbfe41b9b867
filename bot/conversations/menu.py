"""What stands between errands: greeting, menu, help, language."""

from __future__ import annotations

from flask_babel import gettext as _

from bot.conversations.talk import Button, Talk
from webapp.feedback.drafts import LONGEST_TEXT

LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


def menu_buttons() -> list[list[Button]]:
    """The ways in."""
    return [
        [(_("📝 Kirim pengaduan"), "menu:complaint")],
        [(_("⭐ Nilai kunjungan"), "menu:rate")],
        [(_("🎫 Ambil nomor antrean"), "menu:queue"), (_("📄 Lacak berkas"), "menu:file")],
        [(_("🔎 Ikuti laporan"), "menu:follow"), (_("📂 Laporan saya"), "menu:cases")],
        [(_("❓ Bantuan"), "menu:help"), (_("🌐 Bahasa"), "menu:language")],
    ]


def greet(talk: Talk) -> None:
    """The first thing anybody hears."""
    talk.say(
        _(
            "Selamat datang di Tanggap, tempat menyampaikan pengaduan, saran dan penilaian layanan %(city)s.\n\n"
            "Anda tidak perlu mendaftar. Apa yang ingin Anda lakukan?",
            city=talk.city,
        ),
        menu_buttons(),
    )


def show_menu(talk: Talk) -> None:
    """The ways in, once more."""
    talk.say(_("Apa yang ingin Anda lakukan?"), menu_buttons())


def offer_to_file(talk: Talk) -> None:
    """Somebody just began to talk. What was typed is kept, and one press makes a complaint of it."""
    said = talk.errand.get("text", "") if talk.step == "menu.spoken" else ""
    talk.begin("menu.spoken", {"text": "\n\n".join(filter(None, (said, talk.heard.text)))[:LONGEST_TEXT]})
    talk.say(
        _("Apakah tulisan Anda ini hendak dikirim sebagai laporan?"),
        [[(_("Ya, jadikan laporan"), talk.button("file"))], *menu_buttons()],
    )


def help_people(talk: Talk) -> None:
    """What can be done here, and what happens to what people say."""
    talk.say(
        _(
            "Yang dapat Anda lakukan di sini:\n\n"
            "/lapor – mengirim pengaduan, saran atau pertanyaan, dengan foto dan lokasi\n"
            "/nilai – menilai kunjungan Anda dengan kode pada struk\n"
            "/antre – mengambil nomor antrean, untuk sekarang atau untuk jam lain\n"
            "/nomor – nomor antrean Anda\n"
            "/berkas – melacak berkas permohonan dengan kodenya\n"
            "/ikuti – mengikuti laporan dengan kode dan kata rahasia\n"
            "/kasus – laporan yang Anda ikuti\n"
            "/batal – membatalkan yang sedang berjalan\n"
            "/bahasa – Indonesia atau English\n\n"
            "Pengaduan Anda rahasia dan anonim, kecuali Anda memilih lain. Petugas yang diadukan tidak pernah tahu "
            "siapa yang mengadu. Tulisan yang tidak jadi dikirim disimpan terenkripsi dan dihapus setelah "
            "tujuh hari."
        ),
        menu_buttons() if talk.step is None else (),
    )


def ask_language(talk: Talk) -> None:
    """Offer the languages, each in its own words."""
    talk.say(
        _("Pilih bahasa Anda."),
        [[(name, f"language:{code}") for code, name in LANGUAGE_NAMES.items()]],
    )


def choose_language(talk: Talk, code: str) -> None:
    """Go on in another language, from this message on."""
    if code in LANGUAGE_NAMES:
        talk.mark(LANGUAGE_NAMES[code])
        talk.speak(code)
        talk.say(_("Baik, kita lanjutkan dalam bahasa Indonesia."))


def nothing_to_read(talk: Talk) -> None:
    """A voice message, a sticker, a film."""
    talk.say(_("Maaf, yang bisa saya terima hanya tulisan, foto dan lokasi. Tuliskan saja dengan kata-kata Anda."))


def only_in_private(talk: Talk) -> None:
    """Complaints are nothing for a group to read."""
    talk.say(_("Demi kerahasiaan Anda, saya hanya melayani percakapan pribadi. Tulislah kepada saya secara langsung."))
