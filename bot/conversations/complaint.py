"""Filing a complaint: one question after the other, a summary, and only then is it sent.

The order is the one in which people think: what, with what proof, where, about whom, and who they are. A field can be
changed from the summary, which leads back there.
"""

from __future__ import annotations

from html import escape
from typing import Any

from flask_babel import gettext as _

from bot.conversations import complaint_fields as fields
from bot.conversations import complaint_story as story
from bot.conversations.menu import menu_buttons
from bot.conversations.talk import Button, Record, Talk
from bot.conversations.words import day_words, kind_words, state_words
from webapp.attribution.repeats.queries import reported_before
from webapp.encryption import keyring
from webapp.feedback.actions import submit_complaint
from webapp.feedback.drafts import ComplaintDraft
from webapp.feedback.life_cycle import State
from webapp.feedback.photos import list_waiting_photos
from webapp.feedback.vocabulary import Channel, ComplaintKind
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.addresses import ChatAddress

#: Characters of the text that the summary repeats.
SHOWN_TEXT = 1500


def start(talk: Talk, **known: Any) -> None:
    """Begin a complaint; `known` are fields that need not be asked. One that is under way is not thrown away."""
    begun = _begun(talk)
    if begun is None or known:
        _start_anew(talk, known)
        if begun is not None:
            talk.undone = begun
            talk.say(_("Laporan Anda yang tadi saya simpan dulu."), [[(_("↩️ Kembalikan laporan itu"), "undo")]])
        return
    talk.begin("menu.resume")
    talk.waiting = [*(record for record in talk.waiting if record["errand"] is not begun["errand"]), begun]
    ask_resume(talk)


def _start_anew(talk: Talk, known: dict[str, Any]) -> None:
    talk.begin("complaint.kind", {**known, "keep": True})
    if "text" in known:
        talk.say(_("Baik. Tulisan Anda sudah menjadi isi laporan. Tinggal beberapa pertanyaan singkat."))
    fields.ask(talk)


def start_with_photo(talk: Talk) -> None:
    """Somebody just sent a photo: it is the first thing of a complaint."""
    talk.begin("complaint.kind", {"keep": True})
    story.take_photo(talk)
    fields.ask(talk)


def ask_resume(talk: Talk) -> None:
    """A complaint waits and another is begun: which one?"""
    talk.say(
        _("Anda masih punya laporan yang belum dikirim."),
        [[(_("Lanjutkan"), talk.button("resume")), (_("Mulai yang baru"), talk.button("new"))]],
    )


def hear_resume(talk: Talk) -> None:
    """Go on with the complaint that waits, or begin another; the first can be brought back then."""
    value = talk.pressed()
    if value == "new":
        talk.mark(_("Mulai yang baru"))
        talk.undone = talk.waiting.pop()
        talk.step = None
        _start_anew(talk, {})
    elif value == "resume":
        talk.mark(_("Lanjutkan"))
        talk.finish()
    else:
        ask_resume(talk)


def ask_again(talk: Talk) -> None:
    """Repeat the question that is open."""
    questions = {"complaint.summary": show_summary, "complaint.change": ask_change, "complaint.repeats": ask_repeats}
    questions.get(talk.step or "", fields.ask)(talk)


def hear_field(talk: Talk) -> None:
    """Hear the answer to the open question, and go on to the next."""
    if talk.heard.kind == "photo" and talk.step not in ("complaint.text", "complaint.photos"):
        story.take_photo(talk)
        fields.ask(talk)
        return
    if not fields.hear(talk):
        return
    if talk.errand.pop("changing", False):
        follow_up = fields.follow_up(talk)
        if follow_up is not None:
            talk.errand["changing"] = True
            talk.step = f"complaint.{follow_up}"
            fields.ask(talk)
            return
        following = None
    else:
        following = fields.next_field(talk)
    talk.step = f"complaint.{following or 'summary'}"
    ask_again(talk)


def show_summary(talk: Talk) -> None:
    """Everything that would be sent, and what can be done with it."""
    errand = talk.errand
    errand["photos"] = len(list_waiting_photos(story.photo_key(errand)))
    lines = [f"<b>{escape(label)}</b>: {escape(words)}" for label, words in fields.summary_lines(errand)]
    text = errand["text"] if len(errand["text"]) <= SHOWN_TEXT else errand["text"][:SHOWN_TEXT] + "…"
    talk.say(
        "\n".join(
            [
                f"<b>{escape(_('Periksa dulu sebelum dikirim'))}</b>",
                "",
                escape(text),
                "",
                *lines,
            ]
        ),
        [
            [(_("✅ Kirim"), talk.button("send"))],
            [(_("✏️ Ubah"), talk.button("change")), (_("🗑 Batal"), talk.button("cancel"))],
        ],
        html=True,
    )


