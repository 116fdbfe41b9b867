"""Imports in words: kinds of files, their columns, and what is wrong with a file or a row."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.organisation.csv_planning import BadRow, Kind, Reason
from webapp.organisation.csv_reading import FileFault, UnreadableFile

KINDS: dict[Kind, LazyString] = {
    Kind.UNITS: _l("Unit kerja"),
    Kind.SERVICES: _l("Layanan"),
    Kind.OFFICERS: _l("Petugas dan penempatannya"),
    Kind.COUNTERS: _l("Loket"),
    Kind.SHIFTS: _l("Jadwal jaga"),
}

#: What stands in a column, with an example.
COLUMN_HELP: dict[str, tuple[LazyString, str]] = {
    "kode": (_l("Kode yang tetap. Baris dengan kode yang sudah ada mengubah data itu."), "DISDUKCAPIL"),
    "nama": (_l("Nama seperti yang dibaca warga."), "Disdukcapil"),
    "kode_induk": (_l("Kode unit di atasnya. Kosong: tidak dipindah."), "KOTA"),
    "jenis": (_l("Jenis unit."), "dinas"),
    "zona_waktu": (_l("Kosong: sama dengan unit di atasnya."), "Asia/Jakarta"),
    "kode_unit": (_l("Kode unit kerja."), "DISDUKCAPIL"),
    "menit_standar": (_l("Waktu pelayanan di loket, dalam menit."), "15"),
    "jam_standar": (_l("Waktu penyelesaian, dalam jam kerja."), "24"),
    "biaya": (_l("Dalam rupiah, tanpa titik. 0 bila gratis."), "0"),
    "syarat": (_l("Persyaratan, dipisah dengan tanda |."), "KTP-el|KK"),
    "id_pegawai": (_l("Nomor pegawai yang tetap di sistem Anda."), "P-017"),
    "nip": (_l("18 angka. Kosong: tidak diubah."), ""),
    "jabatan": (_l("Jabatan selama penempatan ini."), "Pelaksana"),
    "mulai": (_l("Petugas: tanggal mulai bertugas. Jadwal: jam mulai."), "2026-01-05, 07.30"),
    "selesai": (_l("Petugas: hari terakhir, kosong selama bertugas. Jadwal: jam selesai."), "2026-10-30, 12.00"),
    "kode_loket": (_l("Kode loket di unit itu."), "1"),
    "tanggal": (_l("Tanggal jadwal."), "2026-11-24"),
}


def said_of_file(error: UnreadableFile, kind: Kind | None) -> str:
    """What is wrong with a file and what to do."""
    texts = {
        FileFault.NOT_UTF8: _("Berkas ini bukan CSV dalam UTF-8. Simpan ulang sebagai “CSV UTF-8”, lalu unggah lagi."),
        FileFault.EMPTY: _("Berkas ini tidak berisi data. Isi baris di bawah judul kolom, lalu unggah lagi."),
        FileFault.BROKEN: _(
            "Tanda kutip di sekitar baris %(line)s tidak lengkap. Perbaiki baris itu, lalu unggah lagi.",
            line=error.detail,
        ),
        FileFault.COLUMN_TWICE: _("Kolom %(name)s ada dua kali. Hapus salah satunya.", name=error.detail),
        FileFault.COLUMN_MISSING: _(
            "Kolom %(name)s tidak ada. Pakai judul kolom seperti di contoh kosong untuk %(kind)s.",
            name=error.detail,
            kind=KINDS[kind] if kind is not None else "",
        ),
        FileFault.TOO_LONG: _("Paling banyak %(n)s baris sekali impor. Bagi berkasnya.", n=error.detail),
    }
    return str(texts[error.fault])


def said_of_row(bad: BadRow) -> str:
    """Why a row is not imported and what to do."""
    column, detail = bad.column, bad.detail
    texts = {
        Reason.MISSING: _("Kolom %(column)s kosong. Isi.", column=column),
        Reason.TOO_LONG: _("Isi kolom %(column)s terlalu panjang, paling banyak %(n)s huruf.", column=column, n=detail),
        Reason.SURPLUS_CELLS: _("Selnya lebih banyak daripada kolomnya. Periksa tanda pemisah dan tanda kutip."),
        Reason.BAD_CODE: _(
            "Kode “%(code)s” tidak dapat dipakai. Pakai huruf, angka, titik, garis bawah, garis miring, atau tanda "
            "hubung; tanpa spasi.",
            code=detail,
        ),
        Reason.BAD_ZONE: _("Zona waktu “%(zone)s” tidak dikenal. Tulis misalnya Asia/Makassar.", zone=detail),
        Reason.BAD_NUMBER: _(
            "“%(value)s” di kolom %(column)s bukan angka bulat yang wajar. Tulis tanpa titik dan huruf.",
            value=detail,
            column=column,
        ),
        Reason.BAD_DAY: _(
            "“%(value)s” di kolom %(column)s bukan tanggal. Tulis seperti 2026-11-24 atau 24/11/2026.",
            value=detail,
            column=column,
        ),
        Reason.BAD_TIME: _(
            "“%(value)s” di kolom %(column)s bukan jam. Tulis seperti 07.30.", value=detail, column=column
        ),
        Reason.BAD_NIP: _("NIP terdiri dari 18 angka dan dimulai dengan tanggal lahir. Perbaiki, atau kosongkan."),
        Reason.TWICE: _("Sama dengan baris %(line)s. Hapus salah satunya.", line=detail),
        Reason.CONTRADICTS: _(
            "Nama atau NIP berbeda dari baris %(line)s untuk petugas yang sama. Samakan.", line=detail
        ),
        Reason.UNKNOWN_UNIT: _(
            "Unit “%(code)s” tidak ada di antara unit yang Anda kelola. Periksa kodenya.", code=detail
        ),
        Reason.UNKNOWN_COUNTER: _("Loket “%(code)s” tidak ada di unit itu, atau tidak dipakai lagi.", code=detail),
        Reason.UNKNOWN_OFFICER: _(
            "Petugas “%(number)s” tidak ada di antara petugas Anda, atau tidak bertugas lagi.", number=detail
        ),
        Reason.UNIT_CLOSED: _("Unit “%(code)s” sudah ditutup. Buka dulu, atau pakai unit lain.", code=detail),
        Reason.NOT_MANAGED: _(
            "“%(code)s” milik unit yang tidak Anda kelola. Minta administrator di atasnya.", code=detail
        ),
        Reason.PARENT_REFUSED: _(
            "Unit di atasnya, “%(code)s”, tidak dapat diimpor. Perbaiki baris itu dulu.", code=detail
        ),
        Reason.PARENT_FIXED: _("Unit ini hanya dapat dipindahkan oleh administrator di atas Anda."),
        Reason.CYCLE: _("Unit ini akan berada di bawah dirinya sendiri. Perbaiki kode_induk.", code=detail),
        Reason.NIP_TAKEN: _("NIP ini sudah dipakai petugas lain. Periksa angkanya."),
        Reason.DAYS_REVERSED: _("Selesai mendahului mulai, atau sama. Perbaiki salah satunya."),
        Reason.DAY_AHEAD: _("Penempatan dicatat paling lambat hari ini. Impor yang akan datang pada harinya."),
        Reason.POSTING_OVERLAPS: _(
            "Petugas sudah ditempatkan di unit ini pada hari-hari itu, sejak %(day)s. Isi kolom selesai yang lama.",
            day=detail,
        ),
        Reason.SHIFT_TOO_LONG: _("Satu jadwal paling lama 16 jam. Perbaiki jamnya."),
        Reason.SHIFT_OVERLAPS: _("Petugas sudah berjaga pada jam itu. Ubah jamnya."),
        Reason.SHIFT_BEGUN: _("Jadwal yang sudah mulai adalah bukti siapa yang melayani, jadi tidak diubah."),
        Reason.NOT_POSTED: _("Petugas belum ditempatkan di unit mana pun pada hari itu. Periksa tanggalnya."),
    }
    return str(texts[bad.reason])
