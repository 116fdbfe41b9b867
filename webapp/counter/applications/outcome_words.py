"""How a file ended, in sentences for its applicant: the page, the chat and the notice say the same. No names."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from webapp.counter.applications.lengths import work_in_words
from webapp.counter.applications.views import FileOutcome


def outcome_title(outcome: FileOutcome) -> str:
    """Whether it was in time, in a few words; empty where nothing was promised."""
    if outcome.standard is None:
        return ""
    if outcome.delay:
        return str(_("Selesai terlambat"))
    return str(_("Selesai lebih lama dari yang dijanjikan")) if outcome.prolonged else str(_("Selesai tepat waktu"))


def outcome_sentences(outcome: FileOutcome, due: str) -> list[str]:
    """What became of the promise, where a delay arose, and what was nobody's fault. `due`: until when, in words."""
    return [str(sentence) for sentence in (*_against_promise(outcome, due), *_not_counted(outcome))]


def _against_promise(outcome: FileOutcome, due: str) -> Iterable[str]:
    if outcome.standard is None:
        return
    words = {"standard": work_in_words(outcome.standard), "counted": work_in_words(outcome.counted), "due": due}
    if outcome.delay:
        yield _("Batas waktunya %(due)s.", **words)
        yield _(
            "Pengerjaannya memakan %(counted)s kerja, padahal dijanjikan %(standard)s: terlambat %(late)s.",
            late=work_in_words(outcome.delay),
            **words,
        )
        stages = "; ".join(f"{name} ({work_in_words(seconds)})" for name, seconds in outcome.late_stages)
        if stages:
            yield _("Keterlambatan itu ada pada kami, di tahap: %(stages)s.", stages=stages)
        return
    yield _("Pengerjaannya memakan %(counted)s kerja dari %(standard)s yang dijanjikan.", **words)
    if outcome.prolonged:
        yield _("Batas waktunya mundur sampai %(due)s karena yang ditunggu berikut ini.", **words)


def _not_counted(outcome: FileOutcome) -> Iterable[str]:
    if outcome.nobodys:
        causes = "; ".join(f"{one.cause} ({work_in_words(one.seconds)})" for one in outcome.nobodys)
        yield _(
            "Selama %(waited)s kerja berkas menunggu karena sebab yang bukan kesalahan siapa pun, dan waktu itu tidak "
            "dihitung: %(causes)s.",
            waited=work_in_words(outcome.waited),
            causes=causes,
        )
    if outcome.applicants:
        yield _(
            "Selama %(waited)s kerja berkas menunggu Anda; waktu itu juga tidak dihitung.",
            waited=work_in_words(outcome.applicants),
        )