def hear_summary(talk: Talk) -> None:
    value = talk.pressed()
    if value == "send":
        _tell_or_send(talk)
    elif value == "change":
        talk.mark(_("Ubah"))
        talk.step = "complaint.change"
        ask_change(talk)
    elif value == "cancel":
        talk.mark(_("Batal"))
        cancel(talk)
    elif talk.heard.kind == "text":
        # Whoever goes on writing has something to add.
        if story.append_text(talk, talk.heard.text):
            talk.say(_("Saya tambahkan ke isi laporan."))
        show_summary(talk)
    elif talk.heard.kind == "photo":
        story.take_photo(talk)
        show_summary(talk)
    else:
        show_summary(talk)


def _tell_or_send(talk: Talk) -> None:
    """Send; but where others reported the same and it was not told yet, tell that first, once."""
    errand = talk.errand
    reported = None if "told" in errand else reported_before(draft_of(errand), talk.at)
    if reported is None:
        _send(talk)
        return
    talk.mark(_("Kirim"))
    errand["told"] = reported.complaint_id
    talk.step = "complaint.repeats"
    number = reported.count.value
    words = (
        _("Sudah ada laporan lain tentang hal serupa, dan sedang ditangani.")
        if number is None
        else _("%(n)s laporan lain tentang hal serupa sudah masuk dan sedang ditangani.", n=number)
    )
    known = [
        (_("Layanan"), reported.service),
        (_("Ditangani oleh"), reported.unit),
        (_("Sejak"), day_words(reported.since, reported.timezone or "Asia/Jakarta")),
        (_("Keadaan"), state_words(State(reported.state))),
    ]
    talk.say("\n".join([str(words), "", *(f"{name}: {said}" for name, said in known if said)]))
    ask_repeats(talk)


def ask_repeats(talk: Talk) -> None:
    """Join what others reported, or not?"""
    talk.say(
        _(
            "Laporan Anda belum terkirim. Mau digabung? Laporan Anda tetap punya kode sendiri dan jawabannya juga "
            "Anda terima. Isinya tidak ditunjukkan kepada pelapor lain."
        ),
        [
            [(_("🔗 Gabung dengan laporan itu"), talk.button("join"))],
            [(_("✅ Kirim sebagai laporan sendiri"), talk.button("own"))],
            [(_("‹ Kembali"), talk.button("back"))],
        ],
    )


def hear_repeats(talk: Talk) -> None:
    """Send it joined or by itself, or look at it once more; more words belong to the complaint."""
    value = talk.pressed()
    if value in ("join", "own"):
        talk.errand["joins"] = value == "join"
        _send(talk)
    elif value == "back":
        talk.mark(_("‹ Kembali"))
        talk.step = "complaint.summary"
        show_summary(talk)
    elif talk.heard.kind in ("text", "photo"):
        talk.step = "complaint.summary"
        hear_summary(talk)
    else:
        ask_repeats(talk)


def amend(talk: Talk) -> bool:
    """A message that became part of the complaint was corrected in the chat; False if it is none of it."""
    begun = _begun(talk)
    if begun is None or not story.amend_text(talk, begun["errand"]):
        return False
    talk.say(_("Perubahan Anda sudah saya masukkan ke isi laporan."))
    if talk.step == "complaint.summary":
        show_summary(talk)
    return True


