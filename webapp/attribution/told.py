"""What a text tells besides its matter: queue number, day, time, counter, number of a file. Pure.

People write them in passing ("antrean A-012, Senin kemarin jam 9, loket 3"). What is read here is only looked for in
the records of the unit and the day; what is not found there says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from webapp.counter.codes import clean_application_code

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan", "februari pebruari feb", "maret mar", "april apr", "mei", "juni jun", "juli jul",
            "agustus agu agt agustus", "september sep sept", "oktober okt", "november nopember nov", "desember des",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {"senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "jum'at": 4, "sabtu": 5, "minggu": 6}

#: After a number these make it a length of time or a count of something.
_MEASURE = r"(?!\s*(?:jam|menit|hari|orang|kali|minggu|bulan|tahun|km|meter|loket|kursi)\b)(?![\d.,:/]*\d)"
_QUEUE = re.compile(
    r"\b(?:antrean|antrian|(?:no(?:mor|mer)?\.?|tiket)\s*antr(?:ean|ian|e|i))\b"
    r"(?:\s*(?:saya|kami|no(?:mor|mer)?\b\.?|urut|ke|:|=|#|adalah|yaitu))*\s*"
    rf"(?:([A-Za-z]{{1,2}})[\s.-]{{0,2}})?(\d{{1,4}})\b{_MEASURE}",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?<![\w-])([A-Z]{1,2})-(\d{3,4})(?![\w-])")
_COUNTER = re.compile(r"\b(?:loket|konter|counter)\s*(?:no(?:mor|mer)?\.?\s*)?([A-Z]?\d{1,2}|[A-Z])\b", re.IGNORECASE)
_FILE_CODE = re.compile(r"\bBK[\s-]?[0-9A-Z]{5}[\s-]?[0-9A-Z]{5}\b", re.IGNORECASE)
_FILE_NUMBER = re.compile(
    r"\b(?:berkas|permohonan|registrasi|pendaftaran|pengajuan|resi|register)\s*(?:saya\s*)?"
    r"(?:no(?:mor|mer)?\.?|dengan nomor|:|#)\s*:?\s*([A-Za-z0-9][A-Za-z0-9./-]{2,28}[A-Za-z0-9])",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\b(?:lama|lamban|lambat|terlambat|molor|berlarut|berbulan|berminggu|mangkrak|tertunda|"
    r"belum\s+(?:juga\s+)?(?:selesai|jadi|keluar|terbit|ada kabar)|"
    r"(?:tidak|tak|gak|nggak)\s+(?:kunjung|selesai|jadi)|tak\s+kunjung)",
    re.IGNORECASE,
)
_WRITTEN_DAY = re.compile(r"\b(\d{1,2})\s+([A-Za-z]{3,9})\b\.?(?:\s+(\d{4}))?")
_NUMBERED_DAY = re.compile(r"(?<![\w./-])(\d{1,2})(?:/(\d{1,2})(?:/(\d{4}|\d{2}))?|-(\d{1,2})-(\d{4}))(?![\w/-])")
_DAY_OF_MONTH = re.compile(
    r"\b(?:tanggal|tgl\.?)\s*(\d{1,2})\b(?!\s*[/-]?\s*(?:\d|[A-Za-z]{3,9}\s*\d{4}))", re.IGNORECASE
)
_WEEKDAY = re.compile(r"\b(senin|selasa|rabu|kamis|jum'?at|sabtu|minggu)\b(?!\s+depan)(?!-minggu)", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:hari ini|tadi|barusan|pagi ini|siang ini|sore ini)\b", re.IGNORECASE)
_YESTERDAY = re.compile(r"\bkemarin\b(?!\s+lusa)", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:jam|pukul|pkl\.?)\s*(setengah\s+)?(\d{1,2})(?:[.:](\d{2}))?\s*(?:wib|wita|wit)?\s*(pagi|siang|sore)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A queue number as told: its letters ("" where they are left out) and the number."""

    prefix: str
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells in passing. None or empty where it tells nothing, or several things that contradict."""

    queued: Queued | None = None
    day: date | None = None
    at: time | None = None
    counter: str = ""
    file_code: str = ""
    file_number: str = ""
    of_delay: bool = False


def read_told(text: str, filed_on: date) -> Told:
    """What `text`, filed on this local day, tells in passing. Days that are still to come are none."""
    codes = {clean_application_code(found[0]) for found in _FILE_CODE.finditer(text)} - {""}
    numbers = {found[1] for found in _FILE_NUMBER.finditer(text) if any(letter.isdigit() for letter in found[1])}
    counters = {found[1].upper().lstrip("0") or "0" for found in _COUNTER.finditer(text)}
    return Told(
        queued=_queued(text),
        day=_day(text, filed_on),
        at=_time(text),
        counter=_only(counters),
        file_code=_only(codes),
        file_number=_only(numbers),
        of_delay=_DELAY.search(text) is not None,
    )


def _only(found: set[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def _queued(text: str) -> Queued | None:
    told = {Queued((found[1] or "").upper(), int(found[2])) for found in _QUEUE.finditer(text)}
    told |= {Queued(found[1], int(found[2])) for found in _LABEL.finditer(text)}
    numbers = {one.number for one in told}
    prefixes = {one.prefix for one in told if one.prefix}
    if len(numbers) != 1 or len(prefixes) > 1 or 0 in numbers:
        return None
    return Queued(next(iter(prefixes), ""), next(iter(numbers)))


def _day(text: str, filed_on: date) -> date | None:
    for days in (_written_days(text, filed_on), _days_of_month(text, filed_on), _weekdays(text, filed_on)):
        if days:
            return next(iter(days)) if len(days) == 1 else None
    near = {filed_on} if _TODAY.search(text) else set()
    near |= {filed_on - timedelta(days=1)} if _YESTERDAY.search(text) else set()
    return next(iter(near)) if len(near) == 1 else None


def _written_days(text: str, filed_on: date) -> set[date]:
    found = [
        (match[1], str(_MONTHS[match[2].lower()]), match[3])
        for match in _WRITTEN_DAY.finditer(text)
        if match[2].lower() in _MONTHS
    ]
    found += [(match[1], match[2] or match[4], match[3] or match[5]) for match in _NUMBERED_DAY.finditer(text)]
    days = set()
    for day, month, year in found:
        years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [filed_on.year, filed_on.year - 1]
        for candidate in years:
            try:
                written = date(candidate, int(month), int(day))
            except ValueError:
                break
            if written <= filed_on:
                days.add(written)
                break
    return days


def _days_of_month(text: str, filed_on: date) -> set[date]:
    days = set()
    for match in _DAY_OF_MONTH.finditer(text):
        month = filed_on.replace(day=1)
        for _ in range(2):
            try:
                written = month.replace(day=int(match[1]))
            except ValueError:
                break
            if written <= filed_on:
                days.add(written)
                break
            month = (month - timedelta(days=1)).replace(day=1)
    return days


def _weekdays(text: str, filed_on: date) -> set[date]:
    days = set()
    for match in _WEEKDAY.finditer(text):
        name = match[1].lower()
        # "minggu" is a week as well as Sunday: only "hari Minggu" is the day.
        if name == "minggu" and not re.search(r"\bhari\s*$", text[: match.start()], re.IGNORECASE):
            continue
        back = (filed_on.weekday() - _WEEKDAYS[name]) % 7
        days.add(filed_on - timedelta(days=back))
    return days


def _time(text: str) -> time | None:
    times = set()
    for match in _TIME.finditer(text):
        hour, minute = int(match[2]), int(match[3] or 0)
        if match[1]:  # "setengah 10" is 9.30
            hour, minute = hour - 1, 30
        part = (match[4] or "").lower()
        if part in ("siang", "sore") and hour < 11:
            hour += 12
        if not part and 1 <= hour <= 5:  # counters are open by day
            hour += 12
        if 0 <= hour < 24 and minute < 60:
            times.add(time(hour, minute))
    return next(iter(times)) if len(times) == 1 else None
