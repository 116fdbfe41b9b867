"""What is kept how long, and what was erased."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import lazy_gettext as _l

from webapp.accounts.permissions import Permission
from webapp.portal.access import requires
from webapp.portal.admin.room import blueprint
from webapp.portal.dates import day_in_words
from webapp.retention.queries import list_kept
from webapp.retention.terms import Kind

_KINDS: dict[Kind, tuple[LazyString, LazyString]] = {
    Kind.CONTACT: (
        _l("Kontak pelapor dan naskah asli"),
        _l("Nama, telepon, email, kata rahasia, dan siapa yang mengikuti laporan"),
    ),
    Kind.PHOTOS: (_l("Foto"), _l("Foto dari pelapor dan foto perbaikan")),
    Kind.WORDS: (_l("Isi laporan"), _l("Laporan, jawaban, catatan, dan lokasi")),
    Kind.COMMENTS: (_l("Naskah asli komentar penilaian"), _l("Sebelum NIK dan nomor telepon disamarkan")),
    Kind.MESSAGES: (_l("Pesan terkirim"), _l("Alamat dan isi pesan yang sudah terkirim atau gagal")),
    Kind.NOTIFICATIONS: (_l("Pemberitahuan pegawai"), _l("Apa yang dikabarkan kepada pegawai")),
    Kind.TICKETS: (_l("Nomor antrean"), _l("Obrolan atau perangkat yang mengambil nomor")),
    Kind.APPLICANTS: (_l("Pemohon berkas"), _l("Nama, telepon, dan siapa yang mengikuti berkas")),
    Kind.PRESENCE: (_l("Siapa sedang membuka laporan"), _l("Agar dua petugas tidak saling menimpa")),
    Kind.OBJECTIONS: (_l("Keberatan atas nilai"), _l("Tulisan dan berkas petugas, dan alasan putusannya")),
}
_BEGINS: dict[str, LazyString] = {
    "settled": _l("sejak laporan selesai"),
    "filed": _l("sejak dikirim"),
    "sent": _l("sejak dibuat"),
    "told": _l("sejak dikabarkan"),
    "drawn": _l("sejak diambil"),
    "finished": _l("sejak berkas selesai"),
    "seen": _l("sejak terakhir terlihat"),
    "decided": _l("sejak diputuskan"),
}


@blueprint.get("/kelola/retensi")
@requires(Permission.ORGANISATION_MANAGE)
def list_retention() -> ResponseReturnValue:
    """Each kind with its term and what was erased of it."""
    return render_template(
        "admin/list_retention.html",
        kinds=[
            {
                "name": _KINDS[kept.term.kind][0],
                "what": _KINDS[kept.term.kind][1],
                "term": ngettext("%(num)s hari", "%(num)s hari", kept.term.days),
                "begins": _BEGINS[kept.term.begins],
                "erased": kept.erased,
                "last": day_in_words(kept.last) if kept.last else None,
            }
            for kept in list_kept()
        ],
    )
