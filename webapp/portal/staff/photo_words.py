"""What is odd about the photo of a remedy, in words that accuse nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.feedback.casework.case_photos import CasePhoto, OddSign
from webapp.feedback.casework.oddities import Odd
from webapp.portal.dates import day_in_words, local_day


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """A photo with its signs as sentences; `judged` is what a superior said of it, `may_judge` whether one may.

    `asides` are sentences about what is no reason to doubt by itself.
    """

    id: int
    width: int
    height: int
    signs: tuple[str, ...]
    asides: tuple[str, ...]
    may_judge: bool
    judged: str | None
    fine: bool


def photo_lines(photos: Iterable[CasePhoto], zone: str) -> list[PhotoLine]:
    """Photos of a remedy in words."""
    return [
        PhotoLine(
            photo.id,
            photo.width,
            photo.height,
            tuple(_sentence(sign, zone) for sign in photo.signs if sign.kind != Odd.NO_DATE),
            tuple(_sentence(sign, zone) for sign in photo.signs if sign.kind == Odd.NO_DATE),
            photo.may_judge,
            _judged(photo, zone),
            photo.verdict != "not_fine",
        )
        for photo in photos
    ]


def _sentence(sign: OddSign, zone: str) -> str:
    sentence: str
    match sign.kind:
        case Odd.SAME_AS_REPORT:
            sentence = _("Tampak sama dengan foto yang dikirim pelapor.")
        case Odd.SEEN_BEFORE if sign.other:
            sentence = _("Tampak sama dengan foto di laporan %(code)s.", code=sign.other)
        case Odd.SEEN_BEFORE:
            sentence = _("Tampak sama dengan foto di laporan lain.")
        case Odd.OLDER_THAN_COMPLAINT:
            taken = datetime.fromisoformat(sign.particulars["taken"])
            day = day_in_words(local_day(taken, zone), local_day(sign.at, zone))
            sentence = _("Menurut berkasnya diambil %(day)s, sebelum laporan ini masuk.", day=day)
        case Odd.ELSEWHERE:
            sentence = _(
                "Menurut berkasnya diambil sekitar %(km)s km dari tempat yang dilaporkan.",
                km=max(1, round(sign.particulars["metres"] / 1000)),
            )
        case Odd.EDITED:
            sentence = _("Berkasnya pernah melewati program pengolah gambar.")
        case Odd.NO_DATE:
            sentence = _("Berkasnya tidak menyebut kapan diambil. Itu biasa bila foto dikirim lewat aplikasi pesan.")
    return sentence


def _judged(photo: CasePhoto, zone: str) -> str | None:
    sign = next((sign for sign in photo.signs if sign.verdict), None)
    if sign is None or sign.decided_at is None:
        return None
    by, day = sign.decided_by or "–", day_in_words(local_day(sign.decided_at, zone))
    if sign.verdict == "fine":
        sentence: str = _("%(name)s memeriksanya pada %(day)s: tidak apa-apa.", name=by, day=day)
    else:
        sentence = _("%(name)s memeriksanya pada %(day)s: tidak dapat dipakai.", name=by, day=day)
    return sentence
