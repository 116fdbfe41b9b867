"""What was seen and done, in words."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.feedback.life_cycle import State
from webapp.feedback.originals import Reason
from webapp.feedback.trail import TrailLine

REASONS: dict[Reason, LazyString] = {
    Reason.URGENT: _l("Ada yang terancam dan pelapor harus segera dihubungi"),
    Reason.NEEDED: _l("Bagian yang disamarkan diperlukan untuk menyelesaikan laporan"),
    Reason.EXAMINATION: _l("Laporan ini sedang diperiksa"),
    Reason.LAW: _l("Diminta berdasarkan undang-undang, misalnya oleh Ombudsman atau polisi"),
}

_STATES: dict[str, LazyString] = {
    State.FILED: _l("masuk"),
    State.IN_TRIAGE: _l("menunggu keputusan"),
    State.DEFERRED: _l("menunggu kelengkapan"),
    State.VERIFIED: _l("terverifikasi"),
    State.SENT: _l("di unit"),
    State.ASSIGNED: _l("diserahkan kepada petugas"),
    State.IN_WORK: _l("dikerjakan"),
    State.ANSWERED: _l("dijawab"),
    State.DISPUTED: _l("disanggah"),
    State.MERGED: _l("digabung"),
    State.ACCEPTED: _l("diterima pelapor"),
    State.CLOSED: _l("ditutup tanpa tanggapan pelapor"),
    State.UNSOLVED: _l("ditutup, tidak terselesaikan"),
    State.PASSED_ON: _l("diteruskan ke instansi lain"),
    State.ARCHIVED: _l("diarsipkan"),
}
_MOVES: dict[str, LazyString] = {
    "sent": _l("mengirim ke unit"),
    "held": _l("menahan untuk diputuskan"),
    "verified": _l("memverifikasi"),
    "deferred": _l("meminta kelengkapan"),
    "completed": _l("dilengkapi pelapor"),
    "passed_on": _l("meneruskan ke instansi lain"),
    "archived": _l("mengarsipkan"),
    "restored": _l("mengembalikan dari arsip"),
    "forwarded": _l("meneruskan ke unit lain"),
    "sent_back": _l("mengembalikan"),
    "assigned": _l("menyerahkan kepada petugas"),
    "taken": _l("mengambil ke meja"),
    "split": _l("membagi"),
    "merged": _l("menggabungkan"),
    "separated": _l("memisahkan lagi"),
    "recused": _l("menyatakan benturan kepentingan"),
    "escalated": _l("dinaikkan karena lewat batas waktu"),
    "unsolved": _l("menutup tanpa penyelesaian"),
    "reopened": _l("dibuka kembali"),
    "marked_personal": _l("menandai: menyangkut orang"),
    "marked_impersonal": _l("mencabut tanda: menyangkut orang"),
    "term_changed": _l("mengubah jangka waktu"),
    "kind_changed": _l("mengubah jenis laporan"),
}
_SAID: dict[str, LazyString] = {
    "answer": _l("menjawab"),
    "question": _l("bertanya kepada pelapor"),
    "reply": _l("membalas"),
    "dispute": _l("menyanggah jawaban"),
    "acceptance": _l("menerima jawaban"),
    "deferral": _l("menulis apa yang kurang"),
    "farewell": _l("menulis mengapa laporan berakhir"),
}
_LOOKED: dict[str, LazyString] = {
    "case": _l("membuka laporan"),
    "photo": _l("membuka foto"),
    "original": _l("membuka naskah asli"),
    "trail": _l("membuka jejak"),
}
_OTHER: dict[tuple[str, str], LazyString] = {
    ("kept_away", "officer"): _l("petugas yang diadukan dijauhkan dari laporan"),
    ("kept_away", "recusal"): _l("tidak lagi melihat laporan karena benturan kepentingan"),
    ("noted", "note"): _l("menulis catatan"),
    ("published", "shown"): _l("menerbitkan untuk umum"),
    ("published", "withdrawn"): _l("menarik dari umum"),
    ("published", "altered"): _l("mengubah terbitan"),
    ("judged_photo", "fine"): _l("menilai foto: wajar"),
    ("judged_photo", "not_fine"): _l("menilai foto: tidak wajar"),
    ("attributed", "triage"): _l("memutuskan siapa yang dilaporkan"),
    ("attributed", "contest"): _l("memutuskan siapa yang dilaporkan, setelah keberatan"),
    ("contested", "filed"): _l("berkeberatan: bukan dirinya"),
    ("contested", "upheld"): _l("menerima keberatan atas atribusi"),
    ("contested", "refused"): _l("menolak keberatan atas atribusi"),
    ("objected", "filed"): _l("berkeberatan atas nilainya"),
    ("objected", "upheld"): _l("menerima keberatan atas nilai"),
    ("objected", "partly"): _l("menerima sebagian keberatan atas nilai"),
    ("objected", "refused"): _l("menolak keberatan atas nilai"),
    ("work_plan", "proposed"): _l("mengajukan rencana kerja"),
    ("work_plan", "returned"): _l("mengembalikan rencana kerja untuk diubah"),
    ("work_plan", "agreed"): _l("menyepakati rencana kerja"),
    ("work_plan", "superseded"): _l("mengganti rencana kerja dengan versi baru"),
    ("work_report", "told"): _l("melaporkan capaian rencana kerja"),
    ("work_report", "confirmed"): _l("membenarkan laporan capaian"),
    ("work_report", "returned"): _l("mengembalikan laporan capaian"),
    ("role", "given"): _l("mendapat peran"),
    ("role", "taken"): _l("kehilangan peran"),
    ("erased", "complaint"): _l("bagian pribadi dihapus karena masa simpan habis"),
    ("altered", "secrecy"): _l("laporan tidak lagi rahasia"),
    ("altered", "complaint"): _l("mengubah isi laporan yang sudah tercatat"),
    ("altered", "complaint_message"): _l("mengubah pesan yang sudah tercatat"),
    ("altered", "disposition"): _l("mengubah catatan langkah"),
    ("altered", "state_change"): _l("mengubah catatan keadaan"),
    ("altered", "exclusion"): _l("mengubah siapa yang tidak boleh melihat"),
    ("altered", "contest"): _l("mengubah keberatan yang sudah diputuskan"),
    ("altered", "indicator_objection"): _l("mengubah keberatan atas nilai"),
    ("altered", "objection_decision"): _l("mengubah putusan atas keberatan nilai"),
    ("altered", "fact_exclusion"): _l("mengubah apa yang tidak dihitung karena keberatan"),
    ("preset", "put_in_force"): _l("memberlakukan acuan indikator"),
    ("preset", "withdrawn"): _l("menarik acuan indikator sebelum berlaku"),
    ("altered", "preset_in_force"): _l("mengubah acuan indikator yang berlaku"),
    ("altered", "preset_withdrawal"): _l("mengubah penarikan acuan indikator"),
    ("altered", "work_plan"): _l("menghapus rencana kerja"),
    ("altered", "work_plan_step"): _l("mengubah perjalanan rencana kerja"),
    ("altered", "work_target"): _l("mengubah target rencana kerja"),
    ("altered", "work_report"): _l("mengubah laporan capaian"),
    ("altered", "recusal"): _l("mengubah catatan benturan kepentingan"),
}


def deed_in_words(line: TrailLine) -> str:
    """What was seen or done."""
    match line.deed:
        case "state":
            known = _STATES.get(line.what)
            return str(_("keadaan menjadi: %(state)s", state=known if known is not None else line.what))
        case "move":
            words = _MOVES.get(line.what)
        case "said":
            words = _SAID.get(line.what)
        case "looked":
            words = _LOOKED.get(line.what)
        case _:
            words = _OTHER.get((line.deed, line.what))
    if words is not None:
        return str(words)
    if line.deed == "deleted":
        return str(_("menghapus baris %(table)s", table=line.what))
    return str(_("mengubah baris %(table)s", table=line.what))


def actor_in_words(line: TrailLine, *, unnamed: bool = False) -> str:
    """Who did it; `unnamed`: an officer whom the viewer may not read of."""
    if unnamed:
        return str(_("Seorang petugas"))
    if line.by is not None:
        return line.by
    if line.by_reporter:
        return str(_("Pelapor"))
    if line.deed in ("altered", "deleted", "role"):
        return str(_("Tidak tercatat"))
    return str(_("Aturan"))
