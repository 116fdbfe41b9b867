"""The piles of a desk in the words of its list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.feedback.desk import Desk, DeskItem, Pile
from webapp.feedback.life_cycle import State
from webapp.portal.dates import due_in_words, local_day, short_day

#: Letters: what is shorter is a greeting, what is longer fills more than a line of the list.
_GREETING, _LINE = 25, 90


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One entry of the list."""

    code: str
    title: str
    text: str
    when: str
    tag: str
    tone: str
    detail: str


@dataclass(frozen=True, slots=True)
class ListedPile:
    """A pile with its title; `beyond` is how many more there are than the list shows."""

    title: str
    cases: tuple[ListedCase, ...]
    total: int

    @property
    def beyond(self) -> int:
        """How many are not listed."""
        return self.total - len(self.cases)


@dataclass(frozen=True, slots=True)
class DeskView:
    """What the list shows: piles that hold something, and how many cases want a hand."""

    piles: tuple[ListedPile, ...]
    returned: int = 0
    mine: int = 0
    untaken: int = 0
    waiting: int = 0


def desk_view(desk: Desk, now: datetime) -> DeskView:
    """The open piles, in the order in which they should be worked through."""
    titled = (
        (_("Disanggah warga"), desk.returned),
        (_("Di meja Anda"), desk.mine),
        (_("Belum diambil"), desk.untaken),
        (_("Menunggu pelapor"), desk.waiting),
        (_("Di meja rekan"), desk.others),
    )
    return DeskView(
        piles=tuple(_listed(title, pile, now) for title, pile in titled if pile.total),
        returned=desk.returned.total,
        mine=desk.mine.total,
        untaken=desk.untaken.total,
        waiting=desk.waiting.total,
    )


def settled_view(pile: Pile) -> DeskView:
    """What is done."""
    return DeskView(piles=(_listed(_("Selesai"), pile, None),) if pile.total else ())


def _listed(title: str, pile: Pile, now: datetime | None) -> ListedPile:
    return ListedPile(title, tuple(_case(item, now) for item in pile.items), pile.total)


def _case(item: DeskItem, now: datetime | None) -> ListedCase:
    first, rest = first_sentence(item.excerpt)
    tag, tone = _tag(item, now)
    detail = " · ".join(part for part in (item.service, item.unit, _holder(item)) if part)
    return ListedCase(item.code, first, rest, short_day(local_day(item.filed_at, item.timezone)), tag, tone, detail)


def _holder(item: DeskItem) -> str:
    if item.answered_by_viewer and item.state == State.DISPUTED:
        return str(_("jawaban Anda; orang lain yang menjawab kali ini"))
    if item.personal:
        return str(_("menyangkut perbuatan seseorang"))
    return ""


def _tag(item: DeskItem, now: datetime | None) -> tuple[str, str]:
    if now is None:
        return (_("diterima warga"), "") if item.state == State.ACCEPTED else (_("ditutup"), "none")
    if item.state == State.ANSWERED:
        return _("menunggu pelapor"), "none"
    if item.due_at is None:
        return _("tanpa batas waktu"), "none"
    words, tone = due_in_words(item.due_at, now, item.timezone)
    if item.asked and tone != "bad":
        return _("menunggu pelapor"), "none"
    return words, tone


def first_sentence(text: str) -> tuple[str, str]:
    """What a text begins with, and what follows: its first sentence, if more than a greeting, no more than a line."""
    text = " ".join(text.split())
    ends = [match.end() for match in re.finditer(r"[.!?](?= )", text[:91])]
    end = next((end for end in ends if end >= _GREETING), len(text))
    if end > _LINE:
        end = text.rfind(" ", _GREETING, _LINE)
        end = _LINE if end < 0 else end
    return text[:end], text[end:].strip()
