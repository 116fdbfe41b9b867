"""Why a report waits, in words for administrators."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.counter.incoming.names import shown_name
from webapp.counter.incoming.problems import Code, Problem

KINDS: dict[str, LazyString] = {"visit": _l("Kunjungan"), "stage": _l("Tahap berkas")}
NAMED: dict[str, LazyString] = {
    "officer": _l("Petugas"),
    "service": _l("Layanan"),
    "counter": _l("Loket"),
    "unit": _l("Unit kerja"),
}
_WORDS: dict[Code, LazyString] = {
    Code.UNKNOWN_UNIT: _l("Unit “%(name)s” tidak dikenal"),
    Code.UNKNOWN_SERVICE: _l("Layanan “%(name)s” tidak dikenal"),
    Code.UNKNOWN_COUNTER: _l("Loket “%(name)s” tidak dikenal"),
    Code.UNKNOWN_OFFICER: _l("Petugas “%(name)s” tidak dikenal"),
    Code.UNKNOWN_STAGE: _l("Layanan ini tidak punya tahap “%(name)s”. Tambahkan tahapnya, lalu coba lagi"),
    Code.UNKNOWN_CAUSE: _l("Sebab jeda “%(name)s” tidak ada. Tambahkan sebabnya, lalu coba lagi"),
    Code.TIMES_REVERSED: _l("Waktu selesai sebelum waktu mulai. Sistemnya perlu mengirim ulang"),
    Code.IN_FUTURE: _l("Waktunya belum terjadi. Setel jam sistemnya, lalu kirim ulang"),
    Code.TOO_OLD: _l("Waktunya sebelum tahun 2000. Setel jam sistemnya, lalu kirim ulang"),
    Code.CLOCK_UNBELIEVABLE: _l("Jam sistemnya meleset lebih dari sehari. Setel jamnya, lalu kirim ulang"),
    Code.TAKEN_OVER: _l(
        "Berkas ini sudah diambil alih petugas sewaktu sistemnya dimatikan. Ubah di sini, lalu buang kirimannya"
    ),
    Code.CONTRADICTS_FILE: _l("Berkas ini sudah dilaporkan dengan unit atau layanan lain"),
}


def said_of_problem(problem: Problem) -> str:
    """What keeps a report waiting."""
    words = _WORDS.get(problem.code)
    if words is None:
        return str(_("Perlu diperiksa: %(code)s", code=problem.code.value))
    return str(words) % {"name": shown_name(problem.value or "")} if "%(name)s" in str(words) else str(words)
