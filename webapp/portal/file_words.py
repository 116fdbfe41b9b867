"""Document applications in words that citizens and staff share: states of papers, lengths of time."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.counter.applications.lengths import elapsed_in_words, work_in_words
from webapp.counter.applications.vocabulary import ApplicationState, PaperState

__all__ = ["FILE_STATES", "PAPER_STATES", "elapsed_in_words", "work_in_words"]

#: Word of a file's state, and the tone of its tag.
FILE_STATES = {
    ApplicationState.INCOMPLETE: (_l("belum lengkap"), "warn"),
    ApplicationState.IN_WORK: (_l("diproses"), ""),
    ApplicationState.PAUSED: (_l("ditunda"), "none"),
    ApplicationState.FINISHED: (_l("selesai"), ""),
    ApplicationState.WITHDRAWN: (_l("dibatalkan"), "none"),
}

PAPER_STATES = {
    PaperState.MISSING: _l("belum ada"),
    PaperState.MET: _l("sudah ada"),
    PaperState.NOT_NEEDED: _l("tidak diperlukan"),
}