def ask_change(talk: Talk) -> None:
    """Which answer shall be another."""
    names = fields.changeable(talk.errand)
    buttons: list[Button] = [(label, talk.button(name)) for name, label in names]
    rows = [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
    talk.say(_("Apa yang ingin Anda ubah?"), [*rows, [(_("‹ Kembali"), talk.button("back"))]])


def hear_change(talk: Talk) -> None:
    value = talk.pressed()
    labels = dict(fields.changeable(talk.errand))
    if value == "back":
        talk.mark(_("‹ Kembali"))
        talk.step = "complaint.summary"
    elif value in labels:
        talk.mark(labels[value])
        talk.step = f"complaint.{value}"
        talk.errand["changing"] = True
    ask_again(talk)


def cancel(talk: Talk) -> None:
    """Put the complaint aside. It can be brought back until another one is put aside."""
    kept = bool(talk.errand.get("text"))
    if kept:
        talk.undone = {"step": talk.step, "errand": talk.errand}
    talk.finish()
    talk.say(_("Laporan dibatalkan. Tidak ada yang dikirim."), keyboard={"remove_keyboard": True})
    rows = [[(_("↩️ Kembalikan laporan itu"), "undo")]] if kept else []
    if not talk.resumed:
        talk.say(_("Apa yang ingin Anda lakukan?"), [*rows, *menu_buttons()])
    elif rows:
        talk.say(_("Berubah pikiran?"), rows)


def undo(talk: Talk) -> None:
    """Bring back what was cancelled. One that is under way meanwhile is put aside in its stead."""
    if talk.undone is None:
        talk.answer(_("Laporan itu tidak dapat dikembalikan lagi."))
        return
    talk.mark(_("Dikembalikan"))
    undone, talk.undone = talk.undone, _begun(talk)
    talk.begin(undone["step"])
    talk.errand = undone["errand"]
    ask_again(talk)


def _begun(talk: Talk) -> Record | None:
    """The complaint that is under way or waits, if anything has been told yet."""
    under_way = [{"step": talk.step, "errand": talk.errand}] if talk.step is not None else []
    records = [record for record in (*under_way, *talk.waiting) if record["step"].startswith("complaint.")]
    return next((record for record in records if record["errand"].get("text")), None)


def draft_of(errand: dict[str, Any]) -> ComplaintDraft:
    """The complaint as it is submitted. What was not answered takes the safe value."""
    anonymous = errand.get("anonymous", True)
    contact = {} if anonymous else errand.get("contact", {})
    return ComplaintDraft(
        text=errand["text"],
        kind=ComplaintKind(errand["kind"]),
        unit_id=errand.get("unit_id"),
        service_id=errand.get("service_id"),
        visit_id=errand.get("visit_id"),
        application_id=errand.get("application_id"),
        about_delay=errand.get("about_delay", False),
        place=errand.get("place"),
        latitude=errand.get("latitude"),
        longitude=errand.get("longitude"),
        secret=errand.get("secret", True),
        anonymous=anonymous,
        about_person=errand.get("person", False),
        contact_name=contact.get("name"),
        contact_phone=contact.get("phone"),
        contact_email=contact.get("email"),
        joins_id=errand["told"] if errand.get("joins") else None,
    )


def _send(talk: Talk) -> None:
    errand = talk.errand
    if errand.get("photos", 0) > len(list_waiting_photos(story.photo_key(errand))):
        talk.mark(_("Belum terkirim"))
        talk.say(
            _("Foto Anda sudah lebih dari sehari menunggu dan terhapus. Kirim lagi fotonya, atau kirim tanpa foto.")
        )
        talk.step = "complaint.summary"
        show_summary(talk)
        return
    submitted = submit_complaint(
        draft_of(errand),
        write_key=talk.key,
        channel=Channel.TELEGRAM,
        at=talk.at,
        rater_key=keyring().lookup_key("rater", f"telegram:{talk.heard.user_id}"),
        follower=ChatAddress(TELEGRAM, str(talk.heard.chat_id), talk.language),
        photo_key=story.photo_key(errand),
    )
    talk.mark(_("Digabung dan dikirim") if errand.get("joins") else _("Kirim"))
    talk.answer(_("Terkirim"))
    talk.finish()
    talk.say(
        _(
            "Laporan Anda sudah kami terima (%(kind)s).\n\n"
            "Kode: <code>%(code)s</code>\n"
            "Kata rahasia: <code>%(word)s</code>\n\n"
            "Simpan keduanya: hanya dengan keduanya laporan ini dapat dibuka di situs kami. Kata rahasia hanya "
            "ditampilkan sekali. Setelah dicatat, hapuslah pesan ini agar tidak dibaca orang lain.\n\n"
            "Setiap perkembangan kami kabarkan di sini.",
            kind=escape(kind_words(ComplaintKind(errand["kind"]))),
            code=escape(submitted.code or ""),
            word=escape(submitted.secret_word or ""),
        ),
        [[(_("📂 Laporan saya"), "menu:cases")]] if not talk.resumed else (),
        html=True,
    )
